// Explore one table: times, filters, fields, rows, groups, live tail. Its state is the place's, so a link shows the same.
import { lazy, Suspense, useMemo, useState } from "react";
import { tablePath, type QueryValue, type Stream, type TableDetail, type TableName } from "../api";
import { fieldsOf } from "../fields";
import { including, matching, writeFilter } from "../filters";
import { useUrlState } from "../navigation";
import { tableText } from "../places";
import { resolveRange } from "../time_range";
import { useAnswer } from "../use_answer";
import { kExploreFields, type Grouping } from "./explore_state";
import { FieldList } from "./field_list";
import { FilterBar } from "./filter_bar";
import { LiveRows } from "./live_rows";
import { RowResults } from "./row_results";
import { Answered, Loading } from "./states";
import { Tabs } from "./tabs";
import { TimeChart } from "./time_chart";
import { TimePicker } from "./time_picker";

const Groups = lazy(() => import("./groups").then((part) => ({ default: part.Groups })));

export function Explorer({ table }: { table: TableName }) {
  const detail = useAnswer<TableDetail>(tablePath(table));
  return (
    <Answered answer={detail} what="table">
      {(value) => <TableExplorer key={tableText(table)} table={table} detail={value} />}
    </Answered>
  );
}

function TableExplorer({ table, detail }: { table: TableName; detail: TableDetail }) {
  const [state, set] = useUrlState(kExploreFields);
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const [fieldsShown, setFieldsShown] = useState(false); // on narrow screens; on wide ones they always are
  const streams = useAnswer<{ streams: Stream[] }>("/streams");
  const fields = useMemo(() => fieldsOf(detail.columns_list), [detail]);
  const path = tablePath(table);
  const time = detail.time_columns.includes(state.time) ? state.time : (detail.time_columns[0] ?? "");

  // What all questions share. Times that are relative to now stand still until the rows are asked for again.
  const query = useMemo((): Record<string, QueryValue> => {
    const range = time === "" ? { from: "", to: "" } : resolveRange(state, askedAt);
    return { time, ...range, snapshot: state.snapshot, f: state.f.map(writeFilter) };
  }, [state, time, askedAt]);
  const shown = useMemo(() => query, [JSON.stringify(query)]); // the same object while the question is the same

  const streamsKnown = streams.value !== null || !streams.loading;
  const stream = streams.value?.streams.find((one) => tableText(one.table) === tableText(table))?.name ?? null;
  const views = [
    { id: "rows" as const, title: "Rows" },
    { id: "groups" as const, title: "Groups" },
    ...((stream === null && streamsKnown) || state.snapshot !== "" ? [] : [{ id: "live" as const, title: "Live" }]),
  ];
  const view = views.some((one) => one.id === state.view) ? state.view : "rows";
  // A row's place is one among the rows of a question: with another question none is open.
  const ask = (change: Parameters<typeof set>[0]) => set({ ...change, row: null });
  const filterBy = (column: string, value: Parameters<typeof matching>[1], keep: boolean) => ask({ f: including(state.f, matching(column, value, keep)) });
  const refresh = () => {
    set({ row: null }, { replace: true });
    setAskedAt(Date.now());
  };
  const stack = fields.some((field) => field.name === state.stack) ? state.stack : "";
  const grouping: Grouping = { by: state.by, measure: state.measure, of: state.of, bucket: time === "" ? "" : state.bucket };

  return (
    <div className="explorer">
      <div className="explorer-head">
        {time !== "" && view !== "live" && (
          <TimePicker
            range={state}
            zone={state.zone}
            column={time}
            columns={detail.time_columns}
            choose={(range) => {
              setAskedAt(Date.now());
              ask(range);
            }}
            chooseZone={(zone) => set({ zone })}
            chooseColumn={(column) => ask({ time: column === detail.time_columns[0] ? "" : column })}
          />
        )}
        <FilterBar filters={state.f} fields={fields} change={(f) => ask({ f })} />
        {state.snapshot !== "" && (
          <p className="chip">
            As of snapshot {state.snapshot}
            <button type="button" className="quiet icon" aria-label="Back to now" onClick={() => ask({ snapshot: "" })}>
              ×
            </button>
          </p>
        )}
        <button type="button" className="fields-toggle" aria-expanded={fieldsShown} onClick={() => setFieldsShown(!fieldsShown)}>
          Fields
        </button>
      </div>
      <div className={fieldsShown ? "explorer-body with-fields" : "explorer-body"}>
        <section className="fields" aria-label="Fields of the table">
          <FieldList
            fields={fields}
            path={path}
            query={shown}
            turn={askedAt}
            zone={state.zone}
            opened={state.open}
            hidden={state.hide}
            open={(open) => set({ open }, { replace: true })}
            hide={(hide) => set({ hide }, { replace: true })}
            filter={filterBy}
            stack={(column) => set({ stack: column, view: "rows" })}
          />
        </section>
        <div className="results">
          <Tabs label="Ways to look at the rows" tabs={views} chosen={view} choose={(next) => set({ view: next })}>
            {view === "rows" && (
              <>
                {time !== "" && <TimeChart path={path} query={shown} turn={askedAt} zone={state.zone} stack={stack} choose={ask} unstack={() => set({ stack: "" })} />}
                <RowResults
                  path={path}
                  query={shown}
                  turn={askedAt}
                  name={table.name}
                  zone={state.zone}
                  hidden={state.hide}
                  hide={(column) => set({ hide: [...state.hide, column] }, { replace: true })}
                  filter={filterBy}
                  refresh={refresh}
                  lead={[time]}
                  opened={state.row}
                  open={(row) => set({ row }, { replace: true })}
                />
              </>
            )}
            {view === "groups" && (
              <Suspense>
                <Groups path={path} query={shown} turn={askedAt} refresh={refresh} fields={fields} zone={state.zone} grouping={grouping} change={(change) => set(change)} />
              </Suspense>
            )}
            {view === "live" && stream === null && <Loading what="streams" />}
            {view === "live" && stream !== null && (
              <LiveRows stream={stream} columns={detail.columns_list} filters={state.f} zone={state.zone} hidden={state.hide} lead={[time]} paused={state.paused} pause={(paused) => set({ paused }, { replace: true })} filter={filterBy} />
            )}
          </Tabs>
        </div>
      </div>
    </div>
  );
}
