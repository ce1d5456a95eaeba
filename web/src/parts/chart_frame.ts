// What the charts share: their width, and the marks of a time axis.
import { useCallback, useState } from "react";
import { timeText, type Zone } from "../format";

const kTickSpace = 104;

/** A ref for the element that a chart fills, and its width. */
export function useWidth(): [(element: HTMLElement | null) => (() => void) | undefined, number] {
  const [width, setWidth] = useState(600);
  const frame = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [frame, width];
}

/** Which of `count` steps over `width` pixels get a mark. */
export function ticksOf(count: number, width: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width / kTickSpace))));
  const ticks = [];
  for (let i = 0; i < count && (count - i) * (width / count) >= kTickSpace * 0.6; i += every) ticks.push(i);
  return ticks;
}

/** As much of a time as tells the marks of a span apart. */
export function axisTime(at: string, spanMs: number, zone: Zone): string {
  const [day = "", clock = ""] = timeText(at, zone, spanMs <= 30_000 ? "milliseconds" : "none").split(" ");
  if (spanMs <= 600_000) return clock;
  if (spanMs <= 86_400_000) return clock.slice(0, 5);
  if (spanMs <= 7 * 86_400_000) return `${day.slice(5)} ${clock.slice(0, 5)}`;
  return day;
}
