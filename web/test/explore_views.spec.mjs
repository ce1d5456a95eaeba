// The other ways to look at rows: in groups, and as they arrive.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, useMockAndBrowser } from "./browser.mjs";

const used = useMockAndBrowser();

async function open(place, ready = "rows so far") {
  const opened = await openPage(used.context, `${used.mock.url}/ui${place}`);
  await opened.page.getByText(ready).first().waitFor();
  return opened;
}

const state = (page) => new URL(page.url()).searchParams;

test("groups: bars, lines over time, an average; all in the address", async () => {
  const { page, problems } = await open("/explore?table=default.visits");
  await page.getByRole("tab", { name: "Groups" }).click();
  await page.getByText("Choose a field, or a step of time.").waitFor();
  await page.getByRole("combobox", { name: "By", exact: true }).selectOption("user.plan");
  await page.getByRole("row", { name: /^free 80,/ }).waitFor();
  await page.getByLabel("and by").selectOption("mobile");
  await page.getByRole("row", { name: /^free · false/ }).waitFor();
  await page.getByLabel("Measure").selectOption("avg");
  await page.getByRole("combobox", { name: "Of", exact: true }).selectOption("ms");
  await page.getByLabel("Over time").selectOption("hour");
  await page.locator(".lines polyline").first().waitFor();
  assert.equal(state(page).toString(), "table=default.visits&view=groups&by=user.plan&by=mobile&measure=avg&of=ms&bucket=hour");
  await page.reload();
  await page.locator(".lines polyline").first().waitFor();
  assert.equal(await page.locator(".lines polyline").count(), 4);
  assert.deepEqual(problems, []);
  await page.close();
});

test("live: rows come, wait while paused, follow the filter, and come again after the server was away", async () => {
  const { page, problems } = await open("/explore?table=default.visits&view=live", "rows a second");
  await page.getByRole("gridcell", { name: "/docs" }).first().waitFor();
  await page.getByText("7 rows were skipped").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  const count = () => page.getByRole("grid").getAttribute("aria-rowcount").then(Number);
  await page.getByText(/Paused. [1-9]\d* new rows wait/).waitFor();
  const paused = await count();
  await page.waitForTimeout(500);
  assert.equal(await count(), paused);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.waitForFunction((old) => Number(document.querySelector("[role=grid]").getAttribute("aria-rowcount")) > old, paused);
  used.mock.control.down = true;
  for (const tail of used.mock.control.tails) tail.destroy();
  await page.getByText("Trying again…").waitFor();
  used.mock.control.down = false;
  await page.getByText("Trying again…").waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "Rows" }).click();
  await page.waitForTimeout(300);
  assert.equal(used.mock.control.tails.size, 0, "a tail that nobody looks at is closed");
  assert.deepEqual(problems, []);
  await page.close();
});

test("groups: by time alone, and by a name with a comma", async () => {
  const { page, problems } = await open("/explore?table=default.visits");
  await page.getByRole("tab", { name: "Groups" }).click();
  await page.getByLabel("Over time").selectOption("day");
  await page.getByRole("list", { name: "Lines" }).getByText("all rows").waitFor();
  assert.equal(await page.locator(".lines polyline").count(), 1);
  await page.goto(`${used.mock.url}/ui/explore?table=default.hostile&view=groups`);
  await page.getByRole("combobox", { name: "By", exact: true }).selectOption('a,b"c');
  await page.getByRole("row", { name: "'; DROP TABLE visits; -- 40" }).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("bars and rows of names that every object inherits", async () => {
  const { page, problems } = await open("/explore?table=default.hostile&stack=constructor", "40 rows ·");
  await page.getByRole("list", { name: "Colours" }).getByText("constructor").waitFor();
  const heights = await page.locator(".histogram rect").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("height")));
  assert.ok(heights.length >= 40 && heights.every((height) => Number(height) >= 0), `${heights}`);
  await page.goto(`${used.mock.url}/ui/explore?table=default.hostile&stack=__proto__`);
  await page.getByRole("list", { name: "Colours" }).getByText("toString").waitFor();
  await page.goto(`${used.mock.url}/ui/explore?table=default.hostile&view=live`);
  await page.getByRole("gridcell").first().waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("bars of the values null, other, (none) and (others) beside the rows without a value and the further ones", async () => {
  const { page, problems } = await open("/explore?table=default.hostile&stack=like_shares", "40 rows ·");
  const legend = page.getByRole("list", { name: "Colours" }).getByRole("listitem");
  await legend.first().waitFor();
  const entries = await legend.evaluateAll((items) => items.filter((item) => item.className).map((item) => [item.firstElementChild.tagName, item.textContent, getComputedStyle(item, "::before").backgroundColor]));
  assert.deepEqual(entries.map(([tag, text]) => [tag, text]), [["BDI", "null"], ["BDI", "other"], ["BDI", "(none)"], ["BDI", "(others)"], ["BDI", "“”"], ["EM", "(others)"], ["EM", "(none)"]]);
  assert.equal(new Set(entries.map(([, , colour]) => colour)).size, 7);
  await page.locator(".histogram svg").focus();
  for (let i = 0; i < 60; i++) await page.keyboard.press(i === 0 ? "ArrowRight" : "Shift+ArrowRight");
  await page.getByText(/: null 7, other 6, \(none\) 5, \(others\) 4, “” 3, \(others\) 13, \(none\) 2$/).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("live: the error that ends a tail is shown until rows come again", async () => {
  used.mock.control.tailError = "column 'ms' has another type by now";
  const { page } = await open("/explore?table=default.visits&view=live", "column 'ms' has another type by now");
  await page.waitForTimeout(2500); // it is asked again meanwhile
  await page.getByText("column 'ms' has another type by now").waitFor();
  used.mock.control.tailError = null;
  await page.getByText("column 'ms' has another type by now").waitFor({ state: "detached" });
  await page.getByRole("gridcell").first().waitFor();
  await page.close();
});
