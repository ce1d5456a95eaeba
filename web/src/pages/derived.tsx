// Derived datasets: what they are, which run on schedules, how runs go, and what their partitions were made of.
import { useMemo } from "react";
import type { Derived, DerivedPartition, DerivedSchedule } from "../api";
import { ageText, countOf, timeText } from "../format";
import { Link, useUrlState } from "../navigation";
import { CodeBlock } from "../parts/copy";
import { DerivedDefinitions } from "../parts/derived_definitions";
import { DerivedRuns } from "../parts/derived_runs";
import { RowTable, type TableColumn } from "../parts/row_table";
import { Answered, Empty, Problem } from "../parts/states";
import { tablePlace, tableText } from "../places";
import { text } from "../url_state";
import { useAnswer } from "../use_answer";

const kFields = { dataset: text(), run: text(), definition: text() };
const kEveryMs = 2000;
const kPlanShown = 8; // of a uuid, which its title has whole

export default function DerivedPage() {
  const [state, set] = useUrlState(kFields);
  const answer = useAnswer<Derived>("/derived", { everyMs: kEveryMs });
  const names = useMemo(() => namesOf(answer.value), [answer.value]);
  return (
    <>
      <div className="head">
        <h1>Derived datasets</h1>
        {names.length > 0 && (
          <div className="tools">
            <label className="check">
              <span className="muted">Dataset</span>
              <select value={state.dataset} onChange={(event) => set({ dataset: event.target.value })}>
                <option value="">all</option>
                {names.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          </div>
        )}
      </div>
      <Answered answer={answer} what="derived datasets">
        {(value) => {
          const { runs, schedules, definitions, partitions } = ofDataset(value, state.dataset);
          return (
            <>
              {runs.length > 0 && <DerivedRuns runs={runs} opened={state.run} open={(run) => set({ run })} />}
              {schedules.length > 0 && <Schedules schedules={schedules} />}
              {definitions.length > 0 && <DerivedDefinitions definitions={definitions} opened={state.definition} open={(definition) => set({ definition })} />}
              <Partitions partitions={partitions} dataset={state.dataset} />
            </>
          );
        }}
      </Answered>
    </>
  );
}

function namesOf(value: Derived | null): string[] {
  if (value === null) return [];
  const names = [...value.definitions.map(({ name }) => name), ...value.runs.map(({ dataset }) => dataset), ...value.partitions.map(({ dataset }) => dataset ?? "")];
  return [...new Set(names)].filter((name) => name !== "").sort();
}

function ofDataset(value: Derived, dataset: string): Derived {
  if (dataset === "") return value;
  const files = value.definitions.filter(({ name, file }) => name === dataset && file !== null).map(({ file }) => file);
  return {
    runs: value.runs.filter((run) => run.dataset === dataset),
    definitions: value.definitions.filter(({ name }) => name === dataset),
    partitions: value.partitions.filter((partition) => partition.dataset === dataset),
    schedules: value.schedules.filter((schedule) => schedule.dataset === dataset || files.includes(schedule.dataset)),
  };
}

const kScheduleColumns: TableColumn<DerivedSchedule>[] = [
  { title: "Schedule", cell: (one) => <ScheduleName one={one} /> },
  { title: "Runs (cron, UTC)", cell: (one) => <code>{one.schedule}</code> },
  { title: "Of days", cell: (one) => one.days },
  { title: "Next run (UTC)", hint: (one) => one.due_at ?? "", cell: (one) => (one.running_since !== null ? "runs now" : one.due_at === null ? "–" : timeText(one.due_at, "utc", "none")) },
  { title: "Last run", hint: (one) => one.ended_at ?? "", cell: (one) => <LastRun one={one} /> },
];

function Schedules({ schedules }: { schedules: DerivedSchedule[] }) {
  return (
    <section aria-labelledby="schedules">
      <h2 id="schedules">Schedules</h2>
      <RowTable label="Schedules" columns={kScheduleColumns} rows={schedules} rowKey={(one) => one.name} />
    </section>
  );
}

function ScheduleName({ one }: { one: DerivedSchedule }) {
  return (
    <>
      <bdi>{one.name}</bdi>
      {one.dataset !== one.name && (
        <span className="muted">
          {" "}
          of <bdi>{one.dataset}</bdi>
        </span>
      )}
      {one.problem !== null && <Problem text={one.problem} />}
    </>
  );
}

// Since the server started: what was before, the runs tell.
function LastRun({ one }: { one: DerivedSchedule }) {
  if (one.running_since !== null) return `began ${ageText(one.running_since, Date.now())}`;
  if (one.ended_at === null) return "none since the start";
  const when = ageText(one.ended_at, Date.now());
  return one.problem === null ? `done ${when}` : <span className="bad">failed {when}</span>;
}

const kPartitionColumns: TableColumn<DerivedPartition>[] = [
  { title: "Dataset", cell: (one) => <bdi>{one.dataset ?? "–"}</bdi> },
  { title: "Partition", text: true, cell: (one) => <bdi>{one.partition}</bdi> },
  { title: "Committed (UTC)", hint: (one) => one.committed_at ?? "", cell: (one) => (one.committed_at ? timeText(one.committed_at, "utc", "none") : "–") },
  { title: "Code", text: true, cell: (one) => <bdi>{one.code_version}</bdi> },
  { title: "Plan", hint: (one) => one.plan, cell: (one) => <bdi>{one.plan.slice(0, kPlanShown)}</bdi> },
  { title: "Table", cell: (one) => <TableOf partition={one} /> },
];

function Partitions({ partitions, dataset }: { partitions: DerivedPartition[]; dataset: string }) {
  if (partitions.length === 0 && dataset !== "") return <Empty title="No partition of this dataset has been derived yet." />;
  if (partitions.length === 0)
    return (
      <Empty title="No partition has been derived yet.">
        <p>A run turns raw objects of some days into whole partitions of a table.</p>
        <CodeBlock label="A command that runs a dataset" text="tarn derive run ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake" />
      </Empty>
    );
  return (
    <section aria-labelledby="partitions">
      <h2 id="partitions">Committed partitions</h2>
      <p className="muted">{countOf(partitions.length, "committed partition")}.</p>
      <RowTable label="Partitions" columns={kPartitionColumns} rows={partitions} rowKey={(one) => JSON.stringify([one.database, one.table, one.partition, one.plan])} />
    </section>
  );
}

function TableOf({ partition }: { partition: DerivedPartition }) {
  const table = { database: partition.database, name: partition.table };
  return (
    <Link to={tablePlace(table)}>
      <bdi>{tableText(table)}</bdi>
    </Link>
  );
}
