// The addresses of places that several pages link to, and a table's name in one text.
import type { Table, TableName } from "./api";

/** `database.table`. A database's name has no dot, so the first one parts them. */
export function tableText(table: TableName): string {
  return `${table.database}.${table.name}`;
}

/** returns null for what names no table; without a database it is `default`. */
export function readTableText(text: string): TableName | null {
  const dot = text.indexOf(".");
  const table = dot < 0 ? { database: "default", name: text } : { database: text.slice(0, dot), name: text.slice(dot + 1) };
  return table.database === "" || table.name === "" ? null : table;
}

export function tablePlace(table: TableName): string {
  return `/tables/${encodeURIComponent(table.database)}/${encodeURIComponent(table.name)}`;
}

export function explorePlace(table: TableName, more: Record<string, string> = {}): string {
  return `/explore?${new URLSearchParams({ table: tableText(table), ...more })}`;
}

/** Of a stream's table or of the rejects' table itself. */
export function rejectsPlace(table: TableName): string {
  const name = table.name.endsWith("_rejects") ? table.name : `${table.name}_rejects`;
  return `/rejects?${new URLSearchParams({ table: tableText({ ...table, name }) })}`;
}

/** The table with most rows, as the likely one where none is named. */
export function largestOf(tables: readonly Table[]): Table | null {
  const rowsOf = (table: Table) => (table.rows ?? 0) + table.live_rows;
  return tables.reduce<Table | null>((best, table) => (best === null || rowsOf(table) > rowsOf(best) ? table : best), null);
}
