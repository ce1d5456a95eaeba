// Pictures of every page for the docs, from the mock's data: `npm run screenshots`. With a server's address as argument,
// from that server's.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./browser.mjs";
import { startMock } from "./mock_server.mjs";

const kImages = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const kWide = { width: 1200, height: 750 };
const kNarrow = { width: 400, height: 750 };

const kShots = [
  { name: "overview", place: "/", ready: "Streams", waitMs: 50_000 }, // until the lines of rates have a form
  { name: "overview-dark", place: "/", ready: "Streams", dark: true, waitMs: 50_000 },
  { name: "explore", place: "/explore?table=default.visits&open=event_type&stack=event_type", ready: "so far" },
  { name: "explore-row-dark", place: "/explore?table=default.visits&open=user.plan", ready: "so far", dark: true, click: ["gridcell", "/docs"] },
  { name: "explore-narrow", place: "/explore?table=default.visits&stack=event_type", ready: "so far", size: kNarrow },
  { name: "groups", place: "/explore?table=default.visits&view=groups&by=event_type&bucket=hour", ready: "As a table" },
  { name: "events", place: "/events?start_date=2026-11-18&end_date=2026-11-21&run=1", ready: " events" },
  { name: "tables", place: "/tables/default/visits?view=snapshots", ready: "append" },
  { name: "rejects", place: "/rejects", ready: " rows", click: ["gridcell", "user.tags"] },
  { name: "derived", place: "/derived", ready: "partitions" },
];

const mock = process.argv[2] ? null : await startMock({ hostile: false });
const server = process.argv[2] ?? mock.url;
const context = await openBrowser();
mkdirSync(kImages, { recursive: true });
for (const { name, place, ready, size = kWide, dark = false, click, waitMs = 600 } of kShots) {
  const page = await context.newPage();
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await page.goto(`${server}/ui${place}`);
  await page.locator("main").getByText(ready).first().waitFor();
  if (click) await page.getByRole(click[0], { name: click[1] }).first().click();
  await page.waitForTimeout(waitMs);
  await page.screenshot({ path: `${kImages}dashboard-${name}.png` });
  await page.close();
}
await context.close();
await mock?.close();
