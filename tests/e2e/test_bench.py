"""`tarn bench`: small runs of each, with the peers that the tests' Python has."""

import json
import os
import subprocess
import sys
from pathlib import Path

from conftest import TARN, run

TOP = Path(__file__).resolve().parents[2]
PEERS = ["--python", sys.executable, "--scripts", str(TOP / "tools/bench")]

# Reads the records with one digit changed; all else is the real one.
LYING_PEER = f"""
import sys
sys.path.insert(0, {str(TOP / "tools/bench")!r})
if "digest" in sys.argv and "--input" in sys.argv:
    at = sys.argv.index("--input") + 1
    text = open(sys.argv[at]).read()
    open(sys.argv[at] + ".other", "w").write(text.replace('"trans_id":1', '"trans_id":2', 1))
    sys.argv[at] += ".other"
import peer
sys.exit(peer.main())
"""

# Listens as Telegraf does. Of its starts the first and the fourth hang up on whoever sends events.
STAND_IN = f"""#!{sys.executable}
import http.server
import pathlib
import re
import sys

starts = pathlib.Path(__file__).with_name("starts")
start = int(starts.read_text()) + 1 if starts.exists() else 1
starts.write_text(str(start))

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.reply()
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = start in (1, 4)
        if not self.close_connection:
            self.reply()
    def reply(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *arguments):
        pass

class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128

configuration = open(sys.argv[sys.argv.index("--config") + 1]).read()
Server(("127.0.0.1", int(re.search(r'tcp://127.0.0.1:([0-9]+)', configuration)[1])), Handler).serve_forever()
"""


def bench(tmp_path, *arguments, check=True):
    return run("bench", *arguments, "--directory", str(tmp_path), "--output", "json", check=check)


def test_conversions_are_measured_and_their_rows_proven_equal(tmp_path):
    done = bench(tmp_path, "convert", *PEERS, "--peers", "tarn,duckdb,pyarrow,polars", "--scale", "0.003", "--rounds", "1", "--threads", "2")
    assert "polars is left out" in done.stderr
    cases = json.loads(done.stdout)
    assert {(c["set"], c["layout"]) for c in cases} == {(s, p) for s in ("events", "typed", "telemetry", "log") for p in ("single", "hive")}
    for case in cases:
        if case["set"] == "typed":  # JSON in a text is typed by Tarn and DuckDB alone
            pyarrow = case["engines"].pop()
            assert pyarrow["engine"] == "pyarrow" and "types no JSON in a text" in pyarrow["failure"]
            assert [e["rows"] for e in case["engines"]] == ["equal", "equal"]
            continue
        rows = {e["engine"]: e["rows"] for e in case["engines"]}
        lost = "equal without props" if case["set"] == "telemetry" else "equal"
        assert rows == {"tarn": "equal", "duckdb": "equal", "pyarrow": lost}
        # Conversions as small as these may take less than the start varies: wall_s may be 0.
        assert all(e["start_s"]["median"] > 0 and e["memory_peak_bytes"] > 0 and e["output_bytes"] > 0 for e in case["engines"])
    assert not list(tmp_path.iterdir())


def test_one_changed_digit_is_found_and_the_benchmark_fails(tmp_path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "peer.py").write_text(LYING_PEER)
    done = bench(tmp_path, "convert", "--python", sys.executable, "--scripts", str(scripts), "--peers", "tarn,duckdb", "--sets", "log",
                 "--layouts", "single", "--rows", "500", "--rounds", "1", "--threads", "1", check=False)
    assert done.returncode == 1 and "its rows are not those of the input" in done.stderr
    [case] = json.loads(done.stdout)
    assert [e["rows"] for e in case["engines"]] == ["differ in trans_id"] * 2


def test_shapes_are_measured_in_pairs(tmp_path):
    figures = [f for pair in json.loads(bench(tmp_path, "shapes", *PEERS, "--scale", "0.002", "--rounds", "1").stdout) for f in pair]
    assert [f["set"] for f in figures] == ["sorted", "shuffled", "partitions-10", "partitions-10000", "columns-10", "columns-2000", "record-100",
                                           "record-1mb"]
    assert all(f["rows"] == "equal" and f["cpu_ns_per_byte"]["median"] >= 0 for f in figures)


def test_an_unknown_engine_or_set_is_refused(tmp_path):
    for arguments in (["convert", "--peers", "excel"], ["convert", "--sets", "none"], ["shapes", "--pairs", "sorted"]):
        done = bench(tmp_path, *arguments, *PEERS, check=False)
        assert done.returncode == 1 and arguments[2] in done.stderr


def test_acknowledgements_are_measured_with_and_without_fsync(tmp_path):
    figures = json.loads(bench(tmp_path, "ingest", "--rounds", "1", "--seconds", "0.3").stdout)
    assert {f["server"] for f in figures} == {"tarn", "tarn without fsync"}
    assert {f["body"] for f in figures} == {"1 KB", "100 KB", "batch of 500"}
    assert all(f["requests_per_s"]["median"] > 0 and f["p99_ms"]["median"] >= f["p50_ms"]["median"] > 0 and f["cpu_us"]["median"] > 0
               for f in figures)


def test_telegraf_that_failed_in_one_round_is_in_no_figures(tmp_path):
    telegraf = tmp_path / "telegraf"
    telegraf.write_text(STAND_IN)
    telegraf.chmod(0o755)
    done = bench(tmp_path, "ingest", "--rounds", "2", "--seconds", "0.1", "--telegraf", str(telegraf))
    figures = json.loads(done.stdout)
    # Its starts 1 and 4 take no events: 1 KB on one connection in the first round, on 64 in the second.
    assert [(f["body"], f["connections"]) for f in figures if f["server"] == "telegraf"] == [("100 KB", 16)]
    assert sum(f["server"] == "tarn" for f in figures) == 5
    for connections in (1, 64):
        assert f"telegraf is left out for 1 KB on {connections} connections: " in done.stderr
    assert (tmp_path / "starts").read_text() == "5"


def test_a_server_without_syncs_follows_the_settings_of_the_other(tmp_path):
    done = subprocess.run([TARN, "bench", "unsynced-server", "--data", str(tmp_path / "new")], capture_output=True, text=True, timeout=20,
                          env=dict(os.environ, TARN_LAKE__BUCKET="A B"))
    assert done.returncode == 1 and "TARN_LAKE__BUCKET: " in done.stderr


def test_a_server_without_syncs_takes_no_directory_that_is_there(tmp_path):
    done = run("bench", "unsynced-server", "--data", str(tmp_path), check=False)
    assert done.returncode == 1 and "new directory only" in done.stderr


def test_the_look_up_finds_the_same_rows_hot_cold_and_in_json(tmp_path):
    figures = json.loads(bench(tmp_path, "query", *PEERS, "--rows", "70000", "--repeats", "3").stdout)
    assert [f["where"] for f in figures] == ["hot", "cold", "gzip JSON", "cold and hot"]
    rows = [f["rows"] for f in figures]
    assert rows[0] > 0 and rows[:3] == rows[:1] * 3 and rows[3] >= rows[0]
    assert figures[1]["bytes_read"] < figures[2]["bytes_read"]


def test_derived_rows_are_those_of_a_plain_python_decoder(tmp_path):
    figures = json.loads(bench(tmp_path, "derive", *PEERS, "--rows", "2000", "--rounds", "1").stdout)
    assert [(f["by"], f["workers"], f["rows"]) for f in figures] == [
        ("python", 1, "the measure"), ("tarn", 1, "equal"), ("tarn", 2, "equal"), ("tarn, a task", 1, "not compared"),
        ("query, frames", 1, "the measure"), ("query, table", 1, "equal")]
    assert figures[5]["read_bytes"] < figures[4]["read_bytes"]
    figures = figures[:4]
    assert [f["records"] for f in figures] == [2000, 2000, 2000, 1000] and all(f["records_per_s"] > 0 and f["output_bytes"] > 0 for f in figures)
    assert not list(tmp_path.iterdir())


def test_a_python_decoder_with_other_rows_fails_the_benchmark(tmp_path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    text = (TOP / "tools/bench/heka_peer.py").read_text()
    (scripts / "heka_peer.py").write_text(text.replace('dict(field(value)', 'dict(twisted(field(value))')
                                          .replace("def messages", "def twisted(pair):\n    return (pair[0], 7) if pair[0] == 'bing' else pair\n\n\ndef messages"))
    done = bench(tmp_path, "derive", "--python", sys.executable, "--scripts", str(scripts), "--rows", "800", "--rounds", "1", "--threads", "1", check=False)
    assert done.returncode == 1 and "Tarn's rows are not those of the Python decoder" in done.stderr
    assert json.loads(done.stdout)[1]["rows"] == "differ in bing"
