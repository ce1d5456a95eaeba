// Rows as they arrive. Paused, they wait and are counted.
import { useMemo, useState } from "react";
import type { Cell, Column } from "../api";
import type { Filter } from "../filters";
import { countText, rateText, type Zone } from "../format";
import { memberOf } from "../members";
import { kTailRows, useTail } from "../use_tail";
import { GridWithPanel } from "./grid_with_panel";
import { Empty, Reconnecting } from "./states";

interface LiveRowsProps {
  stream: string;
  columns: readonly Column[];
  filters: readonly Filter[];
  zone: Zone;
  hidden: readonly string[];
  lead: readonly string[];
  paused: boolean;
  pause: (paused: boolean) => void;
  filter: (column: string, value: Cell, keep: boolean) => void;
}

export function LiveRows({ stream, columns, filters, zone, hidden, lead, paused, pause, filter }: LiveRowsProps) {
  const tail = useTail(stream, filters, paused);
  const rows = useMemo(() => tail.rows.map((row) => columns.map((column) => memberOf(row, column.name) ?? null)), [tail.rows, columns]);
  const [opened, setOpened] = useState<number | null>(null);
  // A row that is read must not move away below the reader.
  const open = (row: number | null) => {
    setOpened(row);
    if (row !== null) pause(true);
  };
  const resume = () => {
    setOpened(null);
    pause(false);
  };
  return (
    <>
      {tail.reconnecting && <Reconnecting />}
      {tail.problem !== null && (
        <p className="banner failed" role="alert">
          {tail.problem}
        </p>
      )}
      <div className="result-bar">
        <p className="stats" role="status">
          {paused ? `Paused. ${countText(tail.waiting)}${tail.waiting >= kTailRows ? " and more" : ""} new rows wait.` : `${rateText(tail.perSecond)} rows a second.`}
          {tail.skipped > 0 && ` ${countText(tail.skipped)} rows were skipped: they came faster than this page reads.`}
        </p>
        <button type="button" aria-pressed={paused} onClick={() => (paused ? resume() : pause(true))}>
          {paused ? "Resume" : "Pause"}
        </button>
      </div>
      {rows.length === 0 ? (
        <Empty title="Waiting for rows…">They show here as soon as they are visible to queries.</Empty>
      ) : (
        <GridWithPanel label="Rows as they arrive, newest first" columns={columns} rows={rows} zone={zone} hidden={hidden} lead={lead} filter={filter} opened={opened} open={open} />
      )}
    </>
  );
}
