"""Where docs/formats/shaping.md and DuckDB's read_json have the same rules (its section 9), they read the same rows."""

import json
import random

import duckdb
import pytest

from conftest import run

SCALARS = {  # Tarn's type → DuckDB's
    "boolean": "BOOLEAN", "int": "INTEGER", "bigint": "BIGINT", "float": "FLOAT", "double": "DOUBLE", "decimal(5,2)": "DECIMAL(5,2)",
    "decimal(18,4)": "DECIMAL(18,4)", "decimal(38,10)": "DECIMAL(38,10)", "date": "DATE", "time": "TIME", "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ", "string": "VARCHAR", "uuid": "UUID",
}
TEXTS = ["", "plain", 'quoted "text" \\ / \b\f\n\r\t', "é😀 \u2028", "\u0001", "x" * 300, "NULL", "{}", "' , }"]


def day(r, first=1, last=9999):
    return f"{r.randrange(first, last + 1):04}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"


def clock(r):
    seconds = f"{r.randrange(24):02}:{r.randrange(60):02}:{r.randrange(60):02}"
    digits = r.randrange(7)
    return seconds + ("." + "".join(r.choice("0123456789") for _ in range(digits)) if digits else "")


def offset(r):
    return r.choice(["", "Z", "+00:00", f"{r.choice('+-')}{r.randrange(14):02}:{r.choice(['00', '30', '45'])}"])


def whole(r, bits):
    edge = 2 ** (bits - 1)
    value = r.choice([0, 1, -1, edge - 1, -edge, r.randrange(-edge, edge), r.randrange(-1000, 1000)])
    return r.choice([str(value), f"{value}.0" if abs(value) < 2**50 else str(value)])


def fixed(r, digits, scale):
    unscaled = r.randrange(-(10**digits) + 1, 10**digits)
    text = f"{'-' if unscaled < 0 else ''}{abs(unscaled) // 10**scale}.{abs(unscaled) % 10**scale:0{scale}}"
    return text if digits < 18 and r.random() < 0.5 else json.dumps(text)


def text(r):
    return json.dumps(r.choice(TEXTS) + str(r.randrange(50)), ensure_ascii=r.random() < 0.5)


def scalar(r, kind):
    """A JSON text that both read as `kind` in the same way."""
    makers = {
        "boolean": lambda: r.choice(["true", "false"]),
        "int": lambda: whole(r, 32),
        "bigint": lambda: whole(r, 64),
        "float": lambda: repr(r.choice([0.0, 0.5, -2.25, 1e10, 3.0e38, r.uniform(-1, 1)])),
        "double": lambda: repr(r.choice([0.0, 5e-324, 1.7976931348623157e308, r.random(), r.uniform(-1e300, 1e300)])),
        "decimal(5,2)": lambda: fixed(r, 5, 2),
        "decimal(18,4)": lambda: fixed(r, 18, 4),
        "decimal(38,10)": lambda: fixed(r, 38, 10),
        "date": lambda: f'"{day(r)}"',
        "time": lambda: f'"{clock(r)}"',
        "timestamp": lambda: f'"{day(r)}{r.choice("T ")}{clock(r)}"',
        "timestamptz": lambda: f'"{day(r, 2, 9998)}{r.choice("T ")}{clock(r)}{offset(r)}"',
        "string": lambda: text(r),
        "uuid": lambda: json.dumps("-".join("".join(r.choice("0123456789abcdefABCDEF") for _ in range(n)) for n in (8, 4, 4, 4, 12))),
    }
    return "null" if r.random() < 0.1 else makers[kind]()


def value(r, kind):
    """As `scalar`, of the nested types too, which are pairs: ("array", element), ("map", value), ("struct", members)."""
    if isinstance(kind, str):
        return scalar(r, kind)
    if r.random() < 0.1:
        return "null"
    space = r.choice(["", " "])
    if kind[0] == "array":
        return "[" + f",{space}".join(value(r, kind[1]) for _ in range(r.randrange(4))) + "]"
    if kind[0] == "map":
        return "{" + ",".join(f'"k{i}":{space}{value(r, kind[1])}' for i in range(r.randrange(4))) + "}"
    return members(r, kind[1])


def members(r, kinds):
    """An object with some of the members, in any order."""
    names = [name for name in kinds if r.random() < 0.9]
    r.shuffle(names)
    return "{" + ",".join(f'"{name}":{value(r, kinds[name])}' for name in names) + "}"


def tarn_type(kind):
    if isinstance(kind, str):
        return kind
    if kind[0] == "array":
        return f"array<{tarn_type(kind[1])}>"
    if kind[0] == "map":
        return f"map<string,{tarn_type(kind[1])}>"
    return "struct<" + ",".join(f"{name}:{tarn_type(k)}" for name, k in kind[1].items()) + ">"


def duckdb_type(kind):
    if isinstance(kind, str):
        return SCALARS[kind]
    if kind[0] == "array":
        return duckdb_type(kind[1]) + "[]"
    if kind[0] == "map":
        return f"MAP(VARCHAR, {duckdb_type(kind[1])})"
    return "STRUCT(" + ", ".join(f"{name} {duckdb_type(k)}" for name, k in kind[1].items()) + ")"


def kinds_of_columns(r):
    """Every scalar type, and nested ones at random."""
    def nested(depth):
        if depth == 0 or r.random() < 0.3:
            return r.choice(list(SCALARS))
        shape = r.choice(["array", "map", "struct"])
        if shape != "struct":
            return (shape, nested(depth - 1))
        return ("struct", {f"m{i}": nested(depth - 1) for i in range(r.randrange(1, 4))})
    kinds = {f"c{i}": kind for i, kind in enumerate(SCALARS)}
    return kinds | {f"n{i}": nested(3) for i in range(8)}


@pytest.mark.parametrize("seed", range(6))
def test_tarn_and_duckdb_read_the_same_rows(tmp_path, seed):
    r = random.Random(seed)
    kinds = kinds_of_columns(r)
    source, out = tmp_path / "in.ndjson", tmp_path / "out.parquet"
    source.write_text("".join(members(r, kinds) + "\n" for _ in range(3_000)))
    done = run("convert", str(source), "--to", str(out), "--columns", ", ".join(f"{name} {tarn_type(k)}" for name, k in kinds.items()))
    assert done.returncode == 0, done.stderr
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    columns = ", ".join(f"{name}: '{duckdb_type(k)}'" for name, k in kinds.items())
    names = ", ".join(kinds)

    def rows(reader):
        return con.execute(f"SELECT s::VARCHAR FROM (SELECT {names} FROM {reader}) s").fetchall()

    ours = rows(f"read_parquet('{out}')")
    theirs = rows(f"read_json('{source}', format = 'newline_delimited', columns = {{{columns}}})")
    assert len(ours) == len(theirs) == 3_000
    for line, (our, their) in enumerate(zip(ours, theirs)):
        assert our == their, source.read_text().splitlines()[line]
