// Every page: reachable, accessible, usable at 400 px and in the dark, with its states, and true to its address.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accessibilityProblems, openPage, sideways, useMockAndBrowser } from "./browser.mjs";
import { startMock } from "./mock_server.mjs";

const kPages = [
  { title: "Overview", place: "/", ready: "Streams" },
  { title: "Explore", place: "/explore?table=default.visits&open=event_type&stack=event_type", ready: "rows so far" },
  { title: "Explore, groups", place: "/explore?table=default.visits&view=groups&by=event_type&bucket=hour", ready: "As a table" },
  { title: "Explore, hostile", place: "/explore?table=default.hostile&open=long", ready: "40 rows" },
  { title: "Events", place: "/events?start_date=2026-11-18&end_date=2026-11-21&run=1", ready: "100 events" },
  { title: "Tables", place: "/tables?rejects=1", ready: "default.visits_rejects" },
  { title: "Table", place: "/tables/default/visits", ready: "timestamptz" },
  { title: "Table, partitions", place: "/tables/default/visits?view=partitions", ready: "_day=2026-11-21" },
  { title: "Table, snapshots", place: "/tables/default/visits?view=snapshots", ready: "overwrite" },
  { title: "Table, open", place: "/tables/default/visits?view=open", ready: "PyIceberg" },
  { title: "Rejects", place: "/rejects", ready: "not_json" },
  { title: "Derived", place: "/derived?run=7c1f0001-0000-4000-8000-000000000001&definition=Churn", ready: "committed partitions" },
];

const used = useMockAndBrowser();

async function open(place) {
  return openPage(used.context, `${used.mock.url}/ui${place}`);
}

for (const { title, place, ready } of kPages) {
  for (const [look, width, colorScheme] of [["light", 1280, "light"], ["dark", 1280, "dark"], ["narrow", 400, "light"]]) {
    test(`${title}, ${look}: without errors, accessible, no wider than the window`, async () => {
      const { page, problems } = await open(place);
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.locator("main").getByText(ready).first().waitFor();
      await page.waitForTimeout(300); // the stale look of a second answer fades
      assert.equal(await sideways(page), 0);
      assert.deepEqual(await accessibilityProblems(page), []);
      assert.equal(await page.evaluate(() => window.__pwned), undefined, "a value was run");
      assert.deepEqual(problems, []);
      await page.close();
    });
  }
}

describe("states", () => {
  for (const place of ["/", "/explore", "/events", "/tables", "/rejects", "/derived", "/tables/default/visits"]) {
    test(`${place}: loading, then refused by the server's words, then again`, async () => {
      used.mock.control.delayMs = 900;
      used.mock.control.fail = () => "the catalog is <b>shut</b>";
      const { page } = await open(place);
      await page.getByText(/^Loading /).first().waitFor();
      await page.getByText("the catalog is <b>shut</b>").first().waitFor();
      Object.assign(used.mock.control, { delayMs: 0, fail: () => null });
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText("the catalog is").first().waitFor({ state: "detached" });
      await page.close();
    });

    test(`${place}: reconnects by itself when the server is back`, async () => {
      used.mock.control.down = true;
      const { page } = await open(place);
      await page.getByText("The server does not answer. Trying again…").first().waitFor();
      used.mock.control.down = false;
      await page.getByText("The server does not answer.").first().waitFor({ state: "detached" });
      assert.ok((await page.locator("main").innerText()).length > 40);
      await page.close();
    });
  }

  test("an empty lake says on every page what to do", async (t) => {
    const bare = await startMock({ bare: true });
    t.after(() => bare.close());
    for (const [place, words] of [["/", "No records have arrived yet."], ["/explore", "There are no tables yet."], ["/events", "There are no events yet."], ["/tables", "There are no tables yet."], ["/rejects", "Nothing was ever rejected."], ["/derived", "No partition has been derived yet."]]) {
      const { page, problems } = await openPage(used.context, `${bare.url}/ui${place}`);
      await page.getByText(words).waitFor();
      assert.deepEqual(await accessibilityProblems(page), []);
      assert.deepEqual(problems, []);
      await page.close();
    }
  });

  test("a page that is none, and a table that is none, say so", async () => {
    const { page } = await open("/nowhere");
    await page.getByText("There is no such page.").waitFor();
    await page.goto(`${used.mock.url}/ui/tables/default/nothing`);
    await page.getByText("table default.nothing does not exist").waitFor();
    await page.goto(`${used.mock.url}/ui/tables/${encodeURIComponent("<img src=x onerror=alert(1)>")}/x`);
    await page.getByRole("heading", { name: "<img src=x" }).waitFor();
    await page.close();
  });
});

test("Overview moves by itself and goes on after the server was away", async () => {
  const { page } = await open("/");
  const visits = page.getByRole("row", { name: /^visits/ });
  const first = await visits.innerText();
  await page.waitForFunction((old) => [...document.querySelectorAll("tr")].some((row) => row.innerText.startsWith("visits") && row.innerText !== old), first);
  used.mock.control.down = true;
  await page.getByText("Trying again…").waitFor();
  assert.match(await visits.innerText(), /^visits/, "what was shown stays");
  used.mock.control.down = false;
  await page.getByText("Trying again…").waitFor({ state: "detached" });
  await page.close();
});

test("after a restart a full lake is no empty one", async () => {
  used.mock.control.restarted = true;
  const { page } = await open("/");
  await page.getByRole("row", { name: /^visits/ }).waitFor();
  assert.equal(await page.getByText("No records have arrived yet.").count(), 0);
  await page.getByRole("columnheader", { name: "Records since start" }).waitFor();
  await page.close();
});

test("what cannot be told is a dash: a table that cannot be read, rejects that cannot be counted", async () => {
  const { page, problems } = await open("/");
  const cells = async (name) => {
    const row = page.getByRole("row", { name });
    await row.waitFor();
    return row.locator("td").allInnerTexts();
  };
  assert.deepEqual((await cells(/^default\.unreadable its metadata/)).slice(0, 5), ["–", "0", "–", "–", "–"]);
  assert.equal((await cells(/^hostile/)).at(-1), "–");
  await page.goto(`${used.mock.url}/ui/tables/default/unreadable`);
  await page.getByText("its metadata is no JSON").waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test("the theme is chosen, kept, and shown", async () => {
  const { page } = await open("/");
  const ground = () => page.evaluate(() => getComputedStyle(document.querySelector(".tarn")).backgroundColor);
  await page.getByLabel("Theme").selectOption("dark");
  assert.equal(await ground(), "rgb(17, 22, 26)");
  await page.reload();
  assert.equal(await ground(), "rgb(17, 22, 26)");
  await page.getByLabel("Theme").selectOption("system");
  await page.close();
});

test("by keyboard alone: from the top of the page to a row and back", async () => {
  const { page, problems } = await open("/");
  await page.getByRole("link", { name: "visits", exact: true }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  const tabTo = async (matches) => {
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(matches)) return;
    }
    assert.fail(`no Tab leads to ${matches}`);
  };
  await tabTo(() => document.activeElement.textContent === "Explore" && document.activeElement.matches("nav a"));
  await page.keyboard.press("Enter");
  await page.getByRole("grid").waitFor();
  await tabTo(() => document.activeElement.matches("[role=grid]"));
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("complementary", { name: "Row 3" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.getByRole("complementary", { name: "Row 4" }).waitFor();
  assert.deepEqual(await accessibilityProblems(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
  await page.goBack();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});
