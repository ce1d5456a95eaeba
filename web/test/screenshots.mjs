// Pictures of every page for the docs, from a real server with data of its own: `npm run screenshots` with TARN_BINARY set. An argument
// names the server's directory, as the pictures show it; it must not exist.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./browser.mjs";
import { prepareDerived } from "./real_derived.mjs";
import { RealServer } from "./real_server.mjs";

const kImages = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const kWide = { width: 1200, height: 750 };
const kNarrow = { width: 400, height: 750 };
const kDayMs = 86_400_000;
const kDay = (back) => new Date(Date.now() - back * kDayMs).toISOString().slice(0, 10);

const kShots = [
  { name: "overview", place: "/", ready: "Streams", waitMs: 30_000 }, // until the lines of rates have a form
  { name: "overview-dark", place: "/", ready: "Streams", dark: true, waitMs: 15_000 },
  { name: "explore", place: "/explore?table=default.visits&time=at&open=event_type&stack=event_type", ready: "so far" },
  { name: "explore-row-dark", place: "/explore?table=default.visits&time=at&open=user.plan&row=4", ready: "Row 4", dark: true },
  { name: "explore-narrow", place: "/explore?table=default.visits&time=at&stack=event_type", ready: "so far", size: kNarrow },
  { name: "groups", place: "/explore?table=default.visits&time=at&view=groups&by=event_type&bucket=hour", ready: "As a table" },
  { name: "events", place: `/events?start_date=${kDay(3)}&end_date=${kDay(0)}&run=1`, ready: " events" },
  { name: "tables", place: "/tables/default/visits?view=snapshots", ready: "append" },
  { name: "rejects", place: "/rejects?table=default.visits_rejects", ready: " rows", click: ["gridcell", "user.tags"] },
  { name: "derived", place: "/derived", ready: "partitions" },
];

const kPages = ["/", "/pricing", "/docs", "/blog/one", "/login", "/signup", "/cart", "/checkout"];
const kBad = ['{"event_type":"click","ms":"twelve"}', '{"event_type":"click","ms":31.5,}', '{"ms":3,"user":{"plan":"pro","tags":{"a":1}}}', '{"user_id":9223372036854775808}'];

let seed = 1; // the same pictures every time, but for their times
function next() {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

// Three days of visits, with a wave a day; some that do not fit; a week of web events.
async function fill(server) {
  const columns = "event_type string, user_id bigint, page string, ms double, user struct<plan:string,browser:string,tags:array<string>>, mobile boolean, referrer string, at timestamptz";
  await server.create("visits", { columns, partition_by: "event_type, day(at) as day", buffer_seconds: 5 });
  const now = Date.now();
  for (let i = 0; i < 24_000; i += 2000) {
    await server.put("visits", Array.from({ length: 2000 }, (_, k) => visit(now - 3 * kDayMs * waved((i + k) / 24_000))));
    await server.put("visits", kBad);
    await new Promise((resolve) => setTimeout(resolve, 1500)); // so that rejects have times, and landings make several snapshots
  }
  for (let i = 0; i < 700; i++) {
    const type = pick(["page_view", "page_view", "login", "purchase"]);
    const event = { event_type: type, user_id: Math.floor(next() * 50), timestamp_utc: new Date(now - i * 800_000).toISOString(), ...(type === "purchase" ? { amount: Math.round(next() * 9000) / 100 } : { page: pick(kPages) }) };
    await server.post("/ingest", JSON.stringify(event));
  }
}

function waved(share) {
  return share + 0.03 * Math.sin(share * 6 * Math.PI);
}

function visit(at) {
  const type = pick(["page_view", "page_view", "page_view", "page_view", "click", "click", "purchase", "error"]);
  const user = { plan: next() < 0.8 ? "free" : "pro", browser: pick(["firefox", "chrome", "safari", "edge"]), tags: ["a", "b"].slice(0, Math.floor(next() * 3)) };
  return { event_type: type, user_id: Math.floor(next() ** 2 * 5000), page: pick(kPages), ms: next() < 0.02 ? null : Math.round(next() ** 3 * 90_000) / 100, user, mobile: next() < 0.4, referrer: next() < 0.5 ? null : "https://example.org/a?b=1", at: new Date(at).toISOString() };
}

function pick(values) {
  return values[Math.floor(next() ** 1.3 * values.length)];
}

const server = new RealServer(process.argv[2]);
prepareDerived(server);
await server.start();
await fill(server);
const flow = setInterval(() => void server.put("visits", Array.from({ length: 4 + Math.floor(next() * 12) }, () => visit(Date.now()))), 500);
await new Promise((resolve) => setTimeout(resolve, 10_000)); // the rates forget what was sent before
const context = await openBrowser();
mkdirSync(kImages, { recursive: true });
for (const { name, place, ready, size = kWide, dark = false, click, waitMs = 800 } of kShots) {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await page.goto(`${server.url}/ui${place}`);
  await page.locator("main").getByText(ready).first().waitFor();
  if (click) await page.getByRole(click[0], { name: click[1] }).first().click();
  await page.waitForTimeout(waitMs);
  await page.screenshot({ path: `${kImages}dashboard-${name}.png` });
  await page.close();
}
clearInterval(flow);
await context.close();
await server.close();
