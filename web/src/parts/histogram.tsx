// Rows over time, with a brush: drag over bars, or walk with the arrows (with Shift to extend) and press Enter.
import { Fragment, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Histogram as HistogramAnswer, HistogramBucket } from "../api";
import { countOf, countText, shortCount, spanText, timeText, visibleText, type Zone } from "../format";
import { memberOf } from "../members";
import type { TimeRange } from "../time_range";
import { axisTime, ticksOf, useWidth } from "./chart_frame";

const kHeight = 88;
const kLeft = 48;

interface HistogramProps {
  value: HistogramAnswer;
  zone: Zone;
  choose: (range: TimeRange) => void;
  /** Takes the colours away. */
  unstack?: () => void;
}

interface Brush {
  anchor: number;
  head: number;
}

export function Histogram({ value, zone, choose, unstack }: HistogramProps) {
  const [frame, width] = useWidth();
  const [brush, setBrush] = useState<Brush | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const dragging = useRef(false);
  const { buckets, bucket_ms: step } = value;
  const all = seriesOf(buckets);
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const plot = Math.max(1, width - kLeft);
  const bar = plot / Math.max(1, buckets.length);
  const endOf = (at: number) => buckets[at + 1]?.from ?? value.to ?? new Date(Date.parse(buckets[at]?.from ?? "") + step).toISOString();
  const bucketAt = (event: PointerEvent) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - kLeft;
    return Math.max(0, Math.min(buckets.length - 1, Math.floor(x / bar)));
  };
  const use = ({ anchor, head }: Brush) => {
    setBrush(null);
    choose({ from: buckets[Math.min(anchor, head)]?.from ?? "", to: endOf(Math.max(anchor, head)) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move !== undefined) {
      const head = Math.max(0, Math.min(buckets.length - 1, (brush?.head ?? (move > 0 ? -1 : buckets.length)) + move));
      setBrush({ anchor: event.shiftKey && brush ? brush.anchor : head, head });
    } else if (event.key === "Enter" && brush) use(brush);
    else if (event.key === "Escape") setBrush(null);
    else return;
    event.preventDefault();
  };

  const shown = brush ? { first: Math.min(brush.anchor, brush.head), last: Math.max(brush.anchor, brush.head) } : hovered === null ? null : { first: hovered, last: hovered };
  return (
    <div className="histogram" ref={frame}>
      <p className="chart-note" aria-live="polite">
        {shown ? (
          <Note buckets={buckets.slice(shown.first, shown.last + 1)} to={endOf(shown.last)} zone={zone} />
        ) : (
          <>
            {countOf(value.total, "row")}{value.outside > 0 && `, ${countText(value.outside)} without a time`}
            {buckets.length > 0 && <>, one bar is {spanText(step)}</>}
          </>
        )}
      </p>
      <svg
        width={width}
        height={kHeight + 20}
        role="group"
        tabIndex={0}
        aria-label="Rows over time. Arrows choose a bar, Shift with arrows several, Enter shows that time."
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0 || buckets.length === 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          dragging.current = true;
          setBrush({ anchor: bucketAt(event), head: bucketAt(event) });
        }}
        onPointerMove={(event) => {
          if (buckets.length === 0) return;
          setHovered(bucketAt(event));
          if (dragging.current && brush) setBrush({ ...brush, head: bucketAt(event) });
        }}
        onPointerUp={() => {
          if (dragging.current && brush) use(brush);
          dragging.current = false;
        }}
        onPointerCancel={() => {
          dragging.current = false;
          setBrush(null);
        }}
        onPointerLeave={() => setHovered(null)}
      >
        <text className="axis" x={kLeft - 8} y={12} textAnchor="end">
          {shortCount(most)}
        </text>
        <line className="axis-line" x1={kLeft} x2={width} y1={kHeight} y2={kHeight} />
        {buckets.map((bucket, i) => (
          <Bar key={bucket.from} bucket={bucket} all={all} x={kLeft + i * bar} width={Math.max(1, bar - 1)} most={most} />
        ))}
        {shown && <rect className={brush ? "brush" : "hover"} x={kLeft + shown.first * bar} width={(shown.last - shown.first + 1) * bar} y={0} height={kHeight} />}
        {ticksOf(buckets.length, plot).map((at) => (
          <text key={at} className="axis" x={kLeft + at * bar} y={kHeight + 15}>
            {axisTime(buckets[at]?.from ?? "", step * buckets.length, zone)}
          </text>
        ))}
      </svg>
      {all.length > 0 && (
        <ul className="legend" aria-label="Colours">
          {all.map((series) => (
            <li key={series.key} className={series.colour}>
              <Label series={series} />
            </li>
          ))}
          {unstack && (
            <li>
              <button type="button" className="quiet" onClick={unstack}>
                Without colours
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

function Label({ series }: { series: Series }) {
  return series.value === null ? <em className="muted">{series.text}</em> : <bdi className="ellipsis">{series.text}</bdi>;
}

function Bar({ bucket, all, x, width, most }: { bucket: HistogramBucket; all: readonly Series[]; x: number; width: number; most: number }) {
  const scale = (count: number) => (count / most) * (kHeight - 4);
  if (all.length === 0) return <rect className="series-0" x={x} width={width} y={kHeight - scale(bucket.count)} height={scale(bucket.count)} />;
  let below = 0;
  return all.map((series) => {
    const count = series.countIn(bucket);
    below += count;
    return count > 0 && <rect key={series.key} className={series.colour} x={x} width={width} y={kHeight - scale(below)} height={scale(count)} />;
  });
}

function Note({ buckets, to, zone }: { buckets: readonly HistogramBucket[]; to: string; zone: Zone }) {
  const rows = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  return (
    <>
      <strong>{countOf(rows, "row")}</strong> {timeText(buckets[0]?.from ?? "", zone)} – {timeText(to, zone)}
      {seriesOf(buckets).map((series, i) => (
        <Fragment key={series.key}>
          {i === 0 ? ": " : ", "}
          <Label series={series} /> {countText(sumOf(series, buckets))}
        </Fragment>
      ))}
    </>
  );
}

/** Rows in one colour. Any text may be a value, "(none)" too: what is none has no value, a key of its own, and is set in another type. */
interface Series {
  key: string;
  value: string | null;
  text: string;
  colour: string;
  countIn: (bucket: HistogramBucket) => number;
}

const kOthers: Series = { key: "others", value: null, text: "(others)", colour: "series-5", countIn: (bucket) => bucket.others ?? 0 };
const kNone: Series = { key: "none", value: null, text: "(none)", colour: "series-none", countIn: (bucket) => bucket.nulls ?? 0 };

function sumOf(series: Series, buckets: readonly HistogramBucket[]): number {
  return buckets.reduce((sum, bucket) => sum + series.countIn(bucket), 0);
}

// What a divided histogram has rows of: its values, the most frequent first, then the others and the rows without one.
function seriesOf(buckets: readonly HistogramBucket[]): Series[] {
  const totals = new Map<string, number>();
  for (const bucket of buckets) for (const [value, count] of Object.entries(bucket.by ?? {})) totals.set(value, (totals.get(value) ?? 0) + count);
  const values = [...totals].sort(([, x], [, y]) => y - x).map(([value], i): Series => ({ key: `value ${value}`, value, text: value === "" ? "“”" : visibleText(value), colour: `series-${Math.min(i, 4)}`, countIn: (bucket) => memberOf(bucket.by, value) ?? 0 }));
  return [...values, ...[kOthers, kNone].filter((series) => sumOf(series, buckets) > 0)];
}
