"""What lies on disk, read by others: DuckDB, PyArrow, PyIceberg; beside the running server and after it."""

import hashlib
import json

import duckdb
import pyarrow.dataset
import pyarrow.parquet
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from conftest import TARN, query, run

SESSIONS = 300


@pytest.fixture
def sessions(server, tmp_path):
    """A server whose table `sessions` has the reference events in files; the events as they were sent."""
    events = tmp_path / "sessions.ndjson"
    run("generate", "sessions", "--sessions", str(SESSIONS), "--seed", "3", "--out", str(events))
    server.run("stream", "create", "sessions", "--url", server.url, "--columns",
               "name string, tstamp timestamp, payload string, payload_md5 string", "--partition-by",
               "name, day(_received_at) as d", "--buffer-seconds", "1")
    server.run("send", str(events), "--stream", "sessions", "--url", server.url)
    sent = [json.loads(line) for line in events.read_text().splitlines()]
    server.wait_until_landed("default.sessions", len(sent))
    return server, sent


def texts(rows):
    return sorted((r["name"], str(r["tstamp"]), r["payload"], r["payload_md5"]) for r in rows)


def expected(sent):
    return sorted((e["name"], e["tstamp"].removesuffix(".000000"), e["payload"], e["payload_md5"]) for e in sent)


def files(server):
    return sorted(server.data.glob("buckets/lake/default/sessions/data/name=*/d=*/*.parquet"))


def test_duckdb_reads_every_row_back(sessions):
    server, sent = sessions
    names = [str(f) for f in files(server)]
    rows = duckdb.sql(f"SELECT name, tstamp, payload, payload_md5 FROM read_parquet({names!r}, hive_partitioning=false)").fetchall()
    assert sorted((a, str(b), c, d) for a, b, c, d in rows) == expected(sent)
    assert all(hashlib.md5(r[2].encode()).hexdigest() == r[3] for r in rows)


def test_pyarrow_reads_every_row_back(sessions):
    server, sent = sessions
    rows = [row for f in files(server) for row in pyarrow.parquet.read_table(f, partitioning=None).to_pylist()]
    assert texts(rows) == expected(sent)
    metadata = pyarrow.parquet.read_metadata(files(server)[0])
    column = metadata.row_group(0).column(0)
    assert column.compression == "ZSTD" and column.statistics.has_min_max
    for f in files(server):
        for row in pyarrow.parquet.read_table(f, partitioning=None).to_pylist():
            assert f"name={row['name']}/" in str(f)


def test_pyiceberg_opens_the_catalog_beside_the_server_and_after_it(sessions):
    server, sent = sessions

    def check():
        catalog = SqlCatalog("tarn", uri=f"sqlite:///{server.data}/catalog.db")
        table = catalog.load_table("default.sessions")
        assert texts(table.scan().to_arrow().to_pylist()) == expected(sent)
        one = table.scan(row_filter="name == 'account_created'")
        assert one.to_arrow().num_rows == sum(e["name"] == "account_created" for e in sent)
        assert len(list(one.plan_files())) < len(files(server)), "other partitions are not read"
        assert table.metadata.format_version == 2

    check()
    assert server.stop() == 0
    check()


def test_pyiceberg_may_append_while_the_server_runs(sessions):
    server, sent = sessions
    catalog = SqlCatalog("tarn", uri=f"sqlite:///{server.data}/catalog.db")
    table = catalog.load_table("default.sessions")
    foreign = table.scan(limit=5).to_arrow()
    table.append(foreign)
    server.put("sessions", [{"name": "account_created", "payload": "{}"}])
    server.wait_for("SELECT count(*) FROM sessions", len(sent) + 6)
    server.wait_until_landed("default.sessions", len(sent) + 6)
    assert catalog.load_table("default.sessions").scan().to_arrow().num_rows == len(sent) + 6


def test_nested_rows_are_the_same_for_every_reader(server):
    rows = [{"id": i, "user": {"name": f"n{i}" if i % 3 else None, "tags": ["a", None, "b"][: i % 4]},
             "scores": [{"k": "x", "v": i / 2}] * (i % 3)} for i in range(200)]
    server.create("nested", inferred=False, buffer_seconds=1, columns="id bigint, user struct<name:string,tags:array<string>>, "
                  "scores array<struct<k:string,v:double>>, m map<string,bigint>")
    server.put("nested", [{**row, "m": {"a": row["id"], "b": None}} for row in rows])
    server.wait_until_landed("default.nested", 200)
    wanted = sorted(json.dumps({**row, "m": {"a": row["id"], "b": None}}, sort_keys=True) for row in rows)
    by_tarn = query(server.data, "SELECT id, \"user\", scores, m FROM nested")
    assert sorted(json.dumps(r, sort_keys=True) for r in by_tarn) == wanted
    names = [str(f) for f in server.data.glob("buckets/lake/default/nested/data/*/*.parquet")]
    arrow = [row for n in names for row in pyarrow.parquet.read_table(n, partitioning=None).to_pylist(maps_as_pydicts="strict")]
    assert sorted(json.dumps({k: r[k] for k in ("id", "user", "scores", "m")}, sort_keys=True) for r in arrow) == wanted
    duck = duckdb.sql(f"SELECT id, user, scores, m FROM read_parquet({names!r}, hive_partitioning=false)").fetchall()
    assert sorted(json.dumps(dict(zip(("id", "user", "scores", "m"), r)), sort_keys=True) for r in duck) == wanted
