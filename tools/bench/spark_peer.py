"""What `tarn bench derive` runs beside Tarn with PySpark: pings as JSON, a line each, to Parquet by Spark's own reader and writer.

spark_peer.py check
spark_peer.py derive --json DIR --output DIR --cores N --work DIR

Prints one JSON object: the seconds and processor seconds of the job alone. The session is started before, and one run of the
same job too, so that the JVM has compiled what the second one runs; `first_s` is what that one took.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from heka_peer import COLUMNS, REALS, REQUIRED, TEXTS, WHOLES


def spark_schema():
    from pyspark.sql import types
    kinds = {str: types.StringType(), float: types.DoubleType(), bool: types.BooleanType()}
    of = {**dict.fromkeys(TEXTS, kinds[str]), **dict.fromkeys(REALS, kinds[float]), **dict.fromkeys(WHOLES, types.IntegerType()),
          **{name: kinds[kind] for name, kind in REQUIRED.items()}}
    return types.StructType([types.StructField(name, of[name]) for name in COLUMNS])


def session(cores, work):
    from pyspark.sql import SparkSession
    settings = {"spark.ui.enabled": "false", "spark.driver.memory": "2g", "spark.local.dir": str(work), "spark.sql.warehouse.dir": str(work),
                "spark.sql.parquet.compression.codec": "zstd", "spark.io.compression.zstd.level": "1", "spark.log.level": "ERROR"}
    builder = SparkSession.builder.master(f"local[{cores}]").appName("peer")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def run(spark, source, output):
    from pyspark.sql import functions
    rows = spark.read.schema(spark_schema()).json(str(source)).dropna(subset=list(REQUIRED))
    rows = rows.fillna("", TEXTS).fillna(0.0, REALS).fillna(0, WHOLES)
    rows.withColumn("channelS3", functions.col("channel")).write.partitionBy("channelS3").mode("overwrite").parquet(str(output))


def cpu_seconds(process):
    after_name = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")  # utime, stime


def peak_bytes(process):
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def derive(options):
    spark = session(options.cores, options.work)
    jvm = Path(f"/proc/{spark.sparkContext._gateway.proc.pid}")  # spark-submit has become Java
    seconds = []
    for _ in range(2):
        begun, cpu = time.monotonic(), cpu_seconds(jvm)
        run(spark, options.json, options.output)
        seconds.append((time.monotonic() - begun, cpu_seconds(jvm) - cpu))
    peak = peak_bytes(jvm)
    spark.stop()
    print(json.dumps({"first_s": seconds[0][0], "wall_s": seconds[1][0], "cpu_s": seconds[1][1], "memory_peak_bytes": peak}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    options = commands.add_parser("derive")
    options.add_argument("--json", type=Path, required=True)
    options.add_argument("--output", type=Path, required=True)
    options.add_argument("--cores", type=int, required=True)
    options.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "check":
        import pyspark  # noqa: F401
    else:
        derive(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
