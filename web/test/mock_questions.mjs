// The mock's answers to questions about rows, as the server gives them.
import { check, Refused } from "./mock_answers.mjs";
import { kNow, micros } from "./mock_tables.mjs";

export const kStats = { elapsed_ms: 12.4, bytes_read: 18_350_080, files_read: 14 };
const kChoice = ["time", "from", "to", "snapshot", "f"];

function at(row, path) {
  if (Object.hasOwn(row, path)) return row[path];
  return path.split(".").reduce((value, step) => value?.[step] ?? null, row);
}

export function keeps([column, op, value], row) {
  const cell = at(row, column);
  if (op === "null") return cell === null;
  if (op === "notnull") return cell !== null;
  if (op === "ne") return cell === null || String(cell) !== String(value); // IS DISTINCT FROM
  if (cell === null) return false;
  switch (op) {
    case "eq": return String(cell) === String(value);
    case "lt": return cell < value;
    case "le": return cell <= value;
    case "gt": return cell > value;
    case "ge": return cell >= value;
    case "contains": return String(cell).includes(value);
    case "starts": return String(cell).startsWith(value);
    case "in": return value.map(String).includes(String(cell));
    default: throw new Refused(400, `'${op}' is no comparison`);
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
  if (!found) throw new Refused(400, `the table has no column '${column}'`);
  return found;
}

/** returns { json } or, as a file, { type, body } */
export function rows(query, table) {
  const format = query.get("format") ?? "json";
  check(query, ["columns", "limit", "offset", "order", "format", ...kChoice], { limit: format === "json" ? 10_000 : 100_000, offset: 1_000_000 });
  const found = select(query, table).rows;
  const [limit, offset] = [Number(query.get("limit") ?? 200), Number(query.get("offset") ?? 0)];
  const page = found.slice(offset, offset + limit);
  const columns = query.get("columns") ? query.get("columns").split(",").map((name) => known(table, name)) : table.columns;
  if (format === "csv") {
    const text = (cell) => (cell === null ? "" : `"${String(typeof cell === "object" ? JSON.stringify(cell) : cell).replaceAll('"', '""')}"`);
    return { type: "text/csv; charset=utf-8", body: [columns.map(({ name }) => text(name)), ...page.map((row) => columns.map(({ name }) => text(row[name])))].map((line) => `${line.join(",")}\n`).join("") };
  }
  if (format === "ndjson") return { type: "application/x-ndjson", body: page.map((row) => `${JSON.stringify(row)}\n`).join("") };
  return { json: { columns: columns.map(({ name, type }) => ({ name, type })), rows: page.map((row) => columns.map(({ name }) => row[name])), more: offset + limit < found.length, stats: kStats } };
}

export function histogram(query, table) {
  check(query, ["buckets", "by", ...kChoice], { buckets: 500 });
  const { time, rows: found } = select(query, table);
  const times = found.map((row) => Date.parse(row[time]));
  const count = Number(query.get("buckets") ?? 60);
  // Where the range is open, it is that of the rows; of none it is now.
  const least = times.reduce((a, b) => Math.min(a, b), times[0] ?? kNow);
  const greatest = times.reduce((a, b) => Math.max(a, b), times[0] ?? kNow);
  const from = query.get("from") ? Date.parse(query.get("from")) : least;
  const to = query.get("to") ? Date.parse(query.get("to")) : Math.max(greatest, from) + 1;
  const step = Math.max(1, Math.ceil((to - from) / count));
  const by = query.get("by");
  const top = by ? tally(found, by).filter(({ value }) => value !== null).slice(0, 5).map(({ value }) => String(value)) : [];
  const buckets = Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => ({ from: micros(from + i * step), count: 0, ...(by ? { by: {}, nulls: 0, others: 0 } : {}) }));
  found.forEach((row, i) => {
    const bucket = buckets[Math.min(buckets.length - 1, Math.floor((times[i] - from) / step))];
    bucket.count++;
    if (!by) return;
    const value = at(row, by);
    if (value === null) bucket.nulls++;
    else if (!top.includes(String(value))) bucket.others++;
    else bucket.by[value] = (Object.hasOwn(bucket.by, value) ? bucket.by[value] : 0) + 1;
  });
  return { time, from: micros(from), to: micros(to), bucket_ms: step, buckets, total: found.length, outside: 0, stats: kStats };
}

function tally(found, column) {
  const counts = new Map();
  for (const row of found) {
    const value = at(row, column);
    const key = JSON.stringify(value);
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

export function values(query, table) {
  check(query, ["column", "limit", "search", ...kChoice], { limit: 1000 });
  const column = query.get("column");
  if (!column) throw new Refused(400, "the parameter 'column' is missing");
  const type = table.types?.[column] ?? known(table, column).type;
  const found = select(query, table).rows;
  const nulls = found.filter((row) => at(row, column) === null).length;
  if (/^(struct|array|map)/.test(type)) return { column, type, rows: found.length, nulls, distinct: null, min: null, max: null, values: [], stats: kStats };
  const all = tally(found, column).filter(({ value }) => value !== null);
  const search = query.get("search")?.toLowerCase();
  const listed = all.filter(({ value }) => !search || String(value).toLowerCase().includes(search)).slice(0, Number(query.get("limit") ?? 10));
  const sorted = all.map(({ value }) => value).sort((a, b) => (a < b ? -1 : 1));
  return { column, type, rows: found.length, nulls, distinct: all.length, min: sorted[0] ?? null, max: sorted.at(-1) ?? null, values: listed, stats: kStats };
}

export function groups(query, table) {
  check(query, ["by", "measure", "bucket", "limit", ...kChoice], { limit: 1000 });
  const text = query.get("by") ?? "";
  const by = text.startsWith("[") ? JSON.parse(text) : text.split(",").filter(Boolean);
  if (by.length > 2) throw new Refused(400, "by: one or two columns");
  by.forEach((column) => known(table, column));
  const width = { minute: 16, hour: 13, day: 10, month: 7 }[query.get("bucket")];
  if (by.length === 0 && !width) throw new Refused(400, "the parameter 'by' is missing: name one or two columns, or give a bucket");
  const { time, rows: found } = select(query, table);
  const [kind, column] = (query.get("measure") ?? "count").split(":");
  const made = new Map();
  for (const row of found) {
    const bucket = width ? row[time].slice(0, width) + "0000-01-01T00:00:00.000000Z".slice(width) : undefined;
    const keys = by.map((one) => at(row, one));
    const id = JSON.stringify([bucket, keys]);
    const group = made.get(id) ?? { bucket, keys, list: [] };
    const value = kind === "count" ? 1 : at(row, column);
    if (value !== null) group.list.push(value); // as SQL's aggregates do
    made.set(id, group);
  }
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const measures = { count: sum, sum, avg: (list) => sum(list) / list.length, min: (list) => Math.min(...list), max: (list) => Math.max(...list) };
  const result = [...made.values()].map(({ bucket, keys, list }) => ({ ...(width ? { bucket } : {}), keys, value: list.length ? measures[kind](list) : null }));
  // The newest buckets are kept, and come oldest first; the largest stay first in each.
  result.sort((a, b) => (width && a.bucket !== b.bucket ? (a.bucket < b.bucket ? 1 : -1) : b.value - a.value));
  const limit = Number(query.get("limit") ?? 50);
  const kept = result.slice(0, limit);
  if (width) kept.sort((a, b) => (a.bucket < b.bucket ? -1 : a.bucket > b.bucket ? 1 : 0));
  return { groups: kept, more: result.length > limit, stats: kStats };
}
