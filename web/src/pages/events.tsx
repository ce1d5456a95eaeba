// The plain event log: two days, a type, a user, and the events as a table. After Run Query the address says so, and the rows
// follow it: a change of the filters asks again.
import { useMemo, useState, type FormEvent } from "react";
import { apiPath, tablePath, type ColumnValues, type QueryValue, type Rows, type Table, type TableDetail, type TableName } from "../api";
import { fieldsOf } from "../fields";
import { including, matching, typedValue, writeFilter, type Filter } from "../filters";
import { countOf, countText, visibleText } from "../format";
import { Link, useUrlState } from "../navigation";
import { FilterBar } from "../parts/filter_bar";
import { GridWithPanel } from "../parts/grid_with_panel";
import { Answered, Empty, Failed, Reconnecting } from "../parts/states";
import { statsText } from "../parts/stats_line";
import { TableChoice } from "../parts/table_choice";
import { readTableText, tableText } from "../places";
import { filterList, flag, place, text, type StateOf } from "../url_state";
import { useAnswer } from "../use_answer";

const kDefaultTable = "default.ingest";
const kLimitMax = 10_000;
const kDayMs = 86_400_000;
const kFields = { table: text(kDefaultTable), start_date: text(), end_date: text(), event_type: text(), user_id: text(), limit: text("100"), f: filterList(), run: flag(), row: place() };

type State = StateOf<typeof kFields>;

export default function Events() {
  const [state, set] = useUrlState(kFields);
  const tables = useAnswer<{ tables: Table[] }>("/tables");
  const table = readTableText(state.table);
  return (
    <>
      <div className="head">
        <h1>Events</h1>
        {tables.value && tables.value.tables.length > 0 && table && (
          <div className="tools">
            <TableChoice tables={tables.value.tables.filter((one) => !one.is_rejects)} chosen={table} choose={(next) => set({ table: next, event_type: "", f: [], run: false, row: null })} />
          </div>
        )}
      </div>
      <Answered answer={tables} what="tables">
        {(value) =>
          table && value.tables.some((one) => tableText(one) === tableText(table)) ? (
            <EventLog key={tableText(table)} table={table} state={state} set={set} />
          ) : (
            <Empty title="There are no events yet.">
              <p>
                Events that are sent to <code>/ingest</code> show here. <Link to="/">How to send one</Link>
              </p>
            </Empty>
          )
        }
      </Answered>
    </>
  );
}

interface EventLogProps {
  table: TableName;
  state: State;
  set: (change: Partial<State>, options?: { replace?: boolean }) => void;
}

function EventLog({ table, state, set }: EventLogProps) {
  const detail = useAnswer<TableDetail>(tablePath(table));
  return (
    <Answered answer={detail} what="table">
      {(value) => <EventQuery table={table} detail={value} state={state} set={set} />}
    </Answered>
  );
}

function EventQuery({ table, detail, state, set }: EventLogProps & { detail: TableDetail }) {
  const fields = useMemo(() => fieldsOf(detail.columns_list), [detail]);
  const [turn, setTurn] = useState(0);
  const typeOf = (name: string) => fields.find((field) => field.name === name)?.type ?? null;
  const time = detail.time_columns.includes("event_timestamp") ? "event_timestamp" : (detail.time_columns[0] ?? "");
  const types = useAnswer<ColumnValues>(typeOf("event_type") === null ? null : apiPath(tablePath(table, "/values"), { column: "event_type", limit: 1000 }));
  const run = (change: Partial<State>) => {
    set({ ...change, run: true, row: null });
    setTurn(turn + 1);
  };
  const asked = state.run ? questionOf(state, time, typeOf("user_id")) : null;
  return (
    <>
      <EventForm
        key={JSON.stringify([state.start_date, state.end_date, state.event_type, state.user_id, state.limit])}
        state={state}
        types={types.value?.values.map((one) => one.value).filter((one) => typeof one === "string") ?? []}
        hasType={typeOf("event_type") !== null}
        hasUser={typeOf("user_id") !== null}
        run={run}
      >
        <FilterBar filters={state.f} fields={fields} change={(f) => set({ f, row: null })} />
      </EventForm>
      {asked === null ? (
        <Empty title="Choose days and a type, and run the query." />
      ) : "problem" in asked ? (
        <p className="banner failed" role="alert">
          {asked.problem}
        </p>
      ) : (
        <EventRows key={turn} path={apiPath(tablePath(table, "/rows"), asked.query)} time={time} filter={(filter) => set({ f: including(state.f, filter), row: null })} opened={state.row} open={(row) => set({ row }, { replace: true })} />
      )}
    </>
  );
}

// The days are both included, in UTC.
function questionOf(state: State, time: string, userType: string | null): { query: Record<string, QueryValue> } | { problem: string } {
  const [from, to] = [Date.parse(`${state.start_date}T00:00:00Z`), Date.parse(`${state.end_date}T00:00:00Z`)];
  if (Number.isNaN(from) || Number.isNaN(to)) return { problem: "Choose the first and the last day." };
  if (to < from) return { problem: "The last day is before the first." };
  const filters = [...state.f];
  if (state.event_type !== "") filters.push({ column: "event_type", op: "eq", value: state.event_type });
  if (state.user_id !== "" && userType !== null) {
    const user = typedValue(userType, "eq", state.user_id);
    if ("problem" in user) return { problem: `user_id: ${user.problem}` };
    filters.push({ column: "user_id", op: "eq", value: user.value });
  }
  const limit = Number(state.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > kLimitMax) return { problem: `The limit is a number from 1 to ${countText(kLimitMax)}.` };
  const range = time === "" ? {} : { time, from: new Date(from).toISOString(), to: new Date(to + kDayMs).toISOString() };
  return { query: { ...range, f: filters.map(writeFilter), limit } };
}

interface EventFormProps {
  state: State;
  types: readonly string[];
  hasType: boolean;
  hasUser: boolean;
  run: (change: Partial<State>) => void;
  children: React.ReactNode;
}

function EventForm({ state, types, hasType, hasUser, run, children }: EventFormProps) {
  const today = new Date().toISOString().slice(0, 10);
  const [draft, setDraft] = useState({
    start_date: state.start_date || new Date(Date.now() - 6 * kDayMs).toISOString().slice(0, 10),
    end_date: state.end_date || today,
    event_type: state.event_type,
    user_id: state.user_id,
    limit: state.limit,
  });
  const put = (change: Partial<typeof draft>) => setDraft({ ...draft, ...change });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(draft);
  };
  // A filter's form stands inside, so this is no <form>: forms do not nest.
  return (
    <div className="event-form" role="search" aria-label="Events" onKeyDown={(event) => event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.dataset["runs"] === "1" && submit(event)}>
      <label className="field">
        <span>start_date (UTC)</span>
        <input type="date" data-runs="1" value={draft.start_date} onChange={(event) => put({ start_date: event.target.value })} />
      </label>
      <label className="field">
        <span>end_date, included</span>
        <input type="date" data-runs="1" value={draft.end_date} onChange={(event) => put({ end_date: event.target.value })} />
      </label>
      {hasType && (
        <label className="field">
          <span>event_type</span>
          <select value={draft.event_type} onChange={(event) => put({ event_type: event.target.value })}>
            <option value="">any</option>
            {(draft.event_type === "" || types.includes(draft.event_type) ? types : [draft.event_type, ...types]).map((type) => (
              <option key={type} value={type}>
                {visibleText(type)}
              </option>
            ))}
          </select>
        </label>
      )}
      {hasUser && (
        <label className="field short">
          <span>user_id</span>
          <input data-runs="1" value={draft.user_id} onChange={(event) => put({ user_id: event.target.value })} />
        </label>
      )}
      <label className="field short">
        <span>limit</span>
        <input data-runs="1" inputMode="numeric" value={draft.limit} onChange={(event) => put({ limit: event.target.value })} />
      </label>
      <button type="button" className="primary" onClick={() => run(draft)}>
        Run Query
      </button>
      <div className="more">{children}</div>
    </div>
  );
}

interface EventRowsProps {
  path: string;
  time: string;
  filter: (filter: Filter) => void;
  opened: number | null;
  open: (row: number | null) => void;
}

function EventRows({ path, time, filter, opened, open }: EventRowsProps) {
  const answer = useAnswer<Rows>(path);
  const { value, loading, problem, reconnecting, cancelled } = answer;
  const hidden = useMemo(() => (value === null ? [] : columnsWithoutValues(value)), [value]);
  if (reconnecting) return <Reconnecting />;
  if (problem !== null) return <Failed what="events" problem={problem} again={answer.refresh} />;
  if (loading)
    return (
      <div className="result-bar">
        <p className="stats" role="status">
          Querying…
        </p>
        <button type="button" onClick={answer.cancel}>
          Cancel
        </button>
      </div>
    );
  if (cancelled || value === null) return <Empty title="Cancelled." />;
  if (value.rows.length === 0) return <Empty title="No results found." />;
  return (
    <>
      <div className="result-bar">
        <p className="stats" role="status">
          {countOf(value.rows.length, "event")}{value.more && ", and there are more"} · {statsText(value.stats)}
        </p>
      </div>
      <GridWithPanel label="Events, newest first" columns={value.columns} rows={value.rows} zone="utc" hidden={hidden} lead={[time]} opened={opened} open={open} filter={(column, cell, keep) => filter(matching(column, cell, keep))} />
    </>
  );
}

// The table has the columns that its rows have.
function columnsWithoutValues(value: Rows): string[] {
  return value.columns.filter((_, i) => value.rows.every((row) => row[i] === null)).map((column) => column.name);
}
