"""The API behind the dashboard: its numbers are SQL's, hostile questions are refused, and what nobody waits for stops."""

import datetime
import http.client
import json
import socket
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlencode

import duckdb
import pytest

COLUMNS = "ts timestamptz, name string, n bigint, price double, user struct<plan:string,age:int>, tags array<string>"
START = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)


def record(i):
    return {"ts": (START + datetime.timedelta(minutes=i)).isoformat(), "name": f"n{i % 7}" if i % 11 else None, "n": i, "price": i / 4,
            "user": {"plan": "free" if i % 3 else "pro", "age": i % 90}, "tags": ["a", "b"][: i % 3]}


def filled(server, rows=1000, **definition):
    server.create("events", columns=COLUMNS, inferred=False, buffer_seconds=900, **definition)
    server.put("events", [record(i) for i in range(rows)])


def api(server, path, expect=200, **parameters):
    f = parameters.pop("f", [])
    pairs = list(parameters.items()) + [("f", one if isinstance(one, str) else json.dumps(one)) for one in f]
    status, _, body = server.request("GET", "/api/v1" + path + ("?" + urlencode(pairs) if pairs else ""))
    assert status == expect, body
    return body


def events(server, what, expect=200, **parameters):
    return api(server, "/tables/default/events" + what, expect, **parameters)


def one(server, sql):
    return list(server.query(sql)[0].values())


def check_numbers(server, rows):
    """Every number, where it comes from its own computation, against SQL."""
    found = events(server, "/rows", limit=10000, columns="n")
    assert sorted(r[0] for r in found["rows"]) == list(range(rows)) and found["more"] is False
    histogram = events(server, "/histogram", time="ts", buckets=50)
    assert histogram["total"] == rows and sum(b["count"] for b in histogram["buckets"]) == rows and len(histogram["buckets"]) <= 50
    for bucket in histogram["buckets"][:3]:
        begin = bucket["from"]
        assert one(server, f"SELECT count(*) FROM events WHERE ts >= '{begin}' AND ts < TIMESTAMPTZ '{begin}' + "
                           f"INTERVAL {histogram['bucket_ms']} MILLISECOND") == [bucket["count"]]
    by = events(server, "/histogram", time="ts", buckets=3, by="name")
    assert sum(sum(b["by"].values()) + b["nulls"] + b["others"] for b in by["buckets"]) == rows
    values = events(server, "/values", column="name", limit=3)
    assert [values["rows"], values["nulls"], values["distinct"], values["min"], values["max"]] == one(
        server, "SELECT count(*), count(*) - count(name), count(DISTINCT name), min(name), max(name) FROM events")
    top = server.query("SELECT name, count(*) c FROM events WHERE name IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3")
    assert [(v["value"], v["count"]) for v in values["values"]] == [(r["name"], r["c"]) for r in top]
    groups = events(server, "/groups", by="user.plan", measure="sum:n")
    assert {g["keys"][0]: g["value"] for g in groups["groups"]} == {
        r["plan"]: r["s"] for r in server.query('SELECT "user".plan AS plan, sum(n) s FROM events GROUP BY 1')}
    filtered = events(server, "/rows", columns="n", limit=10000,
                      f=[["user.plan", "eq", "pro"], ["n", "ge", 10], ["name", "in", ["n1", "n2"]]])
    assert sorted(r[0] for r in filtered["rows"]) == sorted(
        r["n"] for r in server.query("SELECT n FROM events WHERE \"user\".plan = 'pro' AND n >= 10 AND name IN ('n1', 'n2')"))


def test_numbers_are_those_of_sql_live_and_landed_and_after_a_restart(server):
    filled(server)
    check_numbers(server, 1000)  # live
    assert events(server, "")["live_rows"] == 1000
    server.stop()
    server.start()
    check_numbers(server, 1000)  # landed at the stop
    table = events(server, "")
    assert (table["rows"], table["live_rows"]) == (1000, 0) and table["files"] > 0
    server.put("events", [record(i) for i in range(1000, 1500)])
    check_numbers(server, 1500)  # both


def test_a_histogram_tells_the_values_null_and_other_from_missing_and_further_ones(server):
    server.create("events", columns="ts timestamptz, name string, n bigint", inferred=False, buffer_seconds=900)
    names = ["null"] * 9 + ["other"] * 8 + ["nulls"] * 7 + ["others"] * 6 + [""] * 5 + ["x"] * 4 + ["y" * 70_000] * 20 + [None] * 3
    server.put("events", [{"ts": (START + datetime.timedelta(minutes=i % 60 * 3)).isoformat(), "name": name, "n": i} for i, name in enumerate(names)])
    histogram = events(server, "/histogram", time="ts", buckets=3, by="name")
    assert len(histogram["buckets"]) == 3 and histogram["total"] == len(names)
    top = ["null", "other", "nulls", "others", ""]
    for bucket in histogram["buckets"]:
        inside = f"FROM events WHERE ts >= '{bucket['from']}' AND ts < TIMESTAMPTZ '{bucket['from']}' + INTERVAL {histogram['bucket_ms']} MILLISECOND"
        is_top = "name IN (" + ", ".join(f"'{name}'" for name in top) + ")"
        assert bucket["by"] == {r["name"]: r["c"] for r in server.query(f"SELECT name, count(*) c {inside} AND {is_top} GROUP BY 1")}
        assert [bucket["nulls"], bucket["others"], bucket["count"]] == one(
            server, f"SELECT count(*) - count(name), count(*) FILTER (name IS NOT NULL AND NOT {is_top}), count(*) {inside}")
    assert {name: sum(b["by"].get(name, 0) for b in histogram["buckets"]) for name in top} == {name: names.count(name) for name in top}
    assert sum(b["nulls"] for b in histogram["buckets"]) == 3 and sum(b["others"] for b in histogram["buckets"]) == 24
    nothing = events(server, "/histogram", time="ts", buckets=3, by="name", f=[["n", "lt", 0]])
    assert all([b["by"], b["nulls"], b["others"]] == [{}, 0, 0] for b in nothing["buckets"]) and nothing["buckets"]
    assert all(b.keys() == {"from", "count"} for b in events(server, "/histogram", time="ts", buckets=3)["buckets"])


def test_numbers_fit_each_other_while_rows_arrive(server):
    filled(server, 10)
    stop = threading.Event()

    def write():
        i = 10
        while not stop.is_set():
            server.put("events", [record(i + k) for k in range(20)])
            i += 20

    writer = threading.Thread(target=write)
    writer.start()
    try:
        last = 0
        for _ in range(20):
            values = events(server, "/values", column="n", limit=1)
            assert values["rows"] == values["distinct"] == values["max"] + 1 >= last
            last = values["rows"]
            histogram = events(server, "/histogram", time="ts", buckets=10)
            assert histogram["total"] == sum(b["count"] for b in histogram["buckets"]) >= last
    finally:
        stop.set()
        writer.join()


def test_groups_are_by_time_alone_and_by_names_with_commas(server):
    server.create("events", columns='ts timestamptz, "a,b" string, n bigint', inferred=False)
    server.put("events", [{"ts": (START + datetime.timedelta(minutes=i)).isoformat(), "a,b": f"x{i % 2}", "n": i} for i in range(100)])
    hours = events(server, "/groups", time="ts", bucket="hour", measure="sum:n")
    assert [(g["bucket"], g["keys"], g["value"]) for g in hours["groups"]] == [
        ("2026-11-20T00:00:00.000000Z", [], sum(range(60))), ("2026-11-20T01:00:00.000000Z", [], sum(range(60, 100)))]
    both = events(server, "/groups", time="ts", bucket="day", by='["a,b"]')
    assert sorted((g["keys"], g["value"]) for g in both["groups"]) == [(["x0"], 50), (["x1"], 50)]


def test_duckdb_counts_the_same_over_the_files(server):
    filled(server)
    server.stop()
    files = f"{server.data}/buckets/lake/default/events/data/**/*.parquet"
    expected = duckdb.sql(f"SELECT name, count(*), avg(price) FROM read_parquet('{files}') WHERE name IS NOT NULL GROUP BY 1 ORDER BY 1").fetchall()
    partitions = duckdb.sql(f"SELECT count(DISTINCT filename), count(*) FROM read_parquet('{files}', filename = true)").fetchall()[0]
    server.start()
    values = events(server, "/values", column="name", limit=1000)
    assert sorted((v["value"], v["count"]) for v in values["values"]) == [(n, c) for n, c, _ in expected]
    groups = events(server, "/groups", by="name", measure="avg:price", f=[["name", "notnull"]])
    assert {g["keys"][0]: g["value"] for g in groups["groups"]} == pytest.approx({n: a for n, _, a in expected})
    listed = events(server, "/partitions")["partitions"]
    assert (sum(p["files"] for p in listed), sum(p["rows"] for p in listed)) == partitions


def test_a_snapshot_shows_the_table_as_it_was(server):
    server.create("events", columns=COLUMNS, inferred=False, buffer_seconds=0)
    server.put("events", [record(i) for i in range(10)])
    server.wait_until_landed("default.events", 10)
    server.put("events", [record(i) for i in range(10, 30)])
    server.wait_until_landed("default.events", 30)
    snapshots = events(server, "/snapshots")["snapshots"]
    assert snapshots[0]["total_rows"] == 30 and all(isinstance(s["id"], str) for s in snapshots)
    for snapshot in snapshots:
        assert len(events(server, "/rows", snapshot=snapshot["id"], limit=1000)["rows"]) == snapshot["total_rows"]
        assert events(server, "/values", column="n", snapshot=snapshot["id"])["rows"] == snapshot["total_rows"]
    events(server, "/rows", expect=404, snapshot="12345")
    assert [s["id"] for s in events(server, "/snapshots", limit=1)["snapshots"]] == [snapshots[0]["id"]]


def test_cells_say_what_they_are(server):
    server.create("odd", columns="t timestamptz, plain timestamp, big bigint, raw binary, long string, price decimal(10,2)", inferred=False)
    server.put("odd", [{"t": "2026-11-21T20:00:00Z", "plain": "2026-11-21T20:00:00.5", "big": 9007199254740993, "raw": "aGk=",
                        "long": "ä" * 50_000, "price": 1.5}])
    row = api(server, "/tables/default/odd/rows", columns="t,plain,big,raw,long,price")["rows"][0]
    assert row[:4] == ["2026-11-21T20:00:00.000000Z", "2026-11-21T20:00:00.500000", "9007199254740993", {"base64": "aGk="}]
    assert row[4] == {"cut": "ä" * 32768, "bytes": 100_000} and row[5] == "1.50"
    assert api(server, "/tables/default/odd/rows", f=[["big", "eq", "9007199254740993"]])["rows"]
    assert not api(server, "/tables/default/odd/rows", f=[["big", "eq", "9007199254740992"]])["rows"]


@pytest.mark.parametrize("what, parameters", [
    ("/rows", {"f": ["["]}), ("/rows", {"f": ["[1]"]}), ("/rows", {"f": [["n", "eq"]]}), ("/rows", {"f": [["n", "eq", "1; DROP TABLE events"]]}),
    ("/rows", {"f": [["n\" OR 1=1 --", "eq", 1]]}), ("/rows", {"f": [["n", "= 1 OR 1", 1]]}), ("/rows", {"f": [["n", "null"]] * 51}),
    ("/rows", {"limit": 10**18}), ("/rows", {"limit": 10001}), ("/rows", {"limit": -1}), ("/rows", {"offset": 10**9}),
    ("/rows", {"columns": "n, (SELECT 1)"}), ("/rows", {"time": "name"}), ("/rows", {"from": "now()"}), ("/rows", {"snapshot": "1 UNION"}),
    ("/rows", {"order": "n"}), ("/rows", {"sql": "SELECT 1"}), ("/rows", {"format": "parquet"}),
    ("/histogram", {"buckets": 501}), ("/histogram", {"by": "x"}), ("/values", {"column": "x"}), ("/values", {}),
    ("/values", {"column": "n", "limit": 1001}), ("/groups", {"by": "n", "measure": "sum:name"}), ("/groups", {"by": "n", "bucket": "week"}),
    ("/groups", {"by": "n,name,price"}), ("/groups", {}), ("/groups", {"by": "[]"}), ("/groups", {"by": "[1]"}), ("/partitions", {"limit": 0}), ("/snapshots", {"limit": "x"})])
def test_hostile_parameters_are_refused_and_named(server, what, parameters):
    filled(server, 3)
    reply = events(server, what, expect=400, **parameters)
    assert reply["kind"] == "invalid" and reply["error"]


@pytest.mark.parametrize("path", ["..%2f..%2fcatalog", "%2e%2e", "events%00", "events%22%3B%20DROP", "events%27", "a" * 300, "EVENTS%20"])
def test_table_names_lead_nowhere_else(server, path):
    filled(server, 1)
    for what in ("", "/rows", "/values?column=n"):
        status, _, reply = server.request("GET", f"/api/v1/tables/default/{path}{what}")
        assert status == 404, (path, what, reply)
    assert server.request("GET", "/api/v1/tables/../../etc/passwd")[0] == 404
    assert server.request("GET", "/ui/assets/../../../etc/passwd")[0] == 404
    for path in ("/ui/../../../etc/passwd", "/ui/..%2f..%2f..%2fetc%2fpasswd"):
        assert server.request("GET", path)[2] == server.request("GET", "/ui/")[2]  # the page: such a view is none


def test_names_and_values_with_quotes_are_only_names_and_values(server):
    server.create("odd", columns='"a ""b"" \'c\'" string, "x.y" bigint, at string', inferred=False)
    nasty = "'; DROP TABLE odd; -- \"<script>\u202e"
    server.put("odd", [{"a \"b\" 'c'": nasty, "x.y": 1, "at": "q"}, {"a \"b\" 'c'": "other", "x.y": 2}])
    found = api(server, "/tables/default/odd/rows", f=[["a \"b\" 'c'", "eq", nasty], ["x.y", "eq", 1], ["at", "notnull"]])
    assert len(found["rows"]) == 1 and nasty in found["rows"][0]
    values = api(server, "/tables/default/odd/values", column="a \"b\" 'c'", search="drop table")
    assert [v["value"] for v in values["values"]] == [nasty] and values["distinct"] == 2
    assert api(server, "/tables/default/odd/groups", by="x.y,at")["groups"]
    assert sum(b["count"] for b in api(server, "/tables/default/odd/histogram", by="a \"b\" 'c'")["buckets"]) == 2


def test_pages_hold_each_row_once_where_many_are_of_one_time(server):
    server.create("events", columns=COLUMNS, inferred=False, buffer_seconds=900)
    for i in range(0, 20_000, 5000):
        server.put("events", [dict(record(i + k), ts=START.isoformat()) for k in range(5000)])
    for choice in ({}, {"time": "ts", "order": "time"}):
        seen = []
        for offset in range(0, 20_000, 2500):
            seen += events(server, "/rows", limit=2500, offset=offset, columns="n", **choice)["rows"]
        assert sorted(n for [n] in seen) == list(range(20_000))


class Tail:
    """Reads server-sent events on a thread."""

    def __init__(self, server, path="/api/v1/streams/events/tail"):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.connection.request("GET", path)
        self.reply = self.connection.getresponse()
        self.events, self.ended = [], False
        if self.reply.status == 200:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        name = None
        try:
            for line in self.reply:
                line = line.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    self.events.append((name, json.loads(line[6:])))
        except (OSError, ValueError, http.client.HTTPException):
            pass
        self.ended = True

    def rows(self):
        return [data for name, data in self.events if name == "row"]

    def close(self):
        self.connection.sock.shutdown(socket.SHUT_RDWR)


def wait(condition, patience_s=20):
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_tail_shows_each_row_once_as_it_becomes_visible(server):
    server.create("events", columns=COLUMNS, inferred=False, buffer_seconds=0)
    server.put("events", [record(i) for i in range(5)])
    assert events(server, "/rows")["rows"]  # waits until they are visible
    tail = Tail(server)
    pro = Tail(server, "/api/v1/streams/events/tail?f=" + quote('["user.plan","eq","pro"]'))
    assert tail.reply.status == 200 and tail.reply.getheader("Content-Type").startswith("text/event-stream")
    time.sleep(0.3)
    for i in range(5, 65, 3):  # over several landings
        server.put("events", [record(i + k) for k in range(3)])
        time.sleep(0.02)
    wait(lambda: len(tail.rows()) >= 60)
    assert [r["n"] for r in tail.rows()] == list(range(5, 65)) and not [e for e in tail.events if e[0] != "row"]
    assert [r["n"] for r in pro.rows()] == [i for i in range(5, 65) if i % 3 == 0]
    assert Tail(server, "/api/v1/streams/nothing/tail").reply.status == 404
    assert Tail(server, "/api/v1/streams/events/tail?f=x").reply.status == 400
    server.stop()
    wait(lambda: tail.ended)


def test_what_is_too_much_for_a_tail_is_counted(server):
    filled(server, 1)
    assert events(server, "/rows")["rows"]
    tail = Tail(server)
    time.sleep(0.3)
    for _ in range(10):
        server.put("events", [record(i) for i in range(5000)])
    wait(lambda: len(tail.rows()) + sum(d["rows"] for n, d in tail.events if n == "skipped") == 50_000)
    assert any(name == "skipped" for name, _ in tail.events)


def test_wide_rows_are_sent_to_a_tail_up_to_a_limit_of_bytes(server):
    filled(server, 1)
    assert events(server, "/rows")["rows"]
    tail = Tail(server)
    time.sleep(0.3)
    server.put("events", [dict(record(i), name="x" * 40_000) for i in range(200)])
    wait(lambda: len(tail.rows()) + sum(d["rows"] for n, d in tail.events if n == "skipped") == 200)
    assert 25 <= len(tail.rows()) < 150


@pytest.mark.parametrize("header", ["Connection: close", "Connection: Close", "Connection: keep-alive, CLOSE"])
def test_a_tail_needs_a_connection_that_stays(server, header):
    filled(server, 1)
    client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    client.sendall(f"GET /api/v1/streams/events/tail HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode())
    assert client.recv(100).startswith(b"HTTP/1.1 400")


def test_a_reader_who_does_not_read_slows_nobody(server):
    filled(server, 1)
    stuck = socket.create_connection(("127.0.0.1", server.port))
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.sendall(b"GET /api/v1/streams/events/tail HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.3)
    longest = 0
    for i in range(40):
        begun = time.monotonic()
        server.put("events", [dict(record(k), name="x" * 2000) for k in range(400)])
        longest = max(longest, time.monotonic() - begun)
    assert longest < 2
    stuck.close()


def test_tails_are_bounded_and_their_places_are_given_back(server):
    filled(server, 1)
    tails = [Tail(server) for _ in range(64)]
    assert all(t.reply.status == 200 for t in tails)
    assert all(Tail(server).reply.status == 503 for _ in range(36))
    assert len(events(server, "/rows")["rows"]) == 1
    for tail in tails:
        tail.close()
    wait(lambda: Tail(server).reply.status == 200)


def test_a_client_that_leaves_ends_its_query(server):
    filled(server, 20_000)
    path = "/api/v1/tables/default/events/values?column=n"
    clients = []
    for _ in range(20):
        clients.append(socket.create_connection(("127.0.0.1", server.port)))
        clients[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    for client in clients:
        client.close()
    # Those who left are answered, to nobody, by 503: their work was not done.
    left = 'operation="values",code="503"}'
    wait(lambda: any(left in line and "_count" in line and float(line.split()[-1]) >= 1
                     for line in server.request("GET", "/metrics")[2].decode().splitlines()))
    assert events(server, "/rows", limit=1)["rows"]


def test_a_download_waits_for_its_client_and_ends_with_it(server):
    server.create("wide", columns="n bigint, text string", inferred=False, buffer_seconds=900)
    for part in range(8):
        server.put("wide", [{"n": part * 5000 + i, "text": f"{i:05}" * 200} for i in range(5000)])
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.sendall(b"GET /api/v1/tables/default/wide/rows?format=ndjson&limit=100000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert client.recv(12) == b"HTTP/1.1 200"
    time.sleep(0.5)
    assert "a download ended early" not in Path(server.log.name).read_text()  # 40 MB are not simply sent
    client.close()
    wait(lambda: "a download ended early" in Path(server.log.name).read_text())


def test_downloads_are_whole(server):
    filled(server, 20_000)
    status, headers, body = server.request("GET", "/api/v1/tables/default/events/rows?format=csv&limit=100000&columns=n,name&order=time&time=ts")
    assert status == 200 and headers["content-disposition"] == 'attachment; filename="events.csv"'
    lines = body.decode().splitlines()
    assert lines[0] == "n,name" and [int(line.split(",")[0]) for line in lines[1:]] == list(range(20_000))
    with urllib.request.urlopen(f"{server.url}/api/v1/tables/default/events/rows?format=ndjson&limit=150&time=ts") as reply:
        assert [json.loads(line)["n"] for line in reply] == list(range(19_999, 19_849, -1))
    events(server, "/rows", expect=400, format="csv", limit=100_001)
    events(server, "/rows", expect=400, format="csv", columns="x")


def test_the_overview_moves(server):
    server.create("events", columns=COLUMNS, inferred=False)
    for i in range(4):
        server.put("events", [record(i), '{"n": "no number"}'])
        time.sleep(0.5)
    stream = next(s for s in api(server, "/streams")["streams"] if s["name"] == "events")
    assert stream["records_total"] == 8 and stream["records_per_second"] > 0 and stream["bytes_per_second"] > 0
    assert stream["live_rows"] == 8 and stream["rejects_last_hour"] == 4 and stream["newest_visible_at"].endswith("Z")
    overview = api(server, "/overview")
    assert overview["log_bytes"] > 0 and {"version", "started_at", "now"} <= set(overview)
    tables = {t["name"]: t for t in overview["tables"]}
    assert tables["events"]["live_rows"] == 4 and tables["events_rejects"]["is_rejects"] and tables["events_rejects"]["live_rows"] == 4
    derived = api(server, "/derived")
    assert derived.pop("definitions") and derived == {"runs": [], "partitions": [], "schedules": []}
    detail = events(server, "")
    assert detail["time_columns"] == ["_received_at", "ts"] and detail["format_version"] == 2 and "load_table" in detail["open_with"]["pyiceberg"]
    api(server, "/overview", expect=400, x=1)


def test_the_page_is_served_with_a_strict_policy(server):
    status, headers, _ = server.request("GET", "/")
    assert status == 302 and headers["location"] == "/ui/"
    status, headers, body = server.request("GET", "/ui/", headers={"Accept-Encoding": "identity"})
    assert status == 200 and b"<html" in body and headers["cache-control"] == "no-cache"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert server.request("GET", "/ui/tables/default/events")[0] == 200
    assert server.request("GET", "/ui/assets/none.js")[0] == 404
