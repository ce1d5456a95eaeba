// Records that did not fit: by stream and reason over time, and each with its raw bytes and the place of the trouble marked.
import { useEffect, useMemo, useState } from "react";
import { apiPath, tablePath, type Cell, type ColumnValues, type QueryValue, type Table, type TableName } from "../api";
import { including, matching, writeFilter } from "../filters";
import { asBinary, cellText, decodeBase64, plainText } from "../cells";
import { bytesText, countOf, countText, visibleLines } from "../format";
import { findPlace } from "../json_place";
import { Link, useUrlState } from "../navigation";
import { Download } from "../parts/copy";
import { FilterBar } from "../parts/filter_bar";
import { RowResults } from "../parts/row_results";
import { Answered, Empty } from "../parts/states";
import { TableChoice } from "../parts/table_choice";
import { TextBlock } from "../parts/text_block";
import { TimeChart } from "../parts/time_chart";
import { TimePicker } from "../parts/time_picker";
import { explorePlace, largestOf, readTableText, tableText } from "../places";
import { resolveRange } from "../time_range";
import type { Member } from "../type_text";
import { choice, filterList, place, text } from "../url_state";
import { useAnswer } from "../use_answer";

const kFields = { table: text(), from: text(), to: text(), zone: choice(["utc", "local"], "utc"), f: filterList(), row: place() };

// Every table of rejects has these columns.
const kColumns: Member[] = [
  { name: "reason", type: "string" },
  { name: "path", type: "string" },
  { name: "message", type: "string" },
  { name: "source", type: "string" },
  { name: "lsn", type: "bigint" },
];
const kLead = ["_received_at", "reason", "path", "message", "raw", "source"];

export default function Rejects() {
  const [state, set] = useUrlState(kFields);
  const tables = useAnswer<{ tables: Table[] }>("/tables");
  return (
    <>
      <div className="head">
        <h1>Rejects</h1>
      </div>
      <Answered answer={tables} what="tables">
        {(value) => {
          const found = value.tables.filter((table) => table.is_rejects);
          const chosen = readTableText(state.table) ?? largestOf(found);
          if (chosen === null) return <Empty title="Nothing was ever rejected.">Records that do not fit their table are kept here, with the reason and their bytes.</Empty>;
          return <TableRejects key={tableText(chosen)} tables={found} table={chosen} state={state} set={set} />;
        }}
      </Answered>
    </>
  );
}

interface TableRejectsProps {
  tables: readonly TableName[];
  table: TableName;
  state: ReturnType<typeof useUrlState<typeof kFields>>[0];
  set: ReturnType<typeof useUrlState<typeof kFields>>[1];
}

function TableRejects({ tables, table, state, set }: TableRejectsProps) {
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const path = tablePath(table);
  useEffect(() => {
    if (state.table === "") set({ table: tableText(table) }, { replace: true });
  }, [state.table, set, table]);
  const query = useMemo((): Record<string, QueryValue> => ({ time: "_received_at", ...resolveRange(state, askedAt), f: state.f.map(writeFilter) }), [state, askedAt]);
  const ofTable = { ...table, name: table.name.replace(/_rejects$/, "") };
  const ask = (change: Parameters<typeof set>[0]) => set({ ...change, row: null });
  const filterBy = (column: string, value: Cell, keep: boolean) => ask({ f: including(state.f, matching(column, value, keep)) });
  return (
    <>
      <div className="explorer-head">
        <TableChoice tables={tables} chosen={table} choose={(next) => ask({ table: next, f: [] })} />
        <TimePicker
          range={state}
          zone={state.zone}
          column="_received_at"
          columns={["_received_at"]}
          choose={(range) => {
            setAskedAt(Date.now());
            ask(range);
          }}
          chooseZone={(zone) => set({ zone })}
          chooseColumn={() => undefined}
        />
        <FilterBar filters={state.f} fields={kColumns} change={(f) => ask({ f })} />
        <Link className="button quiet" to={explorePlace(ofTable)}>
          Rows that fit
        </Link>
      </div>
      <Reasons path={path} query={query} turn={askedAt} choose={(reason) => filterBy("reason", reason, true)} />
      <TimeChart path={path} query={query} turn={askedAt} zone={state.zone} stack="reason" choose={ask} />
      <RowResults
        path={path}
        query={query}
        turn={askedAt}
        name={table.name}
        zone={state.zone}
        hidden={kNone}
        filter={filterBy}
        refresh={() => {
          set({ row: null }, { replace: true });
          setAskedAt(Date.now());
        }}
        lead={kLead}
        opened={state.row}
        open={(row) => set({ row }, { replace: true })}
        about={(row) => <RawRecord row={row} path={path} />}
      />
    </>
  );
}

const kNone: readonly string[] = [];

function Reasons({ path, query, turn, choose }: { path: string; query: Record<string, QueryValue>; turn: number; choose: (reason: Cell) => void }) {
  const answer = useAnswer<ColumnValues>(apiPath(`${path}/values`, { ...query, column: "reason", limit: 20 }), { turn });
  return (
    <Answered answer={answer} what="reasons">
      {(value) => (
        <ul className="chips reasons" aria-label="Reasons">
          {value.values.map((one) => (
            <li key={cellText(one.value, value.type)}>
              <button type="button" title="Only this reason" onClick={() => choose(one.value)}>
                <bdi>{cellText(one.value, value.type, 80)}</bdi> <strong>{countText(one.count)}</strong>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Answered>
  );
}

function RawRecord({ row, path }: { row: Record<string, Cell>; path: string }) {
  const raw = asBinary(row["raw"] ?? null, "binary");
  const bytes = useMemo(() => (raw === null ? null : decodeBase64(raw.base64)), [raw?.base64]);
  const text = useMemo(() => new TextDecoder().decode(bytes ?? new Uint8Array()), [bytes]);
  const whole = raw?.bytes === undefined;
  const place = useMemo(() => {
    const found = findPlace(text, plainText(row["reason"] ?? null, "string"), plainText(row["path"] ?? null, "string"));
    return found !== null && !whole && found.to >= text.length ? null : found; // there the start ends, and no fault is
  }, [text, row, whole]);
  if (raw === null || bytes === null) return null;
  const lsn = plainText(row["lsn"] ?? null, "bigint");
  return (
    <section className="raw-record" aria-label="The record as it was received">
      <h3>As received, {whole ? countOf(bytes.length, "byte") : `the first 64 KiB of ${bytesText(raw.bytes ?? 0)}`}</h3>
      <TextBlock label="The record">
        {visibleLines(text.slice(0, place?.from))}
        {place !== null && (
          <>
            <mark className="place" title="Here">
              {place.from === place.to ? "⟨end⟩" : visibleLines(text.slice(place.from, place.to))}
            </mark>
            {visibleLines(text.slice(place.to))}
          </>
        )}
      </TextBlock>
      {whole ? (
        <SaveBytes bytes={bytes} name={`reject-${lsn}.bin`} />
      ) : (
        <Download path={apiPath(`${path}/rows`, { columns: "raw", f: [writeFilter({ column: "lsn", op: "eq", value: row["lsn"] ?? null })], format: "ndjson" })} name={`reject-${lsn}.ndjson`}>
          Save it whole, as base64 in NDJSON
        </Download>
      )}
    </section>
  );
}

function SaveBytes({ bytes, name }: { bytes: Uint8Array; name: string }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes.slice()], { type: "application/octet-stream" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return (
    <a className="button quiet" href={url} download={name}>
      Save these bytes
    </a>
  );
}
