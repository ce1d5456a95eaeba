"""Plain HTTP: streams over REST, /ingest, /query, operations."""

import gzip
import json
import re
import socket
import time

import pytest


def test_records_come_as_a_value_lines_or_an_array(server):
    post = lambda body, **headers: server.request("POST", "/v1/streams/plain/records", body, headers)
    status, _, reply = post('{"a":1}')
    assert status == 200 and reply["records"] == 1 and reply["first"] == reply["last"]
    assert post('{"a":2}\n{"a":3}\n\n{"a":4}')[2]["records"] == 3
    assert post('[{"a":5},{"a":6}]')[2]["records"] == 2
    assert post(gzip.compress(b'{"a":7}'), **{"Content-Encoding": "gzip"})[2]["records"] == 1
    assert post('{"a":8}\nnot json\n{"a":9}')[2]["records"] == 3
    assert server.query("SELECT list(a ORDER BY a) AS a FROM plain") == [{"a": [1, 2, 3, 4, 5, 6, 7, 8, 9]}]
    rejects = server.query("SELECT reason, decode(raw) AS raw FROM plain_rejects")
    assert rejects == [{"reason": "not_json", "raw": "not json"}]


def test_bad_bodies_are_refused(server):
    post = lambda body, **headers: server.request("POST", "/v1/streams/plain/records", body, headers)[0]
    assert post("") == 400
    assert post(b"not gzip", **{"Content-Encoding": "gzip"}) == 400
    assert post(b"{}", **{"Content-Encoding": "br"}) in (400, 415)
    assert post(gzip.compress(b" " * 300_000_000), **{"Content-Encoding": "gzip"}) == 413
    assert server.request("POST", "/v1/streams/a%20b/records", "{}")[0] == 400


def test_ingest_answers_with_the_events_key(server):
    status, _, reply = server.request("POST", "/ingest", '{"event_type":"click","user_id":7,"x":{"y":[1,2]}}')
    assert status == 202 and reply["status"] == "accepted"
    match = re.fullmatch(r"\d{4}/\d{2}/\d{2}/\d{2}/(\d{4}-\d{2}-\d{2}T[^_]+)_([^/]+)\.json", reply["key"])
    assert match, reply["key"]
    row = server.query("SELECT _ingest_id, event_type, user_id, x.y[2] AS y FROM ingest")[0]
    assert row == {"_ingest_id": match.group(2), "event_type": "click", "user_id": 7, "y": 2}


def test_ingest_takes_an_empty_body_and_refuses_what_is_no_object(server):
    assert server.request("POST", "/ingest", "")[0] == 202
    assert server.request("POST", "/ingest", "{}", {"Content-Type": "text/plain;charset=UTF-8"})[0] == 202
    for body in ["nonsense", "[1]", "5", '"x"', "{", '{"a":1} {"b":2}']:
        status, _, reply = server.request("POST", "/ingest", body)
        assert (status, reply) == (400, {"error": "Invalid JSON payload"}), body
    assert server.query("SELECT event_type, user_id, count(*) AS n FROM ingest GROUP BY ALL") == [
        {"event_type": "unknown", "user_id": -1, "n": 2}]


def events(server, **parameters):
    query = "&".join(f"{k}={v}" for k, v in parameters.items())
    return server.request("GET", f"/query?{query}")


def test_query_names_the_parameter_that_is_no_text(server):
    days = "start_date=2023-10-27&end_date=2023-10-27"
    for path, query, name in [("/query", f"{days}&event_type=%ff", "event_type"), ("/api/query", f"{days}&event_type=a&table=%c3", "table")]:
        status, _, reply = server.request("GET", f"{path}?{query}")
        assert status == 422 and [problem["loc"] for problem in reply["detail"]] == [["query", name]]
    assert server.request("GET", "/query?start_date=0000-01-01&end_date=2023-10-27&event_type=a")[0] == 422
    assert server.request("GET", "/query?start_date=0001-01-01&end_date=9999-12-31&event_type=a")[0] == 200


def test_the_stream_that_ingest_feeds_cannot_be_deleted(server):
    assert server.request("DELETE", "/v1/streams/ingest")[0] == 409
    assert server.request("POST", "/ingest", "{}")[0] == 202


def test_a_request_without_a_host_is_answered_in_http_1_0_only(server):
    def ask(version):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(f"GET /livez HTTP/{version}\r\nConnection: close\r\n\r\n".encode())
            return connection.makefile("rb").readline().split()[1]
    assert (ask("1.0"), ask("1.1")) == (b"200", b"421")


def test_query_filters_by_day_type_and_user(server):
    for day, user, kind in [(26, 1, "a"), (27, 1, "a"), (27, 2, "a"), (27, 1, "b"), (28, 1, "a")]:
        server.request("POST", "/ingest", json.dumps({"event_type": kind, "user_id": user,
                                                      "timestamp_utc": f"2023-10-{day}T23:59:59.999999Z", "day": day}))
    status, _, reply = events(server, start_date="2023-10-27", end_date="2023-10-28", event_type="a")
    assert status == 200 and reply["count"] == 3 == len(reply["data"])
    assert [row["day"] for row in reply["data"]] == [28, 27, 27], "newest first"
    assert events(server, start_date="2023-10-27", end_date="2023-10-28", event_type="a", user_id=2)[2]["count"] == 1
    assert events(server, start_date="2023-10-27", end_date="2023-10-28", event_type="a", limit=1)[2]["count"] == 1
    status, _, reply = events(server, start_date="2020-01-01", end_date="2020-01-02", event_type="a")
    assert status == 200 and reply["data"] == [] and reply["count"] == 0
    assert server.request("GET", "/api/query?start_date=2023-10-27&end_date=2023-10-28&event_type=a")[2]["count"] == 3


@pytest.mark.parametrize("parameters, where", [
    ({}, "start_date"),
    ({"start_date": "2023-10-27", "end_date": "2023-10-27"}, "event_type"),
    ({"start_date": "yesterday", "end_date": "2023-10-27", "event_type": "a"}, "start_date"),
    ({"start_date": "2023-10-27", "end_date": "2023-10-27", "event_type": "a", "limit": 0}, "limit"),
    ({"start_date": "2023-10-27", "end_date": "2023-10-27", "event_type": "a", "limit": 1001}, "limit"),
    ({"start_date": "2023-10-27", "end_date": "2023-10-27", "event_type": "a", "user_id": "me"}, "user_id"),
])
def test_query_names_the_bad_parameter(server, parameters, where):
    status, _, reply = events(server, **parameters)
    assert status == 422
    assert where in [problem["loc"][-1] for problem in reply["detail"]]
    assert all({"loc", "msg", "type"} <= set(problem) for problem in reply["detail"])


def test_query_names_the_column_that_a_table_lacks(server):
    server.put("plain", [{"a": 1}])
    status, _, reply = events(server, start_date="2023-10-27", end_date="2023-10-27", event_type="a", table="plain")
    assert status == 422 and "event_t" in json.dumps(reply)


def test_an_injection_in_a_parameter_stays_a_value(server):
    server.request("POST", "/ingest", '{"event_type":"a"}')
    status, _, reply = events(server, start_date="2000-01-01", end_date="2100-01-01", event_type="a'%20OR%20'1'='1")
    assert status == 200 and reply["count"] == 0


def test_operations_answer(server):
    server.put("seen", [{"a": 1}])
    assert server.request("GET", "/livez")[0] == 200
    assert server.request("GET", "/readyz")[0] == 200
    assert "version" in server.request("GET", "/version")[2]
    metrics = server.request("GET", "/metrics")[2].decode()
    assert "# TYPE tarn_wal_sync_seconds histogram" in metrics
    document = server.request("GET", "/openapi.json")[2]
    assert document["openapi"].startswith("3.") and "/ingest" in document["paths"]
    assert b"<html" in server.request("GET", "/docs")[2].lower()
    assert server.request("GET", "/nowhere")[0] == 404


def test_a_foreign_host_header_is_refused(server):
    assert server.request("GET", "/livez", headers={"Host": "evil.example"})[0] in (400, 403, 421)


def test_cors_only_for_configured_origins(start):
    server = start("lake", environment={"TARN_SERVER__CORS_ORIGINS": "https://app.example"})
    _, headers, _ = server.request("POST", "/ingest", "{}", {"Origin": "https://app.example"})
    assert headers["access-control-allow-origin"] == "https://app.example"
    _, headers, _ = server.request("POST", "/ingest", "{}", {"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in headers


def test_rows_are_visible_within_a_second_of_their_acknowledgement(server):
    server.put("fresh", [{"i": 0}])
    worst = 0
    for i in range(1, 6):
        server.put("fresh", [{"i": i}])
        begin = time.monotonic()
        assert server.query("SELECT max(i) AS i FROM fresh") == [{"i": i}]
        worst = max(worst, time.monotonic() - begin)
    print(f"worst: {worst:.3f} s with the start of tarn query")
