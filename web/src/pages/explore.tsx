// Choose a table, and look at its rows.
import type { Table } from "../api";
import { Link, useNavigation, useUrlState } from "../navigation";
import { kExploreFields } from "../parts/explore_state";
import { Explorer } from "../parts/explorer";
import { Answered, Empty } from "../parts/states";
import { TableChoice } from "../parts/table_choice";
import { readTableText, tablePlace, tableText } from "../places";
import { useAnswer } from "../use_answer";

export default function Explore() {
  const navigation = useNavigation();
  const [state] = useUrlState(kExploreFields);
  const tables = useAnswer<{ tables: Table[] }>("/tables");
  const named = readTableText(state.table);
  // Without a name: the table with most rows, as the likely one.
  const most = tables.value?.tables.filter((table) => !table.is_rejects).reduce<Table | null>((best, table) => (best === null || table.rows + table.live_rows > best.rows + best.live_rows ? table : best), null);
  const table = named ?? most ?? null;
  return (
    <>
      <div className="head">
        <h1>Explore</h1>
        {table && (
          <div className="tools">
            <TableChoice tables={tables.value?.tables ?? []} chosen={table} choose={(text) => navigation.go(`/explore?${new URLSearchParams({ table: text })}`)} />
            <Link to={tablePlace(table)}>About the table</Link>
          </div>
        )}
      </div>
      {table ? (
        <Explorer key={tableText(table)} table={table} />
      ) : (
        <Answered answer={tables} what="tables">
          {() => (
            <Empty title="There are no tables yet.">
              <Link to="/">Send the first record.</Link>
            </Empty>
          )}
        </Answered>
      )}
    </>
  );
}
