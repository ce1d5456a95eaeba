import { expect, test } from "vitest";
import { filterText, including, matching, readFilter, typedValue, writeFilter } from "../src/filters";

test("a typed value has its column's type", () => {
  expect(typedValue("bigint", "eq", " 12 ")).toEqual({ value: 12 });
  expect(typedValue("bigint", "eq", "9223372036854775807")).toEqual({ value: "9223372036854775807" });
  expect(typedValue("double", "lt", "-1.5e3")).toEqual({ value: -1500 });
  expect(typedValue("double", "eq", "9007199254740993")).toEqual({ value: 9007199254740992 }); // the server takes no text for it
  expect(typedValue("float", "gt", "123456789012345678901234567890")).toEqual({ value: 1.2345678901234568e29 });
  expect(typedValue("decimal(38,2)", "eq", "12345678901234567890.10")).toEqual({ value: "12345678901234567890.10" });
  expect(typedValue("bigint", "eq", "+9223372036854775807")).toEqual({ value: "9223372036854775807" });
  expect(typedValue("boolean", "eq", "true")).toEqual({ value: true });
  expect(typedValue("string", "eq", "12")).toEqual({ value: "12" });
  expect(typedValue("bigint", "in", "1, 2,")).toEqual({ value: [1, 2] });
  expect(typedValue("bigint", "contains", "ab")).toEqual({ value: "ab" });
});

test("what is no value of the type is said, not sent", () => {
  expect(typedValue("bigint", "eq", "twelve")).toEqual({ problem: "twelve is no number." });
  expect(typedValue("bigint", "eq", "")).toEqual({ problem: "Nothing is no number." });
  expect(typedValue("bigint", "eq", "1.5")).toEqual({ problem: "1.5 is no whole number." });
  expect(typedValue("double", "eq", "1e999")).toEqual({ problem: "1e999 is too large." });
  expect(typedValue("decimal(10,2)", "eq", "1e3")).toHaveProperty("problem");
  expect(typedValue("boolean", "eq", "yes")).toEqual({ problem: "Type true or false." });
  expect(typedValue("bigint", "in", "1,x")).toEqual({ problem: "x is no number." });
  expect(typedValue("string", "in", " , ")).toHaveProperty("problem");
});

test("a filter replaces itself and its opposite, and nothing else", () => {
  const other = { column: "b", op: "eq" as const, value: 1 };
  const only = matching("a", "x", true);
  expect(including([other, matching("a", "x", false)], only)).toEqual([other, only]);
  expect(including([only], only)).toEqual([only]);
  expect(including([matching("a", null, true)], matching("a", null, false))).toEqual([{ column: "a", op: "notnull" }]);
});

test("a filter's JSON is the contract's", () => {
  expect(writeFilter({ column: "a", op: "null" })).toBe('["a","null"]');
  expect(writeFilter({ column: "user.plan", op: "in", value: ["x", 1] })).toBe('["user.plan","in",["x",1]]');
  expect(readFilter('["a","null","ignored"]')).toEqual({ column: "a", op: "null" });
  expect(readFilter("[1,2,3]")).toBeNull();
});

test("a filter reads as a sentence", () => {
  expect(filterText({ column: "ms", op: "ge", value: 2 })).toBe("ms ≥ 2");
  expect(filterText({ column: "a", op: "eq", value: "" })).toBe("a = “”");
  expect(filterText({ column: "a", op: "notnull" })).toBe("a is not null");
});
