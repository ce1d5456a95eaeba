// Values as people read them. Text of unknown origin passes through visibleText, so that nothing hides in it.

const kWhole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const kOneDigit = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const kThreeDigits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

export type Zone = "utc" | "local";

export function countText(count: number): string {
  return kWhole.format(count);
}

/** "1 row", "2,000 rows". */
export function countOf(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? "" : "s"}`;
}

/** 1,234 as it is, 12,345 as 12.3 k: for axes and tight places. */
export function shortCount(count: number): string {
  const units = ["", " k", " M", " G", " T"];
  let unit = 0;
  let rest = Math.abs(count);
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${count < 0 ? "−" : ""}${kThreeDigits.format(rest)}${units[unit] ?? ""}`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let rest = bytes;
  while (rest >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${rest >= 100 || unit === 0 ? kWhole.format(rest) : kOneDigit.format(rest)} ${units[unit] ?? ""}`;
}

export function rateText(perSecond: number): string {
  if (perSecond === 0) return "0";
  return perSecond < 10 ? kOneDigit.format(perSecond) : kWhole.format(perSecond);
}

/** A span of time in the greatest unit of which it has two: 850 ms, 12 s, 105 s, 5 min, 3 h, 12 days. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${kOneDigit.format(Math.floor(seconds * 10) / 10)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${kWhole.format(Math.floor(seconds / 86_400))} days`;
}

/** How long ago `at` was at `nowMs`; a clock that is a little ahead counts as now. */
export function ageText(at: string | null, nowMs: number): string {
  if (at === null) return "never";
  const ms = nowMs - Date.parse(at);
  if (Number.isNaN(ms)) return at;
  return ms < 1000 ? "now" : `${spanText(Math.floor(ms / 1000) * 1000)} ago`;
}

/**
 * A timestamp in the zone, with as many digits of its fraction as it has.
 * in: RFC 3339 as the API writes it; without an offset, or a date, it has no zone and stays as it is.
 */
export function timeText(at: string, zone: Zone, fraction: "full" | "milliseconds" | "none" = "milliseconds"): string {
  const parts = /^(\d{4,}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(at);
  if (!parts) return at;
  const [, day = "", clock = "", digits = "", offset] = parts;
  const kept = fraction === "none" ? "" : fraction === "full" ? digits.replace(/0+$/, "") : digits.slice(0, 3);
  const tail = kept === "" ? "" : `.${kept}`;
  if (!offset || (offset === "Z" && zone === "utc")) return `${day} ${clock}${tail}`;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const two = (n: number) => String(n).padStart(2, "0");
  const local = zone === "local";
  const year = local ? date.getFullYear() : date.getUTCFullYear();
  const month = two((local ? date.getMonth() : date.getUTCMonth()) + 1);
  const dayOfMonth = two(local ? date.getDate() : date.getUTCDate());
  const hour = two(local ? date.getHours() : date.getUTCHours());
  const minute = two(local ? date.getMinutes() : date.getUTCMinutes());
  const second = two(local ? date.getSeconds() : date.getUTCSeconds());
  return `${year}-${month}-${dayOfMonth} ${hour}:${minute}:${second}${tail}`;
}

/** Control characters as their pictures, and characters that turn the direction of text as their code points. */
export function visibleText(text: string): string {
  return text
    .replace(/[\u0000-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/\u007f/g, "␡")
    .replace(/[\u0080-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060\u2066-\u2069\ufeff]/g, codePoint);
}

/** As visibleText, but lines stay lines. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visibleText).join("\n");
}

function codePoint(character: string): string {
  return `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
