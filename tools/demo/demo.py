#!/usr/bin/env python3
"""The main job on generated events, end to end: HTTP → log → Parquet → SQL. Run by `./dev demo`.

Starts a server on an empty directory, sends the reference events through the Firehose protocol (a slice by the AWS CLI), posts web
events, waits until all of it lies in files, and shows it in SQL. Every count is checked; exits 1 where one is wrong.
"""

import argparse
import base64
import gzip
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

CLI_RECORDS = 500
WEB_EVENTS = 1000
COLUMNS = "name string, tstamp timestamp, payload string, payload_md5 string"
PARTITIONS = "name, day(_received_at) as d"
LAND_PATIENCE_S = 120


def heading(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


class Demo:
    def __init__(self, options):
        self.tarn = options.binary
        self.sessions = options.sessions
        self.keep = options.keep
        self.work = Path(options.directory).resolve()
        self.data = self.work / "lake"
        self.steps = []

    def run(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        with self.step("start the server"):
            self.start()
        try:
            self.generate()
            self.send()
            self.post_web_events()
            self.wait_until_landed()
            self.show()
            if self.keep:
                print(f"\nDashboard: {self.url}/ui/explore?table=default.sessions\nThe server stays until Ctrl-C. Data: {self.data}")
                try:
                    self.server.wait()
                except KeyboardInterrupt:
                    pass
            else:
                print("\n  Dashboard: ./dev demo --keep leaves the server running and names its page")
        finally:
            self.stop()

    def step(self, name):
        demo = self

        class Step:
            def __enter__(self):
                self.begin = time.monotonic()
                print(f"{name} …", file=sys.stderr, flush=True)

            def __exit__(self, *_):
                demo.steps.append((name, time.monotonic() - self.begin))

        return Step()

    def call(self, *arguments, **kwargs):
        return subprocess.run([self.tarn, *arguments], check=True, stdout=subprocess.PIPE, text=True, **kwargs).stdout

    def query(self, sql):
        return json.loads(self.call("query", sql, "--data", str(self.data), "--output", "json"))

    # ---- steps -----------------------------------------------------------------------------------------------------

    def start(self):
        log = open(self.work / "server.log", "w")
        self.server = subprocess.Popen([self.tarn, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0"],
                                       stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.server.stdout.readline()
        if not line:
            sys.exit(f"the server did not start:\n{(self.work / 'server.log').read_text()}")
        self.url = json.loads(line)["url"]

    def stop(self):
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(timeout=60)

    def generate(self):
        self.events = self.work / "sessions.ndjson"
        with self.step("generate the events"):
            self.call("generate", "sessions", "--sessions", str(self.sessions), "--seed", "1", "--out", str(self.events))

    def send(self):
        create = ["stream", "create", "sessions", "--url", self.url, "--columns", COLUMNS, "--partition-by", PARTITIONS,
                  "--buffer-seconds", "5"]
        self.call(*create)
        rest = self.work / "rest.ndjson"
        with open(self.events, "rb") as events, open(rest, "wb") as out:
            slice_ = [events.readline() for _ in range(CLI_RECORDS)]
            shutil.copyfileobj(events, out, 1 << 20)
        with self.step(f"{CLI_RECORDS} records by the AWS CLI"):
            self.send_by_cli([line.rstrip(b"\n") for line in slice_])
        with self.step("the others by tarn send (PutRecordBatch)"):
            self.sent = json.loads(self.call("send", str(rest), "--stream", "sessions", "--url", self.url, "--json"))
        last_acknowledgement = time.monotonic()
        rest.unlink()
        self.total = self.sent["records"] + CLI_RECORDS
        while self.query("SELECT count(*) AS n FROM sessions")[0]["n"] < self.total:
            if time.monotonic() - last_acknowledgement > LAND_PATIENCE_S:
                sys.exit("acknowledged rows did not become visible")
        self.visible_s = time.monotonic() - last_acknowledgement

    def send_by_cli(self, records):
        request = self.work / "records.json"
        request.write_text(json.dumps([{"Data": base64.b64encode(record).decode()} for record in records]))
        environment = dict(os.environ, AWS_ACCESS_KEY_ID="demo", AWS_SECRET_ACCESS_KEY="demo", AWS_DEFAULT_REGION="us-east-1",
                           AWS_PAGER="")
        reply = subprocess.run(["aws", "firehose", "put-record-batch", "--endpoint-url", self.url, "--delivery-stream-name",
                                "sessions", "--records", f"file://{request}"], env=environment, check=True, stdout=subprocess.PIPE)
        if json.loads(reply.stdout)["FailedPutCount"] != 0:
            sys.exit(f"the AWS CLI's records were refused: {reply.stdout}")

    def post_web_events(self):
        numbers = random.Random(1)
        host = self.url.removeprefix("http://")
        with self.step(f"{WEB_EVENTS} web events by POST /ingest"):
            connection = http.client.HTTPConnection(host)
            for i in range(WEB_EVENTS):
                event = {"event_type": numbers.choice(["page_view", "click", "api_error"]), "user_id": numbers.randint(1, 50),
                         "timestamp_utc": f"2023-10-{numbers.randint(26, 28)}T{i % 24:02}:{i % 60:02}:00Z",
                         "page": f"/products/{numbers.randint(1, 20)}", "duration_ms": numbers.randint(1, 3000)}
                connection.request("POST", "/ingest", json.dumps(event), {"Content-Type": "application/json"})
                reply = connection.getresponse()
                reply.read()
                if reply.status != 202:
                    sys.exit(f"POST /ingest answered {reply.status}")
            connection.close()

    def tables(self):
        return {t["table"]: t for t in json.loads(self.call("table", "list", "--data", str(self.data), "--output", "json"))}

    def wait_until_landed(self):
        with self.step("wait until the sessions lie in files"):
            deadline = time.monotonic() + LAND_PATIENCE_S
            while self.tables()["default.sessions"]["rows_in_files"] < self.total:
                if time.monotonic() > deadline:
                    sys.exit("the rows did not land in files")
                time.sleep(0.2)

    # ---- what came of it -------------------------------------------------------------------------------------------

    def show(self):
        heading("SELECT name, count(*) AS events FROM sessions GROUP BY name")
        sql = "SELECT name, count(*) AS events FROM sessions GROUP BY name ORDER BY events DESC"
        print(self.call("query", sql, "--data", str(self.data), stderr=subprocess.DEVNULL))
        heading("GET /query?start_date=2023-10-27&end_date=2023-10-27&event_type=api_error&limit=3")
        path = "/query?start_date=2023-10-27&end_date=2023-10-27&event_type=api_error&limit=3"
        with urllib.request.urlopen(self.url + path) as reply:
            answer = json.load(reply)
        if answer["count"] != 3:
            sys.exit("GET /query did not answer three events")
        print(json.dumps(answer["data"][0], indent=1) + f"\n… and {answer['count'] - 1} more")
        self.print_figures()

    def print_figures(self):
        rows = self.query("SELECT count(*) AS n, count(DISTINCT (name, tstamp, payload_md5)) AS d, "
                          "count(*) FILTER (md5(payload) <> payload_md5) AS bad FROM sessions")[0]
        if rows["n"] != self.total or rows["bad"] != 0:
            sys.exit(f"{rows['n']} rows of {self.total}, {rows['bad']} with a wrong md5")
        with self.step("gzip the JSON, for comparison"):
            zipped = len(gzip.compress(self.events.read_bytes(), 6))
        table = self.tables()["default.sessions"]
        json_bytes = self.events.stat().st_size
        heading("What it took")
        for name, seconds in self.steps:
            print(f"  {name:<44} {seconds:8.2f} s")
        heading("What came of it")
        line = "  {:<44} {:>16}   {}".format
        print(line("rows", f"{self.total:,}", ""))
        print(line("exact duplicates (name, tstamp, payload_md5)", f"{rows['n'] - rows['d']:,}", "two rows each, as sent"))
        print(line("Parquet files", f"{table['files']:,}", ""))
        print(line("as JSON", f"{json_bytes / 1e6:.1f} MB", "reference article: 165 MB"))
        print(line("as gzip JSON", f"{zipped / 2**20:.1f} MiB", "reference article: 44.1 MiB"))
        print(line("as Parquet", f"{table['bytes'] / 2**20:.1f} MiB", "reference article: 39.5 MiB"))
        print(line("events per second, acknowledged and on disk", f"{self.sent['records_per_second']:,.0f}", ""))
        print(line("last acknowledgement → last row visible", f"{self.visible_s:.2f} s", "with the start of `tarn query`"))
        print(f"\n  Files: {self.data}/buckets/lake/default/sessions/data/name=…/d=…/\n  Catalog: {self.data}/catalog.db")


def main():
    parser = argparse.ArgumentParser(prog="./dev demo")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--directory", required=True, help="where the demo works; emptied first")
    parser.add_argument("--sessions", type=int, default=100_000, help="how many sessions (100000: about 700,000 events)")
    parser.add_argument("--keep", action="store_true", help="leave the server running until Ctrl-C")
    Demo(parser.parse_args()).run()


if __name__ == "__main__":
    main()
