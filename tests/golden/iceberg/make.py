"""Make the Iceberg metadata that PyIceberg writes, for catalog_test. README.md names the command.

Only metadata is kept: manifests, manifest lists, metadata JSON. Locations in it begin with LAKE.
"""

import datetime
import decimal
import shutil
import uuid
from pathlib import Path

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.types import (DecimalType, DoubleType, LongType, NestedField, StringType, StructType, TimestamptzType,
                             UUIDType)

LAKE = Path("/tmp/tarn-golden")
HERE = Path(__file__).parent

SCHEMA = Schema(
    NestedField(1, "name", StringType(), required=False),
    NestedField(2, "ts", TimestamptzType(), required=False),
    NestedField(3, "v", LongType(), required=False),
    NestedField(4, "d", DoubleType(), required=False),
    NestedField(5, "price", DecimalType(9, 2), required=False),
    NestedField(6, "id", UUIDType(), required=False),
    NestedField(7, "user", StructType(NestedField(8, "plan", StringType(), required=False)), required=False))
SPEC = PartitionSpec(PartitionField(1, 1000, IdentityTransform(), "name"),
                     PartitionField(2, 1001, DayTransform(), "d_day"),
                     PartitionField(5, 1002, IdentityTransform(), "price"))


def rows(names):
    at = datetime.datetime(2026, 11, 21, 8, 48, 41, 954871, tzinfo=datetime.timezone.utc)
    return pa.table({
        "name": pa.array(names),
        "ts": pa.array([at] * len(names), pa.timestamp("us", "UTC")),
        "v": pa.array(range(len(names)), pa.int64()),
        "d": pa.array([float("nan") if i == 1 else i + 0.5 for i in range(len(names))]),
        "price": pa.array([decimal.Decimal("-1.50")] * len(names), pa.decimal128(9, 2)),
        "id": pa.array([uuid.UUID(int=i).bytes for i in range(len(names))], pa.uuid()),
        "user": pa.array([{"plan": "free"}] * len(names)),
    })


def keep(table, name):
    target = HERE / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(LAKE / "default" / name / "metadata", target / "metadata")
    (target / "current").write_text(table.metadata_location + "\n")


def main():
    shutil.rmtree(LAKE, ignore_errors=True)
    LAKE.mkdir()
    catalog = SqlCatalog("tarn", uri=f"sqlite:///{LAKE}/catalog.db", warehouse=LAKE.as_uri())
    catalog.create_namespace("default")
    # Two appends, a delete that rewrites a file, a new column.
    table = catalog.create_table("default.events", SCHEMA, partition_spec=SPEC)
    table.append(rows(["a", "b", None]))
    table.append(rows(["a", "a", "a b/ü"]))
    table.delete(EqualTo("v", 0))
    with table.update_schema() as update:
        update.add_column("added", StringType())
    keep(table, "events")
    # Manifests by the other codecs that Iceberg allows.
    for codec in ("null", "zstandard"):
        properties = {"write.avro.compression-codec": codec}
        table = catalog.create_table(f"default.codec_{codec}", SCHEMA, properties=properties)
        table.append(rows(["a", "b"]))
        keep(table, f"codec_{codec}")


main()
