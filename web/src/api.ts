// The contract of /api/v1 in types, and the one function that asks it. The server's OpenAPI document says the same.

/** A cell as the server writes it: int64 beyond 2^53 are strings, binary is {base64}, over 64 KiB is {cut, bytes}, and binary 64 KiB {base64, bytes}. */
export type Cell = null | boolean | number | string | Cell[] | { [member: string]: Cell };

export interface TableName {
  database: string;
  name: string;
}

export interface Stream {
  name: string;
  table: TableName;
  records_per_second: number;
  bytes_per_second: number;
  records_total: number;
  newest_visible_at: string | null;
  live_rows: number;
  rejects_last_hour: number | null;
  problem: string | null;
}

/** Of a table that cannot be read only its name, its live rows and the problem are known. */
export interface Table extends TableName {
  rows: number | null;
  live_rows: number;
  files: number | null;
  bytes: number | null;
  columns: number | null;
  is_rejects: boolean;
  newest_at: string | null;
  problem: string | null;
}

export interface Overview {
  version: string;
  started_at: string;
  now: string;
  log_bytes: number;
  streams: Stream[];
  tables: Table[];
}

export interface Column {
  id: number;
  name: string;
  type: string;
  required: boolean;
  doc: string;
}

export interface TableDetail extends Table {
  location: string;
  uuid: string;
  format_version: number;
  columns_list: Column[];
  time_columns: string[];
  partition_fields: { column: string | null; transform: string; name: string }[];
  sort_order: string[];
  properties: Record<string, string>;
  open_with: Record<string, string>;
}

export interface Partition {
  path: string;
  rows: number;
  files: number;
  bytes: number;
}

export interface Snapshot {
  id: string;
  parent: string | null;
  at: string;
  operation: string | null;
  added_rows: number;
  removed_rows: number;
  added_files: number;
  removed_files: number;
  total_rows: number;
  total_files: number;
  total_bytes: number;
}

export interface Stats {
  elapsed_ms: number;
  bytes_read: number;
  files_read: number;
}

export interface Rows {
  columns: { name: string; type: string }[];
  rows: Cell[][];
  more: boolean;
  stats: Stats;
}

export interface HistogramBucket {
  from: string;
  count: number;
  // Where a column divides the buckets: real values alone, whatever their text; then the rows without one, and those of all further values.
  by?: Record<string, number>;
  nulls?: number;
  others?: number;
}

export interface Histogram {
  time: string;
  from: string;
  to: string;
  bucket_ms: number;
  buckets: HistogramBucket[];
  total: number;
  outside: number;
  stats: Stats;
}

export interface ColumnValues {
  column: string;
  type: string;
  rows: number;
  nulls: number;
  /** Null, like `min` and `max`, for nested columns. */
  distinct: number | null;
  min: Cell;
  max: Cell;
  values: { value: Cell; count: number }[];
  stats: Stats;
}

export interface Groups {
  groups: { bucket?: string | null; keys: Cell[]; value: number | string | null }[];
  more: boolean;
  stats: Stats;
}

/** A task's attempt, in a run of a derived dataset. */
export interface DerivedAttempt {
  task: number;
  attempt: number;
  partition: string;
  objects: number;
  bytes: number;
}

/** How a run goes, and how it ended. */
export interface DerivedRun {
  plan: string;
  dataset: string;
  arguments: string[];
  database: string;
  table: string;
  rejects_table: string;
  code_version: string;
  /** Days, YYYYMMDD, both included. */
  from_date: string;
  to_date: string;
  partitions: number;
  /** Partitions that were left as they are: their inputs and code are those of their last run. */
  unchanged: number;
  tasks: number;
  tasks_done: number;
  bytes: number;
  bytes_done: number;
  begun_at: string;
  ended_at: string | null;
  state: "running" | "committed" | "failed" | "killed";
  /** Why it failed: with the object, and the offset in it, where it is one's. */
  problem: string | null;
  /** Of a committed one. */
  counts: { objects: number; bytes: number; records: number; rows: number; skipped: number; rejects: number; skipped_bytes: number; damaged: number; hmac_failed: number } | null;
  running: (DerivedAttempt & { begun_at: string })[];
  /** The first hundred of `failure_count`. */
  failures: (DerivedAttempt & { problem: string })[];
  failure_count: number;
  /** A line for each object that was damaged. */
  damage: string[];
}

/** What a dataset is. `kind` is null where its name is all that is known; `problem` says why. */
export interface DerivedDefinition {
  name: string;
  kind: "class" | "recipe" | null;
  table: string | null;
  arguments: string[];
  /** Of the recipe, or of the plug-in that has the class; null: the class is linked in. */
  file: string | null;
  source: string | null;
  filter_prefix: string;
  partition_by: string[];
  columns: { name: string; type: string; required: boolean }[];
  select: string | null;
  problem: string | null;
}

/** What a partition of a derived dataset was made of. Once the table has let go of the run's snapshot, its name and time are unknown. */
export interface DerivedPartition {
  dataset?: string;
  database: string;
  table: string;
  partition: string;
  code_version: string;
  plan: string;
  committed_at?: string;
}

/** A dataset that the server's configuration runs on a schedule. */
export interface DerivedSchedule {
  name: string;
  dataset: string;
  /** A cron line, in UTC. */
  schedule: string;
  days: string;
  due_at: string | null;
  running_since: string | null;
  /** Of the last run since the server started. */
  ended_at: string | null;
  /** What that run said before it failed. */
  problem: string | null;
}

export interface Derived {
  /** Of this machine, the last fifty, newest first. */
  runs: DerivedRun[];
  definitions: DerivedDefinition[];
  partitions: DerivedPartition[];
  schedules: DerivedSchedule[];
}

/** Where the server is. An empty base is the page's own origin. */
export interface Connection {
  baseUrl: string;
  token?: string;
}

/** `refused`: the server answered with an error. `unreachable`: no answer, or a 502 to 504; asking again may help. */
export class ApiError extends Error {
  constructor(
    readonly kind: "refused" | "unreachable",
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

export type QueryValue = string | number | boolean | null | undefined | readonly string[];

/** A path with its query; empty values are left out, lists are repeated. */
export function apiPath(path: string, query: Record<string, QueryValue> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) for (const one of value) search.append(name, one);
    else search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

export function tablePath(table: TableName, rest = ""): string {
  return `/tables/${encodeURIComponent(table.database)}/${encodeURIComponent(table.name)}${rest}`;
}

export function apiUrl(connection: Connection, path: string): string {
  return `${connection.baseUrl.replace(/\/+$/, "")}/api/v1${path}`;
}

/** Sends a GET; throws an ApiError unless the status is 2xx, and the signal's AbortError when cancelled. */
export async function request(connection: Connection, path: string, signal?: AbortSignal): Promise<Response> {
  const headers = new Headers();
  if (connection.token) headers.set("Authorization", `Bearer ${connection.token}`);
  let response: Response;
  try {
    response = await fetch(apiUrl(connection, path), { headers, signal: signal ?? null, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("unreachable", "The server does not answer.");
  }
  if (response.ok) return response;
  const message = messageOf(await response.text().catch(() => ""), response);
  throw new ApiError(response.status >= 502 && response.status <= 504 ? "unreachable" : "refused", message, response.status);
}

/** Asks for JSON. */
export async function ask<T>(connection: Connection, path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(connection, path, signal);
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("unreachable", "The answer broke off.");
  }
}

// {"error": text}, {"error": {"message": text}} and plain text are all read.
function messageOf(body: string, response: Response): string {
  try {
    const { error } = JSON.parse(body) as { error?: string | { message?: string } };
    const message = typeof error === "string" ? error : error?.message;
    if (message) return message;
  } catch {
    // No JSON: a proxy's page, or nothing. The status says enough.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim() + ".";
}
