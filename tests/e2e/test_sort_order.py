"""How a table's files are written is the table's own: sort order and bloom filters, by Tarn's doors and by other engines."""

import json

import duckdb
import pyarrow.parquet
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.transforms import IdentityTransform

from conftest import Command

load = Command("load")


def table(data, name):
    return SqlCatalog("tarn", uri=f"sqlite:///{data}/catalog.db").load_table(f"default.{name}")


def files(data, name):
    return sorted(data.glob(f"buckets/lake/default/{name}/data/**/*.parquet"), key=lambda path: path.stat().st_mtime)


def sorting(path):
    return [(column.column_index, column.descending, column.nulls_first)
            for column in pyarrow.parquet.ParquetFile(path).metadata.row_group(0).sorting_columns]


def bloom_columns(path):
    found = duckdb.sql(f"SELECT path_in_schema FROM parquet_metadata('{path}') WHERE bloom_filter_offset IS NOT NULL").fetchall()
    return sorted(name for name, in found)


def order(iceberg):
    return [(iceberg.schema().find_field(field.source_id).name, field.direction.name, field.null_order.name)
            for field in iceberg.sort_order().fields]


def test_a_streams_new_table_is_sorted_and_follows_other_engines(server):
    server.create("events", columns="n int, user string, ok boolean", partition_by="", buffer_seconds=1,
                  sort_by="n desc, User", bloom_filter="user, later")
    records = [{"n": n % 10, "user": f"u{n * 7 % 100}", "ok": True} for n in range(100)]
    server.put("events", records)
    server.wait_until_landed("default.events", 100)
    first, = files(server.data, "events")
    rows = pyarrow.parquet.read_table(first).to_pylist()
    assert [(r["n"], r["user"]) for r in rows] == sorted(((r["n"], r["user"]) for r in records), key=lambda r: (-r[0], r[1]))
    assert sorting(first) == [(0, True, False), (1, False, True)] and bloom_columns(first) == ["user"]
    iceberg = table(server.data, "events")
    assert order(iceberg) == [("n", "DESC", "NULLS_LAST"), ("user", "ASC", "NULLS_FIRST")]
    assert iceberg.properties["write.parquet.bloom-filter-enabled.column.user"] == "true"

    with iceberg.update_sort_order() as update:
        update.asc("user", IdentityTransform())
    with iceberg.transaction() as transaction:
        transaction.set_properties({"write.parquet.bloom-filter-enabled.column.user": "false",
                                    "write.parquet.bloom-filter-enabled.column.n": "true",
                                    "write.parquet.bloom-filter-enabled.column.ok": "true"})
    server.put("events", [{"n": 0, "user": "u", "ok": False}])  # its commit brings the change
    server.wait_until_landed("default.events", 101)
    server.put("events", records)
    server.wait_until_landed("default.events", 201)
    second = files(server.data, "events")[-1]
    assert sorting(second) == [(1, False, False)] and bloom_columns(second) == ["n"]
    assert [r["user"] for r in pyarrow.parquet.read_table(second).to_pylist()] == sorted(r["user"] for r in records)


def refusal(server, **definition):
    status, _, body = server.request("POST", "/v1/streams", json.dumps(definition), {"Content-Type": "application/json"})
    assert status == 400, body
    return str(body)


def test_another_order_than_the_tables_is_refused(server):
    server.create("events", columns="n int, user string", sort_by="n", bloom_filter="user")
    definition = {"name": "more", "table": "events", "columns": "n int"}
    for member, value, message in [("sort_by", "n desc", "has another sort order"), ("bloom_filter", "n", "another choice of bloom filters"),
                                   ("sort_by", "nope", "at 1: 'nope' is no column")]:
        assert message in refusal(server, **definition, **{member: value})
    server.create("more", table="events", columns="n int", sort_by="N", bloom_filter="user")
    server.create("first", table="open", bloom_filter="later")  # a column that the records will bring
    server.create("second", table="open", bloom_filter="Later")
    assert "'m' is no column" in refusal(server, name="new", columns="n int", sort_by="m")


def test_loads_sort_as_the_table_says(tmp_path):
    lake, file = tmp_path / "lake", tmp_path / "a.ndjson"
    file.write_text("".join(f'{{"n":{n * 7 % 100},"user":"u{n}"}}\n' for n in range(100)))
    load.summary(file, "--into", "t", "--data", lake, "--sort-by", "n", "--bloom-filter", "user")
    file.write_text(file.read_text() + '{"n":-1,"user":"v"}\n{"n":-2,"user":"v"}\n')
    assert "has another sort order" in load.fails(file, "--into", "t", "--data", lake, "--sort-by", "n desc")
    load.summary(file, "--into", "t", "--data", lake)
    first, second = files(lake, "t")
    assert [r["n"] for r in pyarrow.parquet.read_table(first).to_pylist()] == list(range(100))
    assert [r["n"] for r in pyarrow.parquet.read_table(second).to_pylist()] == [-2, -1]
    assert bloom_columns(first) == bloom_columns(second) == ["user"]
    assert order(table(lake, "t")) == [("n", "ASC", "NULLS_FIRST")]
