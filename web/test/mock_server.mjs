// A server that speaks the dashboard's part of /api/v1 over data of its own, and hands out web/dist as the real one does,
// with the same Content-Security-Policy. `npm run mock` starts it alone; the browser tests start one each.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { derived, detail, overview, partitions, Refused, snapshots, summary } from "./mock_answers.mjs";
import { groups, histogram, keeps, rows, values } from "./mock_questions.mjs";
import { kNow, makeTables, micros } from "./mock_tables.mjs";

const kDist = fileURLToPath(new URL("../dist", import.meta.url));
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * returns { url, control, reset, close }: control.delayMs, control.down, control.fail(pathname) → message and control.garble(pathname,
 * answer) → answer make faults; with control.origin pages of that origin may ask, and with control.token only who knows it. reset()
 * takes all of that back.
 */
export async function startMock({ port = 0, bare = false, hostile = true } = {}) {
  const tables = bare ? [] : makeTables().filter((table) => hostile || table.name !== "hostile");
  const sane = () => ({ delayMs: 0, down: false, fail: () => null, garble: (_, answer) => answer, requests: [], aborted: 0, overviews: 0, tailMs: 50, tailError: null, restarted: false, origin: "", token: "" });
  const control = { ...sane(), tails: new Set() };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    if (!url.pathname.startsWith("/api/v1/")) return void page(url, response);
    control.requests.push(request.url);
    if (control.down) return void request.socket.destroy();
    if (control.origin !== "" && request.headers.origin === control.origin) {
      response.setHeader("Access-Control-Allow-Origin", control.origin);
      response.setHeader("Access-Control-Allow-Headers", "Authorization");
    }
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    let gone = false;
    response.on("close", () => {
      if (!response.writableEnded && !gone) control.aborted += url.pathname.endsWith("/tail") ? 0 : 1;
      gone = true;
    });
    if (control.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, control.delayMs));
    if (gone) return;
    try {
      if (control.token !== "" && request.headers.authorization !== `Bearer ${control.token}`) throw new Refused(401, "the token is missing or wrong");
      const failure = control.fail(url.pathname);
      if (failure) throw new Refused(400, failure);
      answer(url, response, tables, control);
    } catch (error) {
      response.writeHead(error.status ?? 500, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ error: error.message, kind: error.kind ?? "internal" }));
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, control, reset: () => Object.assign(control, sane()), close };
}

// Any path under /ui/ that is no asset is the page itself: its address is the page's state.
function page(url, response) {
  if (url.pathname === "/") return response.writeHead(302, { Location: "/ui/" }).end();
  const path = normalize(url.pathname.replace(/^\/ui\//, ""));
  const asset = url.pathname.startsWith("/ui/assets/");
  const file = join(kDist, asset ? path : "index.html");
  if (!url.pathname.startsWith("/ui/") || !file.startsWith(kDist) || !existsSync(file)) return response.writeHead(404).end("not found");
  response.writeHead(200, {
    "Content-Type": kTypes[extname(file)] ?? "application/octet-stream",
    "Content-Security-Policy": kPolicy,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": asset ? "public, max-age=31536000, immutable" : "no-cache",
  });
  createReadStream(file).pipe(response);
}

function answer(url, response, tables, control) {
  const parts = url.pathname.split("/").slice(3).map(decodeURIComponent);
  const query = url.searchParams;
  const json = (value) => {
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
    response.end(JSON.stringify(control.garble(url.pathname, value)));
  };
  if (parts[0] === "overview") return json(overview(tables, control));
  if (parts[0] === "streams" && parts[2] === "tail") return tail(response, query, parts[1], tables, control);
  if (parts[0] === "streams") return json({ streams: overview(tables, control).streams });
  if (parts[0] === "derived") return json(derived(tables));
  if (parts[0] !== "tables") throw new Refused(404, `there is no ${url.pathname}`);
  if (parts.length === 1) return json({ tables: tables.map(summary) });
  const table = tables.find((one) => one.database === parts[1] && one.name === parts[2]);
  if (!table) throw new Refused(404, `table ${parts[1]}.${parts[2]} does not exist`);
  switch (parts[3]) {
    case undefined: return json(detail(table));
    case "partitions": return json(partitions(query, table));
    case "snapshots": return json(snapshots(query, table));
    case "histogram": return json(histogram(query, table));
    case "values": return json(values(query, table));
    case "groups": return json(groups(query, table));
    case "rows": {
      const found = rows(query, table);
      if (found.json) return json(found.json);
      response.writeHead(200, { "Content-Type": found.type, "Content-Disposition": `attachment; filename="${table.name}.${query.get("format")}"` });
      return response.end(found.body);
    }
    default: throw new Refused(404, `there is no ${url.pathname}`);
  }
}

function tail(response, query, stream, tables, control) {
  const filters = query.getAll("f").map((text) => JSON.parse(text));
  const source = tables.find((one) => one.name === stream);
  if (!source) throw new Refused(404, `stream '${stream}' does not exist`);
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write(": here\n\n");
  if (control.tailError !== null) return response.end(`event: error\ndata: ${JSON.stringify({ error: control.tailError, kind: "corrupt" })}\n\n`);
  let sent = 0;
  const timer = setInterval(() => {
    const row = { ...source.rows[sent % source.rows.length], _received_at: micros(kNow + sent * 50) };
    sent++;
    if (filters.every((filter) => keeps(filter, row))) response.write(`event: row\ndata: ${JSON.stringify(row)}\n\n`);
    if (sent === 20) response.write('event: skipped\ndata: {"rows":7}\n\n');
  }, control.tailMs);
  control.tails.add(response);
  response.on("close", () => {
    clearInterval(timer);
    control.tails.delete(response);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMock({ port: Number(process.env.PORT ?? 8080), bare: process.argv.includes("--bare") });
  console.log(`${url}/ui/`);
}
