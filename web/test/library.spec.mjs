// The explorer in a page of another origin, with a token.
import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { accessibilityProblems, openPage, sideways, useMockAndBrowser } from "./browser.mjs";

const kExample = fileURLToPath(new URL("../dist-example/", import.meta.url));

const used = useMockAndBrowser();
let host;
let origin;
before(async () => {
  await build({ configFile: fileURLToPath(new URL("../example/vite.config.ts", import.meta.url)), logLevel: "error" });
  host = createServer((request, response) => {
    const path = new URL(request.url, "http://host").pathname;
    const file = kExample + (path === "/" ? "index.html" : path.slice(1));
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": path.endsWith(".js") ? "text/javascript" : path.endsWith(".css") ? "text/css" : "text/html" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${host.address().port}`;
});
after(() => {
  host.closeAllConnections();
  host.close();
});

beforeEach(() => Object.assign(used.mock.control, { origin, token: "s3cret" }));

function place(wish) {
  return `${origin}/?${new URLSearchParams({ server: used.mock.url, table: "default.visits", ...wish })}`;
}

const asksElsewhere = (problem) => problem.startsWith("asked ") && !problem.startsWith(`asked ${used.mock.url}/api/v1/`);

test("the explorer works in another page, whose address and looks it leaves alone", async () => {
  const { page, problems } = await openPage(used.context, place({ token: "s3cret" }));
  await page.getByText("100,000 rows, one bar").waitFor();
  const address = page.url();
  await page.getByRole("button", { name: /^event_type/ }).click();
  await page.getByRole("button", { name: "Only error" }).click();
  await page.getByText("3,656 rows, one bar").waitFor();
  assert.equal(page.url(), address);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).fontFamily), "Georgia, serif");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector(".tarn")).fontFamily), "Georgia, serif");
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".tarn button")).borderRadius), "4px");
  await page.getByRole("tab", { name: "Live" }).click();
  await page.getByRole("grid").waitFor();
  await page.getByRole("tab", { name: "Rows" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  assert.equal(file.suggestedFilename(), "visits.csv");
  assert.equal(await sideways(page), 0);
  assert.deepEqual(await accessibilityProblems(page), []);
  assert.deepEqual(problems.filter((problem) => !problem.startsWith("asked ") || asksElsewhere(problem)), []);
  await page.close();
});

test("without the token, and from an origin that is not allowed, the page says so", async () => {
  const { page } = await openPage(used.context, place({}));
  await page.getByText("the token is missing or wrong").waitFor();
  used.mock.control.origin = "http://elsewhere.example";
  await page.goto(place({ token: "s3cret" }));
  await page.getByText("The server does not answer.").waitFor(); // the browser tells a page no more than that
  await page.close();
});

test("an answer that no server gives stops the explorer and not its host, and it can be loaded again", async () => {
  used.mock.control.garble = (path, answer) => (path.endsWith("/rows") ? { ...answer, rows: null } : answer);
  const { page } = await openPage(used.context, place({ token: "s3cret" }));
  await page.getByText("The explorer stopped.").waitFor();
  await page.getByRole("heading", { level: 1 }).waitFor();
  used.mock.control.garble = (_, answer) => answer;
  await page.getByRole("button", { name: "Load it again" }).click();
  await page.getByText("100,000 rows, one bar").waitFor();
  await page.close();
});
