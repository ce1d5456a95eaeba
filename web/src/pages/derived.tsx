// Derived datasets: which there are, and what their runs committed.
import { useMemo } from "react";
import type { Derived, DerivedRun } from "../api";
import { countOf, timeText } from "../format";
import { Link, useUrlState } from "../navigation";
import { CodeBlock } from "../parts/copy";
import { RowTable, type TableColumn } from "../parts/row_table";
import { Answered, Empty } from "../parts/states";
import { tablePlace, tableText } from "../places";
import { text } from "../url_state";
import { useAnswer } from "../use_answer";

const kFields = { dataset: text() };
const kEveryMs = 5000;

const kColumns: TableColumn<DerivedRun>[] = [
  { title: "Dataset", cell: (run) => <bdi>{run.dataset ?? "–"}</bdi> },
  { title: "Partition", text: true, cell: (run) => <bdi>{run.partition}</bdi> },
  { title: "Committed (UTC)", hint: (run) => run.committed_at ?? "", cell: (run) => (run.committed_at ? timeText(run.committed_at, "utc", "none") : "–") },
  { title: "Code", text: true, cell: (run) => <bdi>{run.code_version}</bdi> },
  { title: "Plan", text: true, cell: (run) => <bdi>{run.plan}</bdi> },
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
        {(value) => <Runs value={value} dataset={state.dataset} />}
      </Answered>
    </>
  );
}

function Runs({ value, dataset }: { value: Derived; dataset: string }) {
  const runs = useMemo(() => value.runs.filter((run) => dataset === "" || run.dataset === dataset), [value, dataset]);
  if (value.runs.length === 0)
    return (
      <Empty title="No dataset has been derived yet.">
        <p>A run turns raw objects of some days into whole partitions of a table.</p>
        <CodeBlock label="A command that runs a dataset" text="tarn derive run ExecutiveStream --from-date 20151028 --to-date 20151028 --data ./lake" />
      </Empty>
    );
  if (runs.length === 0) return <Empty title="This dataset has no runs." />;
  return (
    <>
      <p className="muted">
        {countOf(runs.length, "committed partition")}.
      </p>
      <RowTable label="Runs" columns={kColumns} rows={runs} rowKey={(run) => JSON.stringify([run.database, run.table, run.partition, run.plan])} />
    </>
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
