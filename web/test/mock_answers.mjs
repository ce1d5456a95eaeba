// What the mock answers about streams, tables and derived datasets: member for member as the server does (src/serve/explore).
import { kNow, micros } from "./mock_tables.mjs";

export class Refused extends Error {
  constructor(status, message, kind = status === 404 ? "not found" : "invalid") {
    super(message);
    Object.assign(this, { status, kind });
  }
}

/** As the server's Parameters: unknown and repeated ones are refused, and so are numbers out of their range. */
export function check(query, known, numbers = {}) {
  const names = [...query.keys()];
  for (const name of names) {
    if (!known.includes(name)) throw new Refused(400, `there is no parameter '${name}' here: known are ${known.join(", ")}`);
    if (name !== "f" && names.filter((one) => one === name).length > 1) throw new Refused(400, `the parameter '${name}' is given twice`);
  }
  for (const [name, most] of Object.entries(numbers)) {
    const text = query.get(name) ?? "1";
    if (!/^\d+$/.test(text) || Number(text) > most || (Number(text) < 1 && name !== "offset")) throw new Refused(400, `${name}=${text}: a whole number of ${name === "offset" ? 0 : 1} to ${most} is expected`);
  }
}

export function summary(table) {
  const whole = { database: table.database, name: table.name, rows: null, live_rows: table.live, files: null, bytes: null, columns: null, is_rejects: table.name.endsWith("_rejects"), newest_at: null, problem: table.problem };
  if (table.unreadable) return whole;
  const { length } = table.rows;
  return { ...whole, rows: length, files: Math.ceil(length / 7000), bytes: length * 42, columns: table.columns.length, newest_at: length ? micros(kNow - 30_000) : null };
}

export function overview(tables, control) {
  const tick = control.overviews++;
  const stream = (name, rate) => ({
    name, table: { database: "default", name }, records_per_second: rate, bytes_per_second: rate * 212, records_total: control.restarted || rate === 0 ? 0 : 100_000 + tick * 250,
    newest_visible_at: micros(kNow - 400), live_rows: 4211 + tick * 25, rejects_last_hour: { visits: 15, hostile: null }[name] === undefined ? 0 : { visits: 15, hostile: null }[name],
    problem: tables.find((one) => one.name === name)?.problem ?? null,
  });
  return {
    version: "0.1.0", started_at: micros(kNow - 7_300_000), now: micros(kNow), log_bytes: 48_234_496,
    streams: tables.length ? [stream("ingest", 3.2), stream("visits", 120 + 40 * Math.sin(tick)), stream("hostile", 0)].filter(({ name }) => tables.some((table) => table.name === name)) : [],
    tables: tables.map(summary),
  };
}

function derivedRuns() {
  const run = (plan, dataset, table, more) => ({
    plan, dataset, arguments: [], database: "default", table, rejects_table: `${table}_rejects`, code_version: "v4", from_date: "20261115", to_date: "20261121", partitions: 7, unchanged: 0, tasks: 9, tasks_done: 9,
    bytes: 9_000_000, bytes_done: 9_000_000, begun_at: micros(kNow - 63_100_000), ended_at: micros(kNow - 63_000_000), state: "committed", problem: null, counts: null, running: [], failures: [], failure_count: 0, damage: [], ...more,
  });
  const attempt = (task, attempt, more) => ({ task, attempt, partition: `submission_date=2026-11-${15 + task}`, objects: 12, bytes: 1_000_000, ...more });
  const gone = "object raw/telemetry/20261120/bba86409.heka: offset 18220: the message has no <b>uuid</b>";
  return [
    run("7c1f0001-0000-4000-8000-000000000001", "Churn", "churn", {
      arguments: ["DE"],
      state: "running", tasks_done: 4, bytes_done: 4_000_000, begun_at: micros(Date.now() - 42_000), ended_at: null,
      running: [attempt(4, 1, { begun_at: micros(Date.now() - 5000) }), attempt(5, 2, { begun_at: micros(Date.now() - 2000) })],
      failures: [attempt(5, 1, { problem: "its worker was killed by signal 9" })], failure_count: 1,
    }),
    run("7c1f0001-0000-4000-8000-000000000002", "MainSummary", "main", { state: "failed", tasks_done: 3, bytes_done: 3_000_000, problem: `task 3: ${gone}`, failures: [attempt(3, 1, { problem: gone })], failure_count: 1 }),
    run("7c1f0001-0000-4000-8000-000000000003", "ExecutiveStream", "executive", {
      from_date: "20261121", counts: { objects: 108, bytes: 9_000_000, records: 120_000, rows: 119_000, skipped: 990, rejects: 10, skipped_bytes: 77, damaged: 1, hmac_failed: 0 },
      damage: ["raw/telemetry/20261121/f00.heka: 1 damaged, 77 bytes skipped"],
    }),
  ];
}

function derivedDefinitions() {
  const definition = (name, more) => ({
    name, kind: "class", table: name.toLowerCase(), arguments: [], file: null, source: "stream telemetry", filter_prefix: "", partition_by: [], select: null, problem: null,
    columns: [{ name: "clientId", type: "string", required: true }, { name: "<i>hits</i>", type: "map<string,bigint>", required: false }], ...more,
  });
  return [
    definition("Churn", { kind: "recipe", file: "/etc/tarn/churn.toml", source: "s3://raw/telemetry", partition_by: ["submission_date"], select: "SELECT client_id AS \"clientId\", map() AS \"<i>hits</i>\"\nFROM records" }),
    definition("ExecutiveStream", {}),
    definition("MainSummary", { kind: null, table: null, source: null, columns: [], file: "/opt/main.so", problem: "a plug-in has it, whose columns show once it ran" }),
  ];
}

/** The last runs' snapshots have expired: of them neither dataset nor time is known. */
export function derived(tables) {
  if (tables.length === 0) return { runs: [], definitions: [], partitions: [], schedules: [] };
  const partitions = [];
  for (let i = 0; i < 40; i++) {
    const day = new Date(kNow - i * 86_400_000).toISOString().slice(0, 10);
    const known = { committed_at: micros(kNow - i * 3_600_000), dataset: i % 3 ? "ExecutiveStream" : "MainSummary" };
    partitions.push({ database: "default", table: i % 3 ? "executive" : "main", partition: `submission_date=${day}`, code_version: "v4", plan: `2026112${i % 10}T020000Z-${100 - i}`, ...(i < 38 ? known : {}) });
  }
  const schedule = (name, more) => ({ name, dataset: name, schedule: "15 2 * * *", days: "yesterday", due_at: micros(kNow + 22_500_000), running_since: null, ended_at: null, problem: null, ...more });
  const schedules = [
    schedule("ExecutiveStream", { ended_at: micros(kNow - 63_000_000) }),
    schedule("MainSummary", { ended_at: micros(kNow - 62_900_000), problem: "the run ended with 1: task 3: telemetry/20261120/bba86409.heka: at byte 18220: the message has no <b>uuid</b>" }),
    schedule("churn-weekly", { dataset: "Churn", schedule: "0 4 * * mon", days: "last 7", running_since: micros(Date.now() - 42_000) }),
  ];
  return { runs: derivedRuns(), definitions: derivedDefinitions(), partitions, schedules };
}

export function detail(table) {
  if (table.unreadable) throw new Refused(500, table.problem, "corrupt");
  const files = `/srv/lake/buckets/lake/default/${table.name}`;
  return {
    ...summary(table), location: `file://${files}`, uuid: "6b0f8a1e-8f0c-4b5a-9a57-0d5f3b1c2d3e", format_version: 2,
    columns_list: table.columns, time_columns: table.times,
    partition_fields: [{ column: "event_type", transform: "identity", name: "event_type" }, { column: "_received_at", transform: "day", name: "_day" }],
    sort_order: ["_received_at asc nulls first"], properties: { "tarn.wm.1.0": "90211", "write.format.default": "parquet" },
    open_with: {
      duckdb: `INSTALL iceberg; LOAD iceberg;\nSELECT * FROM iceberg_scan('${files}/metadata/00012-7e1f.metadata.json');`,
      pyiceberg: `from pyiceberg.catalog.sql import SqlCatalog\ntable = SqlCatalog("tarn", uri="sqlite:////srv/lake/catalog.db").load_table(("default", "${table.name}"))\ntable.scan().to_arrow()`,
      spark: `spark-sql --packages org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0,org.xerial:sqlite-jdbc:3.50.3.0 \\\n  --conf spark.sql.catalog.tarn=org.apache.iceberg.spark.SparkCatalog --conf spark.sql.catalog.tarn.type=jdbc \\\n  -e 'SELECT * FROM tarn.\`default\`.\`${table.name}\` LIMIT 10'`,
    },
  };
}

/** in: `count`, how many there are. */
function listed(name, query, most, fallback, count, make) {
  check(query, ["limit"], { limit: most });
  const limit = Number(query.get("limit") ?? fallback);
  return { [name]: Array.from({ length: Math.min(limit, count) }, (_, i) => make(i)), more: count > limit };
}

export function partitions(query, table) {
  const types = ["click", "page_view"];
  const day = (i) => new Date(kNow - i * 86_400_000).toISOString().slice(0, 10);
  const make = (i) => ({ path: `event_type=${types[i % 2]}/_day=${day(i >> 1)}`, rows: Math.max(1, 12_000 - i * 999), files: 3, bytes: Math.max(900, 700_000 - i * 9999) });
  return listed("partitions", query, 10_000, 1000, table.rows.length === 0 ? 0 : table.name === "ingest" ? 12_000 : 6, make);
}

export function snapshots(query, table) {
  const make = (i) => ({
    id: `45120071992547409${90 - i}`, parent: i === 11 ? null : `45120071992547409${89 - i}`, at: micros(kNow - i * 60_000), operation: i === 4 ? "overwrite" : i === 5 ? null : "append",
    added_rows: 8000 + i, removed_rows: i === 4 ? 120 : 0, added_files: 2, removed_files: i === 4 ? 1 : 0, total_rows: Math.max(0, 100_000 - i * 8000), total_files: Math.max(0, 30 - i * 2), total_bytes: Math.max(0, 5_000_000 - i * 300_000),
  });
  return listed("snapshots", query, 1000, 100, table.rows.length ? 12 : 0, make);
}
