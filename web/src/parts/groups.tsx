// Rows in groups: a line for each key where they are over time, else bars.
import { apiPath, type Cell, type Groups as GroupsAnswer, type QueryValue } from "../api";
import { cellText } from "../cells";
import { countText, shortCount, timeText, visibleText, type Zone } from "../format";
import { isNested, isNumber, type Member } from "../type_text";
import { useAnswer } from "../use_answer";
import { axisTime, ticksOf, useWidth } from "./chart_frame";
import { kMeasures, kWidths, type Grouping } from "./explore_state";
import { RowTable, type TableColumn } from "./row_table";
import { Answered, Empty } from "./states";
import { StatsLine } from "./stats_line";

interface GroupsProps {
  path: string;
  query: Record<string, QueryValue>;
  /** Another number asks again. */
  turn: number;
  refresh: () => void;
  fields: readonly Member[];
  zone: Zone;
  grouping: Grouping;
  change: (change: Partial<Grouping>) => void;
}

const kMeasureText = { count: "Count of rows", sum: "Sum of", avg: "Average of", min: "Least", max: "Greatest" };
const kGroupsMax = 1000;
const kLines = 6;

export function Groups({ path, query, turn, refresh, fields, zone, grouping, change }: GroupsProps) {
  const { by, measure, of, bucket } = grouping;
  const simple = fields.filter((field) => !isNested(field.type));
  const numbers = simple.filter((field) => isNumber(field.type));
  const measured = of !== "" ? of : (numbers[0]?.name ?? "");
  const ready = (by.length > 0 || bucket !== "") && (measure === "count" || measured !== "");
  const answer = useAnswer<GroupsAnswer>(
    ready
      ? apiPath(`${path}/groups`, { ...query, by: by.length === 0 ? "" : JSON.stringify(by), measure: measure === "count" ? "count" : `${measure}:${measured}`, bucket, limit: bucket === "" ? 50 : kGroupsMax })
      : null,
    { turn },
  );
  const types = by.map((name) => fields.find((field) => field.name === name)?.type ?? "");
  const [first = "", second = ""] = by;
  const keys = (names: string[]) => change({ by: [...new Set(names.filter((name) => name !== ""))] });
  return (
    <div className="groups">
      <div className="tools">
        <Choice label="Measure" value={measure} choose={(value) => change({ measure: kMeasures.find((one) => one === value) ?? "count" })} options={kMeasures.map((one) => [one, kMeasureText[one]])} />
        {measure !== "count" && <Choice label="Of" value={measured} choose={(value) => change({ of: value })} options={numbers.map(({ name }) => [name, visibleText(name)])} />}
        <Choice label="By" value={first} choose={(value) => keys([value, second])} options={[["", "nothing"], ...simple.map(({ name }): [string, string] => [name, visibleText(name)])]} />
        {first !== "" && <Choice label="and by" value={second} choose={(value) => keys([first, value])} options={[["", "nothing"], ...simple.map(({ name }): [string, string] => [name, visibleText(name)])]} />}
        <Choice label="Over time" value={bucket} choose={(value) => change({ bucket: kWidths.find((one) => one === value) ?? "" })} options={kWidths.map((one) => [one, one === "" ? "no" : `by ${one}`])} />
        <button type="button" onClick={refresh}>
          Refresh
        </button>
      </div>
      {!ready ? (
        <Empty title="Choose a field, or a step of time.">Rows are counted for each of its values.</Empty>
      ) : (
        <Answered answer={answer} what="groups">
          {(value) => (
            <>
              {value.groups.length === 0 ? <Empty title="No rows match." /> : bucket === "" ? <Bars value={value} by={by} types={types} /> : <Lines value={value} types={types} zone={zone} label={`${kMeasureText[measure]} by ${bucket}`} />}
              {value.more && <p className="muted">There are more groups than are shown.</p>}
              <StatsLine stats={value.stats} />
            </>
          )}
        </Answered>
      )}
    </div>
  );
}

function Choice({ label, value, choose, options }: { label: string; value: string; choose: (value: string) => void; options: readonly (readonly [string, string])[] }) {
  return (
    <label className="check">
      <span className="muted">{label}</span>
      <select value={value} onChange={(event) => choose(event.target.value)}>
        {options.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

type Group = GroupsAnswer["groups"][number];

function keyText(keys: readonly Cell[], types: readonly string[]): string {
  return keys.length === 0 ? "all rows" : keys.map((key, i) => (key === "" ? "“”" : cellText(key, types[i] ?? "", 80))).join(" · ");
}

function Bars({ value, by, types }: { value: GroupsAnswer; by: readonly string[]; types: readonly string[] }) {
  const most = Math.max(...value.groups.map((group) => Math.abs(Number(group.value ?? 0))), Number.MIN_VALUE);
  const columns: TableColumn<Group>[] = [
    { title: by.map(visibleText).join(" · "), text: true, cell: (group) => <bdi>{keyText(group.keys, types)}</bdi> },
    { title: "Value", number: true, cell: (group) => valueText(group.value) },
    {
      title: "Share of the greatest",
      cell: (group) => (
        <span className="bar-track" aria-hidden="true">
          <span className="bar" style={{ width: `${((Math.abs(Number(group.value ?? 0)) / most) * 100).toFixed(2)}%` }} />
        </span>
      ),
    },
  ];
  return <RowTable label="Groups" columns={columns} rows={value.groups} rowKey={(group) => JSON.stringify(group.keys)} />;
}

function valueText(value: Group["value"]): string {
  if (value === null) return "null";
  const number = Number(value);
  return Number.isInteger(number) ? countText(number) : number.toLocaleString("en-US", { maximumSignificantDigits: 6 });
}

const kHeight = 220;
const kLeft = 56;

function Lines({ value, types, zone, label }: { value: GroupsAnswer; types: readonly string[]; zone: Zone; label: string }) {
  const [frame, width] = useWidth();
  const groups = value.groups.filter((group): group is Group & { bucket: string } => typeof group.bucket === "string");
  const times = [...new Set(groups.map((group) => group.bucket))].sort();
  const series = new Map<string, Map<string, number>>();
  for (const group of groups) {
    const name = keyText(group.keys, types);
    series.set(name, (series.get(name) ?? new Map<string, number>()).set(group.bucket, Number(group.value ?? 0)));
  }
  const totals = [...series].map(([name, points]) => ({ name, points, total: [...points.values()].reduce((a, b) => a + b, 0) }));
  const lines = totals.sort((a, b) => b.total - a.total).slice(0, kLines);
  const all = lines.flatMap(({ points }) => [...points.values()]);
  const least = Math.min(0, ...all);
  const most = Math.max(...all, least + Number.MIN_VALUE);
  const [start, end] = [Date.parse(times[0] ?? ""), Date.parse(times[times.length - 1] ?? "")];
  const plot = Math.max(1, width - kLeft - 8);
  const x = (at: string) => kLeft + (end === start ? plot / 2 : ((Date.parse(at) - start) / (end - start)) * plot);
  const y = (number: number) => 8 + (1 - (number - least) / (most - least)) * (kHeight - 8);
  const columns: TableColumn<Group>[] = [
    { title: "Time", cell: (group) => timeText(group.bucket ?? "null", zone, "none") },
    { title: "Group", text: true, cell: (group) => <bdi>{keyText(group.keys, types)}</bdi> },
    { title: "Value", number: true, cell: (group) => valueText(group.value) },
  ];
  return (
    <div ref={frame} className="lines">
      <svg width={width} height={kHeight + 24} role="img" aria-label={label}>
        {[most, (most + least) / 2, least].map((mark) => (
          <g key={mark}>
            <line className="axis-line" x1={kLeft} x2={width} y1={y(mark)} y2={y(mark)} />
            <text className="axis" x={kLeft - 8} y={y(mark) + 4} textAnchor="end">
              {shortCount(mark)}
            </text>
          </g>
        ))}
        {ticksOf(times.length, plot).map((at) => (
          <text key={at} className="axis" x={x(times[at] ?? "")} y={kHeight + 18}>
            {axisTime(times[at] ?? "", end - start, zone)}
          </text>
        ))}
        {lines.map(({ name, points }, i) => {
          const shown = times.filter((at) => points.has(at)).map((at) => [x(at), y(points.get(at) ?? 0)] as const);
          return (
            <g key={name} className={`line-${i}`}>
              <polyline points={shown.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ")} />
              {shown.length < 40 && shown.map(([px, py]) => <circle key={px} cx={px} cy={py} r={2.5} />)}
            </g>
          );
        })}
      </svg>
      <ul className="legend" aria-label="Lines">
        {lines.map(({ name }, i) => (
          <li key={name} className={`series-${i}`}>
            <bdi className="ellipsis">{name}</bdi>
          </li>
        ))}
        {totals.length > kLines && <li className="muted">and {countText(totals.length - kLines)} smaller ones</li>}
      </ul>
      <details>
        <summary>As a table</summary>
        <RowTable label="Groups" columns={columns} rows={value.groups} rowKey={(group) => JSON.stringify([group.bucket, group.keys])} />
      </details>
    </div>
  );
}
