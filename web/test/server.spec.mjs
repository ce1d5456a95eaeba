// The pages against the real server: every number on them is SQL's, while rows arrive, from files, and after a crash.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessibilityProblems, openPage, sideways } from "./browser.mjs";
import { fillVisits, kBad, kVisits, visit } from "./real_data.mjs";
import { daysBefore, prepareDerived } from "./real_derived.mjs";
import { useServerAndBrowser } from "./real_server.mjs";

const used = useServerAndBrowser(fillVisits, prepareDerived);
const kExplore = "/explore?table=default.visits&time=at";

async function open(place, ready) {
  const opened = await openPage(used.context, `${used.server.url}/ui${place}`);
  if (ready) await opened.page.locator("main").getByText(ready).first().waitFor();
  return opened;
}

const state = (page) => new URL(page.url()).searchParams;
const count = (number) => number.toLocaleString("en-US");
const cells = async (page, name) => {
  const row = page.getByRole("row", { name });
  await row.waitFor();
  return row.locator("th, td").allInnerTexts();
};

/** What stands behind the name of an open field: its values, most frequent first, with their counts. */
const fieldValues = (page) => page.locator(".field-values .value-row").evaluateAll((rows) => rows.map((row) => [row.querySelector("bdi").textContent, Number(row.querySelector(".value-count").textContent.replaceAll(",", ""))]));

test("overview: streams, tables and rejects are those of the lake, and move", async () => {
  const { page, problems } = await open("/", "Streams");
  const { server } = used;
  const stream = page.getByRole("region", { name: "Streams, table" }).getByRole("row", { name: /^visits/ });
  const records = kVisits + 5 * kBad.length;
  await stream.getByRole("cell", { name: count(records), exact: true }).first().waitFor();
  assert.equal(await stream.getByRole("link").last().innerText(), String(await server.one("SELECT count(*) FROM visits_rejects")));
  const [, rows, live] = await cells(page, /^default\.visits \d/);
  assert.equal(Number(rows.replaceAll(",", "")) + Number(live.replaceAll(",", "")), await server.one("SELECT count(*) FROM visits"));
  await server.put("visits", [{ event_type: "moved", at: "2026-11-22T00:00:00Z" }]);
  await stream.getByRole("cell", { name: count(records + 1), exact: true }).first().waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("explore: histogram, field, filters, rows and groups are SQL's", async () => {
  const { page, problems } = await open(kExplore, "rows so far");
  const { server } = used;
  await page.getByText(`${count(await server.one("SELECT count(*) FROM visits"))} rows, one bar`).waitFor();
  await page.getByRole("button", { name: /^event_type/ }).click();
  await page.getByRole("button", { name: "Only error" }).waitFor();
  const top = await server.query("SELECT event_type AS v, count(*) AS n FROM visits GROUP BY 1 ORDER BY 2 DESC, 1");
  assert.deepEqual(await fieldValues(page), top.map(({ v, n }) => [v, n]));
  await page.getByRole("button", { name: "Only error" }).click();
  const errors = await server.one("SELECT count(*) FROM visits WHERE event_type = 'error'");
  await page.getByText(`${count(errors)} rows, one bar`).waitFor();
  await page.getByText(`${count(errors)} rows ·`).waitFor();
  await page.getByRole("button", { name: "Without error" }).click();
  await page.getByText(`${count(await server.one("SELECT count(*) FROM visits WHERE event_type IS DISTINCT FROM 'error'"))} rows, one bar`).waitFor();
  await page.goBack();
  await page.getByText(`${count(errors)} rows, one bar`).waitFor();
  await page.reload();
  await page.getByText(`${count(errors)} rows, one bar`).waitFor();
  await page.goForward();
  await page.getByText("event_type ≠ error").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

for (const [column, op, value, sql] of [
  ["price", "ge", "50.10", "price >= 50.10"],
  ["ms", "lt", "100", "ms < 100"],
  ["session", "eq", "9007199254741000", "session = 9007199254741000"],
  ["user.a,b", "eq", "3", '"user"."a,b" = 3'],
  ["page", "starts", "/b", "starts_with(page, '/b')"],
  ["page", "in", "/docs, /cart", "page IN ('/docs', '/cart')"],
]) {
  test(`a typed filter finds what SQL finds: ${column} ${op} ${value}`, async () => {
    const { page, problems } = await open(kExplore, "rows so far");
    await page.getByRole("button", { name: "+ Filter" }).click();
    await page.getByRole("combobox", { name: "Field", exact: true }).selectOption(column);
    await page.getByRole("combobox", { name: "Condition" }).selectOption(op);
    await page.getByLabel(/^Value/).fill(value);
    await page.keyboard.press("Enter");
    const expected = await used.server.one(`SELECT count(*) FROM visits WHERE ${sql}`);
    assert.ok(expected > 0);
    await page.getByText(`${count(expected)} row${expected === 1 ? "" : "s"}, one bar`).waitFor();
    assert.deepEqual(problems, []);
    await page.close();
  });
}

test("a row is read at the side, and its file has the same rows", async () => {
  const { page, problems } = await open(`${kExplore}&f=["event_type","eq","purchase"]`, "rows ·");
  const { server } = used;
  const newest = (await server.query("SELECT CAST(session AS VARCHAR) AS session, CAST(price AS VARCHAR) AS price FROM visits WHERE event_type = 'purchase' ORDER BY \"at\" DESC LIMIT 1"))[0];
  await page.getByRole("gridcell").first().click();
  const panel = page.getByRole("complementary");
  await panel.getByText(newest.session, { exact: true }).waitFor();
  await panel.getByText(newest.price, { exact: true }).waitFor();
  await panel.getByText('"a,b":').waitFor();
  assert.equal(state(page).get("row"), "1");
  for (const [kind, read] of [["CSV", (text) => text.trim().split("\n").slice(1)], ["NDJSON", (text) => text.trim().split("\n").map(JSON.parse)]]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: kind, exact: true }).click()]);
    const rows = read(readFileSync(await file.path(), "utf8"));
    assert.equal(rows.length, await server.one("SELECT count(*) FROM visits WHERE event_type = 'purchase'"));
    if (kind === "NDJSON") assert.equal(rows.reduce((sum, row) => sum + row.user_id, 0), await server.one("SELECT sum(user_id)::BIGINT FROM visits WHERE event_type = 'purchase'"));
  }
  assert.deepEqual(problems, []);
  await page.close();
});

test("groups are SQL's: by a field, and over time", async () => {
  const { page, problems } = await open(`${kExplore}&view=groups&by=user.plan&measure=avg&of=ms`, "free");
  for (const { plan, value } of await used.server.query('SELECT "user".plan AS plan, avg(ms) AS value FROM visits WHERE "user" IS NOT NULL GROUP BY 1')) {
    const text = value.toLocaleString("en-US", { maximumSignificantDigits: 6 });
    assert.deepEqual((await cells(page, new RegExp(`^${plan} `))).slice(0, 2), [plan, text]);
  }
  await page.getByRole("combobox", { name: "By", exact: true }).selectOption("");
  await page.getByLabel("Measure").selectOption("count");
  await page.getByLabel("Over time").selectOption("day");
  await page.getByText("As a table").click();
  await page.getByRole("cell", { name: "all rows" }).first().waitFor();
  const days = await used.server.query("SELECT strftime(date_trunc('day', \"at\"), '%Y-%m-%d 00:00:00') AS day, count(*) AS n FROM visits GROUP BY 1 ORDER BY 1");
  const shown = await page.getByRole("region", { name: "Groups, table" }).locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.innerText.split("\t")));
  assert.deepEqual(shown, days.map(({ day, n }) => [day, "all rows", count(n)]));
  assert.deepEqual(problems, []);
  await page.close();
});

test("live: a row that is sent meanwhile comes, waits while paused, and follows the filter", async () => {
  const { page, problems } = await open(`${kExplore}&view=live&f=["event_type","eq","tail"]`, "Waiting for rows…");
  const send = (name) => used.server.put("visits", [{ event_type: "tail", page: name, at: "2026-11-22T00:00:00Z" }, { event_type: "other", page: "/never", at: "2026-11-22T00:00:00Z" }]);
  await send("/first");
  await page.getByRole("gridcell", { name: "/first" }).waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await send("/second");
  await page.getByText("Paused. 1 new rows wait.").waitFor();
  assert.equal(await page.getByRole("gridcell", { name: "/second" }).count(), 0);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("gridcell", { name: "/second" }).waitFor();
  assert.equal(await page.getByRole("gridcell", { name: "/never" }).count(), 0);
  assert.deepEqual(problems, []);
  await page.close();
});

test("events: a query, nothing found, and the server's words", async () => {
  const { page, problems } = await open("/events", "Choose days and a type, and run the query.");
  await page.getByLabel("event_type").selectOption("api_error");
  await page.getByRole("button", { name: "Run Query" }).click();
  await page.getByText(`${await used.server.one("SELECT count(*) FROM ingest WHERE event_type = 'api_error'")} events ·`).waitFor();
  const { page: other } = await openPage(used.context, page.url());
  await other.getByText("20 events ·").waitFor();
  await other.close();
  await page.getByLabel("user_id").fill("99");
  await page.keyboard.press("Enter");
  await page.getByText("No results found.").waitFor();
  await page.getByLabel("user_id").fill("99999999999999999999");
  await page.keyboard.press("Enter");
  await page.getByText("a filter of 'user_id' compares with a whole number").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("tables: columns, partitions and snapshots are the lake's, and a snapshot is explored", async () => {
  const { server } = used;
  await server.waitUntilLanded("visits", await server.one("SELECT count(*) FROM visits"));
  const { page, problems } = await open("/tables", "default.visits");
  await page.getByRole("link", { name: "default.visits", exact: true }).click();
  await page.getByRole("row", { name: /^price/ }).waitFor();
  assert.deepEqual(await cells(page, /^price/), ["price", "decimal(10,2)", "6", ""]);
  await page.getByRole("tab", { name: "Partitions" }).click();
  await page.getByText("Partitioned by event_type as event_type, day(at) as day.").waitFor();
  const partitions = await page.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.innerText.split("\t")));
  const expected = await server.query("SELECT event_type AS t, strftime(\"at\", '%Y-%m-%d') AS d, count(*) AS n FROM visits GROUP BY 1, 2 ORDER BY 1, 2");
  assert.deepEqual(partitions.map(([path, rows]) => [path, rows]), expected.map(({ t, d, n }) => [`event_type=${t}/day=${d}`, count(n)]));
  await page.getByRole("tab", { name: "Snapshots" }).click();
  const link = page.locator("tbody tr").last().getByRole("link");
  const snapshot = await link.innerText();
  await link.click();
  await page.getByText(`As of snapshot ${snapshot}`).waitFor();
  const then = await server.one(`SELECT count(*) FROM visits AT (VERSION => ${snapshot})`);
  await page.getByText(`${count(then)} rows, one bar`).waitFor();
  assert.ok(then < (await server.one("SELECT count(*) FROM visits")), "the first snapshot has not all rows");
  assert.deepEqual(problems, []);
  await page.close();
});

test("rejects: reasons are counted, the place is marked, the bytes are those that were sent", async () => {
  const { page, problems } = await open("/rejects?table=default.visits_rejects", "rows ·");
  for (const { reason, n } of await used.server.query("SELECT reason, count(*) AS n FROM visits_rejects GROUP BY 1")) await page.getByRole("button", { name: `${reason} ${n}`, exact: true }).waitFor();
  for (const { line, reason, mark } of kBad) {
    await page.getByRole("gridcell", { name: line, exact: true }).first().click();
    assert.equal(await page.locator("mark").textContent(), mark);
    await page.getByRole("complementary").getByText(reason, { exact: true }).waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save these bytes" }).click()]);
    assert.equal(readFileSync(await file.path(), "utf8"), line);
    await page.getByRole("button", { name: "Close the row" }).click(); // the grid has its width again
  }
  assert.deepEqual(problems, []);
  await page.close();
});

test("derived: what was committed is SQL's, what runs when is the configuration's, what failed is said", async () => {
  const { page, problems } = await open("/derived", "9 committed partitions.");
  const { server } = used;
  await page.getByLabel("Dataset").selectOption("ExecutiveStream");
  const shown = await page.getByRole("region", { name: "Partitions, table" }).locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.cells[1].innerText));
  const expected = await server.query('SELECT DISTINCT "submissionDateS3" AS day, "channelS3" AS channel FROM executive_stream');
  assert.deepEqual(shown.sort(), expected.map(({ day, channel }) => `submissionDateS3=${day}/channelS3=${channel}`).sort());
  assert.deepEqual([...new Set(expected.map(({ day }) => day))].sort(), daysBefore(3).sort());
  const schedule = (name) => page.getByRole("region", { name: "Schedules, table" }).getByRole("row", { name });
  await schedule(/^nightly of ExecutiveStream/).getByText(/^done |^runs now/).first().waitFor();
  await page.getByLabel("Dataset").selectOption("all");
  await schedule(/^churn-weekly of Churn/).getByText(/^failed /).waitFor();
  await schedule(/^churn-weekly of Churn/).locator(".problem").waitFor();
  const run = page.getByRole("region", { name: "Runs, table" }).getByRole("row", { name: /^ExecutiveStream/ }).last();
  const [{ n: rows }] = await server.query("SELECT count(*) AS n FROM executive_stream");
  assert.deepEqual([await run.getByRole("cell").nth(1).innerText(), await run.getByRole("cell").nth(3).innerText()], ["committed", String(rows)]);
  await run.getByRole("button").click();
  await page.getByText(`${rows} records of 9 objects: ${rows} rows`).waitFor();
  await page.getByRole("region", { name: "Definitions, table" }).getByRole("button", { name: "ExecutiveStream" }).click();
  const columns = await page.getByRole("region", { name: "Columns of ExecutiveStream, table" }).locator("tbody th").allInnerTexts();
  const described = (await server.query("DESCRIBE executive_stream")).map((column) => column.column_name);
  assert.ok(columns.length > 20 && columns.every((column) => described.includes(column)), columns.join());
  await page.getByRole("link", { name: "default.executive_stream" }).first().click();
  await page.getByText("360 rows in").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("by keyboard alone: to a table, to its rows, into one and back", async () => {
  const { page, problems } = await open("/tables", "default.visits");
  const tabTo = async (matches, name) => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(matches, name)) return;
    }
    assert.fail(`no Tab leads to ${name}`);
  };
  await tabTo((name) => document.activeElement.getAttribute("aria-label") === name, "Explore default.visits");
  await page.keyboard.press("Enter");
  await page.getByRole("grid").waitFor();
  await tabTo((role) => document.activeElement.getAttribute("role") === role, "grid");
  for (const key of ["ArrowDown", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("complementary", { name: "Row 2" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
  await page.goBack();
  await page.getByRole("heading", { name: "Tables" }).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("every page is accessible, no wider than the window, and without errors", async () => {
  const kPages = [["/", "Streams"], [`${kExplore}&open=event_type&stack=event_type`, "rows so far"], [`${kExplore}&view=groups&by=event_type&bucket=day`, "As a table"], [`${kExplore}&view=live`, "Waiting for rows"], ["/events?start_date=2020-01-01&end_date=2037-01-01&run=1", "events ·"], ["/tables?rejects=1", "default.visits_rejects"], ["/tables/default/visits", "timestamptz"], ["/tables/default/visits?view=partitions", "event_type=click"], ["/tables/default/visits?view=snapshots", "append"], ["/tables/default/visits?view=open", "PyIceberg"], ["/tables/default/visits?view=properties", "zstd"], ["/rejects?table=default.visits_rejects&row=1", "As received"], ["/derived", "committed partitions"]];
  for (const [place, ready] of kPages) {
    const { page, problems } = await open(place, ready);
    for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [400, "light"]]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      assert.equal(await sideways(page), 0, `${place} at ${width}`);
      assert.deepEqual(await accessibilityProblems(page), [], `${place} at ${width}, ${colorScheme}`);
    }
    assert.deepEqual(problems, [], place);
    await page.close();
  }
});

test("numbers are SQL's while rows arrive, from files, and after the server was killed; the page finds it again", async () => {
  const { server } = used;
  const { page, problems } = await open(kExplore, "rows so far");
  const note = page.locator(".chart-note");
  const shown = async () => Number((await note.textContent()).split(" ")[0].replaceAll(",", ""));
  let stop = false;
  const writer = (async () => {
    for (let i = 10_000; !stop; i += 10) await server.put("visits", Array.from({ length: 10 }, (_, k) => visit(i + k)));
  })();
  for (let i = 0; i < 5; i++) {
    const before = await server.one("SELECT count(*) FROM visits");
    const asked = page.waitForResponse((response) => response.url().includes("/histogram"));
    await page.getByRole("button", { name: "Refresh" }).click();
    await (await asked).finished();
    await page.waitForTimeout(300);
    const now = await shown();
    assert.ok(before <= now && now <= (await server.one("SELECT count(*) FROM visits")), `${before} ≤ ${now}`);
  }
  stop = true;
  await writer;
  const records = await server.one("SELECT count(*) FROM visits");
  await server.waitUntilLanded("visits", records);
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText(`${count(records)} rows, one bar`).waitFor();
  await server.put("visits", [visit(1)]); // acknowledged, and in no file yet
  const { page: overview } = await open("/", "Streams");
  await server.kill();
  await overview.getByText("Trying again…").waitFor();
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText("Trying again…").first().waitFor();
  await server.start();
  await page.getByText(`${count(records + 1)} rows, one bar`).waitFor({ timeout: 30_000 });
  await overview.getByText("Trying again…").waitFor({ state: "detached", timeout: 30_000 });
  assert.equal(await overview.getByText("No records have arrived yet.").count(), 0);
  const [, rows, live] = await cells(overview, /^default\.visits \d/);
  assert.equal(Number(rows.replaceAll(",", "")) + Number(live.replaceAll(",", "")), records + 1);
  assert.deepEqual(problems, []);
  await page.close();
  await overview.close();
});
