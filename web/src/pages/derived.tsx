// Derived datasets: which run on schedules and how that goes, and what their partitions were made of.
import { useMemo } from "react";
import type { Derived, DerivedRun, DerivedSchedule } from "../api";
import { ageText, countOf, timeText } from "../format";
import { Link, useUrlState } from "../navigation";
import { CodeBlock } from "../parts/copy";
import { RowTable, type TableColumn } from "../parts/row_table";
import { Answered, Empty, Problem } from "../parts/states";
import { tablePlace, tableText } from "../places";
import { text } from "../url_state";
import { useAnswer } from "../use_answer";

const kFields = { dataset: text() };
const kEveryMs = 5000;
const kPlanShown = 8; // of a uuid, which its title has whole

const kColumns: TableColumn<DerivedRun>[] = [
  { title: "Dataset", cell: (run) => <bdi>{run.dataset ?? "–"}</bdi> },
  { title: "Partition", text: true, cell: (run) => <bdi>{run.partition}</bdi> },
  { title: "Committed (UTC)", hint: (run) => run.committed_at ?? "", cell: (run) => (run.committed_at ? timeText(run.committed_at, "utc", "none") : "–") },
  { title: "Code", text: true, cell: (run) => <bdi>{run.code_version}</bdi> },
  { title: "Plan", hint: (run) => run.plan, cell: (run) => <bdi>{run.plan.slice(0, kPlanShown)}</bdi> },
  { title: "Table", cell: (run) => <TableOf run={run} /> },
];

export default function DerivedPage() {
  const [state, set] = useUrlState(kFields);
  const answer = useAnswer<Derived>("/derived", { everyMs: kEveryMs });
  return (
    <>
      <div className="head">
        <h1>Derived datasets</h1>
        {answer.value && answer.value.datasets.length > 0 && (
          <div className="tools">
            <label className="check">
              <span className="muted">Dataset</span>
              <select value={state.dataset} onChange={(event) => set({ dataset: event.target.value })}>
                <option value="">all</option>
                {answer.value.datasets.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          </div>
        )}
      </div>
      <Answered answer={answer} what="derived datasets">
        {(value) => (
          <>
            {value.schedules.length > 0 && <Schedules schedules={value.schedules} />}
            <Runs value={value} dataset={state.dataset} />
          </>
        )}
      </Answered>
    </>
  );
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

// Since the server started: what was before, the committed partitions tell.
function LastRun({ one }: { one: DerivedSchedule }) {
  if (one.running_since !== null) return `began ${ageText(one.running_since, Date.now())}`;
  if (one.ended_at === null) return "none since the start";
  const when = ageText(one.ended_at, Date.now());
  return one.problem === null ? `done ${when}` : <span className="bad">failed {when}</span>;
}

function Runs({ value, dataset }: { value: Derived; dataset: string }) {
  const runs = useMemo(() => value.runs.filter((run) => dataset === "" || run.dataset === dataset), [value, dataset]);
  if (value.runs.length === 0)
    return (
      <Empty title="No partition has been derived yet.">
        <p>A run turns raw objects of some days into whole partitions of a table.</p>
        <CodeBlock label="A command that runs a dataset" text="tarn derive run ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake" />
      </Empty>
    );
  if (runs.length === 0) return <Empty title="This dataset has no runs." />;
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Committed partitions</h2>
      <p className="muted">
        {countOf(runs.length, "committed partition")}.
      </p>
      <RowTable label="Runs" columns={kColumns} rows={runs} rowKey={(run) => JSON.stringify([run.database, run.table, run.partition, run.plan])} />
    </section>
  );
}

function TableOf({ run }: { run: DerivedRun }) {
  const table = { database: run.database, name: run.table };
  return (
    <Link to={tablePlace(table)}>
      <bdi>{tableText(table)}</bdi>
    </Link>
  );
}
