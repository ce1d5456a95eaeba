"""What `tarn bench derive` runs beside Tarn: Heka's frames to ExecutiveStream's Parquet files in plain Python.

heka_peer.py check                                 exit status 0 where its packages are installed
heka_peer.py derive --raw DIR --output DIR         DIR/<channel>/<object> to OUT/<channel>.parquet
heka_peer.py compare TARN PYTHON                   whether both directories hold the same rows
heka_peer.py ndjson --raw DIR --output DIR         the Fields of each message as a JSON object, a line each
heka_peer.py searches --raw DIR                    of each country the messages and the searches: JSON on stdout

The decoder is written as the readers of the format are: a frame at a time, a protobuf reader of its own, no packages
but for snappy and Parquet (both PyArrow's).
"""

import argparse
import json
import struct
import sys
from pathlib import Path

TEXTS = ["country", "channel", "os", "osVersion", "buildId", "app", "version", "vendor", "reason"]
REALS = ["profileCreationTimestamp", "hours"]
WHOLES = ["google", "yahoo", "bing", "other", "pluginHangs"]
REQUIRED = {"docType": str, "submissionDate": str, "activityTimestamp": float, "clientId": str, "documentId": str, "default": bool}
COLUMNS = ["docType", "submissionDate", "activityTimestamp", "profileCreationTimestamp", "clientId", "documentId", "country", "channel", "os",
           "osVersion", "default", "buildId", "app", "version", "vendor", "reason", "hours", "google", "yahoo", "bing", "other", "pluginHangs"]
STRING, BYTES, INTEGER, DOUBLE, BOOL = range(5)


class Damage(Exception):
    pass


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def members(data):
    """Each protobuf member: its number and value, a number or bytes."""
    at, end = 0, len(data)
    while at < end:
        key, at = varint(data, at)
        kind = key & 7
        if kind == 2:
            size, at = varint(data, at)
            if at + size > end:
                raise Damage("a member goes beyond its message")
            yield key >> 3, data[at:at + size]
            at += size
        elif kind == 0:
            value, at = varint(data, at)
            yield key >> 3, value
        elif kind == 1:
            yield key >> 3, data[at:at + 8]
            at += 8
        else:
            raise Damage("an unknown wire type")


def first_number(stored, kind):
    """The first of packed or single numbers."""
    if kind == DOUBLE:
        return struct.unpack_from("<d", stored)[0]
    value = varint(stored, 0)[0] if isinstance(stored, bytes) else stored
    if kind == BOOL:
        return bool(value)
    return value - (1 << 64) if value >> 63 else value


def field(data):
    """A Field's name and first value."""
    name, kind, values = None, STRING, {}
    for number, value in members(data):
        if number == 1:
            name = value.decode()
        elif number == 2:
            kind = value
        elif number >= 4:
            values.setdefault(number - 4, value)
    stored = values.get(kind)
    if stored is None or kind == BYTES:
        return name, None
    return name, stored.decode() if kind == STRING else first_number(stored, kind)


def messages(data, snappy):
    """The Fields of each frame's message, as a dict."""
    at = 0
    while at < len(data):
        if data[at] != 0x1E:
            raise Damage(f"no frame at byte {at}")
        header = dict(members(data[at + 2:at + 2 + data[at + 1]]))
        begin = at + data[at + 1] + 3
        if data[begin - 1] != 0x1F:
            raise Damage(f"no unit separator at byte {begin - 1}")
        body = data[begin:begin + header[1]]
        at = begin + header[1]
        try:
            size, _ = varint(body, 0)
            body = snappy.decompress(body, size, asbytes=True)
        except OSError:
            pass  # stored plain
        yield dict(field(value) for number, value in members(body) if number == 10)


def row_of(fields):
    """The values of a row; None where something that is required lacks."""
    for name, kind in REQUIRED.items():
        if not isinstance(fields.get(name), kind):
            return None
    row = {name: fields[name] for name in REQUIRED}
    for names, kind, otherwise in ((TEXTS, str, ""), (REALS, float, 0.0), (WHOLES, int, 0)):
        for name in names:
            value = fields.get(name)
            row[name] = value if isinstance(value, kind) else otherwise
    return row


def schema():
    import pyarrow as pa
    kinds = {**dict.fromkeys(TEXTS, pa.string()), **dict.fromkeys(REALS, pa.float64()), **dict.fromkeys(WHOLES, pa.int32()),
             **{name: {str: pa.string(), float: pa.float64(), bool: pa.bool_()}[kind] for name, kind in REQUIRED.items()}}
    return pa.schema([(name, kinds[name]) for name in COLUMNS])


def derive(raw, output):
    import pyarrow as pa
    import pyarrow.parquet as pq
    snappy = pa.Codec("snappy")
    output.mkdir(parents=True)
    for channel in sorted(path for path in raw.iterdir() if path.is_dir()):
        with pq.ParquetWriter(output / f"{channel.name}.parquet", schema(), compression="zstd", compression_level=1) as writer:
            for path in sorted(channel.iterdir()):
                rows = [row for row in map(row_of, messages(path.read_bytes(), snappy)) if row is not None]
                writer.write_table(pa.Table.from_pylist(rows, schema()))


def all_messages(raw):
    import pyarrow as pa
    snappy = pa.Codec("snappy")
    for path in sorted(raw.glob("*/*")):
        yield path, messages(path.read_bytes(), snappy)


def to_ndjson(raw, output):
    output.mkdir(parents=True)
    for path, found in all_messages(raw):
        (output / f"{path.parent.name}-{path.name}.json").write_text("".join(json.dumps(fields) + "\n" for fields in found))


def searches(raw):
    """As SELECT country, count(*) AS n, sum(google) AS google FROM executive_stream GROUP BY country ORDER BY country."""
    counts = {}
    for _, found in all_messages(raw):
        for row in filter(None, map(row_of, found)):
            count = counts.setdefault(row["country"], [0, 0])
            count[0] += 1
            count[1] += row["google"]
    print(json.dumps([{"country": country, "n": n, "google": google} for country, (n, google) in sorted(counts.items())]))


def rows_in(directory):
    import pyarrow as pa
    import pyarrow.parquet as pq
    files = sorted(directory.rglob("*.parquet"))
    tables = [pq.ParquetFile(path).read(columns=COLUMNS).select(COLUMNS).cast(schema()) for path in files]
    return pa.concat_tables(tables).sort_by([("channel", "ascending"), ("documentId", "ascending")])


def compare(tarn, python):
    ours, theirs = rows_in(tarn), rows_in(python)
    differing = [name for name in COLUMNS if ours.num_rows != theirs.num_rows or not ours[name].equals(theirs[name])]
    rows = "equal" if not differing else "differ in " + ", ".join(differing)
    print(json.dumps({"rows": rows, "count": ours.num_rows}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    derive_options = commands.add_parser("derive")
    derive_options.add_argument("--raw", type=Path, required=True)
    derive_options.add_argument("--output", type=Path, required=True)
    for name in ("ndjson", "searches"):
        raw_options = commands.add_parser(name)
        raw_options.add_argument("--raw", type=Path, required=True)
        if name == "ndjson":
            raw_options.add_argument("--output", type=Path, required=True)
    compare_options = commands.add_parser("compare")
    compare_options.add_argument("tarn", type=Path)
    compare_options.add_argument("python", type=Path)
    options = parser.parse_args()
    if options.command == "check":
        import pyarrow.parquet  # noqa: F401
    elif options.command == "derive":
        derive(options.raw, options.output)
    elif options.command == "ndjson":
        to_ndjson(options.raw, options.output)
    elif options.command == "searches":
        searches(options.raw)
    else:
        compare(options.tarn, options.python)
    return 0


if __name__ == "__main__":
    sys.exit(main())
