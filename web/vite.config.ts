// The dashboard as the server embeds it: index.html and hashed assets under /ui/.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env["TARN_SERVER"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "/ui/",
  plugins: [react()],
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox121", "safari17.5"], // light-dark() stays as it is written
    assetsInlineLimit: 0, // a data: URL would need a wider Content-Security-Policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: "licenses.md" }, // of what the page carries
  },
  server: { port: 5173, proxy: { "/api": server, "/v1": server } },
  test: { include: ["test/*.test.ts"], environment: "node" },
});
