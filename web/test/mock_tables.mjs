// The mock's data: the same on every run. `hostile` holds what must be shown as text and never run.

export const kNow = Date.parse("2026-11-21T20:00:00Z");

// A small generator of its own, so that the numbers do not move between versions of Node.
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function micros(ms, extra = 0) {
  return new Date(ms).toISOString().replace("Z", `${String(extra % 1000).padStart(3, "0")}Z`);
}

function base64(text) {
  return Buffer.from(text, "utf8").toString("base64");
}

function table(name, columns, rows, more = {}) {
  const list = Object.entries(columns).map(([column, type], i) => ({ id: i + 1, name: column, type, required: false, doc: "" }));
  const times = list.filter(({ type }) => type.startsWith("timestamp") || type === "date").map((column) => column.name);
  times.sort((a, b) => Number(b === "_received_at") - Number(a === "_received_at"));
  return { database: "default", name, columns: list, times, rows, live: 0, problem: null, ...more };
}

function visits() {
  const next = random(1);
  const pages = ["/", "/pricing", "/docs", "/blog/one", "/login", "/signup", "/cart", "/checkout"];
  const browsers = ["firefox", "chrome", "safari", "edge"];
  const rows = [];
  for (let i = 0; i < 100_000; i++) {
    const wave = 1 + 0.6 * Math.sin(i / 4000);
    const at = kNow - Math.floor(i * 430 * wave) - 1000;
    rows.push({
      event_type: next() < 0.7 ? "page_view" : next() < 0.6 ? "click" : next() < 0.7 ? "purchase" : "error",
      user_id: Math.floor(next() ** 2 * 5000),
      session: i % 97 === 0 ? "9223372036854775807" : i,
      page: pages[Math.floor(next() ** 2 * pages.length)],
      ms: i % 41 === 0 ? null : Math.round(next() ** 3 * 90_000) / 100,
      mobile: next() < 0.4,
      user: { plan: next() < 0.8 ? "free" : "pro", browser: browsers[Math.floor(next() * 4)], tags: ["a", "b"].slice(0, i % 3) },
      referrer: next() < 0.5 ? null : "https://example.org/a?b=1&c=2",
      _received_at: micros(at, i),
      _rest: null,
    });
  }
  rows.sort((a, b) => (a._received_at < b._received_at ? 1 : -1));
  const columns = {
    event_type: "string", user_id: "bigint", session: "bigint", page: "string", ms: "double", mobile: "boolean",
    user: "struct<plan:string,browser:string,tags:array<string>>", referrer: "string", _received_at: "timestamptz", _rest: "string",
  };
  return table("visits", columns, rows, { live: 4211, types: { "user.plan": "string", "user.browser": "string", "user.tags": "array<string>" } });
}

function ingest() {
  const next = random(2);
  const types = ["page_view", "login", "logout", "purchase"];
  const rows = [];
  for (let i = 0; i < 600; i++) {
    const type = types[i % 4];
    rows.push({
      event_timestamp: micros(kNow - i * 600_000),
      event_type: type,
      user_id: Math.floor(next() * 50),
      amount: type === "purchase" ? Math.round(next() * 10_000) / 100 : null,
      page: type === "page_view" ? "/docs" : null,
      _received_at: micros(kNow - i * 600_000 + 40),
    });
  }
  return table("ingest", { event_timestamp: "timestamptz", event_type: "string", user_id: "bigint", amount: "double", page: "string", _received_at: "timestamptz" }, rows);
}

function rejects() {
  const bad = [
    ["wrong_type", "ms", "expected double, got text", '{"user":"ann","ms":"twelve"}'],
    ["not_json", null, "not one JSON value", '{"user":"bob","ms":31.5,}'],
    ["out_of_range", "user_id", "9223372036854775808 is over bigint", '{"user_id":9223372036854775808,"tags":["x"]}'],
    ["not_utf8", null, "byte 0xff", '{"user":"\u00ff<script>alert(1)</script>"}'],
    ["wrong_type", "user.tags", "expected array", '{"ms":3,"user":{"plan":"pro","tags":{"a":1}}}'],
  ];
  const rows = [];
  for (let i = 0; i < 120; i++) {
    const [reason, path, message, raw] = bad[i % 7 === 0 ? 1 : i % bad.length];
    const cut = i === 0 ? { raw: { base64: base64(`{"user":"bob","page":"${"x".repeat(65_515)}`), bytes: 1_000_000 } } : {};
    rows.push({ _received_at: micros(kNow - i * 240_000), lsn: 90_000 - i, source: i % 2 ? "http" : "firehose", reason, path, message, raw: { base64: reason === "not_utf8" ? Buffer.from(raw, "latin1").toString("base64") : base64(raw) }, ...cut });
  }
  return table("visits_rejects", { _received_at: "timestamptz", lsn: "bigint", source: "string", reason: "string", path: "string", message: "string", raw: "binary" }, rows);
}

function hostile() {
  const html = '<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script>';
  const columns = { _received_at: "timestamptz", [html]: "string", "a,b\"c": "string", "\u202Egnp.exe": "string", long: "string", control: "string", rtl: "string", deep: "struct<a:string>", cut: "string", bytes: "binary",
    like_bytes: "struct<base64:string>", like_cut: "struct<cut:string,bytes:bigint>", no_bytes: "binary", constructor: "string", ["__proto__"]: "string", like_shares: "string",
    'odd"': 'struct<"a,b":bigint,"c:d""e<":string,plain:string>',
  };
  for (let i = 0; i < 490; i++) columns[`column_${i}_with_quite_a_long_name`] = i % 2 ? "bigint" : "string";
  const likeShares = Object.entries({ null: 7, other: 6, "(none)": 5, "(others)": 4, "": 3 }).flatMap(([value, count]) => Array(count).fill(value));
  let deep = "bottom";
  for (let i = 0; i < 200; i++) deep = { a: deep };
  const rows = [];
  for (let i = 0; i < 40; i++) {
    const row = {
      _received_at: micros(kNow - i * 60_000), [html]: html, "a,b\"c": "'; DROP TABLE visits; --", "\u202Egnp.exe": "\u202Egnp.exe",
      long: i === 0 ? "x".repeat(1_000_000) : "short", control: "a\u0000b\u001b[31mred\u0007\nline\ttab", rtl: "שלום עולם مرحبا", deep,
      cut: { cut: "y".repeat(65_536), bytes: 1_000_000 }, bytes: { base64: base64("\u0001\u0002<b>bytes</b>") },
      like_bytes: { base64: "%" }, like_cut: { cut: "not cut", bytes: 7 }, no_bytes: { base64: "%%" }, constructor: i % 2 ? "constructor" : null, ["__proto__"]: "toString", like_shares: likeShares[i] ?? `further ${i}`,
      'odd"': { "a,b": i, 'c:d"e<': html, plain: "yes" },
    };
    if (i >= 38) row.like_shares = null;
    for (let c = 0; c < 490; c++) row[`column_${c}_with_quite_a_long_name`] = c % 2 ? c * i : `${html.slice(0, c % 30)}`;
    rows.push(row);
  }
  return table("hostile", columns, rows, { problem: `the table is held back: ${html}` });
}

export function makeTables() {
  return [visits(), rejects(), ingest(), hostile(), table("empty", { a: "string", _received_at: "timestamptz" }, []), table("unreadable", {}, [], { unreadable: true, problem: "its metadata is no JSON: /srv/lake/…/00003.metadata.json" })];
}
