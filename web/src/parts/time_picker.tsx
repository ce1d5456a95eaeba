// Chooses a range of time: presets, or two times in UTC or local time; and the column that it is a range of.
import { useState, type FormEvent } from "react";
import type { Zone } from "../format";
import { fromInput, kPresets, rangeText, toInput, type TimeRange } from "../time_range";
import { Popover } from "./popover";

interface TimePickerProps {
  range: TimeRange;
  zone: Zone;
  column: string;
  columns: readonly string[];
  choose: (range: TimeRange) => void;
  chooseZone: (zone: Zone) => void;
  chooseColumn: (column: string) => void;
}

export function TimePicker({ range, zone, column, columns, choose, chooseZone, chooseColumn }: TimePickerProps) {
  return (
    <Popover title="Time range" className="time-button" label={<span className="ellipsis">{rangeText(range, zone)}</span>}>
      {(close) => {
        const take = (next: TimeRange) => {
          choose(next);
          close();
        };
        return (
          <div className="time-picker">
            <div className="presets">
              {kPresets.map((preset) => (
                <button key={preset.label} type="button" className="quiet" aria-pressed={range.from === preset.from && range.to === ""} onClick={() => take({ from: preset.from, to: "" })}>
                  {preset.label}
                </button>
              ))}
            </div>
            <div className="absolute">
              <AbsoluteRange key={zone} range={range} zone={zone} take={take} />
              <label className="field">
                <span>Times are shown in</span>
                <select value={zone} onChange={(event) => chooseZone(event.target.value === "local" ? "local" : "utc")}>
                  <option value="utc">UTC</option>
                  <option value="local">Local time</option>
                </select>
              </label>
              {columns.length > 1 && (
                <label className="field">
                  <span>Time column</span>
                  <select value={column} onChange={(event) => chooseColumn(event.target.value)}>
                    {columns.map((name) => (
                      <option key={name}>{name}</option>
                    ))}
                  </select>
                </label>
              )}
            </div>
          </div>
        );
      }}
    </Popover>
  );
}

function AbsoluteRange({ range, zone, take }: { range: TimeRange; zone: Zone; take: (range: TimeRange) => void }) {
  const [from, setFrom] = useState(() => (range.from.startsWith("-") ? "" : toInput(range.from, zone)));
  const [to, setTo] = useState(() => toInput(range.to, zone));
  const backwards = from !== "" && to !== "" && to <= from;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!backwards) take({ from: fromInput(from, zone), to: fromInput(to, zone) });
  };
  return (
    <form onSubmit={submit}>
      <label className="field">
        <span>From, inclusive</span>
        <input type="datetime-local" step={1} value={from} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label className="field">
        <span>To, exclusive</span>
        <input type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      {backwards && <p className="bad">The end must be after the beginning.</p>}
      <button type="submit" disabled={backwards}>
        Use these times
      </button>
    </form>
  );
}
