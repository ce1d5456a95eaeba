"""`tarn load`: every record once, through kills, growth and other loads; read back by PyIceberg, PyArrow and DuckDB."""

import gzip
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from compression import zstd

import duckdb
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from conftest import TARN, Command, query

load = Command("load")
summary, fails = load.summary, load.fails
COLUMNS = "id bigint, name string, body string, md5 string"


def record(i):
    body = f"body {i} " + "\u00e9x" * (i % 50)
    return json.dumps({"id": i, "name": f"name {i % 5}", "body": body, "md5": hashlib.md5(body.encode()).hexdigest()})


def lines(begin, end):
    return "".join(record(i) + "\n" for i in range(begin, end))


def rows(lake, table="events"):
    """All rows of a table, by PyIceberg."""
    catalog = SqlCatalog("tarn", uri=f"sqlite:///{lake}/catalog.db")
    return catalog.load_table(f"default.{table}").scan().to_arrow().to_pylist()


def check_once(lake, ids, table="events"):
    """Each record is a row once, whole, by PyIceberg; and so say the files under the table, by DuckDB."""
    found = rows(lake, table)
    assert sorted(r["id"] for r in found) == sorted(ids)
    assert all(hashlib.md5(r["body"].encode()).hexdigest() == r["md5"] for r in found)
    glob = f"{lake}/buckets/lake/default/{table}/data/**/*.parquet"
    counted = duckdb.sql(f"SELECT count(*), count(DISTINCT id), bool_and(md5(body) = md5) FROM read_parquet('{glob}')").fetchall()[0]
    assert counted == (len(ids), len(set(ids)), True)


def states(lake):
    """Each source's position and load, by its URI."""
    with sqlite3.connect(f"file:{lake}/catalog.db?mode=ro", uri=True) as catalog:
        return {uri: (position, made_by) for uri, position, made_by in catalog.execute("SELECT uri, position, load FROM tarn_sources")}


def hold(process, lake):
    """SIGSTOP, but not where it has the catalog locked: nobody else could commit."""
    deadline = time.monotonic() + 30
    while True:
        process.send_signal(signal.SIGSTOP)
        assert os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT).si_code == os.CLD_STOPPED
        catalog = sqlite3.connect(f"{lake}/catalog.db", timeout=0, isolation_level=None)
        try:
            catalog.execute("BEGIN EXCLUSIVE")
            catalog.execute("ROLLBACK")
            return
        except sqlite3.OperationalError:
            assert time.monotonic() < deadline
            process.send_signal(signal.SIGCONT)
            time.sleep(0.001)
        finally:
            catalog.close()


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_text(lines(0, 3000))
    return path


@pytest.mark.parametrize("threads", [1, 3])
def test_a_table_is_made_and_a_second_load_has_nothing_to_do(events, lake, threads):
    told = summary(events, "--into", "events", "--data", lake, "--threads", threads, "--partition-by", "name, day(_received_at) as d")
    assert told["table"] == "default.events" and told["rows"] == 3000 and told["rejects"] == 0 and told["sources"] == 1
    assert told["commits"] == 1 and told["bytes_read"] == events.stat().st_size and told["columns"] == COLUMNS
    check_once(lake, range(3000))
    assert states(lake) == {f"file://{events}": (events.stat().st_size, list(states(lake).values())[0][1])}
    before = states(lake)
    told = summary(events, "--into", "events", "--data", lake)
    assert (told["rows"], told["commits"], told["sources_unchanged"]) == (0, 0, 1)
    assert load(events, "--into", "events", "--data", lake).stdout == "default.events: nothing new in 1 source\n"
    assert states(lake) == before
    check_once(lake, range(3000))
    assert sorted(os.listdir(lake / "run")) == ["lock"], "no mark remains"
    table = SqlCatalog("tarn", uri=f"sqlite:///{lake}/catalog.db").load_table("default.events")
    assert [f.name for f in table.schema().fields] == ["id", "name", "body", "md5", "_received_at", "_rest"]
    assert rows(lake, "events_rejects") == []


def test_beside_a_server_its_queries_see_the_rows_at_once_and_streams_go_on(server, tmp_path):
    server.create("events", columns=COLUMNS, inferred=True, buffer_seconds=1, partition_by="name")
    server.put("events", [record(i) for i in range(100)])
    server.wait_until_landed("default.events", 100)
    server.put("events", [record(i) for i in range(100, 150)])  # live at first
    path = tmp_path / "a.ndjson"
    path.write_text(lines(150, 400) + '{"id": 1, "extra": {"deep": true}}\nno json\n')
    told = summary(path, "--into", "events", "--data", server.data)
    assert (told["rows"], told["rejects"]) == (251, 1)
    assert server.query("SELECT count(*) AS n FROM events") == [{"n": 401}]
    assert server.query("SELECT extra.deep AS deep FROM events WHERE extra IS NOT NULL") == [{"deep": True}]
    server.put("events", [json.dumps({"id": 400, "name": "late", "extra": {"deep": False}})])
    server.wait_until_landed("default.events", 402)
    assert server.stop() == 0
    server.start()  # the watermark was carried over: nothing comes again
    assert server.query("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM events") == [{"n": 402, "ids": 401}]
    assert server.stop() == 0
    assert len(rows(server.data)) == 402
    reject, = rows(server.data, "events_rejects")
    assert (reject["reason"], reject["source"], reject["raw"]) == ("not_json", "file", b"no json")
    assert reject["message"].startswith(f"{path}, byte {reject['lsn']}: ")


def test_loads_that_are_killed_at_random_bring_every_record_once(lake, tmp_path):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    random.seed(seed)
    paths = [tmp_path / "big.ndjson", tmp_path / "packed.gz", *[tmp_path / f"small{k}.ndjson" for k in range(30)]]
    bounds = [0, 80_000, 100_000, *[100_000 + 20 * k for k in range(1, 31)]]
    for path, begin, end in zip(paths, bounds, bounds[1:]):
        text = lines(begin, end) + f"bad {path.name}\n"
        path.write_bytes(gzip.compress(text.encode(), 1) if path.suffix == ".gz" else text.encode())
    command = [TARN, "load", *map(str, paths), "--into", "events", "--data", str(lake), "--commit-every", "64KiB",
               "--threads", "2", "--partition-by", "name, hour(_received_at) as h"]
    kills = 0
    while True:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(timeout=random.uniform(0.01, 0.06) if kills < 20 else 120)
            assert process.returncode == 0, err
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
    print(f"killed {kills} times; then: {out}")
    assert kills > 1
    assert "nothing new" in load(*command[2:]).stdout
    check_once(lake, range(bounds[-1]))
    assert sorted(r["raw"].decode() for r in rows(lake, "events_rejects")) == sorted(f"bad {p.name}" for p in paths)
    # What dead loads wrote and never committed is gone; a glob over the rejects says so too.
    glob = f"{lake}/buckets/lake/default/events_rejects/data/**/*.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM read_parquet('{glob}')").fetchall() == [(len(paths),)]
    assert sorted(os.listdir(lake / "run")) == ["lock"]
    # Each source has one time of receipt, however often its load was begun.
    with duckdb.connect() as db:
        times = db.execute(f"SELECT count(DISTINCT _received_at) FROM '{lake}/buckets/lake/default/events/data/**/*.parquet' WHERE id < 80000").fetchall()[0]
    assert times == (1,)


def test_a_file_that_has_grown_goes_on_and_one_that_has_changed_is_refused(events, lake):
    summary(events, "--into", "events", "--data", lake)
    with open(events, "a") as file:
        file.write(lines(3000, 3100) + record(3100)[:40])
    done = load(events, "--into", "events", "--data", lake)
    assert "100 new rows" in done.stdout and f"'{events}' ends in the middle of a record" in done.stderr
    told = summary(events, "--into", "events", "--data", lake)
    assert told["rows"] == 0 and told["unfinished"] == [str(events)]
    with open(events, "a") as file:
        file.write(record(3100)[40:])  # whole, though without a line end
    assert summary(events, "--into", "events", "--data", lake)["rows"] == 1
    with open(events, "a") as file:
        file.write("\n" + lines(3101, 3110))
    assert summary(events, "--into", "events", "--data", lake)["rows"] == 9
    check_once(lake, range(3110))
    assert len({r["_received_at"] for r in rows(lake)}) == 1, "first seen once"

    whole = events.read_bytes()
    for changed, why in [(whole.replace(b"body 17 ", b"bodY 17 "), "are not what they were"), (whole[:-10], "bytes now, and")]:
        events.write_bytes(changed)
        told = fails(events, "--into", "events", "--data", lake)
        assert f"'{events}' has changed since it was loaded" in told and why in told and "--again loads all of it once more" in told
    check_once(lake, range(3110))
    events.write_text(lines(5000, 5010))
    assert summary(events, "--into", "events", "--data", lake, "--again")["rows"] == 10
    assert summary(events, "--into", "events", "--data", lake)["sources_unchanged"] == 1
    assert summary(events, "--into", "events", "--data", lake, "--again")["rows"] == 10
    assert sorted(r["id"] for r in rows(lake)) == sorted([*range(3110), *range(5000, 5010), *range(5000, 5010)])


def test_a_last_line_that_goes_on_after_it_was_loaded_is_a_change(lake, tmp_path):
    path = tmp_path / "a.log"
    path.write_text("one\ntwo")
    assert summary(path, "--into", "log", "--data", lake, "--format", "text")["rows"] == 2
    path.write_text("one\ntwo three\n")
    assert "its last line, at byte 7, was loaded and goes on now" in fails(path, "--into", "log", "--data", lake, "--format", "text")
    path.write_text("one\ntwo\r\n\nthree\n")
    assert summary(path, "--into", "log", "--data", lake, "--format", "text")["rows"] == 2
    assert sorted(r["message"] for r in rows(lake, "log")) == ["", "one", "three", "two"]
    assert all(r["_received_at"] for r in rows(lake, "log"))


def test_stdin_is_a_source_by_its_id(lake, tmp_path):
    assert "give it one with --id NAME" in fails("-", "--into", "events", "--data", lake, stdin=lines(0, 1))
    assert "'-' is not among the inputs" in fails(tmp_path / "x", "--id", "a", "--into", "events", "--data", lake)
    assert summary("-", "--id", "job 1", "--into", "events", "--data", lake, stdin=lines(0, 500))["rows"] == 500
    assert summary("-", "--id", "job 1", "--into", "events", "--data", lake, stdin=lines(0, 500))["rows"] == 0
    assert summary("-", "--id", "job 1", "--into", "events", "--data", lake, stdin=lines(0, 600))["rows"] == 100
    assert "'stdin' has changed since it was loaded" in fails("-", "--id", "job 1", "--into", "events", "--data", lake, stdin=lines(1, 900))
    assert summary("-", "--id", "job 2", "--into", "events", "--data", lake, stdin=lines(600, 700))["rows"] == 100
    check_once(lake, range(700))
    assert set(states(lake)) == {"stdin:job%201", "stdin:job%202"}


def test_compressed_files_are_known_by_what_is_in_them(lake, tmp_path):
    packed, framed = tmp_path / "a.json", tmp_path / "b.zst"
    packed.write_bytes(gzip.compress(lines(0, 300).encode()))
    framed.write_bytes(zstd.compress(lines(300, 600).encode()))
    assert summary(tmp_path / "*", "--into", "events", "--data", lake)["rows"] == 600
    packed.write_bytes(gzip.compress(lines(0, 300).encode(), 1) + gzip.compress(lines(600, 650).encode()))  # packed anew, and grown
    framed.write_text(lines(300, 600))  # not packed any more
    told = summary(tmp_path / "*", "--into", "events", "--data", lake)
    assert (told["rows"], told["sources_unchanged"]) == (50, 1)
    packed.write_bytes(packed.read_bytes()[:-12])
    assert "the gzip stream is cut short" in fails(packed, "--into", "events", "--data", lake)
    check_once(lake, range(650))


def test_many_small_files_share_commits_and_data_files(lake, tmp_path):
    parts = tmp_path / "parts"
    parts.mkdir()
    for k in range(2000):
        (parts / f"{k:04}.ndjson").write_text(record(k) + "\n")
    told = summary(parts / "*", "--into", "events", "--data", lake, "--threads", 2)
    assert (told["sources"], told["rows"], told["commits"]) == (2000, 2000, 1) and told["files"] <= 2
    check_once(lake, range(2000))
    (parts / "0007.ndjson").write_text(lines(7, 8) + lines(3000, 3001))
    told = summary(parts / "*", "--into", "events", "--data", lake)
    assert (told["rows"], told["sources_unchanged"]) == (1, 1999)


def test_of_two_loads_of_one_source_at_once_each_commit_is_won_by_one(lake, tmp_path):
    """The first is held still between two commits until the second is through: so both have read the same step of the source."""
    path, other = tmp_path / "one.ndjson", tmp_path / "two.ndjson"
    path.write_text(lines(0, 40_000))
    other.write_text(lines(40_000, 60_000))
    summary("-", "--id", "first", "--into", "events", "--data", lake, "--columns", COLUMNS, stdin=lines(60_000, 60_001))
    begin = lambda *paths: subprocess.Popen([TARN, "load", *map(str, paths), "--into", "events", "--data", str(lake), "--commit-every", "64KiB"],
                                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    loads = [begin(path), begin(other)]
    try:
        deadline = time.monotonic() + 30
        while states(lake).get(f"file://{path}", (0,))[0] == 0:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        hold(loads[0], lake)
        assert states(lake)[f"file://{path}"][0] < path.stat().st_size
        loads.append(begin(path))
        out, err = loads[2].communicate(timeout=120)
        assert loads[2].returncode == 0, err
        loads[0].send_signal(signal.SIGCONT)
        ends = [(*p.communicate(timeout=120), p.returncode) for p in loads[:2]]
    finally:
        for process in loads:
            process.kill()
    assert ends[1][2] == 0, ends[1]
    assert ends[0][2] == 1 and "another load has taken it on meanwhile" in ends[0][1], ends[0]
    assert states(lake)[f"file://{path}"][0] == path.stat().st_size
    summary(path, "--into", "events", "--data", lake)
    check_once(lake, range(60_001))


@pytest.mark.parametrize("round", range(3))
def test_loads_of_different_files_at_once_make_one_table_in_one_directory(lake, tmp_path, round):
    paths = [tmp_path / f"{k}.ndjson" for k in range(5)]
    for k, path in enumerate(paths):
        path.write_text(lines(1000 * k, 1000 * (k + 1)) + "bad\n")
    loads = [subprocess.Popen([TARN, "load", str(path), "--into", "events", "--data", str(lake)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for path in paths]
    ends = [(*p.communicate(timeout=120), p.returncode) for p in loads]
    assert [status for *_, status in ends] == [0] * 5, ends
    check_once(lake, range(5000))
    assert len(rows(lake, "events_rejects")) == 5


def test_an_interrupted_load_keeps_what_it_has_committed(lake, tmp_path):
    path = tmp_path / "big.ndjson"
    path.write_text(lines(0, 60_000))
    arguments = [path, "--into", "events", "--data", lake, "--commit-every", "64KiB"]
    process = subprocess.Popen([TARN, "load", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (lake / "catalog.db").exists() or not any((lake / "buckets").glob("lake/default/events/metadata/00003-*")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "interrupted: " in err and "new records are in the table; the same command goes on behind them" in err
    assert sorted(os.listdir(lake / "run")) == ["lock"]
    told = summary(*arguments)
    assert 0 < told["rows"] < 60_000
    check_once(lake, range(60_000))


def test_an_interrupted_load_that_committed_nothing_does_not_speak_for_those_before(events, lake):
    summary(events, "--into", "events", "--data", lake)
    with open(events, "a") as file:
        file.write(lines(3000, 6000))
    process = subprocess.Popen([TARN, "load", str(events), "-", "--id", "x", "--into", "events", "--data", str(lake)],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while os.listdir(lake / "run") == ["lock"]:  # its mark: it reads, in the end stdin, which does not end
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == "tarn: interrupted: this load has committed nothing\n"
    check_once(lake, range(3000))


def test_an_existing_tables_columns_are_kept_or_added_to(lake, tmp_path):
    path, more = tmp_path / "a.ndjson", tmp_path / "b.ndjson"
    path.write_text('{"n": 1, "s": "x"}\n{"n": "text", "s": 5}\n')
    told = summary(path, "--into", "t", "--data", lake)
    assert told["columns"] == "n bigint, s string" and told["without_column"] == [{"path": "n", "why": "type_clash", "count": 1}]
    more.write_text('{"n": 2, "late": 1.5}\n' * 3)
    assert summary(more, "--into", "t", "--data", lake, "--no-new-columns")["columns"] == "n bigint, s string"
    assert summary(more, "--into", "t", "--data", lake, "--again")["columns"] == "n bigint, s string, late double"
    found = rows(lake, "t")
    assert sorted(r["_rest"] for r in found if r["_rest"]) == ['{"late":1.5}'] * 3 + ['{"n":"text"}']
    assert [r["late"] for r in found if r["late"]] == [1.5] * 3
    for options, message in [(["--partition-by", "n"], "table default.t exists and is partitioned by 'day(_received_at) as _day'"),
                             (["--columns", "n string"], "column n: it is there with another type"), (["--columns", "m bigint", "--no-new-columns"], "has no column 'm', and it may not be added")]:
        assert message in fails(more, "--into", "t", "--data", lake, *options)


def test_declared_columns_reject_what_does_not_fit_and_record_ids_are_unique(lake, tmp_path):
    paths = [tmp_path / f"{k}.ndjson" for k in range(3)]
    for path in paths:
        path.write_text('{"n":1}\n{"n":"x"}\n{"n":2}\n')
    columns = "key string from _record_id, n bigint"
    for _ in range(2):
        summary(*paths, "--into", "t", "--data", lake, "--columns", columns, "--again")
    found = rows(lake, "t")
    assert len(found) == 12 and len({r["key"] for r in found}) == 12
    assert all(len(r["key"]) == 32 and r["key"][16:] in ("0" * 16, "0000000000000012") for r in found), "the second half is the place"
    rejects = rows(lake, "t_rejects")
    assert len(rejects) == 6 and {(r["reason"], r["path"], r["lsn"]) for r in rejects} == {("wrong_type", "n", 8)}


def test_what_cannot_be_loaded_is_said_and_changes_nothing(events, lake, tmp_path):
    empty, array, link, pipe = tmp_path / "empty", tmp_path / "array.json", tmp_path / "link", tmp_path / "pipe"
    empty.write_text("\n \n")
    array.write_text("[\n{}\n]")
    link.symlink_to(events)
    os.mkfifo(pipe)
    for arguments, status, message in [
            ([events, "--data", lake], 2, "--into"),
            ([events, "--into", "events"], 2, "which directory? Say --data DIR"),
            ([tmp_path / "none", "--into", "events", "--data", lake], 3, "none': No such file"),
            ([tmp_path / "none*", "--into", "events", "--data", lake], 3, "no file matches"),
            ([tmp_path, "--into", "events", "--data", lake], 1, "is a directory: name files"),
            ([empty, "--into", "events", "--data", lake], 1, "the inputs hold no record, and there is no table default.events"),
            ([array, "--into", "events", "--data", lake], 1, "NDJSON is an object a line, not one array"),
            ([events, link, "--into", "events", "--data", lake], 1, "are one file"),
            ([events, "--into", "events_rejects", "--data", lake], 1, "the suffix _rejects is reserved"),
            ([events, "--into", "Events", "--data", lake], 1, "is not in lower case"),
            ([events, "--into", "events", "--data", lake, "--columns", "id bigint oops"], 1, "at 11"),
            ([events, "--into", "events", "--data", lake, "--partition-by", "nope"], 1, "nope"),
            ([events, "--into", "events", "--data", lake, "--commit-every", "1KiB"], 1, "at least 64 KiB"),
            ([events, "--into", "events", "--data", tmp_path], 3, "is no Tarn data directory"),
            ([events, "--into", "events", "--data", lake, "--format", "text", "--columns", "a string"], 1, "text lines have the one column"),
            (["/dev/null", "--into", "events", "--data", lake], 1, "is no file"),
            ([pipe, "--into", "events", "--data", lake], 1, "is no file")]:
        told = fails(*arguments, status=status)
        assert message in told, told
    assert query(lake, "SELECT count(*) AS n FROM information_schema.tables") == [{"n": 0}]
