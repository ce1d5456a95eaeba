// A range of time as the URL holds it: "-1h" is relative to now, else RFC 3339, and empty is open.
import { timeText, type Zone } from "./format";

export interface TimeRange {
  from: string;
  to: string;
}

export const kPresets: readonly { label: string; from: string }[] = [
  { label: "Last 15 minutes", from: "-15m" },
  { label: "Last hour", from: "-1h" },
  { label: "Last 6 hours", from: "-6h" },
  { label: "Last 24 hours", from: "-24h" },
  { label: "Last 7 days", from: "-7d" },
  { label: "Last 30 days", from: "-30d" },
  { label: "All time", from: "" },
];

const kUnitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The range in absolute times; what cannot be read is open. */
export function resolveRange(range: TimeRange, nowMs: number): TimeRange {
  return { from: resolveTime(range.from, nowMs), to: resolveTime(range.to, nowMs) };
}

function resolveTime(text: string, nowMs: number): string {
  const relative = /^-(\d{1,6})([mhd])$/.exec(text);
  if (relative) return new Date(nowMs - Number(relative[1]) * (kUnitMs[relative[2] ?? ""] ?? 0)).toISOString();
  return text !== "" && !Number.isNaN(Date.parse(text)) ? text : "";
}

export function rangeText(range: TimeRange, zone: Zone): string {
  const preset = kPresets.find((one) => one.from === range.from);
  if (preset && range.to === "") return preset.label;
  const side = (text: string, open: string) => (text === "" ? open : timeText(text, zone, "none"));
  return `${side(range.from, "the beginning")} – ${side(range.to, "now")}`;
}

/** A time as <input type="datetime-local"> holds it, and back. */
export function toInput(at: string, zone: Zone): string {
  return at === "" ? "" : timeText(at, zone, "none").replace(" ", "T");
}

export function fromInput(text: string, zone: Zone): string {
  if (text === "") return "";
  const date = new Date(zone === "utc" ? `${text}Z` : text);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}
