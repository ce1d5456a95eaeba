// Rows over time, with a brush: drag over bars, or walk with the arrows (with Shift to extend) and press Enter.
import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
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
  const names = seriesOf(buckets);
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
          <Bar key={bucket.from} bucket={bucket} names={names} x={kLeft + i * bar} width={Math.max(1, bar - 1)} most={most} />
        ))}
        {shown && <rect className={brush ? "brush" : "hover"} x={kLeft + shown.first * bar} width={(shown.last - shown.first + 1) * bar} y={0} height={kHeight} />}
        {ticksOf(buckets.length, plot).map((at) => (
          <text key={at} className="axis" x={kLeft + at * bar} y={kHeight + 15}>
            {axisTime(buckets[at]?.from ?? "", step * buckets.length, zone)}
          </text>
        ))}
      </svg>
      {names.length > 0 && (
        <ul className="legend" aria-label="Colours">
          {names.map((name, i) => (
            <li key={name} className={`series-${Math.min(i, 5)}`}>
              <bdi className="ellipsis">{visibleText(name)}</bdi>
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

function Bar({ bucket, names, x, width, most }: { bucket: HistogramBucket; names: readonly string[]; x: number; width: number; most: number }) {
  const scale = (count: number) => (count / most) * (kHeight - 4);
  if (names.length === 0) return <rect className="series-0" x={x} width={width} y={kHeight - scale(bucket.count)} height={scale(bucket.count)} />;
  let below = 0;
  return names.map((name, i) => {
    const count = memberOf(bucket.by, name) ?? 0;
    below += count;
    return count > 0 && <rect key={name} className={`series-${Math.min(i, 5)}`} x={x} width={width} y={kHeight - scale(below)} height={scale(count)} />;
  });
}

function Note({ buckets, to, zone }: { buckets: readonly HistogramBucket[]; to: string; zone: Zone }) {
  const rows = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  const parts = seriesOf(buckets).map((name) => `${visibleText(name)} ${countText(buckets.reduce((sum, bucket) => sum + (memberOf(bucket.by, name) ?? 0), 0))}`);
  return (
    <bdi>
      <strong>{countOf(rows, "row")}</strong> {timeText(buckets[0]?.from ?? "", zone)} – {timeText(to, zone)}
      {parts.length > 0 && `: ${parts.join(", ")}`}
    </bdi>
  );
}

// The values of a stacked histogram, the most frequent first and "other" last.
function seriesOf(buckets: readonly HistogramBucket[]): string[] {
  const totals = new Map<string, number>();
  for (const bucket of buckets) for (const [name, count] of Object.entries(bucket.by ?? {})) totals.set(name, (totals.get(name) ?? 0) + count);
  return [...totals].sort(([a, x], [b, y]) => Number(a === "other") - Number(b === "other") || y - x).map(([name]) => name);
}
