"""The files and rows of the catalog tests' table `events`, by PyArrow and PyIceberg.

events.py write FILE NAME V…   a data file of the table: rows of that name, one a v
events.py read CATALOG_DB      every snapshot's rows, then what left and came by it; one line each, for replacement_readers_test.cc
"""

import sys
from datetime import datetime, timezone


def write(path, name, values):
    import pyarrow as pa
    import pyarrow.parquet as pq

    def column(title, kind, field_id):
        return pa.field(title, kind, metadata={"PARQUET:field_id": str(field_id)})

    when = datetime(2026, 5, 27, 8, tzinfo=timezone.utc)
    schema = pa.schema([column("name", pa.string(), 1), column("ts", pa.timestamp("us", "UTC"), 2), column("v", pa.int64(), 3)])
    rows = [{"name": name, "ts": when, "v": int(v)} for v in values]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def read(catalog_db):
    from pyiceberg.catalog.sql import SqlCatalog

    table = SqlCatalog("tarn", uri=f"sqlite:///{catalog_db}").load_table("default.events")
    names = {0: "stays", 1: "comes", 2: "leaves"}
    for snapshot in table.snapshots():
        rows = table.scan(snapshot_id=snapshot.snapshot_id).to_arrow().to_pylist()
        texts = sorted(f"{row['name']}:{row['v']}" for row in rows)
        entries = [e for m in snapshot.manifests(table.io) for e in m.fetch_manifest_entry(table.io, discard_deleted=False)]
        entries = [e for e in entries if e.status != 2 or e.snapshot_id == snapshot.snapshot_id]  # what left earlier may still be told
        changes = sorted(f"{names[e.status]}:{e.data_file.file_path.rsplit('/', 1)[1]}" for e in entries)
        print(snapshot.summary.operation.value, *texts, "|", *changes)
    one = table.scan(row_filter="name == 'start'")
    print("start", *sorted(row["v"] for row in one.to_arrow().to_pylist()), "|", sum(1 for _ in one.plan_files()))


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        read(sys.argv[2])
