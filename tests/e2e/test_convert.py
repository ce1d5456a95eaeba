"""`tarn convert`: what other readers find in its output, and what is left behind when it fails."""

import gzip
import json
import os
import signal
import subprocess
import time
from compression import zstd

import duckdb
import pyarrow.dataset
import pyarrow.parquet
import pytest

from conftest import TARN, Command

convert = Command("convert")
summary, fails = convert.summary, convert.fails
COLUMNS = "id bigint, name string, seen timestamp, price double, ok boolean, user struct<id:bigint,tags:array<string>>, props map<string,string>"
DUCKDB_COLUMNS = ("{id: 'BIGINT', name: 'VARCHAR', seen: 'TIMESTAMP', price: 'DOUBLE', ok: 'BOOLEAN', "
                  "user: 'STRUCT(id BIGINT, tags VARCHAR[])', props: 'MAP(VARCHAR, VARCHAR)'}")


def event(i):
    record = {"id": i, "name": f"name {i % 7}", "seen": f"2026-{1 + i % 12:02}-{1 + i % 28:02} 10:{i % 60:02}:00.{i % 1000:06}"}
    if i % 3:
        record["price"] = i / 8
    if i % 5:
        record["ok"] = i % 2 == 0
    if i % 4:
        record["user"] = {"id": i % 100, "tags": [f"t{k}\u00e9\n" for k in range(i % 4)]}
    if i % 6:
        record["props"] = {f"k{k}": f"v{i}" for k in range(i % 3)}
    return json.dumps(record, ensure_ascii=i % 2 == 0)


@pytest.fixture
def events(tmp_path):
    """A file of 60,000 events, some 8 MB."""
    path = tmp_path / "events.ndjson"
    path.write_text("".join(event(i) + "\n" for i in range(60_000)))
    return path


def row_texts(source):
    return sorted(duckdb.sql(f"SELECT s::VARCHAR FROM (SELECT id, name, seen, price, ok, \"user\", props FROM {source}) s").fetchall())


def expected(path):
    return row_texts(f"read_json('{path}', format='newline_delimited', columns={DUCKDB_COLUMNS})")


def names(directory):
    """All names in a directory, hidden ones too."""
    return sorted(os.listdir(directory))


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("codec", ["zstd:1", "none"])
def test_a_file_equals_what_duckdb_reads(events, tmp_path, threads, codec):
    out = tmp_path / "out.parquet"
    told = summary(events, "--to", out, "--columns", COLUMNS, "--threads", threads, "--codec", codec)
    assert told["rows"] == 60_000 and told["rejects"] == 0 and told["files"] == 1 and told["without_column"] == []
    assert told["bytes_written"] == out.stat().st_size and told["bytes_read"] == events.stat().st_size
    assert row_texts(f"read_parquet('{out}')") == expected(events)
    table = pyarrow.parquet.read_table(out)
    assert table.column("id").to_pylist() == list(range(60_000)), "a single file keeps the order"
    assert table.column("user")[7].as_py() == {"id": 7, "tags": ["t0\u00e9\n", "t1\u00e9\n", "t2\u00e9\n"]}


@pytest.mark.parametrize("options", [["--threads", 1], ["--threads", 4], ["--threads", 3, "--keep-order"],
                                     ["--threads", 2, "--memory", "64 MiB", "--sync"]])
def test_a_directory_equals_what_duckdb_reads(events, tmp_path, options):
    out = tmp_path / "lake"
    told = summary(events, "--to", out, "--columns", COLUMNS, "--partition-by", "name, month(seen) as m", *options)
    assert row_texts(f"read_parquet('{out}/**/*.parquet', hive_partitioning=false)") == expected(events)
    found = pyarrow.dataset.dataset(out, format="parquet", partitioning="hive", exclude_invalid_files=False)
    assert found.count_rows() == told["rows"] == 60_000 and len(found.files) == told["files"]
    assert (out / "name=name%203" / "m=2026-04").is_dir()
    assert names(tmp_path) == ["events.ndjson", "lake"]
    if "--keep-order" in options:
        for partition in out.glob("*/*"):
            ids = [i for f in sorted(partition.iterdir()) for i in pyarrow.parquet.read_table(f, partitioning=None).column("id").to_pylist()]
            assert ids == sorted(ids)


def test_compressed_files_globs_and_stdin_give_the_same_rows(events, tmp_path):
    lines = events.read_bytes().splitlines(keepends=True)
    parts = tmp_path / "parts"
    parts.mkdir()
    members = gzip.compress(b"".join(lines[:10_000])) + gzip.compress(b"".join(lines[10_000:20_000]))
    (parts / "a.json").write_bytes(members)  # known by its bytes, not its name
    (parts / "b.zst").write_bytes(zstd.compress(b"".join(lines[20_000:25_000])) + zstd.compress(b"".join(lines[25_000:30_000])))
    (parts / "c.ndjson").write_bytes(b"\xef\xbb\xbf" + b"\r\n".join(line.rstrip() for line in lines[30_000:40_000]))
    (parts / "skipped").mkdir()
    rest = b"".join(lines[40_000:]).decode()
    for threads in (1, 3):
        out = tmp_path / f"all{threads}.parquet"
        told = summary(parts / "*", "-", "--to", out, "--columns", COLUMNS, "--threads", threads, stdin=rest)
        assert told["inputs"] == 4
        assert pyarrow.parquet.read_table(out).column("id").to_pylist() == list(range(60_000))
        assert row_texts(f"read_parquet('{out}')") == expected(events)
        out = tmp_path / f"lake{threads}"
        summary(parts / "*", "-", "--to", out, "--columns", COLUMNS, "--threads", threads, "--partition-by", "name", stdin=rest)
        assert row_texts(f"read_parquet('{out}/**/*.parquet', hive_partitioning=false)") == expected(events)


def test_columns_are_inferred_from_the_first_records(tmp_path):
    file = tmp_path / "a.ndjson"
    records = [{"a": 1, "b": {"c": "x"}}, {"a": 2.5, "b": {"c": "y"}}, *[{"a": 1}] * 998, {"a": "text", "late": 1, "b": {"d": 2}}]
    file.write_text("\n".join(json.dumps(r) for r in records))
    told = summary(file, "--to", tmp_path / "a.parquet")
    assert told["columns"] == "a double, b struct<c:string>" and told["rows"] == 1001 and not told["kept_in_rest"]
    left_out = [{"path": "a", "why": "type_clash", "count": 1}, {"path": "b.d", "why": "unknown", "count": 1},
                {"path": "late", "why": "unknown", "count": 1}]
    assert sorted(told["without_column"], key=lambda p: p["path"]) == left_out
    assert pyarrow.parquet.read_schema(tmp_path / "a.parquet").names == ["a", "b"]
    told = summary(file, "--to", tmp_path / "rest.parquet", "--rest")
    assert told["kept_in_rest"] and sorted(told["without_column"], key=lambda p: p["path"]) == left_out
    table = pyarrow.parquet.read_table(tmp_path / "rest.parquet")
    assert table.schema.names == ["a", "b", "_rest"]
    assert json.loads(table.column("_rest")[1000].as_py()) == {"a": "text", "late": 1, "b": {"d": 2}}


def test_bad_records_are_counted_or_kept(tmp_path):
    file = tmp_path / "a.ndjson"
    file.write_bytes(b'{"n":1}\n{"n":"x"}\n\n[1]\n{"n":2}\n{"n":\xff}\n')
    out = tmp_path / "a.parquet"
    told = fails(file, "--to", out, "--columns", "n bigint")
    assert "3 of 5 records were bad and are left out; --rejects FILE keeps them. One is " in told and "byte 8: n:" in told
    assert pyarrow.parquet.read_table(out).column("n").to_pylist() == [1, 2]
    bad = tmp_path / "bad.ndjson"
    done = convert(file, "--to", out, "--columns", "n bigint", "--rejects", bad, "--overwrite", "--threads", 1)
    assert "3 bad records in" in done.stderr
    rejects = [json.loads(line) for line in bad.read_text().splitlines()]
    assert [(r["file"], r["position"], r["reason"], r.get("path")) for r in rejects] == [
        (str(file), 8, "wrong_type", "n"), (str(file), 19, "not_one_object", None), (str(file), 31, "not_utf8", None)]
    assert rejects[0]["raw"] == '{"n":"x"}' and "raw" not in rejects[2] and rejects[2]["raw_base64"] == "eyJuIjr/fQ=="


def test_text_lines_become_messages(tmp_path):
    file = tmp_path / "a.log"
    file.write_bytes(b"\xef\xbb\xbffirst \r\n\n{not json\nlast")
    summary(file, "--to", tmp_path / "a.parquet", "--format", "text")
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pydict() == {"message": ["first ", "", "{not json", "last"]}


def test_what_exists_is_kept_unless_it_is_to_be_overwritten(tmp_path):
    file = tmp_path / "a.ndjson"
    file.write_text('{"n":1}\n')
    out, lake = tmp_path / "a.parquet", tmp_path / "lake"
    for place in (out, lake):
        convert(file, "--to", place)
        assert f"'{place}' exists; --overwrite replaces it" in fails(file, "--to", place)
    file.write_text('{"n":2}\n')
    convert(file, "--to", out, "--overwrite")
    convert(file, "--to", lake, "--overwrite", "--partition-by", "n")
    assert pyarrow.parquet.read_table(out).to_pylist() == [{"n": 2}]
    assert names(lake) == ["n=2"]
    (lake / "notes.txt").write_text("mine")
    assert "which is no part of a converted table" in fails(file, "--to", lake, "--overwrite")
    assert (lake / "notes.txt").read_text() == "mine"
    assert "is a directory, and a file is to be written" in fails(file, "--to", out, "--rejects", lake, "--overwrite")
    assert names(tmp_path) == ["a.ndjson", "a.parquet", "lake"]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("arguments", [["out.parquet"], ["out", "--partition-by", "kind"]])
def test_rows_are_sorted_and_bloom_filters_there_when_asked(tmp_path, arguments, threads):
    file = tmp_path / "a.ndjson"
    records = [{"kind": f"k{i % 3}", "user": {"id": f"u{i * 7919 % 5000}"}, "n": i * 31 % 1000} for i in range(20_000)]
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    summary(file, "--to", tmp_path / arguments[0], *arguments[1:], "--threads", threads, "--sort-by", "n desc, user.id", "--bloom-filter", "USER.ID",
            "--columns", "kind string, user struct<id:string>, n int")
    found = []
    for path in [tmp_path / "out.parquet"] if "out.parquet" in arguments else sorted((tmp_path / "out").rglob("*.parquet")):
        parquet = pyarrow.parquet.ParquetFile(path)
        for group in range(parquet.num_row_groups):
            assert [(column.column_index, column.descending, column.nulls_first)
                    for column in parquet.metadata.row_group(group).sorting_columns] == [(2, True, False), (1, False, True)]
            rows = parquet.read_row_group(group).to_pylist()
            assert rows == sorted(rows, key=lambda row: (-row["n"], row["user"]["id"]))
            found += rows
        blooms = duckdb.sql(f"SELECT path_in_schema, bloom_filter_offset IS NOT NULL FROM parquet_metadata('{path}')").fetchall()
        assert set(blooms) == {("kind", False), ("user, id", True), ("n", False)}
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, records))
    assert "at 1: 'nme' is no column" in fails(file, "--to", tmp_path / "other", "--sort-by", "nme")
    assert "bloom filter" in fails(file, "--to", tmp_path / "other", "--columns", "b boolean", "--bloom-filter", "b")


def test_what_fails_leaves_nothing_behind(events, tmp_path):
    cut, empty, array = tmp_path / "cut.gz", tmp_path / "empty", tmp_path / "array.json"
    cut.write_bytes(gzip.compress(events.read_bytes())[:-20_000])
    empty.write_text("\n \n")
    array.write_text("[\n{}\n]")
    before = names(tmp_path)
    for out in (tmp_path / "out.parquet", tmp_path / "out"):
        for arguments, status, message in [
                ([tmp_path / "none"], 3, "none': No such file"),
                ([tmp_path / "none*"], 3, "no file matches"),
                ([tmp_path], 1, "is a directory: name files"),
                ([empty], 1, "the inputs hold no record"),
                ([array], 1, "NDJSON is an object a line, not one array"),
                ([cut], 1, "the gzip stream is cut short"),
                ([events, events], 1, "is named twice"),
                ([events, "--columns", "id bigint oops"], 1, "at 11"),
                ([events, "--columns", "id timestamp from _received_at"], 1, "records of a file have no _received_at"),
                ([events, "--rejects", tmp_path / "bad.parquet"], 1, "rejects are written as NDJSON"),
                ([events, "--codec", "lz4"], 1, "--codec: Parquet files are compressed with zstd, snappy, gzip or none"),
                ([events, "--codec", "zstd:23"], 1, "--codec: zstd takes a level from 1 to 22, as in zstd:1"),
                ([events, "--memory", "1 MiB"], 1, "memory must be at least 64 MiB")]:
            assert message in fails(*arguments, "--to", out, status=status)
            assert names(tmp_path) == before, arguments
    assert "partitions need a directory" in fails(events, "--to", tmp_path / "a.parquet", "--partition-by", "name")
    assert "the directory" in fails(events, "--to", tmp_path / "no" / "a.parquet", status=3)
    assert names(tmp_path) == before


@pytest.mark.parametrize("out", ["out.parquet", "out"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(events, tmp_path, out, number):
    process = subprocess.Popen([TARN, "convert", str(events), "-", "--to", str(tmp_path / out), "--columns", COLUMNS],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while len(names(tmp_path)) == 1:  # it reads stdin once the file is read: it has begun to write
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    assert process.wait(timeout=20) == 1
    assert "interrupted: nothing was written" in process.stderr.read()
    assert names(tmp_path) == ["events.ndjson"]


def test_rejects_do_not_lie_in_the_output(events, tmp_path):
    for where in ["out/bad.ndjson", "other/../out/b/bad.ndjson"]:
        assert "name another place" in fails(events, "--to", tmp_path / "out", "--rejects", tmp_path / where)
    assert names(tmp_path) == ["events.ndjson"]


def test_text_of_blank_lines_alone_has_rows(tmp_path):
    out = tmp_path / "out.parquet"
    assert summary("-", "--to", out, "--format", "text", stdin="\n\n")["rows"] == 2
    assert pyarrow.parquet.read_table(out).to_pydict() == {"message": ["", ""]}


def test_a_partition_whose_name_begins_with_a_dot_is_not_hidden(tmp_path):
    source, out = tmp_path / "in.ndjson", tmp_path / "out"
    source.write_text('{".id":"a"}\n{".id":"b"}\n')
    assert summary(source, "--to", out, "--partition-by", '".id"')["files"] == 2
    assert names(out) == ["%2Eid=a", "%2Eid=b"]


def test_a_pipe_or_a_device_is_not_replaced(events, tmp_path):
    for name, options in {"p.parquet": ["--to"], "p.ndjson": ["--to", tmp_path / "out.parquet", "--rejects"]}.items():
        os.mkfifo(tmp_path / name)
        assert "a device or a pipe" in fails(events, "--overwrite", *options, tmp_path / name)
        assert (tmp_path / name).is_fifo()
    assert names(tmp_path) == ["events.ndjson", "p.ndjson", "p.parquet"]
