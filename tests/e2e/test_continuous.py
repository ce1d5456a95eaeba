"""Continuous sources: objects under a prefix become rows of a stream, each once; datasets run on a schedule."""

import datetime
import gzip
import json
import random
import shutil
import time

import duckdb
import pytest

from conftest import query, run
from test_derive import DAYS, Raw

HOUR = datetime.timedelta(hours=1)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def hour_key(when, name):
    return when.strftime("%Y/%m/%d/%H/") + name


def event(n):
    return json.dumps({"n": n, "event_type": f"t{n % 3}", "text": f"text {n} " + "x" * (n % 100)})


def events(begin, end):
    return "".join(event(n) + "\n" for n in range(begin, end)).encode()


class Source:
    """A data directory, and a configuration whose stream `pings` has a source."""

    def __init__(self, path, **settings):
        self.path = path
        self.data = path / "lake"
        self.config = path / "tarn.toml"
        self.configure(**{"source": "s3://raw/%Y/%m/%d/%H/", "poll": "1s", "settle": "0s", **settings})

    def configure(self, **settings):
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        self.config.write_text("[stream.pings]\n" + "\n".join(lines) + "\n")

    def put(self, key, content, bucket="raw"):
        """As S3 does: the object is there whole, or not at all."""
        path = self.data / "buckets" / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = self.path / "being-written"
        hidden.write_bytes(content)
        hidden.rename(path)

    def start(self, start):
        return start("lake", "--config", str(self.config))

    def dead(self, name):
        return self.data / "buckets/dead-letter/pings" / name


@pytest.fixture
def source(tmp_path):
    return Source(tmp_path)


def describe(server, stream="pings"):
    return server.request("GET", f"/v1/streams/{stream}")[2]["source"]


def wait_for(condition, what, patience_s=30):
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_objects_of_the_hours_appear_in_sql_once(start, source):
    source.put(hour_key(now() - 5 * HOUR, "too-old"), events(900, 910))
    source.put(hour_key(now() - HOUR, "a.json"), events(0, 100))
    server = source.start(start)
    server.wait_for("SELECT count(*) FROM pings", 100)
    source.put(hour_key(now(), "b.json.gz"), gzip.compress(events(100, 200)))
    source.put(hour_key(now(), "c.concatenated"), b"".join(event(n).encode() for n in range(200, 250)))
    server.wait_for("SELECT count(*) FROM pings", 250)
    time.sleep(2.5)  # more looks
    assert query(source.data, "SELECT count(*) AS c, count(DISTINCT n) AS d, min(n) AS a, max(n) AS b FROM pings") == [
        {"c": 250, "d": 250, "a": 0, "b": 249}]
    found = describe(server)
    assert (found["objects"], found["rows"], found["problem"]) == (3, 250, None)
    # The column rules are those of the stream ingest, and its partitions.
    columns = query(source.data, "SELECT count(DISTINCT _ingest_id) AS ids, count(DISTINCT event_type) AS types FROM pings")
    assert columns == [{"ids": 250, "types": 3}]
    assert (source.data / "buckets/lake/default/pings/data/event_type=t0").is_dir()


def test_rows_of_a_source_and_of_requests_are_in_one_table(start, source):
    server = source.start(start)
    server.put("pings", [event(n) for n in range(1000, 1010)])
    source.put(hour_key(now(), "a"), events(0, 10))
    server.wait_for("SELECT count(*) FROM pings", 20)
    assert server.stop() == 0
    assert query(source.data, "SELECT count(DISTINCT n) AS d FROM pings") == [{"d": 20}]


def test_ingest_has_a_source_too_and_the_column_rules_of_its_own(start, source):
    source.config.write_text('[ingest]\ncolumns = "who string"\npartition_by = "who"\n'
                             '[stream.ingest]\nsource = "s3://raw/"\npoll = "1s"\nsettle = "0s"\n')
    server = source.start(start)
    source.put("any/key", b'{"who":"ann"}\n{"who":"bob","n":1}\n')
    server.wait_for("SELECT count(*) FROM ingest WHERE who IN ('ann', 'bob')", 2)


def test_small_objects_share_files(start, source):
    for n in range(300):
        source.put(hour_key(now(), f"{n:03}"), json.dumps({"n": n}).encode())
    server = source.start(start)
    server.wait_for("SELECT count(*) FROM pings", 300)
    files = list((source.data / "buckets/lake/default/pings/data").rglob("*.parquet"))
    assert len(files) <= 2  # of one partition; two where the hour ended meanwhile
    assert describe(server)["commits"] <= 2


def test_what_cannot_be_read_whole_is_a_dead_letter_and_bad_lines_are_rejects(start, source):
    whole = gzip.compress(random.Random(1).randbytes(1000).hex().encode() + b"\n" + events(0, 5000))
    key = hour_key(now(), "cut.gz")
    source.put(key, whole[:len(whole) // 2])
    source.put(hour_key(now(), "picture.png"), b"\x89PNG\r\n\x1a\n" + bytes(1000))
    source.put(hour_key(now(), "good"), events(0, 10) + b"bad\n" + events(10, 20))
    server = source.start(start)
    server.wait_for("SELECT count(*) FROM pings", 20)
    assert query(source.data, "SELECT reason, raw FROM pings_rejects")[0]["reason"] == "not_json"
    assert source.dead(key).read_bytes() == whole[:len(whole) // 2]
    reason = json.loads(source.dead(key + ".reason.json").read_text())
    assert reason["source"] == f"s3://raw/{key}"
    assert "cut short" in reason["reason"]
    time.sleep(2.5)
    assert describe(server)["dead_letters"] == 2
    metrics = server.request("GET", "/metrics")[2].decode()
    assert 'tarn_source_dead_letters_total{stream="pings"} 2' in metrics
    assert query(source.data, "SELECT count(*) AS c FROM pings") == [{"c": 20}]


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_at_any_moment_lands_each_object_once(start, source, seed):
    """While objects come, the server is killed and started again."""
    chance = random.Random(seed)
    source.configure(source="s3://raw/in/", poll="1s", settle="0s", commit_objects=7)
    objects, size = 150, 40
    names = list(range(objects))
    chance.shuffle(names)
    server = source.start(start)
    for i, n in enumerate(names):
        content = events(n * size, n * size + size)
        source.put(f"in/{n % 7}/{n:05}", gzip.compress(content) if n % 2 else content)
        if i % 30 == 29:
            time.sleep(chance.random() * 1.5)
            server.kill()
            server.start()
    server.wait_for("SELECT count(*) FROM pings", objects * size, patience_s=60)
    time.sleep(1.5)
    assert query(source.data, "SELECT count(*) AS c, count(DISTINCT n) AS d FROM pings") == [
        {"c": objects * size, "d": objects * size}]
    assert server.stop() == 0
    # A glob sees the same rows: the next commit has removed what a killed one left.
    glob = f"{source.data}/buckets/lake/default/pings/data/**/*.parquet"
    assert duckdb.sql(f"SELECT count(*), count(DISTINCT n) FROM read_parquet('{glob}')").fetchall() == [(objects * size, objects * size)]


def test_imported_keys_are_not_read(start, source):
    keys = [hour_key(now() - HOUR, "done-1"), hour_key(now(), "done-2")]
    for i, key in enumerate(keys):
        source.put(key, events(i * 10, i * 10 + 10))
    source.put(hour_key(now(), "new"), events(100, 110))
    listed = source.path / "processed.txt"
    listed.write_text(f"{keys[0]}\ns3://raw/{keys[1]}\n")

    def import_keys(*arguments, check=True):
        return run("stream", "import-keys", *arguments, "--data", str(source.data), "--config", str(source.config), check=check)

    assert import_keys("pings", str(listed)).stdout == "default.pings: 2 keys are taken as done, 0 were known\n"
    listed.write_text(json.dumps(keys))
    assert import_keys("pings", str(listed)).stdout == "default.pings: 0 keys are taken as done, 2 were known\n"
    wrong = import_keys("other", str(listed), check=False)
    assert wrong.returncode == 3
    assert "the configuration has no source of stream 'other'" in wrong.stderr
    server = source.start(start)
    server.wait_for("SELECT count(*) FROM pings", 10)
    time.sleep(1.5)
    assert query(source.data, "SELECT min(n) AS a, count(*) AS c FROM pings") == [{"a": 100, "c": 10}]
    assert describe(server)["changed_objects"] == 0


def test_a_source_in_trouble_is_named_and_goes_on_once_it_can(start, source):
    server = source.start(start)
    source.put(hour_key(now(), "a"), events(0, 10))
    server.wait_for("SELECT count(*) FROM pings", 10)
    shutil.rmtree(source.data / "buckets/raw")

    def problems():
        return {p["check"]: p["reason"] for p in server.request("GET", "/readyz")[2]["problems"]}

    wait_for(lambda: "sources" in problems(), "no problem is told")
    assert "source of stream 'pings'" in problems()["sources"]
    assert server.request("GET", "/readyz")[0] == 200
    assert describe(server)["problem"]
    source.put(hour_key(now(), "b"), events(10, 20))
    server.wait_for("SELECT count(*) FROM pings", 20)
    wait_for(lambda: "sources" not in problems(), "the problem is still told")


def test_a_stop_ends_a_long_look(start, source):
    for n in range(3000):
        source.put(hour_key(now(), f"{n}"), json.dumps({"n": n}).encode())
    server = source.start(start)
    begin = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begin < 15
    server.start()
    server.wait_for("SELECT count(*) FROM pings", 3000, patience_s=60)
    assert query(source.data, "SELECT count(DISTINCT n) AS d FROM pings") == [{"d": 3000}]


def test_wrong_settings_are_told_with_their_line(source):
    source.config.write_text('[stream.pings]\nsource = "s3://raw/%y/"\n')
    told = run("config", "check", "--config", str(source.config), check=False)
    assert told.returncode != 0
    assert f"{source.config}:2: stream.pings.source: 's3://raw/%y/': '%y' is none of %Y, %m, %d, %H" in told.stderr + told.stdout


def test_a_dataset_runs_on_its_schedule(start, tmp_path):
    raw = Raw(tmp_path / "lake")
    yesterday = (now() - 24 * HOUR).strftime("%Y%m%d")
    (raw.raw / DAYS[0]).rename(raw.raw / yesterday)
    config = tmp_path / "tarn.toml"
    config.write_text('[derive.nightly]\ndataset = "ExecutiveStream"\nschedule = "* * * * *"\n'
                      '[derive.nobody]\nschedule = "@hourly"\n')
    server = start("lake", "--config", str(config))
    wait_for(lambda: b'tarn_derive_scheduled_runs_total{dataset="nightly",outcome="done"}' in server.request("GET", "/metrics")[2],
             "the dataset did not run", 60)
    days = query(raw.data, 'SELECT DISTINCT "submissionDateS3" AS day FROM executive_stream')
    assert days == [{"day": yesterday}]
    wait_for(lambda: b'dataset="nobody",outcome="failed"' in server.request("GET", "/metrics")[2], "no failure is counted", 30)
    problems = {p["check"]: p["reason"] for p in server.request("GET", "/readyz")[2]["problems"]}
    assert "dataset 'nobody': the run ended with 3: tarn:" in problems["schedules"]
    assert server.stop() == 0
