// A choice among tables.
import type { TableName } from "../api";
import { visibleText } from "../format";
import { tableText } from "../places";

export function TableChoice({ tables, chosen, choose }: { tables: readonly TableName[]; chosen: TableName; choose: (table: string) => void }) {
  const names = tables.map(tableText);
  const current = tableText(chosen);
  return (
    <label className="check">
      <span className="muted">Table</span>
      <select value={current} onChange={(event) => choose(event.target.value)}>
        {(names.includes(current) ? names : [current, ...names]).map((name) => (
          <option key={name} value={name}>
            {visibleText(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
