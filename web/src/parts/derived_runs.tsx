// Runs of derived datasets: how far each is, how it ended, and which attempts of its tasks failed.
import type { DerivedAttempt, DerivedRun } from "../api";
import { ageText, bytesText, countOf, countText, spanText, timeText } from "../format";
import { Link } from "../navigation";
import { rejectsPlace } from "../places";
import { RowTable, type TableColumn } from "./row_table";
import { Problem } from "./states";

interface RunsProps {
  runs: DerivedRun[];
  /** The plan of the run whose tasks are shown; empty: none is. */
  opened: string;
  open: (plan: string) => void;
}

export function DerivedRuns({ runs, opened, open }: RunsProps) {
  const columns: TableColumn<DerivedRun>[] = [
    {
      title: "Run of",
      hint: (run) => run.plan,
      cell: (run) => (
        <>
          <button type="button" className="quiet" aria-expanded={run.plan === opened} onClick={() => open(run.plan === opened ? "" : run.plan)}>
            <bdi>{[run.dataset, ...run.arguments].join(" ")}</bdi>
          </button>
          {run.problem !== null && <Problem text={run.problem} />}
        </>
      ),
    },
    { title: "Days", cell: (run) => (run.from_date === run.to_date ? run.from_date : `${run.from_date} to ${run.to_date}`) },
    { title: "State", cell: (run) => <State run={run} /> },
    { title: "Tasks", cell: (run) => <Tasks run={run} /> },
    { title: "Rows", number: true, cell: (run) => (run.counts === null ? "–" : countText(run.counts.rows)) },
    { title: "Bad records", number: true, cell: (run) => <BadRecords run={run} /> },
    { title: "Began (UTC)", hint: (run) => run.begun_at, cell: (run) => timeText(run.begun_at, "utc", "none") },
    { title: "Took", number: true, cell: (run) => (run.ended_at === null ? "–" : spanText(Date.parse(run.ended_at) - Date.parse(run.begun_at))) },
  ];
  const shown = runs.find((run) => run.plan === opened);
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      <RowTable label="Runs" columns={columns} rows={runs} rowKey={(run) => run.plan} />
      {shown && <Details run={shown} />}
    </section>
  );
}

function State({ run }: { run: DerivedRun }) {
  if (run.state === "running") return run.tasks_done === run.tasks ? "commits" : "runs";
  return run.state === "committed" ? "committed" : <span className="bad">{run.state}</span>;
}

function Tasks({ run }: { run: DerivedRun }) {
  return (
    <>
      {run.state === "running" && <progress value={run.bytes_done} max={Math.max(run.bytes, 1)} aria-label={`Progress of ${run.dataset}`} />}{" "}
      {run.tasks_done === run.tasks ? countText(run.tasks) : `${countText(run.tasks_done)} of ${countText(run.tasks)}`}
    </>
  );
}

function BadRecords({ run }: { run: DerivedRun }) {
  if (run.counts === null) return "–";
  if (run.counts.rejects === 0) return "0";
  return <Link to={rejectsPlace({ database: run.database, name: run.rejects_table })}>{countText(run.counts.rejects)}</Link>;
}

const kAttemptColumns: TableColumn<DerivedAttempt>[] = [
  { title: "Task", number: true, cell: (one) => one.task },
  { title: "Attempt", number: true, cell: (one) => one.attempt },
  { title: "Partition", text: true, cell: (one) => <bdi>{one.partition}</bdi> },
  { title: "Reads", cell: (one) => `${countOf(one.objects, "object")}, ${bytesText(one.bytes)}` },
];
const kRunningColumns: TableColumn<DerivedRun["running"][number]>[] = [...kAttemptColumns, { title: "Began", hint: (one) => one.begun_at, cell: (one) => ageText(one.begun_at, Date.now()) }];
const kFailureColumns: TableColumn<DerivedRun["failures"][number]>[] = [...kAttemptColumns, { title: "What it said", text: true, cell: (one) => <bdi>{one.problem}</bdi> }];

function attemptKey(one: DerivedAttempt): string {
  return `${one.task}.${one.attempt}`;
}

function Details({ run }: { run: DerivedRun }) {
  return (
    <section aria-label={`Run of ${run.dataset}`}>
      <p className="muted wide-text">
        Plan {run.plan}: {countOf(run.partitions, "partition")}, {countText(run.unchanged)} more unchanged; {bytesText(run.bytes_done)} of {bytesText(run.bytes)} read; code <bdi>{run.code_version}</bdi>.
        {run.counts !== null && <Counted counts={run.counts} />}
      </p>
      {run.running.length > 0 && (
        <>
          <h3>Tasks that run</h3>
          <RowTable label="Tasks that run" columns={kRunningColumns} rows={run.running} rowKey={attemptKey} />
        </>
      )}
      {run.failures.length > 0 && (
        <>
          <h3>Attempts that failed</h3>
          {run.failure_count > run.failures.length && <p className="muted">{`The first ${run.failures.length} of ${countText(run.failure_count)}.`}</p>}
          <RowTable label="Attempts that failed" columns={kFailureColumns} rows={run.failures} rowKey={attemptKey} />
        </>
      )}
      {run.damage.length > 0 && (
        <>
          <h3>Damaged objects</h3>
          {run.damage.map((line) => (
            <p key={line} className="wide-text">
              <bdi>{line}</bdi>
            </p>
          ))}
        </>
      )}
    </section>
  );
}

function Counted({ counts }: { counts: NonNullable<DerivedRun["counts"]> }) {
  return (
    <>
      {" "}
      {countOf(counts.records, "record")} of {countOf(counts.objects, "object")}: {countOf(counts.rows, "row")}, {countText(counts.skipped)} skipped, {countText(counts.rejects)} bad; {countText(counts.damaged)} damaged,{" "}
      {bytesText(counts.skipped_bytes)} passed over{counts.hmac_failed > 0 ? `, ${countText(counts.hmac_failed)} signed wrongly` : ""}.
    </>
  );
}
