// Hostile data through the real server to the pages: shown as text, never run, and no page grows wider for it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessibilityProblems, openPage, sideways } from "./browser.mjs";
import { useServerAndBrowser } from "./real_server.mjs";

const kHtml = '<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script>';
const kNames = { html: '<b onmouseover="window.__pwned=1">', comma: 'a,b"c', turned: "\u202Egnp.exe", rtl: "שלום", quotes: "'; DROP TABLE hostile; --" };
const kLong = "x".repeat(1_000_000);
const kLikeShares = ["null", "null", "null", "other", "other", "a", "a", "b", "b", "c", "c", "d", "e", "f"]; // and of the other rows none
const kTooLong = `{"pad":"${"y".repeat(300_000)}",}`;

function deep(levels) {
  return levels === 0 ? "bottom" : { a: deep(levels - 1) };
}

function record(i) {
  const row = {
    [kNames.html]: kHtml, [kNames.comma]: i, [kNames.turned]: "\u202Egnp.exe", [kNames.rtl]: "שלום עולם مرحبا", [kNames.quotes]: "'\"`;--", control: "a\u0000b\u001b[31mred\u0007\nline\ttab",
    constructor: i % 2 ? "constructor" : null, like_bytes: { base64: "%" }, like_cut: { cut: kHtml, bytes: i }, "odd<": { "a,b": i, 'c:d"e<': kHtml }, deep: deep(8), "bell\u0007": "a name that no column may have",
    ...JSON.parse('{"__proto__": "toString", "hasOwnProperty": 1}'),
  };
  if (i === 0) row.long = kLong;
  row.like_shares = kLikeShares[i];
  for (let c = 0; c < 480; c++) row[`column_${c}_with_quite_a_long_name`] = c % 2 ? c * i : kHtml.slice(0, c % 30);
  return row;
}

const used = useServerAndBrowser(async (server) => {
  await server.put("hostile", Array.from({ length: 20 }, (_, i) => record(i)));
  await server.put("hostile", [`{"${kHtml.replaceAll('"', "'")}\u202E":}`, kTooLong, "[".repeat(5000)]);
  await server.post("/ingest", JSON.stringify({ event_type: `${kHtml}\u202E`, user_id: 1, page: kHtml }));
  await server.waitFor("SELECT count(*) FROM hostile", 20);
  await server.waitFor("SELECT count(*) FROM hostile_rejects", 3);
  await server.waitFor("SELECT count(*) FROM ingest", 1);
});

async function open(place, ready) {
  const opened = await openPage(used.context, `${used.server.url}/ui${place}`);
  await opened.page.locator("main").getByText(ready).first().waitFor();
  return opened;
}

const harmless = async (page, problems, what) => {
  assert.equal(await page.evaluate(() => window.__pwned), undefined, `${what}: a value was run`);
  assert.deepEqual(problems, [], what);
};

for (const [place, ready] of [
  ["/", "hostile"],
  ["/explore?table=default.hostile&open=long&open=control&stack=constructor", "20 rows ·"],
  [`/explore?${new URLSearchParams({ table: "default.hostile", view: "groups", by: kNames.html, bucket: "day" })}`, "As a table"],
  ["/explore?table=default.hostile&row=20", "Row 20"],
  ["/events?start_date=2020-01-01&end_date=2037-01-01&run=1", "1 event ·"],
  ["/tables?rejects=1", "default.hostile_rejects"],
  ["/tables/default/hostile", "odd<"],
  ["/rejects?table=default.hostile_rejects&row=2", "As received"],
]) {
  test(`${place}: nothing runs, nothing sticks out`, async () => {
    const { page, problems } = await open(place, ready);
    for (const width of [1280, 400]) {
      await page.setViewportSize({ width, height: 800 });
      await page.waitForTimeout(300);
      assert.equal(await sideways(page), 0, `${width}`);
      assert.deepEqual(await accessibilityProblems(page), []);
    }
    await harmless(page, problems, place);
    await page.close();
  });
}

test("a row is read whole: control characters, a megabyte, members that look like the API's own", async () => {
  const { page, problems } = await open("/explore?table=default.hostile", "20 rows ·");
  assert.ok((await page.locator("[role=columnheader]").count()) < 30, "columns out of view are not in the page");
  const panel = page.getByRole("complementary");
  await page.getByRole("gridcell").first().click();
  await panel.getByText("a␀b␛[31mred␇").waitFor();
  await panel.locator("dt").getByText("⟨U+202E⟩gnp.exe", { exact: true }).waitFor();
  await panel.getByText('"base64": "%"').waitFor();
  await panel.getByText(kHtml, { exact: true }).first().waitFor();
  await panel.locator("dt").getByText("__proto__", { exact: true }).waitFor();
  await page.goto(`${used.server.url}/ui/explore?table=default.hostile&f=["long","notnull"]&row=1`);
  await panel.getByText("The first 64 KiB of 977 KiB.").waitFor();
  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  await page.getByRole("columnheader").last().waitFor();
  await harmless(page, problems, "the row");
  await page.close();
});

test("values of any name are counted, filtered by and grouped by", async () => {
  const { page, problems } = await open("/explore?table=default.hostile", "20 rows ·");
  const search = page.getByLabel("Search fields");
  for (const [name, value, rows] of [[kNames.comma, "7", 1], ["constructor", "constructor", 10], ["odd<.a,b", "7", 1], ["__proto__", "toString", 20]]) {
    await search.fill(name);
    await page.locator(".field-list").getByRole("button", { name: new RegExp(`^${name.replace(/[.<"]/g, "\\$&")}`) }).first().click();
    await page.getByRole("button", { name: `Only ${value}`, exact: true }).click();
    await page.getByText(`${rows} row${rows === 1 ? "" : "s"}, one bar`).waitFor();
    await page.goBack();
    await page.getByText("20 rows, one bar").waitFor();
    await search.fill(name);
    await page.locator(".field-list").getByRole("button", { expanded: true }).first().click();
  }
  await page.goto(`${used.server.url}/ui/explore?${new URLSearchParams({ table: "default.hostile", view: "groups", by: kNames.comma })}`);
  await page.getByRole("region", { name: "Groups, table" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 20);
  await harmless(page, problems, "the fields");
  await page.close();
});

test("the values null and other have colours of their own", async () => {
  const { page, problems } = await open("/explore?table=default.hostile&stack=like_shares", "20 rows ·");
  await page.locator(".histogram svg").focus();
  await page.keyboard.press("ArrowRight");
  for (let i = 0; i < 60; i++) await page.keyboard.press("Shift+ArrowRight");
  await page.getByText(/: null 3, a 2, b 2, c 2, other 2, \(others\) 3, \(none\) 6$/).waitFor();
  await harmless(page, problems, "the histogram");
  await page.close();
});

test("live: hostile rows come as text", async () => {
  const { page, problems } = await open("/explore?table=default.hostile&view=live", "Waiting for rows…");
  await used.server.put("hostile", [record(21)]);
  await page.getByRole("gridcell").first().waitFor();
  await page.getByRole("gridcell").first().click();
  await page.getByRole("complementary").getByText("a␀b␛[31mred␇").waitFor();
  assert.equal(await sideways(page), 0);
  await harmless(page, problems, "the tail");
  await page.close();
});

test("a rejected record over 64 KiB is shown from its start, and saved whole", async () => {
  const { page, problems } = await open("/rejects?table=default.hostile_rejects", "3 rows ·");
  await page.getByRole("gridcell", { name: /^\{"pad"/ }).click();
  await page.getByRole("heading", { name: "As received, the first 64 KiB of 293 KiB" }).waitFor();
  assert.equal(await page.locator("mark").count(), 0);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Save it whole" }).click()]);
  const { raw } = JSON.parse(readFileSync(await file.path(), "utf8"));
  assert.equal(Buffer.from(raw, "base64").toString(), kTooLong);
  await harmless(page, problems, "the reject");
  await page.close();
});
