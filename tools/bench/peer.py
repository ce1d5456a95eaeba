"""What `tarn bench` runs beside Tarn: one conversion by one engine in a process of its own, and the digest that proves rows equal.

peer.py check ENGINE                 exit status 0 and the version where the engine is installed
peer.py convert ENGINE --input NDJSON --output OUT --columns C [--partition-by P] [--threads N]
peer.py digest --columns C (--input NDJSON | --output PARQUET)
peer.py look-up --sql SQL [--repeats N] [--threads N]
"""

import argparse
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import columns as column_text

ARROW = ["pyarrow", "pyarrow.compute", "pyarrow.json", "pyarrow.parquet"]
MODULES = {"duckdb": ["duckdb"], "duckdb-unordered": ["duckdb"], "pyarrow": ARROW, "polars": ["polars"], "clickhouse": ["chdb"],
           "pandas": ["pandas", *ARROW]}


def free_json(columns):
    """Columns that hold JSON of any form as text: engines that cannot keep it leave them out."""
    return [name for name, _ in columns if name == "props"]


def duckdb_columns(columns):
    """The columns argument of DuckDB's read_json. JSON in a text is a text."""
    return "{" + ", ".join(f"{column_text.quoted(n)}: '{'VARCHAR' if t.name == 'json' else column_text.duckdb(t)}'" for n, t in columns) + "}"


def duckdb_source(path, columns):
    source = f"read_json('{path}', format='newline_delimited', maximum_object_size=67108864, columns={duckdb_columns(columns)})"
    texts = [(n, t) for n, t in columns if t.name == "json"]
    if not texts:
        return source
    forms = {n: json.dumps({f: column_text.duckdb(k) for f, k in t.fields}) for n, t in texts}
    typed = ", ".join(f"from_json({column_text.quoted(n)}, '{form}') AS {column_text.quoted(n)}" for n, form in forms.items())
    return f"(SELECT * REPLACE ({typed}) FROM {source})"


def convert_duckdb(options, columns, fields):
    import duckdb
    connection = duckdb.connect(config={"threads": options.threads})
    if options.engine == "duckdb-unordered":
        connection.execute("SET preserve_insertion_order = false")
    derived = "".join(f", strftime({column_text.quoted(c)}, '{form}') AS {column_text.quoted(n)}" for c, form, n in fields if form)
    target = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
    if fields:
        target += ", PARTITION_BY (" + ", ".join(column_text.quoted(n) for _, _, n in fields) + ")"
    connection.execute(f"COPY (SELECT *{derived} FROM {duckdb_source(options.input, columns)}) TO '{options.output}' ({target})")


def convert_pyarrow(options, columns, fields):
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.json as pj
    import pyarrow.parquet as pq
    pa.set_cpu_count(options.threads)
    pa.set_io_thread_count(options.threads)
    lost = free_json(columns)
    schema = pa.schema([(n, column_text.arrow(t)) for n, t in columns if n not in lost])
    parallel = options.threads > 1
    table = pj.read_json(options.input, read_options=pj.ReadOptions(use_threads=parallel, block_size=8 << 20),
                         parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"))
    if not fields:
        pq.write_table(table, options.output, compression="zstd", compression_level=1, row_group_size=122_880)
        return
    for column, form, name in fields:
        if form:
            table = table.append_column(name, pc.strftime(table[column], form))
    pq.write_to_dataset(table, options.output, partition_cols=[n for _, _, n in fields], use_threads=parallel, compression="zstd",
                        compression_level=1, max_partitions=20_000, max_open_files=900)


def convert_polars(options, columns, fields):
    import polars as pl
    lost = free_json(columns)
    texts = {n: pl.String if t.name == "timestamp" else column_text.polars(t) for n, t in columns if n not in lost}
    nested = [n for n, t in columns if t.name == "struct" and any(f.name == "timestamp" for _, f in t.fields)]
    for n, t in columns:  # its JSON reader takes no time zone letter: texts first, times after
        if n in nested:
            texts[n] = pl.Struct({f: pl.String if k.name == "timestamp" else column_text.polars(k) for f, k in t.fields})
    frame = pl.scan_ndjson(options.input, schema=texts)

    def to_time(expression):
        return expression.str.strip_chars_end("Z").str.replace(" ", "T").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")

    frame = frame.with_columns([to_time(pl.col(n)) for n, t in columns if t.name == "timestamp"])
    for n, t in columns:
        if n in nested:
            frame = frame.with_columns(pl.col(n).struct.with_fields([to_time(pl.field(f)) for f, k in t.fields if k.name == "timestamp"]))
    if not fields:
        frame.sink_parquet(options.output, compression="zstd", compression_level=1)
        return
    frame = frame.with_columns([pl.col(c).dt.strftime(form).alias(n) for c, form, n in fields if form])
    target = pl.PartitionBy(options.output, key=[n for _, _, n in fields], include_key=False)
    frame.sink_parquet(target, compression="zstd", compression_level=1, mkdir=True)


def convert_clickhouse(options, columns, fields):
    import chdb
    lost = free_json(columns)
    kept = [(n, t) for n, t in columns if n not in lost]
    structure = ", ".join(f"`{n}` {column_text.clickhouse(t)}" for n, t in kept).replace("'", "\\'")
    settings = ("output_format_parquet_compression_method = 'zstd', output_format_compression_level = 1, input_format_parallel_parsing = "
                f"{int(options.threads > 1)}, max_threads = {options.threads}, date_time_input_format = 'best_effort', "
                "session_timezone = 'UTC', input_format_skip_unknown_fields = 1, engine_file_truncate_on_insert = 1, "
                "max_partitions_per_insert_block = 0, output_format_parquet_string_as_string = 1")
    derived = "".join(f", formatDateTime(assumeNotNull(`{c}`), '{form}') AS `{n}`" for c, form, n in fields if form)
    source = f"SELECT *{derived} FROM file('{options.input}', JSONEachRow, '{structure}')"
    if not fields:
        query = f"INSERT INTO FUNCTION file('{options.output}', Parquet) {source} SETTINGS {settings}"
    else:
        written = structure + "".join(f", `{n}` String" for _, form, n in fields if form)
        key = "concat(" + ", '/', ".join(f"'{n}=', toString(`{n}`)" if form else f"'{n}=', assumeNotNull(`{n}`)"
                                         for _, form, n in fields) + ")" if len(fields) > 1 else f"concat('{fields[0][2]}=', assumeNotNull(`{fields[0][2]}`))"
        query = (f"INSERT INTO FUNCTION file('{options.output}/{{_partition_id}}/part.parquet', Parquet, '{written}') PARTITION BY {key} "
                 f"{source} SETTINGS {settings}")
    chdb.query(query)


def convert_pandas(options, columns, fields):
    """As scripts do it: json.loads a line, one frame, write_to_dataset."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    with open(options.input, encoding="utf-8") as lines:
        frame = pd.DataFrame([json.loads(line) for line in lines])
    for name in free_json(columns):
        frame[name] = frame[name].map(lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    for name, kind in columns:
        if kind.name == "timestamp":
            frame[name] = pd.to_datetime(frame[name], format="ISO8601").dt.tz_localize(None)
    for column, form, name in fields:
        frame[name] = frame[column].dt.strftime(form) if form else frame[column]
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if fields:
        pq.write_to_dataset(table, options.output, partition_cols=[n for _, _, n in fields], compression="zstd", compression_level=1)
    else:
        pq.write_table(table, options.output, compression="zstd", compression_level=1)


CONVERTERS = {"duckdb": convert_duckdb, "duckdb-unordered": convert_duckdb, "pyarrow": convert_pyarrow, "polars": convert_polars,
              "clickhouse": convert_clickhouse, "pandas": convert_pandas}


def load(engine):
    return [importlib.import_module(name) for name in MODULES[engine]][0]


def memory_peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run_convert(options):
    """Prints what the conversion took, without the start of Python and the loading of packages."""
    os.environ["POLARS_MAX_THREADS"] = str(options.threads)  # read when Polars is loaded
    load(options.engine)
    columns, fields = column_text.read(options.columns), column_text.partition_fields(options.partition_by)
    if not options.engine.startswith("duckdb") and any(t.name == "json" for _, t in columns):
        sys.exit("types no JSON in a text on the way")
    start_memory, wall, cpu = memory_peak_bytes(), time.perf_counter(), time.process_time()
    CONVERTERS[options.engine](options, columns, fields)
    print(json.dumps({"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "start_memory_bytes": start_memory}))


def run_check(options):
    print(load(options.engine).__version__)


def digests(source, columns, have):
    """Counts the rows; sums hashes of each column's text and of the whole row's, so that order does not matter."""
    import duckdb
    kept = [(n, t) for n, t in columns if n in have]
    typed = ", ".join(f"CAST({column_text.quoted(n)} AS {column_text.duckdb(t)}) AS {column_text.quoted(n)}" for n, t in kept)
    sums = ", ".join(f"sum(hash({column_text.quoted(n)}::VARCHAR))::VARCHAR" for n, _ in kept)
    row = ", ".join(column_text.quoted(n) for n, _ in kept)
    values = duckdb.sql(f"SELECT count(*), sum(hash(row({row})::VARCHAR))::VARCHAR, {sums} FROM (SELECT {typed} FROM {source})").fetchall()[0]
    return {"rows": values[0], "row_digest": values[1], "columns": {n: v for (n, _), v in zip(kept, values[2:])},
            "missing": [n for n, _ in columns if n not in have]}


def run_digest(options):
    import duckdb
    columns = column_text.read(options.columns)
    if options.input:
        source, have = duckdb_source(options.input, columns), [n for n, _ in columns]
    else:
        pattern = f"{options.output}/**/*.parquet" if Path(options.output).is_dir() else options.output
        source = f"read_parquet('{pattern}', hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
        have = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    print(json.dumps(digests(source, columns, have)))


def bytes_read():
    return int(Path("/proc/self/io").read_text().split()[1])


def run_look_up(options):
    """A query over gzip JSON by DuckDB, each time in a connection of its own: no state but the kernel's cache."""
    import duckdb
    times, rows, before = [], 0, bytes_read()
    for _ in range(options.repeats):
        begin = time.perf_counter()
        rows = len(duckdb.connect(config={"threads": options.threads}).execute(options.sql).fetchall())
        times.append((time.perf_counter() - begin) * 1000)
    print(json.dumps({"times_ms": times, "rows": rows, "bytes_read": (bytes_read() - before) // options.repeats}))


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check")
    convert = commands.add_parser("convert")
    digest = commands.add_parser("digest")
    look_up = commands.add_parser("look-up")
    for command in (check, convert):
        command.add_argument("engine", choices=MODULES)
    for command in (convert, digest):
        command.add_argument("--columns", required=True)
        command.add_argument("--input", default="")
        command.add_argument("--output", default="")
    convert.add_argument("--partition-by", default="")
    look_up.add_argument("--sql", required=True)
    look_up.add_argument("--repeats", type=int, default=5)
    for command in (convert, look_up):
        command.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    {"check": run_check, "convert": run_convert, "digest": run_digest, "look-up": run_look_up}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
