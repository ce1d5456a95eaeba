"""Columns as `tarn convert --columns` takes them, for the peers: a small reader, and each peer's names for the types."""

import re

TOKEN = re.compile(r"\s*(`[^`]*`|[\w.]+|[<>:,])")


class Type:
    def __init__(self, name, fields=(), item=None):
        self.name, self.fields, self.item = name, list(fields), item


def tokens(text):
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(f"columns: what is {text[at:at + 20]!r}?")
        at = found.end()
        yield found.group(1)


class Reader:
    def __init__(self, text):
        self.left = list(tokens(text))

    def take(self, expected=None):
        token = self.left.pop(0)
        if expected and token != expected:
            raise ValueError(f"columns: {expected!r} expected, {token!r} found")
        return token

    def type(self):
        name = self.take()
        if name == "array":
            self.take("<")
            item = self.type()
            self.take(">")
            return Type("array", item=item)
        if name == "struct":
            self.take("<")
            fields = []
            while True:
                field = self.take().strip("`")
                self.take(":")
                fields.append((field, self.type()))
                if self.take() == ">":
                    return Type("struct", fields)
        if name == "json":  # members as columns: `name type`
            self.take("<")
            fields = []
            while True:
                fields.append((self.take().strip("`"), self.type()))
                if self.take() == ">":
                    return Type("json", fields)
        return Type(name)

    def columns(self):
        columns = []
        while self.left:
            name = self.take().strip("`")
            columns.append((name, self.type()))
            if self.left:
                self.take(",")
        return columns


def read(text):
    return Reader(text).columns()


def partition_fields(text):
    """'event_name, day(ts) as d' → [('event_name', None, 'event_name'), ('ts', '%Y-%m-%d', 'd')]."""
    forms = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    fields = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        found = re.fullmatch(r"(day|month|year)\((\w+)\) as (\w+)", part)
        fields.append((found.group(2), forms[found.group(1)], found.group(3)) if found else (part, None, part))
    return fields


DUCKDB = {"string": "VARCHAR", "timestamp": "TIMESTAMP", "bigint": "BIGINT", "int": "INTEGER", "double": "DOUBLE", "boolean": "BOOLEAN"}
CLICKHOUSE = {"string": "String", "timestamp": "DateTime64(6)", "bigint": "Int64", "int": "Int32", "double": "Float64", "boolean": "Bool"}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def duckdb(kind):
    if kind.name == "array":
        return duckdb(kind.item) + "[]"
    if kind.name in ("struct", "json"):
        return "STRUCT(" + ", ".join(f"{quoted(n)} {duckdb(t)}" for n, t in kind.fields) + ")"
    return DUCKDB[kind.name]


def clickhouse(kind, nullable=True):
    if kind.name == "array":
        return f"Array({clickhouse(kind.item)})"
    if kind.name == "struct":
        return "Tuple(" + ", ".join(f"`{n}` {clickhouse(t)}" for n, t in kind.fields) + ")"
    return f"Nullable({CLICKHOUSE[kind.name]})" if nullable else CLICKHOUSE[kind.name]


def arrow(kind):
    import pyarrow as pa
    if kind.name == "array":
        return pa.list_(arrow(kind.item))
    if kind.name == "struct":
        return pa.struct([(n, arrow(t)) for n, t in kind.fields])
    return {"string": pa.string(), "timestamp": pa.timestamp("us"), "bigint": pa.int64(), "int": pa.int32(), "double": pa.float64(),
            "boolean": pa.bool_()}[kind.name]


def polars(kind):
    import polars as pl
    if kind.name == "array":
        return pl.List(polars(kind.item))
    if kind.name == "struct":
        return pl.Struct({n: polars(t) for n, t in kind.fields})
    return {"string": pl.String, "timestamp": pl.Datetime("us"), "bigint": pl.Int64, "int": pl.Int32, "double": pl.Float64,
            "boolean": pl.Boolean}[kind.name]
