// A server that speaks the dashboard's part of /api/v1 over data of its own, and hands out web/dist as the real one does,
// with the same Content-Security-Policy. `npm run mock` starts it alone; the browser tests start one each.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { kNow, makeTables, micros } from "./mock_tables.mjs";

const kDist = fileURLToPath(new URL("../dist", import.meta.url));
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * returns { url, control, close }: control.delayMs, control.down and control.fail(pathname) → message make faults; with
 * control.origin pages of that origin may ask, and with control.token only who knows it.
 */
export async function startMock({ port = 0, bare = false, hostile = true } = {}) {
  const tables = bare ? [] : makeTables().filter((table) => hostile || table.name !== "hostile");
  const control = { delayMs: 0, down: false, fail: () => null, requests: [], aborted: 0, tails: new Set(), overviews: 0, tailMs: 50, origin: "", token: "" };
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
      if (failure) throw new Refused(422, failure);
      answer(url, response, tables, control);
    } catch (error) {
      response.writeHead(error.status ?? 500, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ error: error.message, kind: "invalid" }));
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, control, close };
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
  if (parts[0] === "overview") return json(response, overview(tables, control));
  if (parts[0] === "streams" && parts[2] === "tail") return tail(response, query, tables, control);
  if (parts[0] === "streams") return json(response, { streams: overview(tables, control).streams });
  if (parts[0] === "derived") return json(response, derived(tables));
  if (parts[0] !== "tables") throw new Refused(404, `there is no ${url.pathname}`);
  if (parts.length === 1) return json(response, { tables: tables.map(summary) });
  const table = tables.find((one) => one.database === parts[1] && one.name === parts[2]);
  if (!table) throw new Refused(404, `no table ${parts[1]}.${parts[2]}; GET /api/v1/tables lists them`);
  switch (parts[3]) {
    case undefined: return json(response, detail(table));
    case "partitions": return json(response, partitions(table));
    case "snapshots": return json(response, snapshots(table));
    case "rows": return rows(response, query, table);
    case "histogram": return json(response, histogram(query, table));
    case "values": return json(response, values(query, table));
    case "groups": return json(response, groups(query, table));
    default: throw new Refused(404, `there is no ${url.pathname}`);
  }
}

function json(response, value) {
  response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(value));
}

const stats = { elapsed_ms: 12.4, bytes_read: 18_350_080, files_read: 14, rows_scanned: 100_000 };

function summary(table) {
  const newest = table.rows.length ? micros(kNow - 30_000) : null;
  return {
    database: table.database, name: table.name, rows: table.rows.length, live_rows: table.live, files: Math.ceil(table.rows.length / 7000),
    bytes: table.rows.length * 42, columns: table.columns.length, is_rejects: table.is_rejects ?? false, newest_at: newest, problem: table.problem,
  };
}

function overview(tables, control) {
  const tick = control.overviews++;
  const stream = (name, rate) => ({
    name, table: { database: "default", name }, records_per_second: rate, bytes_per_second: rate * 212, records_total: rate ? 100_000 + tick * 250 : 0,
    newest_visible_at: micros(kNow - 400), live_rows: 4211 + tick * 25, rejects_last_hour: name === "visits" ? 15 : 0,
    problem: tables.find((one) => one.name === name)?.problem ?? null,
  });
  return {
    version: "0.1.0", started_at: micros(kNow - 7_300_000), now: micros(kNow), log_bytes: 48_234_496,
    streams: tables.length ? [stream("ingest", 3.2), stream("visits", 120 + 40 * Math.sin(tick)), stream("hostile", 0)].filter(({ name }) => tables.some((table) => table.name === name)) : [],
    tables: tables.map(summary),
  };
}

function derived(tables) {
  if (tables.length === 0) return { runs: [], datasets: [] };
  const runs = [];
  for (let i = 0; i < 40; i++) {
    const day = new Date(kNow - i * 86_400_000).toISOString().slice(0, 10);
    runs.push({ dataset: i % 3 ? "ExecutiveStream" : "MainSummary", table: `telemetry.${i % 3 ? "executive" : "main"}`, partition: `submission_date=${day}`, code_version: "v4", committed_at: micros(kNow - i * 3_600_000), plan: `plan-${100 - i}`, rows: 12_000 + i * 37, objects: 8 + (i % 5) });
  }
  return { runs, datasets: ["ExecutiveStream", "MainSummary"] };
}

function detail(table) {
  return {
    ...summary(table), location: `file:///srv/lake/buckets/lake/default/${table.name}`, uuid: "6b0f8a1e-8f0c-4b5a-9a57-0d5f3b1c2d3e", format_version: 2,
    columns_list: table.columns, time_columns: table.times,
    partition_fields: [{ column: "event_type", transform: "identity", name: "event_type" }, { column: "_received_at", transform: "day", name: "_day" }],
    sort_order: ["_received_at asc nulls first"], properties: { "tarn.wm.1.0": "90211", "write.format.default": "parquet" },
    open_with: {
      duckdb: `SELECT * FROM read_parquet('/srv/lake/buckets/lake/default/${table.name}/data/**/*.parquet', hive_partitioning = true, union_by_name = true);`,
      pyiceberg: `from pyiceberg.catalog.sql import SqlCatalog\nSqlCatalog("tarn", uri="sqlite:////srv/lake/catalog.db").load_table("default.${table.name}").scan().to_arrow()`,
      spark: `spark-sql … -e "SELECT * FROM tarn.default.${table.name}"`,
    },
  };
}

function partitions(table) {
  if (table.rows.length === 0) return { partitions: [], more: false };
  const of = (type, i) => ({ path: `event_type=${type}/_day=2026-11-${21 - i}`, rows: 12_000 - i * 999, files: 3, bytes: 700_000 - i * 9999 });
  return { partitions: ["click", "page_view"].flatMap((type) => [0, 1, 2].map((i) => of(type, i))), more: false };
}

function snapshots(table) {
  const made = [];
  for (let i = 0; i < (table.rows.length ? 12 : 0); i++) {
    made.push({ id: `45120071992547409${90 - i}`, parent: i === 11 ? null : `45120071992547409${89 - i}`, at: micros(kNow - i * 60_000), operation: i === 4 ? "overwrite" : "append", added_rows: 8000 + i, removed_rows: i === 4 ? 120 : 0, added_files: 2, removed_files: i === 4 ? 1 : 0, total_rows: 100_000 - i * 8000, total_files: 30 - i * 2, total_bytes: 5_000_000 - i * 300_000 });
  }
  return { snapshots: made, more: false };
}

// --- questions about rows ---

function at(row, path) {
  if (path in row) return row[path];
  return path.split(".").reduce((value, step) => value?.[step] ?? null, row);
}

function keeps([column, op, value], row) {
  const cell = at(row, column);
  if (op === "null") return cell === null;
  if (op === "notnull") return cell !== null;
  if (cell === null) return false;
  switch (op) {
    case "eq": return String(cell) === String(value);
    case "ne": return String(cell) !== String(value);
    case "lt": return cell < value;
    case "le": return cell <= value;
    case "gt": return cell > value;
    case "ge": return cell >= value;
    case "contains": return String(cell).includes(value);
    case "starts": return String(cell).startsWith(value);
    case "in": return value.map(String).includes(String(cell));
    default: throw new Refused(400, `unknown operator ${op}`);
  }
}

function select(query, table) {
  const filters = query.getAll("f").map((text) => JSON.parse(text));
  for (const [column] of filters) known(table, column);
  const time = query.get("time") ?? table.times[0];
  const from = query.get("from") ? Date.parse(query.get("from")) : -Infinity;
  const to = query.get("to") ? Date.parse(query.get("to")) : Infinity;
  // The digits behind the milliseconds are not looked at: `to` of a page of rows is a microsecond behind its first row.
  const inside = (row) => (from === -Infinity || Date.parse(row[time]) >= from) && (to === Infinity || row[time] < new Date(to).toISOString().slice(0, 23) + (query.get("to").match(/\.\d{3}(\d{3})/)?.[1] ?? "000") + "Z");
  return { time, rows: table.rows.filter((row) => inside(row) && filters.every((filter) => keeps(filter, row))) };
}

function known(table, column) {
  const name = table.columns.some((one) => one.name === column) ? column : column.split(".")[0];
  const found = table.columns.find((one) => one.name === name);
  if (!found) throw new Refused(400, `table default.${table.name} has no column '${column}'`);
  return found;
}

function rows(response, query, table) {
  const found = select(query, table).rows;
  const limit = Number(query.get("limit") ?? 200);
  const offset = Number(query.get("offset") ?? 0);
  if (limit > (query.get("format") ? 100_000 : 10_000)) throw new Refused(400, "limit is at most 10000");
  const page = found.slice(offset, offset + limit);
  const format = query.get("format") ?? "json";
  if (format !== "json") {
    response.writeHead(200, { "Content-Type": format === "csv" ? "text/csv" : "application/x-ndjson", "Content-Disposition": `attachment; filename="${table.name}.${format}"` });
    return response.end(page.map((row) => JSON.stringify(row)).join("\n"));
  }
  json(response, {
    columns: table.columns.map(({ name, type }) => ({ name, type })), rows: page.map((row) => table.columns.map(({ name }) => row[name])), more: offset + limit < found.length, stats,
  });
}

function histogram(query, table) {
  const { time, rows: found } = select(query, table);
  const times = found.map((row) => Date.parse(row[time]));
  const count = Number(query.get("buckets") ?? 60);
  if (times.length === 0) return { time, from: query.get("from"), to: query.get("to"), bucket_ms: 0, buckets: [], total: 0, outside: 0, stats };
  const least = times.reduce((a, b) => Math.min(a, b));
  const greatest = times.reduce((a, b) => Math.max(a, b));
  const from = query.get("from") ? Date.parse(query.get("from")) : least;
  const to = query.get("to") ? Date.parse(query.get("to")) : greatest + 1;
  const step = Math.max(1, Math.ceil((to - from) / count));
  const by = query.get("by");
  const top = by ? tally(found, by).slice(0, 5).map(({ value }) => String(value)) : [];
  const buckets = Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => ({ from: micros(from + i * step), count: 0, ...(by ? { by: {} } : {}) }));
  found.forEach((row, i) => {
    const bucket = buckets[Math.min(buckets.length - 1, Math.floor((times[i] - from) / step))];
    bucket.count++;
    if (!by) return;
    const key = top.includes(String(at(row, by))) ? String(at(row, by)) : "other";
    bucket.by[key] = (bucket.by[key] ?? 0) + 1;
  });
  return { time, from: micros(from), to: micros(to), bucket_ms: step, buckets, total: found.length, outside: 0, stats };
}

function tally(found, column) {
  const counts = new Map();
  for (const row of found) {
    const value = at(row, column);
    const key = JSON.stringify(value);
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function values(query, table) {
  const column = query.get("column");
  const type = known(table, column).type;
  const found = select(query, table).rows;
  const all = tally(found, column).filter(({ value }) => value !== null);
  const search = query.get("search");
  const listed = all.filter(({ value }) => !search || String(value).includes(search)).slice(0, Number(query.get("limit") ?? 10));
  const sorted = all.map(({ value }) => value).sort((a, b) => (a < b ? -1 : 1));
  return { column, type, rows: found.length, nulls: found.filter((row) => at(row, column) === null).length, distinct: all.length, min: sorted[0] ?? null, max: sorted.at(-1) ?? null, values: listed, stats };
}

function groups(query, table) {
  const by = (query.get("by") ?? "").split(",").filter(Boolean);
  by.forEach((column) => known(table, column));
  const { time, rows: found } = select(query, table);
  const [kind, column] = (query.get("measure") ?? "count").split(":");
  const width = { minute: 16, hour: 13, day: 10, month: 7 }[query.get("bucket")];
  const made = new Map();
  for (const row of found) {
    const bucket = width ? row[time].slice(0, width) + "0000-01-01T00:00:00.000000Z".slice(width) : undefined;
    const keys = by.map((one) => at(row, one));
    const id = JSON.stringify([bucket, keys]);
    const group = made.get(id) ?? { bucket, keys, list: [] };
    group.list.push(kind === "count" ? 1 : at(row, column));
    made.set(id, group);
  }
  const measures = { count: (l) => l.length, sum: (l) => l.reduce((a, b) => a + (b ?? 0), 0), avg: (l) => l.reduce((a, b) => a + (b ?? 0), 0) / l.length, min: (l) => Math.min(...l), max: (l) => Math.max(...l) };
  const result = [...made.values()].map(({ bucket, keys, list }) => ({ ...(width ? { bucket } : {}), keys, value: measures[kind](list) }));
  result.sort((a, b) => (width ? (a.bucket < b.bucket ? -1 : 1) : b.value - a.value));
  const limit = Number(query.get("limit") ?? 50);
  return { groups: result.slice(0, limit), more: result.length > limit, stats };
}

function tail(response, query, tables, control) {
  const filters = query.getAll("f").map((text) => JSON.parse(text));
  const source = tables.find((one) => one.name === "visits");
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write(": hello\n\n");
  let sent = 0;
  const timer = setInterval(() => {
    const row = { ...source.rows[sent % source.rows.length], session: sent, _received_at: micros(kNow + sent * 50) };
    sent++;
    if (filters.every((filter) => keeps(filter, row))) response.write(`event: row\ndata: ${JSON.stringify(row)}\n\n`);
    if (sent === 20) response.write('event: skipped\ndata: {"rows": 7}\n\n');
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
