// A page that shows a table of Tarn's. Elsewhere the first import reads: import { TarnExplorer } from "tarn-dashboard";
// import "tarn-dashboard/style.css";
import { createRoot } from "react-dom/client";
import { TarnExplorer } from "../src/library";

// ?server=…&token=…&table=… for trying it; a page of yours knows them.
const wish = new URLSearchParams(window.location.search);
const place = document.getElementById("explorer");
if (place) {
  createRoot(place).render(<TarnExplorer baseUrl={wish.get("server") ?? ""} token={wish.get("token") ?? undefined} table={wish.get("table") ?? "default.ingest"} />);
}
