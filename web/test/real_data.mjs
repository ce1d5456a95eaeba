// What the tests of the real server send: visits in a table with declared columns and partitions, some that do not fit, and web events.

const kTypes = ["page_view", "page_view", "page_view", "click", "purchase", "error"];
const kPages = ["/", "/pricing", "/docs", "/blog/one", "/login", "/cart"];
const kStart = Date.parse("2026-11-20T00:00:00Z");

/** One record as it is sent. Its session is over 2^53, which no number of JavaScript holds. */
export function visit(i) {
  const row = {
    event_type: kTypes[(i * 7) % 6], user_id: (i * i) % 977, session: 0, page: kPages[(i * 5) % 6], ms: i % 41 === 0 ? null : (i % 9000) / 4,
    price: i % 6 === 4 ? `${i % 100}.${10 + (i % 90)}` : null, mobile: i % 3 === 0, user: { plan: i % 5 ? "free" : "pro", "a,b": i % 4, tags: ["a", "b"].slice(0, i % 3) }, at: new Date(kStart + i * 40_000).toISOString(),
  };
  return JSON.stringify(row).replace('"session":0', `"session":${9_007_199_254_740_993n + BigInt(i)}`);
}

/** With the reason that the server gives, and what the page marks. */
export const kBad = [
  { line: '{"event_type":"page_view","ms":"twelve"}', reason: "wrong_type", mark: '"twelve"' },
  { line: '{"event_type":"click","user":{"plan":"pro","tags":{"a":1}}}', reason: "wrong_type", mark: '{"a":1}' },
  { line: '{"event_type":"click","ms":31.5,}', reason: "not_json", mark: "}" },
  { line: "[1,2]", reason: "not_one_object", mark: "[" },
];
export const kVisits = 3000;

export async function fillVisits(server) {
  const columns = 'event_type string, user_id bigint, session bigint, page string, ms double, price decimal(10,2), mobile boolean, user struct<plan:string,"a,b":bigint,tags:array<string>>, at timestamptz';
  await server.create("visits", { columns, partition_by: "event_type, day(at) as day", buffer_seconds: 5 });
  for (let i = 0; i < kVisits; i += 500) await server.put("visits", Array.from({ length: 500 }, (_, k) => visit(i + k)));
  await server.put("visits", Array.from({ length: 5 }, () => kBad.map(({ line }) => line)).flat());
  for (let i = 0; i < 60; i++) await server.post("/ingest", JSON.stringify({ event_type: ["page_view", "login", "api_error"][i % 3], user_id: i % 20, page: `/products/${i % 7}`, duration_ms: i * 13 }));
  await server.waitFor("SELECT count(*) FROM visits", kVisits);
  await server.waitFor("SELECT count(*) FROM visits_rejects", 5 * kBad.length);
  await server.waitFor("SELECT count(*) FROM ingest", 60);
}
