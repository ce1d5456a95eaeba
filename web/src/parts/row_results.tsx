// Rows of a table in a grid, with what the answer took, downloads, and one row at the side.
import { useMemo, type ReactNode } from "react";
import { apiPath, type Cell, type QueryValue, type Rows } from "../api";
import { countOf, countText, type Zone } from "../format";
import { kRowsMax, useRows, type RowPages } from "../use_rows";
import { Download } from "./copy";
import { GridWithPanel } from "./grid_with_panel";
import { Answered, Empty } from "./states";
import { statsText } from "./stats_line";

interface RowResultsProps {
  path: string;
  query: Record<string, QueryValue>;
  /** Another number asks again. */
  turn: number;
  /** For the names of downloads. */
  name: string;
  zone: Zone;
  hidden: readonly string[];
  hide?: (column: string) => void;
  filter: (column: string, value: Cell, keep: boolean) => void;
  refresh: () => void;
  /** These columns come first. */
  lead?: readonly string[];
  opened: number | null;
  open: (row: number | null) => void;
  /** More about the open row, above its fields. */
  about?: (row: Record<string, Cell>) => ReactNode;
}

export function RowResults({ path, query, turn, name, refresh, ...shown }: RowResultsProps) {
  const pages = useRows(`${path}/rows`, query, turn);
  const { first } = pages;
  const download = (format: string) => apiPath(`${path}/rows`, { ...query, limit: kRowsMax, format });
  return (
    <>
      <div className="result-bar">
        <p className="stats" role="status">
          {first.value !== null && !first.loading && (
            <>
              {countOf(pages.rows.length, "row")}
              {pages.more && " so far"} · {statsText(first.value.stats)}
            </>
          )}
          {first.loading && "Asking…"}
        </p>
        {first.loading ? (
          <button type="button" onClick={first.cancel}>
            Cancel
          </button>
        ) : (
          <button type="button" onClick={refresh}>
            Refresh
          </button>
        )}
        <Download path={download("csv")} name={`${name}.csv`}>
          CSV
        </Download>
        <Download path={download("ndjson")} name={`${name}.ndjson`}>
          NDJSON
        </Download>
      </div>
      <Answered answer={first} what="rows">
        {(value) => (value.rows.length === 0 ? <Empty title="No rows match.">Widen the time range, or remove a filter.</Empty> : <Found value={value} pages={pages} {...shown} />)}
      </Answered>
      {pages.problem !== null && <p className="bad">The next rows did not come: {pages.problem}</p>}
      {pages.rows.length >= kRowsMax && <p className="muted">The grid ends after {countText(kRowsMax)} rows. Narrow the time range to see others.</p>}
    </>
  );
}

type FoundProps = Omit<RowResultsProps, "path" | "query" | "turn" | "name" | "refresh"> & { value: Rows; pages: RowPages };

function Found({ value, pages, lead = [], about, ...shown }: FoundProps) {
  const names = JSON.stringify(value.columns);
  const columns = useMemo(() => value.columns, [names]); // the same object as long as the columns are the same
  const aboutRow = about && ((row: readonly Cell[]) => about(Object.fromEntries(columns.map((column, i) => [column.name, row[i] ?? null]))));
  return <GridWithPanel label="Rows, newest first" columns={columns} rows={pages.rows} lead={lead} nearEnd={pages.loadMore} about={aboutRow} {...shown} />;
}
