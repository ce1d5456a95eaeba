"""The command line as a newcomer meets it: what is said where something is wrong, and where it looks by itself."""

import fcntl
import gzip
import json
import os
import pty
import struct
import subprocess
import termios
import time

import pytest

from conftest import TARN, run


def test_a_moved_directory_is_refused_until_its_old_path_leads_to_it(server):
    server.put("t", [{"a": 1}])
    server.stop()
    moved = server.data.with_name("moved")
    server.data.rename(moved)
    for command in (["query", "SELECT 1", "--data"], ["serve", "--data"], ["doctor", "--adopt"]):
        done = run(*command, str(moved), check=False)
        assert done.returncode == 1 and f"ln -s {moved} {server.data}" in done.stderr, done.stderr
    server.data.symlink_to(moved)
    server.start()
    server.put("t", [{"a": 2}])
    assert run("query", "SELECT list(a ORDER BY a) AS a FROM t", "--data", str(moved), "--output", "ndjson").stdout == '{"a":[1,2]}\n'
    assert server.stop() == 0
    assert run("doctor", "--data", str(moved)).stdout.count("\nok      table") == 4


def test_a_moved_directory_without_tables_is_adopted(start, tmp_path):
    version = {"format": 1, "directory": str(tmp_path / "before")}
    (tmp_path / "lake/run").mkdir(parents=True)
    (tmp_path / "lake/VERSION").write_text(json.dumps(version))
    assert run("query", "SELECT 1", "--data", str(tmp_path / "lake"), check=False).returncode == 1
    run("doctor", "--adopt", str(tmp_path / "lake"))
    server = start()
    server.put("t", [{"a": 1}])
    assert server.query("SELECT a FROM t") == [{"a": 1}]


def test_send_says_what_is_wrong_before_it_sends(server, tmp_path):
    lines = tmp_path / "lines.ndjson"
    lines.write_text('{"a":1}\n{"a":2}\n')
    send = lambda file, stream, url: run("send", str(file), "--stream", stream, "--url", url, check=False)
    done = send(lines, "nope", server.url)
    assert done.returncode == 3 and done.stderr == (f"tarn: there is no stream 'nope' at {server.url}: make it with "
                                                    "'tarn stream create nope'\n")
    server.create("there")
    done = send(tmp_path, "there", server.url)
    assert done.returncode == 1 and "is a directory" in done.stderr and done.stdout == ""
    assert send(tmp_path / "none", "there", server.url).returncode == 3
    begin = time.monotonic()
    done = send(lines, "there", "http://127.0.0.1:1")
    assert done.returncode == 1 and done.stderr.count("127.0.0.1:1 ") <= 2 and "tarn serve" in done.stderr
    assert time.monotonic() - begin < 5, "a server that is not there is told at once"
    assert send(lines, "there", server.url).returncode == 0
    assert server.query("SELECT count(*) AS n FROM there") == [{"n": 2}]


def test_send_skips_lines_of_blanks(server, tmp_path):
    server.create("blanks")
    lines = tmp_path / "lines.ndjson"
    lines.write_bytes(b'{"a":1}\n   \n\n\t\r\n{"a":2}\r\n')
    assert run("send", str(lines), "--stream", "blanks", "--url", server.url).stdout.startswith("2 records ")
    assert server.query("SELECT list(a ORDER BY a) AS a FROM blanks") == [{"a": [1, 2]}]
    assert server.query("SELECT count(*) AS n FROM blanks_rejects") == [{"n": 0}]


def test_a_table_has_no_partitions_where_that_is_asked_for(server):
    run("stream", "create", "flat", "--partition-by", "", "--url", server.url)
    run("stream", "create", "daily", "--url", server.url)
    partitions = lambda table: json.loads(run("table", "describe", table, "--data", str(server.data), "--output", "json").stdout)["partition_by"]
    assert (partitions("flat"), partitions("daily")) == ("", "day(_received_at) as _day")


def test_an_empty_body_is_refused_in_a_sentence(server):
    for body, where in (("", "the body is empty"), (" \n", "the body is empty"), ("-", "standard input is empty")):
        done = run("stream", "put", "x", body, "--url", server.url, check=False, stdin="")
        assert (done.returncode, done.stderr) == (1, f"tarn: there is no record to put: {where}\n")
    done = run("stream", "put", "a b", "{}", "--url", server.url, check=False)
    assert done.stderr == "tarn: a stream's name is 1 to 64 of letters, digits, _ . and -\n"


def test_a_taken_port_is_told_before_the_log_is_opened(server, tmp_path):
    done = run("serve", "--data", str(tmp_path / "other"), "--listen", f"127.0.0.1:{server.port}", check=False)
    assert done.returncode == 1 and f"port {server.port} of 127.0.0.1 is taken" in done.stderr and "--listen" in done.stderr
    assert not (tmp_path / "other/catalog.db").exists()


def test_the_configuration_says_where_to_look(server, tmp_path):
    server.put("t", [{"a": 1}])
    config = tmp_path / "tarn.toml"
    config.write_text(f'[server]\ndata = "{server.data}"\n')
    for environment in ({"TARN_CONFIG": str(config)}, {"TARN_SERVER__DATA": str(server.data)}):
        tarn = lambda *arguments: subprocess.run([TARN, *arguments], capture_output=True, text=True, check=True, timeout=60,
                                                 env=dict(os.environ, **environment)).stdout
        assert tarn("query", "SELECT a FROM t", "--output", "ndjson") == '{"a":1}\n'
        assert "default.t " in tarn("table", "list")
        assert str(server.data) in tarn("doctor")
        assert "default.t " in tarn("stream", "list"), "of the server that runs on it"
    assert run("query", "SELECT a FROM t", "--config", str(config), "--output", "ndjson").stdout == '{"a":1}\n'


def test_version_names_the_commit_and_the_node(server):
    version = server.request("GET", "/version")[2]
    assert version["commit"] and version["node_id"] == json.loads((server.data / "VERSION").read_text())["id"]
    assert run("version").stdout == f"tarn {version['version']} ({version['commit']})\n"
    metrics = server.request("GET", "/metrics")[2].decode()
    assert f'commit="{version["commit"]}"' in next(line for line in metrics.splitlines() if line.startswith("tarn_build_info{"))


def test_the_log_has_one_line_a_stream_and_numbers_as_numbers(start):
    server = start("lake", environment={"TARN_SERVER__ACCESS_LOG": "true"})
    server.put("made", [{"a": 1}])
    server.stop()
    lines = [json.loads(line) for line in open(server.log.name)]
    assert len([line for line in lines if line.get("stream") == "made"]) == 1
    requests = [line for line in lines if line["component"] == "http"]
    assert [(r["method"], r["path"], r["status"], r["body_bytes"]) for r in requests] == [("POST", "/v1/streams/made/records", 200, 8)]


def test_a_body_that_inflates_too_far_is_told_the_limits(server):
    status, _, reply = server.request("POST", "/v1/streams/bomb/records", gzip.compress(b" " * 100_000_000), {"Content-Encoding": "gzip"})
    assert status == 413 and "at most 33554432 bytes are taken" in reply["error"] and "100 times" in reply["error"]


def table_on_terminal(server, sql, columns):
    """What `tarn query` shows on a terminal of so many columns."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen([TARN, "query", sql, "--data", str(server.data)], stdout=inside, stderr=subprocess.PIPE, text=True)
    os.close(inside)
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), process.communicate(timeout=60)[1]


@pytest.mark.parametrize("columns", [40, 80])
def test_a_table_fits_the_terminal(server, columns):
    sql = "SELECT " + ", ".join(f"repeat('x', 30) AS column_{i}" for i in range(12))
    shown, count = table_on_terminal(server, sql, columns)
    assert max(len(line) for line in shown.splitlines()) <= columns
    assert "column_0" in shown and "column_11" in shown and "…" in shown
    assert "of 12 columns are left out" in count
    piped = run("query", sql, "--data", str(server.data))
    assert all(f"column_{i}" in piped.stdout for i in range(12)) and "left out" not in piped.stderr
