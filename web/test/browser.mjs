// What the browser tests share: one Chromium, pages that fail the test on errors and on what the policy forbids.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, beforeEach } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startMock } from "./mock_server.mjs";

const kArguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const kAxe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function openBrowser() {
  const executablePath = process.env.TARN_CHROMIUM ?? "/usr/bin/chromium";
  assert.ok(existsSync(executablePath), `no Chromium at ${executablePath}: install it, or name it in TARN_CHROMIUM`);
  return chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "tarn-ui-")), { executablePath, headless: true, args: kArguments, viewport: { width: 1280, height: 800 }, timezoneId: "Europe/Berlin" });
}

/** For a file of tests: { mock, context }, filled before the first; each begins with a mock without faults. in: as startMock's. */
export function useMockAndBrowser(options) {
  const used = {};
  before(async () => {
    used.mock = await startMock(options);
    used.context = await openBrowser();
  });
  after(async () => {
    await used.context?.close();
    await used.mock?.close();
  });
  beforeEach(() => used.mock.reset());
  return used;
}

/** in: `problems` collects errors, refused loads and requests to other hosts; a test asserts that it is empty. */
export async function openPage(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && !/Failed to load resource/.test(message.text()) && problems.push(`console: ${message.text()}`));
  page.on("request", (request) => /^https?:/.test(request.url()) && !request.url().startsWith(new URL(url).origin) && problems.push(`asked ${request.url()}`));
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  await page.goto(url);
  return { page, problems };
}

/** The rules of WCAG 2.2 AA and axe's best practices. */
export async function accessibilityProblems(page) {
  await page.evaluate(kAxe); // not a script element: the page's policy allows none that is inline
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.failureSummary?.split("\n")[1]?.trim()})`).join(" | ")}`);
}

/** Whether something sticks out to the side of the window. */
export async function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
