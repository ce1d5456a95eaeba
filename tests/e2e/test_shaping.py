"""Declared and inferred streams, end to end: what fits becomes columns, the rest is kept, nothing is lost."""

import json


def test_a_declared_stream_rejects_what_does_not_fit_and_lands_its_neighbours(server):
    server.create("strict", inferred=False, columns="id bigint, at timestamptz, user struct<name:string,age:int>, tags array<string>",
                  buffer_seconds=1)
    good = [{"id": i, "at": "2026-01-02T03:04:05+01:00", "user": {"name": "x", "age": i}, "tags": ["a"]} for i in range(5)]
    bad = ['{"id":"one"}', '{"id":1.5}', '{"id":9223372036854775808}', '{"user":{"age":3000000000}}', '{"tags":[1,{"a":2}]}',
           '{"at":"yesterday"}', "[1,2]", '{"id":1} {"id":2}', '{"id":', '"text"', '{"a":' * 101 + "1" + "}" * 101]
    mixed = []
    for i in range(5):
        mixed += [json.dumps(good[i])] + bad[i::5]
    server.put("strict", mixed)
    rows = server.query('SELECT id, "at", "user".name AS name, "user".age AS age, tags FROM strict ORDER BY id')
    fitting = [r for r in rows if r["id"] is not None]
    assert fitting == [{"id": i, "at": "2026-01-02T02:04:05Z", "name": "x", "age": i, "tags": ["a"]} for i in range(5)]
    rejects = server.query("SELECT reason, path, message, decode(raw) AS raw FROM strict_rejects")
    by_raw = {r["raw"]: r for r in rejects}
    assert by_raw['{"id":"one"}']["reason"] == "wrong_type" and by_raw['{"id":"one"}']["path"] == "id"
    assert by_raw['{"id":9223372036854775808}']["reason"] == "out_of_range"
    assert by_raw['{"user":{"age":3000000000}}']["path"] == "user.age"
    assert by_raw["[1,2]"]["reason"] == "not_one_object"
    assert by_raw['{"id":1} {"id":2}']["reason"] == "not_one_object"
    assert by_raw['{"id":']["reason"] == "not_json"
    assert by_raw['{"a":' * 101 + "1" + "}" * 101]["reason"] == "too_deep"
    assert len(rows) + len(rejects) == len(mixed), "every record is a row or a reject"
    server.wait_until_landed("default.strict", len(rows))
    server.wait_until_landed("default.strict_rejects", len(rejects))
    assert len(server.query("SELECT raw FROM strict_rejects")) == len(rejects)


def test_an_inferred_stream_grows_columns_and_keeps_the_rest(server):
    server.put("grow", [{"a": 1, "s": "2026-01-01", "o": {"x": 1}, "l": [1, 2]}])
    server.put("grow", [{"a": 2, "b": 1.5, "o": {"x": 2, "y": "new"}}])
    server.put("grow", [{"a": "clash", "A": 1, "_rest": "mine", "e": {}, "n": None, "big": 1e30}])
    rows = server.query("SELECT a, b, s, o, l, _rest FROM grow ORDER BY a NULLS LAST")
    assert rows[0] == {"a": 1, "b": None, "s": "2026-01-01", "o": {"x": 1, "y": None}, "l": [1, 2], "_rest": None}
    assert rows[1] == {"a": 2, "b": 1.5, "s": None, "o": {"x": 2, "y": "new"}, "l": None, "_rest": None}
    rest = json.loads(rows[2]["_rest"])
    assert rest["a"] == "clash" and rest["A"] == 1 and rest["_rest"] == "mine" and rest["e"] == {}
    assert "n" not in rest
    types = {r["column_name"]: r["column_type"] for r in server.query("DESCRIBE grow")}
    assert types["a"] == "BIGINT" and types["b"] == "DOUBLE" and types["s"] == "VARCHAR"
    assert types["_received_at"] == "TIMESTAMP WITH TIME ZONE"


def test_columns_added_later_are_null_in_older_files(server):
    server.create("older", buffer_seconds=0)
    server.put("older", [{"a": 1}])
    server.wait_until_landed("default.older", 1)
    server.put("older", [{"a": 2, "b": "x", "o": {"p": 1}}])
    server.wait_until_landed("default.older", 2)
    server.put("older", [{"a": 3, "o": {"p": 2, "q": True}}])
    assert server.query("SELECT a, b, o.p AS p, o.q AS q FROM older ORDER BY a") == [
        {"a": 1, "b": None, "p": None, "q": None}, {"a": 2, "b": "x", "p": 1, "q": None}, {"a": 3, "b": None, "p": 2, "q": True}]
    server.wait_until_landed("default.older", 3)
    assert server.query("SELECT a, b, o.p AS p, o.q AS q FROM older ORDER BY a")[2] == {"a": 3, "b": None, "p": 2, "q": True}


def test_partitions_are_hive_directories(server):
    server.create("parts", columns="kind string, seen timestamptz", inferred=True, partition_by="kind, day(seen) as d", buffer_seconds=0)
    server.put("parts", [{"kind": "a b/c=%", "seen": "2023-10-27T23:59:59Z"}, {"seen": "2023-10-28"}, {"kind": "x"}])
    server.wait_until_landed("default.parts", 3)
    data = server.data / "buckets/lake/default/parts/data"
    found = {str(f.parent.relative_to(data)) for f in data.rglob("*.parquet")}
    assert "kind=x/d=__HIVE_DEFAULT_PARTITION__" in found
    assert any(f.startswith("kind=__HIVE_DEFAULT_PARTITION__/d=2023-10-28") for f in found)
    assert server.query("SELECT kind FROM parts WHERE kind = 'a b/c=%' AND seen < '2023-10-28'") == [{"kind": "a b/c=%"}]


def test_row_identity_is_what_the_client_got(server):
    server.create("ids", columns="id string from _record_id, seen timestamptz from _received_at, x bigint", inferred=True)
    reply = server.put("ids", [{"x": 1}, {"x": 2}, {"x": 3}])
    ids = [r["id"] for r in server.query("SELECT id FROM ids ORDER BY x")]
    assert ids[0] == reply["first"] and ids[2] == reply["last"] and len(set(ids)) == 3
    assert server.query("SELECT count(*) AS n FROM ids WHERE seen = _received_at") == [{"n": 3}]


def test_a_refused_stream_leaves_no_table(server):
    status, _, reply = server.request("POST", "/v1/streams", json.dumps({"name": "m1", "columns": "m map<int,string>"}),
                                      {"Content-Type": "application/json"})
    assert status == 400, reply
    server.create("m1", columns="m map<string,string>", buffer_seconds=0)
    server.put("m1", [{"m": {"k": "v"}}])
    assert server.query("SELECT m FROM m1") == [{"m": {"k": "v"}}]


def test_live_uuids_are_read(server):
    server.create("ids", columns="u uuid, l array<uuid>", buffer_seconds=900)
    uuid = "f79c3e09-677c-4bbd-a479-3f349cb785e7"
    server.put("ids", [{"u": uuid.upper(), "l": [uuid, None]}])
    assert server.query("SELECT u, l FROM ids") == [{"u": uuid, "l": [uuid, None]}]


def test_a_stream_tells_what_has_no_column(server):
    server.create("rest", inferred=False, columns="id bigint, user struct<name:string>", buffer_seconds=0)
    server.put("rest", [{"id": 1, "x": 1}, {"id": 2, "x": "a", "user": {"age": 3}}, {"id": 3}])
    assert server.query("SELECT count(*) AS n FROM rest") == [{"n": 3}]
    told = server.request("GET", "/v1/streams/rest")[2]["without_column"]
    assert told == [{"path": "x", "why": "unknown", "count": 2}, {"path": "user.age", "why": "unknown", "count": 1}]
