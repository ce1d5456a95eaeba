// Choose a table, and look at its rows.
import { useEffect } from "react";
import type { Table } from "../api";
import { Link, useNavigation, useUrlState } from "../navigation";
import { kExploreFields } from "../parts/explore_state";
import { Explorer } from "../parts/explorer";
import { Answered, Empty } from "../parts/states";
import { TableChoice } from "../parts/table_choice";
import { largestOf, readTableText, tablePlace, tableText } from "../places";
import { useAnswer } from "../use_answer";

export default function Explore() {
  const navigation = useNavigation();
  const [state, set] = useUrlState(kExploreFields);
  const tables = useAnswer<{ tables: Table[] }>("/tables");
  const named = readTableText(state.table);
  const table = named ?? largestOf(tables.value?.tables.filter((one) => !one.is_rejects) ?? []);
  const chosen = table && tableText(table);
  useEffect(() => {
    // Which table is the largest may change: from here on the address says which it was.
    if (named === null && chosen !== null) set({ table: chosen }, { replace: true });
  }, [named, chosen, set]);
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
