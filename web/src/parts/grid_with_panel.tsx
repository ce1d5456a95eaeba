// The grid, and beside it the row that is open.
import { useMemo, type ReactNode } from "react";
import type { Cell } from "../api";
import { countText, type Zone } from "../format";
import { Grid } from "./grid";
import { RowPanel } from "./row_panel";

interface GridWithPanelProps {
  label: string;
  columns: readonly { name: string; type: string }[];
  rows: readonly (readonly Cell[])[];
  zone: Zone;
  hidden: readonly string[];
  /** These columns come first. */
  lead?: readonly string[];
  hide?: (column: string) => void;
  filter?: (column: string, value: Cell, keep: boolean) => void;
  nearEnd?: () => void;
  opened: number | null;
  open: (row: number | null) => void;
  /** More about the open row, above its fields. */
  about?: (row: readonly Cell[]) => ReactNode;
}

export function GridWithPanel({ label, columns, rows, zone, hidden, lead = [], hide, filter, nearEnd, opened, open, about }: GridWithPanelProps) {
  const first = lead.join("\n");
  const shown = useMemo(() => {
    const all = columns.map((column, index) => ({ ...column, index })).filter((column) => !hidden.includes(column.name));
    const leading = first.split("\n").flatMap((name) => all.filter((column) => column.name === name));
    const others = all.filter((column) => !leading.includes(column));
    const ofTarn = (column: { name: string }) => column.name.startsWith("_"); // _rest, _record_id: seldom what is looked for
    return [...leading, ...others.filter((column) => !ofTarn(column)), ...others.filter(ofTarn)];
  }, [columns, hidden, first]);
  const row = opened === null ? undefined : rows[opened];
  const step = (by: -1 | 1) => {
    const next = (opened ?? 0) + by;
    return next >= 0 && next < rows.length ? () => open(next) : null;
  };
  return (
    <div className="grid-with-panel">
      <Grid label={label} columns={shown} rows={rows} zone={zone} opened={opened} open={open} hide={hide} nearEnd={nearEnd} />
      {opened !== null && row && (
        <RowPanel columns={columns} row={row} title={`Row ${countText(opened + 1)}`} zone={zone} close={() => open(null)} step={step} filter={filter}>
          {about?.(row)}
        </RowPanel>
      )}
    </div>
  );
}
