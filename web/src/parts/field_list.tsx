// The fields of a table. An open field shows its share of null and its most frequent values, with exact counts, each to
// include or exclude.
import { useDeferredValue, useState } from "react";
import { apiPath, type Cell, type ColumnValues, type QueryValue } from "../api";
import type { Field } from "../fields";
import { cellText, isFilterable } from "../cells";
import { countText, timeText, visibleText, type Zone } from "../format";
import { useAnswer } from "../use_answer";
import { isNested, isNumber, isTime, shortType } from "../type_text";
import { Answered } from "./states";

interface FieldListProps {
  fields: readonly Field[];
  /** Where values are asked for, and the filters and times in force. */
  path: string;
  query: Record<string, QueryValue>;
  /** Another number asks again. */
  turn: number;
  zone: Zone;
  opened: readonly string[];
  hidden: readonly string[];
  open: (fields: string[]) => void;
  hide: (columns: string[]) => void;
  filter: (column: string, value: Cell, keep: boolean) => void;
  stack: (column: string) => void;
}

export function FieldList(props: FieldListProps) {
  const { fields, opened, hidden, open, hide } = props;
  const [search, setSearch] = useState("");
  const shown = fields.filter((field) => field.name.toLowerCase().includes(search.toLowerCase()));
  const toggled = (list: readonly string[], name: string) => (list.includes(name) ? list.filter((one) => one !== name) : [...list, name]);
  return (
    <>
      <div className="field-search">
        <input type="search" aria-label="Search fields" placeholder={`Search ${countText(fields.length)} fields`} value={search} onChange={(event) => setSearch(event.target.value)} />
        {hidden.length > 0 && (
          <button type="button" className="quiet" onClick={() => hide([])}>
            Show all
          </button>
        )}
      </div>
      <ul className="field-list" aria-label="Fields">
        {shown.map((field) => {
          const isOpen = opened.includes(field.name);
          const name = visibleText(field.name.slice(0, 200));
          return (
            <li key={field.name} className={hidden.includes(field.name) ? "hidden-field" : undefined}>
              <div className="field-row">
                <button type="button" className="quiet field-name" aria-expanded={isOpen} disabled={isNested(field.type)} title={`${visibleText(field.name)}\n${field.type}`} onClick={() => open(toggled(opened, field.name))}>
                  <bdi className="ellipsis">{name}</bdi>
                  <span className="field-type">{shortType(field.type)}</span>
                </button>
                {field.column && <input type="checkbox" aria-label={`Show the column ${name}`} checked={!hidden.includes(field.name)} onChange={() => hide(toggled(hidden, field.name))} />}
              </div>
              {isOpen && <FieldValues {...props} field={field} />}
            </li>
          );
        })}
      </ul>
      {shown.length === 0 && <p className="muted field-none">No field has such a name.</p>}
    </>
  );
}

function FieldValues({ field, path, query, turn, zone, filter, stack }: FieldListProps & { field: Field }) {
  const [search, setSearch] = useState("");
  const answer = useAnswer<ColumnValues>(apiPath(`${path}/values`, { ...query, column: field.name, limit: 10, search: useDeferredValue(search) }), { turn });
  return (
    <div className="field-values">
      <Answered answer={answer} what="values">
        {(values) => (
          <>
            <p className="muted">{summaryOf(values, zone)}</p>
            {((values.distinct ?? 0) > 10 || search !== "") && (
              <input type="search" aria-label={`Search values of ${visibleText(field.name.slice(0, 200))}`} placeholder="Search values" value={search} onChange={(event) => setSearch(event.target.value)} />
            )}
            {values.values.length === 0 ? (
              <p className="muted">{(values.distinct ?? 0) === 0 ? "No values here." : "No value is like that."}</p>
            ) : (
              <ul className="values">
                {values.values.map((one) => (
                  <Value key={JSON.stringify(one.value)} {...one} type={values.type} rows={values.rows} filter={(keep) => filter(field.name, one.value, keep)} />
                ))}
              </ul>
            )}
            {values.nulls > 0 && (
              <ul className="values">
                <Value value={null} type={values.type} count={values.nulls} rows={values.rows} filter={(keep) => filter(field.name, null, keep)} />
              </ul>
            )}
            <button type="button" className="quiet" onClick={() => stack(field.name)}>
              Colour the bars by this
            </button>
          </>
        )}
      </Answered>
    </div>
  );
}

function summaryOf(values: ColumnValues, zone: Zone): string {
  const share = values.rows === 0 ? 0 : (100 * values.nulls) / values.rows;
  const parts = values.distinct === null ? [] : [`${countText(values.distinct)} distinct`];
  parts.push(`${share > 0 && share < 0.1 ? "< 0.1" : share.toFixed(share % 1 === 0 ? 0 : 1)} % null`);
  const side = (cell: Cell) => (isTime(values.type) && typeof cell === "string" ? timeText(cell, zone, "none") : cellText(cell, values.type, 40));
  if ((isNumber(values.type) || isTime(values.type)) && values.min !== null) parts.push(`${side(values.min)} to ${side(values.max)}`);
  return parts.join(" · ");
}

function Value({ value, type, count, rows, filter }: { value: Cell; type: string; count: number; rows: number; filter: (keep: boolean) => void }) {
  const text = value === "" ? "“”" : cellText(value, type, 120);
  const share = rows === 0 ? 0 : count / rows;
  return (
    <li className="value-row">
      <span className="value-bar" style={{ width: `${(share * 100).toFixed(2)}%` }} aria-hidden="true" />
      <bdi className={value === null ? "null ellipsis" : "ellipsis"} title={text}>
        {text}
      </bdi>
      <span className="value-count" title={`${(share * 100).toFixed(2)} % of ${countText(rows)} rows`}>
        {countText(count)}
      </span>
      {isFilterable(value, type) && (
        <>
          <button type="button" className="quiet icon" aria-label={`Only ${text}`} title="Only rows with this value" onClick={() => filter(true)}>
            +
          </button>
          <button type="button" className="quiet icon" aria-label={`Without ${text}`} title="Only rows without this value" onClick={() => filter(false)}>
            −
          </button>
        </>
      )}
    </li>
  );
}
