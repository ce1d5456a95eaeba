// The real server on a directory of its own: TARN_BINARY names it. What the pages show is compared with `tarn query` beside it.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { promisify } from "node:util";
import { openBrowser } from "./browser.mjs";

const kOutputMax = 64 << 20;
const kPatienceMs = 30_000;
const run = promisify(execFile);

export class RealServer {
  /** in: `work`, a directory that does not exist; it is removed at the end. */
  constructor(work = mkdtempSync(join(tmpdir(), "tarn-web-"))) {
    this.binary = process.env.TARN_BINARY;
    assert.ok(this.binary, "TARN_BINARY is not set: build the server with `./dev build release` and run `./dev test web`, or set it to build/release/tarn");
    this.work = work;
    mkdirSync(work, { recursive: true });
    this.data = join(this.work, "lake");
    this.config = null; // a file
  }

  /** On the port that it had before, where it ran before: a page finds it again. */
  async start() {
    const log = openSync(join(this.work, "server.log"), "a");
    const config = this.config ? ["--config", this.config] : [];
    this.process = spawn(this.binary, ["serve", "--data", this.data, "--listen", this.url ? new URL(this.url).host : "127.0.0.1:0", ...config], { stdio: ["ignore", "pipe", log] });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    const line = await Promise.race([new Promise((resolve) => createInterface(this.process.stdout).once("line", resolve)), this.ended.then(() => null)]);
    assert.ok(line, `the server did not start: ${readFileSync(join(this.work, "server.log"), "utf8").slice(-2000)}`);
    this.url = JSON.parse(line).url;
  }

  /** Without a word, as a power cut ends it. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async close() {
    this.process.kill("SIGTERM");
    await this.ended;
    rmSync(this.work, { recursive: true, force: true });
  }

  async post(path, body, type = "application/json") {
    const reply = await fetch(this.url + path, { method: "POST", body, headers: { "Content-Type": type } });
    assert.ok(reply.ok, `POST ${path}: ${reply.status} ${await reply.clone().text()}`);
    return reply.json();
  }

  create(name, definition) {
    return this.post("/v1/streams", JSON.stringify({ name, ...definition }));
  }

  /** in: records as objects, or as the lines that are sent. */
  async put(stream, records) {
    const lines = records.map((record) => (typeof record === "string" ? record : JSON.stringify(record)));
    await this.post(`/v1/streams/${stream}/records`, lines.join("\n"), "application/x-ndjson");
  }

  /** The rows of a query beside the server. */
  async query(sql) {
    const { stdout } = await run(this.binary, ["query", sql, "--data", this.data, "--output", "json"], { maxBuffer: kOutputMax });
    return JSON.parse(stdout);
  }

  /** The one value of a query. */
  async one(sql) {
    return Object.values((await this.query(sql))[0])[0];
  }

  async waitFor(sql, value) {
    for (const end = Date.now() + kPatienceMs; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
      const found = await this.one(sql);
      if (found === value) return;
      assert.ok(Date.now() < end, `${sql}: ${found}, not ${value}`);
    }
  }

  async waitUntilLanded(table, rows) {
    for (const end = Date.now() + kPatienceMs; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
      const { rows: found } = await (await fetch(`${this.url}/api/v1/tables/default/${table}`)).json();
      if (found === rows) return;
      assert.ok(Date.now() < end, `${table} has ${found} rows in files, not ${rows}`);
    }
  }
}

/** For a file of tests: { server, context }, filled before the first. in: `prepare` gets the server before it starts, `fill` sends what the tests look at. */
export function useServerAndBrowser(fill, prepare = () => undefined) {
  const used = {};
  before(async () => {
    used.server = new RealServer();
    prepare(used.server);
    await used.server.start();
    await fill(used.server);
    used.context = await openBrowser();
  });
  after(async () => {
    await used.context?.close();
    await used.server?.close();
  });
  return used;
}
