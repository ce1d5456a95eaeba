import { expect, test } from "vitest";
import { kExploreFields } from "../src/parts/explore_state";
import { choice, count, filterList, flag, list, place, readState, text, writeState } from "../src/url_state";

const kFields = { table: text("default.ingest"), zone: choice(["utc", "local"], "utc"), live: flag(), hide: list(), f: filterList() };

test("what is written is read again, whatever the values are", () => {
  const state = {
    table: 'a.b&c=d#"<\u202E',
    zone: "local" as const,
    live: true,
    hide: ["a,b", "", "ü"],
    f: [
      { column: "x", op: "eq" as const, value: '"quoted" & more' },
      { column: "y", op: "in" as const, value: [1, "2", true] },
      { column: "z", op: "null" as const },
    ],
  };
  expect(readState(kFields, writeState(kFields, state))).toEqual(state);
});

test("defaults leave no trace in the address", () => {
  expect(writeState(kFields, readState(kFields, ""))).toBe("");
  expect(writeState(kExploreFields, readState(kExploreFields, ""))).toBe("");
});

test("an address that was cut or edited gives defaults and keeps the rest", () => {
  const state = readState(kFields, '?zone=mars&live=yes&f=["x","eq"&f=["y","eq",1]&f=["z","drop",1]&f=7&f=["w","in",1]&other=1&table=t');
  expect(state).toEqual({ table: "t", zone: "utc", live: false, hide: [], f: [{ column: "y", op: "eq", value: 1 }] });
});

test("numbers in an address stay within their bounds", () => {
  const fields = { limit: count(100, 1000), row: place() };
  expect(readState(fields, "?limit=1e9&row=0")).toEqual({ limit: 100, row: null });
  expect(readState(fields, "?limit=999999999&row=3")).toEqual({ limit: 1000, row: 2 });
  expect(readState(fields, "?limit=7&row=-1")).toEqual({ limit: 100, row: null });
  expect(writeState(fields, { limit: 200, row: 2 })).toBe("?limit=200&row=3");
});
