// The dashboard's explorer as a React component for other pages: web/dist-library. React is the host's.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist-library",
    target: "es2022",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    reportCompressedSize: false,
    lib: { entry: "src/library.tsx", formats: ["es"], fileName: "tarn-explorer", cssFileName: "tarn-explorer" },
    rollupOptions: { external: ["react", "react-dom", "react/jsx-runtime"] },
  },
});
