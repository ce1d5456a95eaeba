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
