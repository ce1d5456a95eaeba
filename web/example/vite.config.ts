// The example's page with Vite's server, which passes /api on to Tarn: no allowed origin is needed.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  build: { outDir: "../dist-example", emptyOutDir: true, reportCompressedSize: false },
  server: { port: 5174, proxy: { "/api": process.env["TARN_SERVER"] ?? "http://127.0.0.1:8080" } },
});
