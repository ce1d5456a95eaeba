"""A real server on an empty directory, and what tests ask of it. Clients are real: boto3, the AWS CLI, PyArrow, PyIceberg, DuckDB."""

import http.client
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

TARN = os.environ["TARN_BINARY"]


def heed_signals():
    """What a terminal gives its programs, also where the tests run under nohup."""
    for one in (signal.SIGHUP, signal.SIGINT):
        signal.signal(one, signal.SIG_DFL)


class Server:
    def __init__(self, data, *arguments, environment=None):
        self.data = Path(data)
        self.arguments = arguments
        self.environment = environment or {}
        self.process = None
        self.start()

    def start(self):
        self.log = open(f"{self.data}.log", "a+")
        self.process = subprocess.Popen([TARN, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", *self.arguments],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        preexec_fn=heed_signals,
                                        env=dict(os.environ, **self.environment))
        line = self.process.stdout.readline()
        assert line, f"the server did not start: {Path(self.log.name).read_text()}"
        self.ready = json.loads(line)
        self.url = self.ready["url"]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Ends it by SIGTERM; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.log.close()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def firehose(self, **config):
        return boto3.client("firehose", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test",
                            aws_secret_access_key="test",
                            config=Config(retries={"mode": "standard", "max_attempts": 1}, **config))

    def request(self, method, path, body=None, headers=None):
        """Returns status, headers and the body: parsed where it is JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        if "json" in (reply.getheader("Content-Type") or "") and content:
            content = json.loads(content)
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, content

    def run(self, *arguments, check=True):
        return run(*arguments, check=check)

    def query(self, sql):
        """Rows as objects, by `tarn query` beside the server."""
        return query(self.data, sql)

    def create(self, name, **definition):
        status, _, reply = self.request("POST", "/v1/streams", json.dumps({"name": name, **definition}),
                                        {"Content-Type": "application/json"})
        assert status == 201, reply
        return reply

    def put(self, stream, records):
        body = "\n".join(r if isinstance(r, str) else json.dumps(r) for r in records)
        status, _, reply = self.request("POST", f"/v1/streams/{stream}/records", body, {"Content-Type": "application/x-ndjson"})
        assert status == 200, reply
        return reply

    def wait_for(self, sql, value, patience_s=20):
        """Wait until a query's single value is this."""
        deadline = time.monotonic() + patience_s
        while True:
            found = list(self.query(sql)[0].values())[0]
            if found == value:
                return
            assert time.monotonic() < deadline, f"{sql}: {found}, not {value}"
            time.sleep(0.1)

    def wait_until_landed(self, table, rows, patience_s=30):
        deadline = time.monotonic() + patience_s
        while True:
            tables = json.loads(run("table", "list", "--data", str(self.data), "--output", "json").stdout)
            found = {t["table"]: t["rows_in_files"] for t in tables}.get(table)
            if found == rows:
                return
            assert time.monotonic() < deadline, f"{table} has {found} rows in files, not {rows}"
            time.sleep(0.1)


def run(*arguments, check=True, stdin=None):
    done = subprocess.run([TARN, *arguments], capture_output=True, text=True, input=stdin, timeout=120)
    assert not check or done.returncode == 0, f"tarn {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def query(data, sql):
    return json.loads(run("query", sql, "--data", str(data), "--output", "json").stdout)


class Command:
    """A command of tarn that sums up what it did: called, it runs."""

    def __init__(self, name):
        self.name = name

    def __call__(self, *arguments, check=True, stdin=None):
        return run(self.name, *map(str, arguments), check=check, stdin=stdin)

    def summary(self, *arguments, **kwargs):
        return json.loads(self(*arguments, "--output", "json", **kwargs).stdout)

    def fails(self, *arguments, status=1, **kwargs):
        """Returns what it says on stderr."""
        done = self(*arguments, check=False, **kwargs)
        assert done.returncode == status, done.stderr
        return done.stderr


@pytest.fixture
def start(tmp_path):
    """Starts servers that end with the test."""
    servers = []

    def begin(name="lake", *arguments, **kwargs):
        servers.append(Server(tmp_path / name, *arguments, **kwargs))
        return servers[-1]

    yield begin
    for server in servers:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture
def server(start):
    return start()
