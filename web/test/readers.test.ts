import { expect, test } from "vitest";
import { fieldsOf } from "../src/fields";
import { findPlace } from "../src/json_place";
import { readEvents } from "../src/server_events";
import { fromInput, resolveRange, toInput } from "../src/time_range";
import { isNumber, shortType, structMembers } from "../src/type_text";
import { readTableText } from "../src/places";

test("a struct's members are found at any depth", () => {
  expect(structMembers('struct<plan:string,at:struct<x:decimal(10,2),y:map<string,int>>,"a b":array<string>,a.b:int>')).toEqual([
    { name: "plan", type: "string" },
    { name: "at", type: "struct<x:decimal(10,2),y:map<string,int>>" },
    { name: "a b", type: "array<string>" },
    { name: "a.b", type: "int" },
  ]);
  expect(structMembers("array<struct<a:int>>")).toEqual([]);
  expect(structMembers("struct<>")).toEqual([]);
  expect(shortType("variant")).toBe("variant");
  expect(shortType("map<string,int>")).toBe("map");
  expect(isNumber("decimal(10,2)")).toBe(true);
  const column = { id: 1, name: "u", type: "struct<a:struct<b:int>>", required: false, doc: "" };
  expect(fieldsOf([column]).map((field) => field.name)).toEqual(["u", "u.a", "u.a.b"]);
});

test("a struct's members may have any names: they are quoted as the server quotes them", () => {
  expect(structMembers('struct<"a,b":bigint,"c:d""e<":struct<"x>":int,"":string>,"`q`":string,"""":double>')).toEqual([
    { name: "a,b", type: "bigint" },
    { name: 'c:d"e<', type: 'struct<"x>":int,"":string>' },
    { name: "`q`", type: "string" },
    { name: '"', type: "double" },
  ]);
  expect(structMembers('struct<"x>":int,"":string>')).toEqual([
    { name: "x>", type: "int" },
    { name: "", type: "string" },
  ]);
});

test("a table's name without a database is in default", () => {
  expect(readTableText("visits")).toEqual({ database: "default", name: "visits" });
  expect(readTableText("a.b.c")).toEqual({ database: "a", name: "b.c" });
  expect(readTableText("a.")).toBeNull();
});

test("relative times are behind now, and what cannot be read is open", () => {
  const now = Date.parse("2026-11-21T20:00:00Z");
  expect(resolveRange({ from: "-15m", to: "" }, now)).toEqual({ from: "2026-11-21T19:45:00.000Z", to: "" });
  expect(resolveRange({ from: "yesterday", to: "2026-11-21T00:00:00.000001Z" }, now)).toEqual({ from: "", to: "2026-11-21T00:00:00.000001Z" });
  expect(fromInput(toInput("2026-11-21T19:45:07.000Z", "local"), "local")).toBe("2026-11-21T19:45:07.000Z");
});

test.each([
  ['{"a":1,"u":{"id":"x"}}', "wrong_type", "u.id", '"x"'],
  ['{"v":[{"id":1},{"id":[2]}]}', "wrong_type", "v[1].id", "[2]"],
  ['{"a":1,"a":"again"}', "wrong_type", "a", '"again"'],
  ['{"a":1,}', "not_json", null, "}"],
  ['{"a":01}', "not_json", null, "1"],
  ['{"a":"\\q"}', "not_json", null, '"'],
  ['{"a":1} x', "not_json", null, "x"],
  ['{"a":tru}', "not_json", null, "t"],
  ["[1]", "not_one_object", null, "["],
  ['{"a":1} {"b":2}', "not_one_object", null, "{"],
  ['{"a":"\ufffd"}', "not_utf8", null, "\ufffd"],
])("the trouble of %s is at its place", (text, reason, path, marked) => {
  const place = findPlace(text, reason, path);
  expect(place && text.slice(place.from, place.to)).toBe(marked);
  if (reason === "not_one_object" && text.startsWith("{")) expect(place?.from).toBe(8);
});

test("a record that ends too early is marked at its end; without a place nothing is marked", () => {
  expect(findPlace('{"a":1', "not_json", null)).toEqual({ from: 6, to: 6 });
  expect(findPlace('{"a":"x', "not_json", null)).toEqual({ from: 7, to: 7 });
  expect(findPlace('{"a":1}', "wrong_type", "b")).toBeNull();
  expect(findPlace('{"a":1}', "too_large", null)).toBeNull();
  expect(() => findPlace("[".repeat(100_000), "not_json", null)).not.toThrow();
});

test("events are read however the bytes are cut", async () => {
  const bytes = new TextEncoder().encode(': hello\r\n\r\nevent: row\r\ndata: {"a":"ü"}\r\n\r\nevent:skipped\ndata: 1\ndata: 2\n\ndata: unfinished');
  for (const size of [1, 2, 3, 7, 1000]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.slice(i, i + size));
        controller.close();
      },
    });
    const events = [];
    for await (const event of readEvents(body)) events.push(event);
    expect(events).toEqual([
      { event: "row", data: '{"a":"ü"}' },
      { event: "skipped", data: "1\n2" },
    ]);
  }
});
