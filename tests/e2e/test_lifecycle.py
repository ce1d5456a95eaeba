"""Starting, stopping, and the command line as a person meets it."""

import json
import os
import shutil
import signal
import subprocess
import time

from conftest import TARN, query, run


def test_ready_is_one_line_of_json(server):
    assert server.ready == {"ready": True, "url": server.url, "data": str(server.data)}


def test_sigterm_lands_live_rows_and_exits_0(server):
    server.create("slow", buffer_seconds=900)
    server.put("slow", [{"i": i} for i in range(100)])
    assert server.stop() == 0
    done = run("query", "SELECT count(*) AS n FROM slow", "--data", str(server.data), "--output", "json")
    assert json.loads(done.stdout) == [{"n": 100}] and done.stderr == ""


def test_doctor_ready_fails_where_no_server_runs(server):
    ready = lambda: run("doctor", "--ready", "--data", str(server.data), check=False)
    assert ready().returncode == 0 and "is ready" in ready().stdout
    server.stop()
    assert ready().returncode == 1 and "no server runs" in ready().stdout
    assert run("doctor", "--data", str(server.data)).returncode == 0, "a directory without a server is in order"


def test_a_terminal_that_closes_ends_it_as_sigterm_does(server):
    server.create("slow", buffer_seconds=900)
    server.put("slow", [{"i": 1}])
    server.process.send_signal(signal.SIGHUP)
    assert server.process.wait(timeout=60) == 0
    assert query(server.data, "SELECT count(*) AS n FROM slow") == [{"n": 1}]


def test_a_second_server_on_the_directory_is_refused(server):
    done = subprocess.run([TARN, "serve", "--data", str(server.data), "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 1
    assert "runs on" in done.stderr and server.url in done.stderr


def test_a_network_address_is_refused_unless_typed_twice(tmp_path):
    done = subprocess.run([TARN, "serve", "--data", str(tmp_path / "x"), "--listen", "0.0.0.0:0"], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 1 and "--insecure-network" in done.stderr


def test_logs_are_json_lines_without_bodies(server):
    server.put("secret", [{"password": "hunter2-in-a-body"}])
    server.request("POST", "/ingest", "hunter2-in-a-body")
    server.stop()
    lines = [json.loads(line) for line in open(server.log.name)]
    assert lines and all({"ts", "level", "msg", "component"} <= set(line) for line in lines)
    assert "hunter2" not in open(server.log.name).read()


def test_streams_by_the_command_line(server):
    server.run("stream", "create", "visits", "--columns", "name string, n bigint default 0", "--url", server.url)
    server.run("stream", "put", "visits", '{"name":"a"}', "--data", str(server.data))
    listed = json.loads(server.run("stream", "list", "--url", server.url, "--output", "json").stdout)
    assert [s["name"] for s in listed if s["name"] != "ingest"] == ["visits"]
    assert server.query("SELECT name, n FROM visits") == [{"name": "a", "n": 0}]
    done = server.run("stream", "create", "visits", "--url", server.url, check=False)
    assert done.returncode == 1 and "exists" in done.stderr
    done = server.run("stream", "create", "bad", "--columns", "name strng", "--url", server.url, check=False)
    assert done.returncode == 1 and "strng" in done.stderr
    server.run("stream", "delete", "visits", "--url", server.url)
    assert server.query("SELECT count(*) AS n FROM visits") == [{"n": 1}]


def test_errors_say_what_to_do(tmp_path):
    done = run("query", "SELECT 1", "--data", str(tmp_path), check=False)
    assert done.returncode == 3 and "no Tarn data directory" in done.stderr
    done = run("serv", check=False)
    assert done.returncode == 2
    (tmp_path / "tarn.toml").write_text("[server]\nlisten_to = 1\n")
    done = run("config", "check", "--config", str(tmp_path / "tarn.toml"), check=False)
    assert done.returncode == 1 and ":2:" in done.stderr and "server.listen" in done.stderr


def test_a_server_with_open_streams_starts_again_and_goes_on(server):
    server.create("again", columns="i bigint", buffer_seconds=1)
    for round_ in range(3):
        server.put("again", [{"i": round_ * 10 + i} for i in range(10)])
        assert server.stop() == 0
        server.start()
        assert server.query("SELECT count(*) AS n, count(DISTINCT i) AS d FROM again") == [{"n": (round_ + 1) * 10, "d": (round_ + 1) * 10}]


def test_an_ingest_stream_that_cannot_be_made_does_not_stop_the_server(server):
    server.stop()
    shutil.rmtree(server.data)
    run("load", "-", "--id", "x", "--into", "ingest", "--partition-by", "event_type", "--data", str(server.data),
        stdin='{"event_type":"a"}')
    server.start()  # its table has other partitions
    server.put("other", [{"i": 1}])
    status, _, ready = server.request("GET", "/readyz")
    assert status == 200 and [problem["check"] for problem in ready["problems"]] == ["ingest"], ready
    assert "'event_timestamp' is no column" in ready["problems"][0]["reason"]
    server.stop()
    server.environment["TARN_INGEST__PARTITION_BY"] = "event_type"
    server.start()
    assert server.request("GET", "/readyz")[2]["problems"] == []


def test_records_that_are_damaged_in_the_log_are_told_and_the_server_starts(server):
    server.create("slow", buffer_seconds=900)
    for batch in range(3):
        server.put("slow", [{"s": f"marker-{batch}"}, {"s": "second"}])
    server.kill()
    segment, = [s for s in server.data.glob("wal/**/seg-*.wal") if b"marker-1" in s.read_bytes()]
    content = bytearray(segment.read_bytes())
    content[content.index(b"marker-1")] ^= 1
    segment.write_bytes(content)
    server.start()
    status, _, ready = server.request("GET", "/readyz")
    assert status == 200 and [problem["check"] for problem in ready["problems"]] == ["log"], ready
    reason = ready["problems"][0]["reason"]
    assert "2 acknowledged records are damaged in the log (LSN " in reason
    assert "those that no table had yet are lost; their raw bytes are in wal/damaged" in reason
    assert any(b"second" in copy.read_bytes() for copy in (server.data / "wal/damaged").iterdir())
    assert server.query("SELECT s FROM slow WHERE s LIKE 'marker%' ORDER BY s") == [{"s": "marker-0"}, {"s": "marker-2"}]


def test_a_stopped_disk_of_a_table_stops_only_its_stream(server):
    """Landing of one table fails (its data directory cannot be written); the others go on, its rows stay visible."""
    if os.getuid() == 0:
        make_unwritable = lambda path: (path.parent.mkdir(parents=True, exist_ok=True), path.write_text("a file where a directory belongs"))
    else:
        make_unwritable = lambda path: path.mkdir(parents=True, mode=0o500)
    server.create("stuck", buffer_seconds=0)
    server.create("fine", buffer_seconds=0)
    blocked = server.data / "buckets/lake/default/stuck/data"
    make_unwritable(blocked)
    server.put("stuck", [{"i": 1}])
    server.put("fine", [{"i": 1}])
    server.wait_until_landed("default.fine", 1)
    assert server.query("SELECT i FROM stuck") == [{"i": 1}]
    info = server.request("GET", "/v1/streams/stuck")[2]
    assert "stuck" in info["problem"]
    blocked.unlink() if blocked.is_file() else blocked.chmod(0o700)
    server.wait_until_landed("default.stuck", 1, patience_s=40)


def test_output_formats(server):
    server.put("formats", [{"s": "a,b", "n": 9007199254740993, "x": None}, {"s": 'q"', "n": -1, "x": 1.5}])
    sql = "SELECT s, n, x FROM formats ORDER BY n"
    text = lambda output: run("query", sql, "--data", str(server.data), "--output", output).stdout
    assert json.loads(text("json")) == [{"s": 'q"', "n": -1, "x": 1.5}, {"s": "a,b", "n": 9007199254740993, "x": None}]
    assert "9007199254740993" in text("json")
    assert text("csv").splitlines() == ["s,n,x", '"q""",-1,1.5', '"a,b",9007199254740993,']
    assert [json.loads(line)["n"] for line in text("ndjson").splitlines()] == [-1, 9007199254740993]
    assert "9007199254740993" in text("table") and "NULL" in text("table")


def test_default_needs_no_quotes(server):
    server.put("t", [{"a": 1}])
    for name in ["t", "default.t", '"default".t', "tarn.default.t", "DEFAULT.T"]:
        assert server.query(f"SELECT a FROM {name}") == [{"a": 1}], name
    assert server.query("SELECT 'default.t' AS text, a FROM default.t -- default.x") == [{"text": "default.t", "a": 1}]
