// All tables of the lake.
import { useMemo } from "react";
import type { Table } from "../api";
import { useUrlState } from "../navigation";
import { Answered, Empty } from "../parts/states";
import { TableList } from "../parts/table_list";
import { tableText } from "../places";
import { flag, text } from "../url_state";
import { useAnswer } from "../use_answer";

const kFields = { search: text(), rejects: flag() };

export default function Tables() {
  const [state, set] = useUrlState(kFields);
  const answer = useAnswer<{ tables: Table[] }>("/tables", { everyMs: 5000 });
  return (
    <>
      <div className="head">
        <h1>Tables</h1>
        <div className="tools">
          <input type="search" aria-label="Search tables" placeholder="Search tables" value={state.search} onChange={(event) => set({ search: event.target.value }, { replace: true })} />
          <label className="check">
            <input type="checkbox" checked={state.rejects} onChange={(event) => set({ rejects: event.target.checked })} />
            With rejects
          </label>
        </div>
      </div>
      <Answered answer={answer} what="tables">
        {(value) => <Found tables={value.tables} search={state.search} rejects={state.rejects} />}
      </Answered>
    </>
  );
}

function Found({ tables, search, rejects }: { tables: Table[]; search: string; rejects: boolean }) {
  const shown = useMemo(
    () => tables.filter((table) => (rejects || !table.is_rejects) && tableText(table).toLowerCase().includes(search.toLowerCase())),
    [tables, search, rejects],
  );
  if (tables.length === 0) return <Empty title="There are no tables yet.">The first record of a stream makes its table.</Empty>;
  if (shown.length === 0) return <Empty title="No table has such a name." />;
  return <TableList tables={shown} nowMs={Date.now()} />;
}
