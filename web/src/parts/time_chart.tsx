// The histogram over the rows in question. The chart itself is loaded when it is first shown.
import { lazy, Suspense } from "react";
import { apiPath, type Histogram as HistogramAnswer, type QueryValue } from "../api";
import type { Zone } from "../format";
import { useAnswer } from "../use_answer";
import { Answered } from "./states";

const Histogram = lazy(() => import("./histogram").then((part) => ({ default: part.Histogram })));

interface TimeChartProps {
  path: string;
  query: Record<string, QueryValue>;
  /** Another number asks again. */
  turn: number;
  zone: Zone;
  /** The column whose values colour the bars; "" is none. */
  stack: string;
  choose: (change: { from: string; to: string }) => void;
  unstack?: () => void;
}

export function TimeChart({ path, query, turn, zone, stack, choose, unstack }: TimeChartProps) {
  const answer = useAnswer<HistogramAnswer>(apiPath(`${path}/histogram`, { ...query, buckets: 60, by: stack }), { turn });
  return (
    <div className="time-chart">
      <Answered answer={answer} what="histogram">
        {(value) => (
          <Suspense fallback={<div className="chart-space" />}>
            <Histogram value={value} zone={zone} choose={choose} unstack={unstack} />
          </Suspense>
        )}
      </Answered>
    </div>
  );
}
