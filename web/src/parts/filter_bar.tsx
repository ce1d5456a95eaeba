// The filters in force, as chips, and a form for another one.
import { useState, type FormEvent } from "react";
import { filterText, including, kOperators, kOperatorText, takesValue, typedValue, writeFilter, type Filter, type Operator } from "../filters";
import { isNested } from "../type_text";
import { visibleText } from "../format";
import type { Member } from "../type_text";
import { Popover } from "./popover";

interface FilterBarProps {
  filters: readonly Filter[];
  fields: readonly Member[];
  change: (filters: Filter[]) => void;
}

export function FilterBar({ filters, fields, change }: FilterBarProps) {
  return (
    <div className="filter-bar">
      {filters.length > 0 && (
        <ul className="chips" aria-label="Filters">
          {filters.map((filter) => (
            <li key={writeFilter(filter)} className="chip">
              <bdi className="ellipsis" title={visibleText(filterText(filter))}>
                {visibleText(filterText(filter))}
              </bdi>
              <button type="button" className="quiet icon" aria-label={`Remove the filter ${visibleText(filterText(filter))}`} onClick={() => change(filters.filter((other) => other !== filter))}>
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <Popover title="Add a filter" label="+ Filter">
        {(close) => (
          <FilterForm
            fields={fields}
            add={(filter) => {
              change(including(filters, filter));
              close();
            }}
          />
        )}
      </Popover>
      {filters.length > 1 && (
        <button type="button" className="quiet" onClick={() => change([])}>
          Remove all
        </button>
      )}
    </div>
  );
}

function FilterForm({ fields, add }: { fields: readonly Member[]; add: (filter: Filter) => void }) {
  const choices = fields.filter((field) => !isNested(field.type));
  const [column, setColumn] = useState(choices[0]?.name ?? "");
  const [op, setOp] = useState<Operator>("eq");
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const type = choices.find((field) => field.name === column)?.type ?? "string";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!takesValue(op)) return add({ column, op });
    const read = typedValue(type, op, value);
    if ("problem" in read) setProblem(read.problem);
    else add({ column, op, value: read.value });
  };
  return (
    <form className="filter-form" onSubmit={submit}>
      <label className="field">
        <span>Field</span>
        <select value={column} onChange={(event) => setColumn(event.target.value)}>
          {choices.map((field) => (
            <option key={field.name} value={field.name}>
              {visibleText(field.name)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Condition</span>
        <select value={op} onChange={(event) => setOp(kOperators.find((one) => one === event.target.value) ?? "eq")}>
          {kOperators.map((one) => (
            <option key={one} value={one}>
              {kOperatorText[one]}
            </option>
          ))}
        </select>
      </label>
      {takesValue(op) && (
        <label className="field">
          <span>{op === "in" ? "Values, with commas" : `Value (${type})`}</span>
          <input value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
      )}
      {problem !== null && (
        <p className="bad" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="primary">
        Add filter
      </button>
    </form>
  );
}
