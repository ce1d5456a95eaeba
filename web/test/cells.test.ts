import { expect, test } from "vitest";
import { asBinary, asCut, cellText, decodeBase64, isFilterable, plainText } from "../src/cells";
import { memberOf } from "../src/members";

test("a cell of any kind is a short line", () => {
  expect(cellText("x".repeat(1_000_000), "string").length).toBe(301);
  expect(cellText({ a: [1, null] }, "struct<a:array<int>>")).toBe('{"a":[1,null]}');
  expect(cellText({ base64: "AQI8Yj4=" }, "binary")).toBe("␁␂<b>");
  expect(cellText({ base64: "AQI8Yj4=", bytes: 100_000 }, "binary")).toBe("␁␂<b>");
  expect(cellText({ cut: "abc", bytes: 100_000 }, "string")).toBe("abc");
  expect(cellText(null, "string")).toBe("null");
  expect(plainText("null", "string")).toBe("null");
  expect(plainText(null, "string")).toBe("");
  expect(plainText(12.5, "double")).toBe("12.5");
});

test("what a cell is, its column's type tells and not its shape", () => {
  expect(cellText({ base64: "%" }, "struct<base64:string>")).toBe('{"base64":"%"}');
  expect(asBinary({ base64: "AQ==" }, "struct<base64:string>")).toBeNull();
  expect(asCut({ cut: "abc", bytes: 100_000 }, "struct<cut:string,bytes:bigint>")).toBeNull();
  expect(asCut({ cut: "x".repeat(65_536), bytes: 100_000 }, "struct<a:string>")).toEqual({ cut: "x".repeat(65_536), bytes: 100_000 });
  expect(asCut({ cut: "ü".repeat(32_767), bytes: 100_000 }, "array<string>")).not.toBeNull();
  expect(asCut({ cut: "abc", bytes: 100_000 }, "binary")).toBeNull();
});

test("what is no base64 is told, not thrown", () => {
  expect(decodeBase64("%")).toBeNull();
  expect(decodeBase64("AQI=")).toEqual(new Uint8Array([1, 2]));
  expect(cellText({ base64: "%%" }, "binary")).toBe("%%");
});

test("bytes, cut and nested values cannot be filtered by", () => {
  expect(isFilterable({ base64: "AQ==" }, "binary")).toBe(false);
  expect(isFilterable({ cut: "abc", bytes: 100_000 }, "string")).toBe(false);
  expect(isFilterable("{}", "variant")).toBe(false);
  expect(isFilterable(null, "struct<a:int>")).toBe(true);
  expect(isFilterable("9223372036854775807", "bigint")).toBe(true);
});

test("a name that every object inherits is a name like others", () => {
  expect(memberOf<number>({ a: 1 }, "constructor")).toBeUndefined();
  expect(memberOf<number>(JSON.parse('{"__proto__": 2}') as Record<string, number>, "__proto__")).toBe(2);
  expect(memberOf<number>(undefined, "a")).toBeUndefined();
});
