// Fails where what the browser loads for the first page is over its limit, compressed.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const kBytesMax = 200 * 1024;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");

// Scripts and styles that index.html names, and the modules that those import before they run.
const found = new Set();
const open = [...html.matchAll(/\/ui\/(assets\/[^"]+)"/g)].map(([, path]) => path);
while (open.length > 0) {
  const path = open.pop();
  if (found.has(path)) continue;
  found.add(path);
  if (!path.endsWith(".js")) continue;
  const text = readFileSync(new URL(path, dist), "utf8");
  for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) open.push(`assets/${name}`);
}
const size = (path) => gzipSync(readFileSync(new URL(path, dist)), { level: 9 }).length;
const first = ["index.html", ...found].reduce((sum, path) => sum + size(path), 0);
const all = readdirSync(new URL("assets/", dist)).reduce((sum, name) => sum + size(`assets/${name}`), 0);
console.log(`first page ${(first / 1024).toFixed(1)} KiB in ${found.size + 1} files, all pages ${(all / 1024).toFixed(1)} KiB, gzip; the limit is ${kBytesMax / 1024} KiB`);
if (/<script(?![^>]*src=)|<style|style="/.test(html)) throw new Error("index.html has an inline script or style: the Content-Security-Policy forbids it");
if (first > kBytesMax) throw new Error("the first page is too large");
