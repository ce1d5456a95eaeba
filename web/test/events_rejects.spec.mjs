// Events and Rejects, driven as a person does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, useMockAndBrowser } from "./browser.mjs";

const used = useMockAndBrowser();

const state = (page) => new URL(page.url()).searchParams;

test("events: the query runs when its button is pressed, and its address shares it", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/events`);
  await page.getByText("Choose days and a type, and run the query.").waitFor();
  assert.equal(used.mock.control.requests.filter((request) => request.includes("/rows")).length, 0);
  await page.getByLabel("start_date (UTC)").fill("2026-11-20");
  await page.getByLabel("end_date, included").fill("2026-11-21");
  await page.getByLabel("event_type").selectOption("purchase");
  await page.getByLabel("limit").fill("20");
  used.mock.control.delayMs = 400;
  await page.getByRole("button", { name: "Run Query" }).click();
  await page.getByText("Querying…").waitFor();
  used.mock.control.delayMs = 0;
  await page.getByText("20 events, and there are more").waitFor();
  assert.equal(state(page).toString(), "start_date=2026-11-20&end_date=2026-11-21&event_type=purchase&limit=20&run=1");
  assert.equal(await page.getByRole("columnheader", { name: "amount" }).count(), 1);
  assert.equal(await page.getByRole("columnheader", { name: "page", exact: true }).count(), 0, "no row has a page");
  const other = await openPage(used.context, page.url());
  await other.page.getByText("20 events, and there are more").waitFor();
  assert.equal(await other.page.getByLabel("event_type").inputValue(), "purchase");
  assert.deepEqual([...problems, ...other.problems], []);
  await page.close();
  await other.page.close();
});

test("events: nothing found, a wrong user, and the server's refusal are each said", async () => {
  const { page } = await openPage(used.context, `${used.mock.url}/ui/events?start_date=2020-01-01&end_date=2020-01-02&run=1`);
  await page.getByText("No results found.").waitFor();
  await page.getByLabel("user_id").fill("ann");
  await page.keyboard.press("Enter");
  await page.getByText("user_id: ann is no number.").waitFor();
  await page.getByLabel("user_id").fill("7");
  used.mock.control.fail = (path) => (path.endsWith("/rows") ? "too many queries at once: try again" : null);
  await page.getByRole("button", { name: "Run Query" }).click();
  await page.getByText("too many queries at once: try again").waitFor();
  await page.getByLabel("end_date, included").fill("2019-01-01");
  await page.getByRole("button", { name: "Run Query" }).click();
  await page.getByText("The last day is before the first.").waitFor();
  await page.close();
});

test("rejects: reasons are counted, one is chosen, and the place of the error is marked in the bytes", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/rejects`);
  await page.getByRole("button", { name: /^wrong_type 40$/ }).click();
  await page.getByText("40 rows ·").waitFor();
  await page.getByRole("gridcell", { name: "user.tags" }).first().click();
  const mark = page.locator("mark");
  assert.equal(await mark.textContent(), '{"a":1}');
  await page.getByRole("gridcell", { name: "ms", exact: true }).first().click();
  assert.equal(await mark.textContent(), '"twelve"');
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save these bytes" }).click()]);
  assert.match(file.suggestedFilename(), /^reject-\d+\.bin$/);
  await page.getByRole("button", { name: "Remove the filter reason = wrong_type" }).click();
  await page.getByRole("gridcell", { name: "not_utf8" }).first().click();
  assert.equal(await mark.textContent(), "\ufffd");
  assert.deepEqual(problems, []);
  await page.close();
});

test("a table is searched for, opened, and its parts are walked with arrows", async () => {
  const { page } = await openPage(used.context, `${used.mock.url}/ui/tables`);
  await page.getByLabel("Search tables").fill("visi");
  await page.getByRole("link", { name: "default.hostile", exact: true }).waitFor({ state: "detached" });
  await page.getByRole("link", { name: "default.visits", exact: true }).click();
  await page.getByRole("tab", { name: "Columns" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText("Partitioned by event_type as event_type, day(_received_at) as _day.").waitFor();
  assert.equal(state(page).get("view"), "partitions");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.getByText("tarn.wm.1.0").waitFor();
  await page.close();
});

test("rejects: of a record over 64 KiB the start is shown as that, and the whole is to be had", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/rejects?row=1`);
  const record = page.getByRole("region", { name: "The record as it was received" });
  await record.getByRole("heading", { name: "As received, the first 64 KiB of 977 KiB" }).waitFor();
  assert.equal(await record.locator("mark").count(), 0, "the end of the start is no fault");
  assert.equal(await page.getByRole("link", { name: "Save these bytes" }).count(), 0);
  await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save it whole" }).click()]);
  assert.ok(used.mock.control.requests.some((request) => decodeURIComponent(request).endsWith('/rows?columns=raw&f=["lsn","eq",90000]&format=ndjson')));
  await page.locator("dd").getByText("The first 64 KiB of 977 KiB.").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("partitions: more are asked for up to the server's limit, and the rest is said", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/tables/default/ingest?view=partitions&partitions=4000`);
  const more = page.getByRole("button", { name: "More partitions" });
  for (const limit of [8000, 10_000]) {
    await more.click();
    await page.waitForFunction((rows) => document.querySelectorAll("tbody tr").length === rows, limit);
    assert.equal(state(page).get("partitions"), String(limit));
  }
  await page.getByText("These are 10,000, the most that are shown. There are more partitions.").waitFor();
  assert.equal(await more.count(), 0);
  assert.deepEqual(problems, []);
  await page.close();
});

test("derived: schedules say when they run, that they run, and what failed", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/derived`);
  const row = (name) => page.getByRole("region", { name: "Schedules, table" }).getByRole("row", { name });
  await row(/^ExecutiveStream/).getByText("2026-11-22 02:15:00").waitFor();
  await row(/^MainSummary/).getByText("at byte 18220: the message has no <b>uuid</b>").waitFor();
  await row(/^MainSummary/).getByText(/^failed .* ago$/).waitFor();
  await row(/^churn-weekly of Churn/).getByText("runs now").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("derived: how far runs are, which attempts failed and where", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/derived`);
  const row = (name) => page.getByRole("region", { name: "Runs, table" }).getByRole("row", { name });
  await row(/^Churn/).getByText("4 of 9").waitFor();
  assert.equal(await row(/^Churn/).getByRole("progressbar").evaluate((bar) => bar.value / bar.max), 4 / 9);
  await row(/^MainSummary/).getByText("offset 18220: the message has no <b>uuid</b>").waitFor();
  await row(/^MainSummary/).getByText("failed", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Churn DE" }).click();
  await page.getByRole("region", { name: "Tasks that run, table" }).getByText("submission_date=2026-11-20").waitFor();
  await page.getByRole("region", { name: "Attempts that failed, table" }).getByText("its worker was killed by signal 9").waitFor();
  await page.reload();
  await page.getByRole("region", { name: "Attempts that failed, table" }).waitFor(); // the address has which one is open
  await row(/^ExecutiveStream/).getByRole("button").click();
  await page.getByText("raw/telemetry/20261121/f00.heka: 1 damaged, 77 bytes skipped").waitFor();
  await row(/^ExecutiveStream/).getByRole("link", { name: "10" }).click();
  await page.waitForURL(/\/rejects\?table=default\.executive_rejects/);
  assert.deepEqual(problems, []);
  await page.close();
});

test("derived: what a dataset is, also one that never ran", async () => {
  const { page, problems } = await openPage(used.context, `${used.mock.url}/ui/derived`);
  const row = (name) => page.getByRole("region", { name: "Definitions, table" }).getByRole("row", { name });
  await row(/^MainSummary/).getByText("a plug-in has it, whose columns show once it ran").waitFor();
  await row(/^ExecutiveStream/).getByText("class, linked in").waitFor();
  await row(/^Churn/).getByRole("button").click();
  await page.getByText("FROM records").waitFor();
  await page.getByRole("region", { name: "Columns of Churn, table" }).getByText("<i>hits</i>").waitFor();
  assert.equal(state(page).get("definition"), "Churn");
  assert.deepEqual(problems, []);
  await page.close();
});

test("derived: one dataset's runs", async () => {
  const { page } = await openPage(used.context, `${used.mock.url}/ui/derived`);
  await page.getByLabel("Dataset").selectOption("MainSummary");
  await page.getByText("13 committed partitions").waitFor(); // of a 14th nothing is left but what it was made of
  await page.getByRole("link", { name: "default.main" }).first().waitFor();
  assert.equal(state(page).get("dataset"), "MainSummary");
  await page.close();
});
