"""Other engines change Tarn's tables while it runs: rows keep landing, or stay live and say why; none is lost or doubled."""

import json
import time

import pyarrow
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import StringType


@pytest.fixture
def events(server):
    """A server with a table `events` that lands every second, and the table as PyIceberg has it."""
    server.create("events", buffer_seconds=1)
    server.put("events", [{"n": 1, "kind": "a"}])
    server.wait_until_landed("default.events", 1)
    return server, catalog(server).load_table("default.events")


def catalog(server):
    return SqlCatalog("tarn", uri=f"sqlite:///{server.data}/catalog.db")


def count(server, table="events"):
    return server.query(f"SELECT count(*) AS n FROM {table}")[0]["n"]


def data_files(server, table):
    return list(server.data.glob(f"buckets/lake/default/{table}/data/**/*.parquet"))


def health(server, stream):
    return server.request("GET", f"/v1/streams/{stream}")[2]


def test_rows_land_after_another_engine_deleted_some(events):
    server, table = events
    server.put("events", [{"n": n, "kind": "b"} for n in range(2, 12)])
    server.wait_until_landed("default.events", 11)
    table.refresh()
    table.delete("n = 1")  # PyIceberg rewrites the files
    assert count(server) == 10
    server.put("events", [{"n": 12, "kind": "c"}])
    server.wait_until_landed("default.events", 11)
    assert sorted(r["n"] for r in server.query("SELECT n FROM events")) == list(range(2, 13))
    table.refresh()
    assert sorted(table.scan().to_arrow()["n"].to_pylist()) == list(range(2, 13))


def test_rows_land_after_another_engine_partitioned_by_a_column_of_its_own(events):
    server, table = events
    with table.update_schema() as update:
        update.add_column("region", StringType())
    with table.update_spec() as update:
        update.add_field("region", IdentityTransform(), "region")
    server.put("events", [{"n": 2, "kind": "b"}])
    server.wait_until_landed("default.events", 2)
    server.put("events", [{"n": 3, "kind": "b", "fresh": True}])  # brings the table's new schema
    server.wait_until_landed("default.events", 3)
    table.refresh()
    assert sorted(table.scan().to_arrow()["n"].to_pylist()) == [1, 2, 3]
    assert count(server) == 3


def test_rows_land_after_another_engine_dropped_rest(events):
    server, table = events
    with table.update_schema(allow_incompatible_changes=True) as update:
        update.delete_column("_rest")
    server.put("events", [{"n": 2, "kind": "b", "fresh": 1}])  # a new column: the schema is read again
    server.put("events", [{"n": "text", "kind": "b"}])  # goes to _rest
    server.wait_until_landed("default.events", 3)
    assert count(server) == 3
    rest = [r["_rest"] for r in server.query("SELECT _rest FROM events WHERE _rest IS NOT NULL")]
    assert [json.loads(r) for r in rest] == [{"n": "text"}]


def test_a_dropped_table_keeps_acknowledged_rows_and_one_copy_of_their_files(events):
    server, _ = events
    server.create("sound", buffer_seconds=1)
    catalog(server).drop_table("default.events")
    server.put("events", [{"n": 2, "kind": "b"}])
    server.put("sound", [{"n": 1}])
    server.wait_until_landed("default.sound", 1)
    before = len(data_files(server, "events"))
    deadline = time.monotonic() + 10
    while "events" not in str(health(server, "events").get("problem", "")) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "events" in str(health(server, "events")["problem"])
    status, _, ready = server.request("GET", "/readyz")
    assert status == 200 and "events" in ready["problems"][0]["reason"], "one table's trouble stops no traffic to others"
    time.sleep(4)  # several attempts
    assert len(data_files(server, "events")) <= before + 1
    assert server.stop() == 0
    server.start()  # the table is made anew, and the log's rows come
    server.wait_for("SELECT count(*) AS n FROM events WHERE n = 2", 1)
    assert count(server, "sound") == 1


def test_a_table_that_was_made_anew_by_another_engine_gets_no_rows_before_a_restart(events):
    server, _ = events
    iceberg = catalog(server)
    old = iceberg.load_table("default.events")
    schema = old.schema()
    iceberg.drop_table("default.events")
    fresh = iceberg.create_table("default.events", schema=schema, location=f"{old.location()}-2")
    server.put("events", [{"n": 2, "kind": "b"}])
    time.sleep(4)
    assert "another one" in str(health(server, "events")["problem"])
    assert fresh.refresh().scan().to_arrow().num_rows == 0
    server.stop()
    server.start()
    server.wait_for("SELECT count(*) AS n FROM events WHERE n = 2", 1)
    server.wait_until_landed("default.events", count(server))
    assert isinstance(fresh.refresh().scan().to_arrow(), pyarrow.Table)
