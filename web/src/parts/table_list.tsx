// Tables with their sizes, as Overview and Tables show them.
import type { Table } from "../api";
import { ageText, bytesText, countText } from "../format";
import { Link } from "../navigation";
import { explorePlace, rejectsPlace, tablePlace, tableText } from "../places";
import { RowTable, type TableColumn } from "./row_table";
import { Problem } from "./states";

export function TableList({ tables, nowMs }: { tables: Table[]; nowMs: number }) {
  const columns: TableColumn<Table>[] = [
    { title: "Table", cell: (table) => <Name table={table} /> },
    { title: "Rows in files", number: true, cell: (table) => known(table.rows, countText) },
    { title: "Live rows", number: true, cell: (table) => countText(table.live_rows) },
    { title: "Files", number: true, cell: (table) => known(table.files, countText) },
    { title: "Size", number: true, cell: (table) => known(table.bytes, bytesText) },
    { title: "Columns", number: true, cell: (table) => known(table.columns, countText) },
    { title: "Newest snapshot", number: true, hint: (table) => table.newest_at ?? "", cell: (table) => ageText(table.newest_at, nowMs) },
    { title: "Rows", cell: (table) => <Open table={table} /> },
  ];
  return <RowTable label="Tables" columns={columns} rows={tables} rowKey={tableText} />;
}

// Of a table that cannot be read no numbers are known; its problem stands below its name.
function known(value: number | null, text: (value: number) => string): string {
  return value === null ? "–" : text(value);
}

function Name({ table }: { table: Table }) {
  return (
    <>
      <Link to={tablePlace(table)}>
        <bdi>{tableText(table)}</bdi>
      </Link>
      {table.problem !== null && <Problem text={table.problem} />}
    </>
  );
}

function Open({ table }: { table: Table }) {
  return (
    <Link to={table.is_rejects ? rejectsPlace(table) : explorePlace(table)} aria-label={`Explore ${tableText(table)}`}>
      Explore
    </Link>
  );
}
