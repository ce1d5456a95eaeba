import { afterEach, expect, test, vi } from "vitest";
import { ageText, bytesText, countText, shortCount, spanText, timeText, visibleText } from "../src/format";

afterEach(() => vi.unstubAllEnvs());

test("numbers are grouped and have units", () => {
  expect(countText(1234567)).toBe("1,234,567");
  expect(shortCount(12_345)).toBe("12.3 k");
  expect(bytesText(0)).toBe("0 B");
  expect(bytesText(1536)).toBe("1.5 KiB");
  expect(bytesText(5 * 2 ** 30)).toBe("5 GiB");
  expect(spanText(12.4)).toBe("12 ms");
  expect(spanText(59_999)).toBe("59 s");
  expect(spanText(105_000)).toBe("105 s");
  expect(spanText(90_000_000)).toBe("25 h");
  expect(spanText(200_000_000)).toBe("2 days");
});

test("an age never lies in the future, and a missing one says so", () => {
  expect(ageText("2026-11-21T20:00:00.000000Z", Date.parse("2026-11-21T19:59:58Z"))).toBe("now");
  expect(ageText("2026-11-21T20:00:00.000000Z", Date.parse("2026-11-21T20:05:01Z"))).toBe("5 min ago");
  expect(ageText(null, 0)).toBe("never");
});

test("a timestamp keeps its microseconds in every zone", () => {
  vi.stubEnv("TZ", "Asia/Kolkata");
  const at = "2026-11-21T20:00:00.123456Z";
  expect(timeText(at, "utc", "full")).toBe("2026-11-21 20:00:00.123456");
  expect(timeText(at, "utc")).toBe("2026-11-21 20:00:00.123");
  expect(timeText(at, "local", "full")).toBe("2026-11-22 01:30:00.123456");
  expect(timeText("2026-11-21T22:00:00+02:00", "utc", "none")).toBe("2026-11-21 20:00:00");
});

test("a time without a zone is never moved", () => {
  vi.stubEnv("TZ", "Asia/Kolkata");
  expect(timeText("2026-11-21T20:00:00.100000", "local", "full")).toBe("2026-11-21 20:00:00.1");
  expect(timeText("2026-11-21", "local")).toBe("2026-11-21");
  expect(timeText("no time", "utc")).toBe("no time");
});

test("nothing hides in a text", () => {
  expect(visibleText("a\u0000b\u001b[31m\n\t\u007f")).toBe("a␀b␛[31m␊␉␡");
  expect(visibleText("\u202Egnp.exe\u200b\u2066")).toBe("⟨U+202E⟩gnp.exe⟨U+200B⟩⟨U+2066⟩");
  expect(visibleText("שלום 😀")).toBe("שלום 😀");
});
