// The dashboard as the server hands it out, under /ui/ of its own origin.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { browserNavigation, NavigationContext } from "./navigation";
import "./style/page.css";
import "./style/tarn.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <NavigationContext value={browserNavigation(import.meta.env.BASE_URL)}>
        <App />
      </NavigationContext>
    </StrictMode>,
  );
}
