"""`tarn convert --variant`: DuckDB reads the column as its own VARIANT, PyArrow as the struct that Parquet keeps it in."""

import gzip
import json
import math

import duckdb
import pyarrow.parquet
import pytest

from conftest import Command

convert = Command("convert")
summary, fails = convert.summary, convert.fails


def write(path, values, texts=False):
    """A file of records with the values as their member v, by number; texts: they are JSON already."""
    lines = [f'{{"i":{i},"v":{v if texts else json.dumps(v)}}}' for i, v in enumerate(values)]
    path.write_text("".join(line + "\n" for line in lines))
    return path


def read(source):
    """What DuckDB makes of the values, in their order."""
    rows = duckdb.sql(f"SELECT v::JSON FROM read_parquet('{source}', hive_partitioning=false) ORDER BY i").fetchall()
    return [None if text is None else json.loads(text) for (text,) in rows]


def deep(levels):
    return "1" if levels == 0 else f"[{deep(levels - 1)}]" if levels % 2 else f'{{"a":{deep(levels - 1)}}}'


# Each list is a file: it is shredded by the most frequent type.
SHAPES = {
    "objects": [{"a": 1, "b": {"c": "x", "d": [1, 2]}}, {"a": 2}, {}, {"b": {"c": None}}, {"b": {"e": True}}, {"a": "text", "z": 0}],
    "mixed types": [1, "x", True, False, None, 1.5, [1], {"a": 1}, "", -7, [], {}],
    "nested lists": [[[1, 2], []], [[], [3]], [], [[[4]]], [["x", None]], [None], [[1], 2, "y"]],
    "lists of objects": [[{"a": 1}, {"a": 2, "b": []}], [{}], [], [{"a": None}, None, 5], [{"b": [{"c": 1}]}]],
    "null members": [{"a": None, "b": 1}, {"a": None}, {"b": None}, {"a": {"b": None}}],
    "numbers": [0, -1, 127, 128, -32769, 2**31, -2**63, 2**63 - 1, 0.1, -1e-7, 1e300, 5.0],
    "numbers of objects": [{"n": 1}, {"n": 2.5}, {"n": 2**53 + 1}, {"n": -3}, {"n": "4"}],
    "texts": ["", "\u00e9", "\U0001f600", "quote \" backslash \\ newline \n nul \0", "x" * 63, "x" * 64, "x" * 70_000, "\u2028"],
    "text escapes": [r'{"\u0061\n":"\ud83d\ude00\u0000"}', r'{"\"":"\/"}'],
    "case": [{"a": 1, "A": 2}, {"A": 3}, {"a": 4}],
    "names of its own": [{"value": 1, "typed_value": {"value": [2]}, "metadata": "m"}, {"value": "x"}, {"typed_value": 1, "list": [], "element": {}}],
    "odd names": [{"": 1, "a.b": 2, "'": 3, '"': 4, "\u00e9": 5}, {"a": {"b": 1}, "a.b": 3}],
    "1000 members": [{f"k{k}": k for k in range(1000)}, {f"k{k}": str(k) for k in range(500)}],
    "long names": [{"n" * 255: 1, "n" * 300: 2, "m" * 300: {"o" * 70_000: 3}}],
    "many elements": [list(range(1000)), [str(k) for k in range(300)], [{"a": k} for k in range(300)]],
    "deep": [deep(90), deep(12), deep(3)],
    "a map": [{f"user{k}": {"n": k}} for k in range(300)],
}

WRITTEN_AS_JSON = ("text escapes", "deep")


def same(found, wanted):
    """Equal, true and 1 told apart, and numbers by value."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, float):
        return isinstance(found, (int, float)) and math.isclose(found, wanted, rel_tol=1e-15)
    return type(found) in ((int, float) if type(wanted) is int else (type(wanted),)) and found == wanted


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("options", [["--variant-columns", "v"], ["--variant-columns", "v", "--columns", "i bigint, v string"]], ids=["inferred", "declared"])
def test_duckdb_reads_every_value_as_it_was(tmp_path, shape, options):
    values = SHAPES[shape]
    are_texts = shape in WRITTEN_AS_JSON
    told = summary(write(tmp_path / "in.ndjson", values, are_texts), "--to", tmp_path / "out.parquet", *options)
    assert told["columns"] == "i bigint, v variant" and told["rows"] == len(values) and told["without_column"] == []
    assert duckdb.sql(f"SELECT DISTINCT typeof(v) FROM '{tmp_path}/out.parquet'").fetchall() == [("VARIANT",)]
    wanted = map(json.loads, values) if are_texts else values
    for found, value in zip(read(tmp_path / "out.parquet"), wanted, strict=True):
        assert same(found, value), f"{json.dumps(value)[:500]} became {json.dumps(found)[:500]}"


def test_shredded_columns_are_what_the_first_records_mostly_are(tmp_path):
    values = [{"plan": "pro", "n": k, "items": [{"price": k / 2}]} for k in range(200)]
    values += [{f"user{k}": 1} for k in range(200)] + ["text", None]
    summary(write(tmp_path / "in.ndjson", values), "--to", tmp_path / "out.parquet", "--variant")
    schema = pyarrow.parquet.read_schema(tmp_path / "out.parquet")
    assert str(schema.field("v").type) == (
        "struct<metadata: binary not null, value: binary, typed_value: struct<plan: struct<value: binary, typed_value: string> not null, "
        "n: struct<value: binary, typed_value: int64> not null, items: struct<value: binary, typed_value: list<element: "
        "struct<value: binary, typed_value: struct<price: struct<value: binary, typed_value: double> not null>> not null>> not null>>")
    table = pyarrow.parquet.read_table(tmp_path / "out.parquet").column("v").to_pylist()
    assert table[3]["value"] is None and table[3]["typed_value"]["plan"] == {"value": None, "typed_value": "pro"}
    assert table[400]["value"] == b"\x11text" and table[400]["typed_value"] is None
    assert read(tmp_path / "out.parquet") == values


def test_members_of_variants_can_be_asked_for(tmp_path):
    values = [{"a": {"b": k, "c.d": str(k)}, "l": [k, {"x": k}]} for k in range(1000)] + [7, "x", None, {"a": 1}]
    summary(write(tmp_path / "in.ndjson", values), "--to", tmp_path / "out.parquet", "--variant")
    ask = lambda sql: duckdb.sql(sql.format(f"'{tmp_path}/out.parquet'")).fetchall()
    assert ask("SELECT i FROM {} WHERE v.a.b::BIGINT = 77") == [(77,)]
    assert ask("SELECT v.l[2].x::BIGINT, v['a']['c.d']::VARCHAR FROM {} WHERE i = 5") == [(5, "5")]
    assert ask("SELECT sum(variant_extract(v, 'a').b::BIGINT) FROM {} WHERE i < 1000") == [(499500,)]
    assert ask("SELECT count(*), count(v) FROM {}") == [(1004, 1003)]


def test_missing_is_null_and_a_json_null_is_a_variant_that_is_null(tmp_path):
    (tmp_path / "in.ndjson").write_text('{"i":1,"v":{"a":1}}\n{"i":2}\n{"i":3,"v":null}\n{"i":4,"v":{"a":1},"v":[2]}\n')
    told = summary(tmp_path / "in.ndjson", "--to", tmp_path / "out.parquet", "--variant")
    assert told["columns"] == "i bigint, v variant"
    rows = pyarrow.parquet.read_table(tmp_path / "out.parquet").column("v").to_pylist()
    assert rows[1] is None and rows[2]["value"] == b"\0" and rows[2]["metadata"] == b"\x11\0\0"
    assert read(tmp_path / "out.parquet") == [{"a": 1}, None, None, [2]]


def test_numbers_that_no_type_of_64_bits_holds(tmp_path):
    texts = ["9223372036854775808", "-" + "9" * 38, "1" + "0" * 39, "1e400", "-0", "1E2"]
    summary(write(tmp_path / "in.ndjson", texts, True), "--to", tmp_path / "out.parquet", "--variant-columns", "v")
    types = duckdb.sql(f"SELECT variant_typeof(v), v::JSON FROM '{tmp_path}/out.parquet' ORDER BY i").fetchall()
    assert types[:2] == [("DECIMAL(38, 0)", texts[0]), ("DECIMAL(38, 0)", texts[1])]
    assert types[2][0] == "DOUBLE" and float(types[2][1]) == 1e39 and types[3] == ("VARCHAR", '"1e400"')
    assert [float(text) for _, text in types[4:]] == [0, 100]


@pytest.fixture
def events(tmp_path):
    def value(i):
        return [{"a": i, "tags": [f"t{k}" for k in range(i % 4)]}, {"a": str(i), f"k{i}": {"n": i / 8}}, i, None, [i, {"a": [None]}]][i % 5]
    records = [{"i": i, "kind": f"k{i % 3}", "v": value(i), "other": i / 2} for i in range(20_000)]
    (tmp_path / "events.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))
    return tmp_path / "events.ndjson", [record["v"] for record in records]


def test_files_directories_threads_and_gzip_give_the_same_values(events, tmp_path):
    path, values = events
    packed = tmp_path / "events.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for source, out, *options in [
            (path, "one.parquet"), (path, "two.parquet", "--threads", 2), (packed, "gz.parquet", "--threads", 2, "--codec", "snappy"),
            (path, "lake", "--partition-by", "kind", "--threads", 1), (path, "lake2", "--partition-by", "kind", "--threads", 2),
            (path, "low", "--partition-by", "truncate(10, i) as d", "--memory", "64MiB", "--sort-by", "other desc")]:
        told = summary(source, "--to", tmp_path / out, "--variant", *options)
        assert told["columns"] == "i bigint, kind string, v variant, other double" and told["rows"] == len(values), out
        assert read(tmp_path / out if out.endswith(".parquet") else tmp_path / out / "**" / "*.parquet") == values, out


def test_other_columns_follow_their_own_rules(tmp_path):
    (tmp_path / "in.ndjson").write_text('{"n":1,"v":{"a":1}}\n{"n":"x","v":{"a":2}}\n{"n":3,"v":[[]],"w":1}\n[1]\n')
    bad = tmp_path / "bad.ndjson"
    told = summary(tmp_path / "in.ndjson", "--to", tmp_path / "out.parquet", "--variant", "--columns", "n bigint, v string", "--rejects", bad)
    assert told["rows"] == 2 and told["rejects"] == 2 and told["without_column"] == [{"path": "w", "why": "unknown", "count": 1}]
    assert duckdb.sql(f"SELECT n, v::JSON FROM '{tmp_path}/out.parquet'").fetchall() == [(1, '{"a":1}'), (3, "[[]]")]


@pytest.mark.parametrize("options, message", [
    (["--variant", "--variant-columns", "v"], "give one of them"),
    (["--variant-columns", "none"], "the first 2 records have no member 'none'; --columns declares it as string"),
    (["--variant-columns", "i", "--columns", "i bigint"], "column 'i' is bigint: a variant is declared as string"),
    (["--variant-columns", "v", "--columns", "v string default 'x'"], "column 'v' has a default"),
    (["--variant-columns", "v.a"], "no member 'v.a'"),
    (["--variant", "--partition-by", "v"], "column 'v': identity takes every type but struct, array and map, not variant"),
    (["--variant", "--sort-by", "v"], "column 'v' is variant: name one of a plain type"),
    (["--variant", "--bloom-filter", "v"], "column 'v' is variant: name one of a plain type"),
    (["--variant", "--format", "text"], "text lines hold no JSON"),
])
def test_what_cannot_be_a_variant_is_refused_and_nothing_written(tmp_path, options, message):
    source = write(tmp_path / "in.ndjson", [{"a": 1}, [2]])
    assert message in fails(source, "--to", tmp_path / "out", *options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]


def test_only_convert_makes_variants(tmp_path):
    source = write(tmp_path / "in.ndjson", [{"a": 1}])
    assert "--variant" in Command("load").fails(source, "--into", "t", "--data", tmp_path / "data", "--variant", status=2)
