"""`tarn derive` with recipes: the same as with classes, told by SQL; and what SQL may not do."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pyarrow.dataset as ds
import pytest

from conftest import TARN, query, run
from test_derive import DAYS, PARTITION, PREFIX, STREAM, Raw, pyiceberg_table, sorted_rows

TOP = Path(__file__).resolve().parents[2]
SUMMARY = TOP / "examples/derived/recipes/executive_summary.toml"


@pytest.fixture
def raw(tmp_path):
    return Raw(tmp_path / "lake")


def recipe(path, select, schema, source=f'stream = "{STREAM}"\nformat = "heka"', name="Told", more=""):
    path.write_text(f'name = "{name}"\nschema = """{schema}"""\n{more}\nselect = """\n{select}\n"""\n[source]\n{source}\n')
    return path


def derive(raw, path, *arguments, command="run", check=True, days=DAYS):
    return run("derive", command, str(path), "--from-date", days[0], "--to-date", days[-1], "--data", str(raw.data), *arguments, check=check)


def summary(raw, path, *arguments, **more):
    return json.loads(derive(raw, path, "--output", "json", *arguments, **more).stdout)


def test_the_recipe_of_executive_stream_makes_the_rows_of_the_class(raw):
    by_class = raw.summary()
    by_recipe = summary(raw, SUMMARY)
    same = ["records", "rows", "skipped", "rejects", "objects", "bytes_read", "partitions", "damaged", "skipped_bytes"]
    assert [by_recipe[name] for name in same] == [by_class[name] for name in same]
    assert by_recipe["rows"] == len(raw.expected) and by_recipe["skipped"] == raw.skipped and by_recipe["rejects"] == raw.rejected
    assert sorted_rows(query(raw.data, "SELECT * FROM executive_summary")) == sorted_rows(raw.expected)
    # Other readers, over the files of both.
    location = raw.data / "buckets/derived/executive-summary" / PREFIX
    with duckdb.connect() as connection:
        glob = "read_parquet('{}/*/*/*.parquet', hive_partitioning = false)"
        first, second = glob.format(raw.location), glob.format(location)
        for left, right in [(first, second), (second, first)]:
            assert connection.sql(f"SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right})").fetchall() == [(0,)]
    files = sorted(location.glob("*/*/*.parquet"))
    assert ds.dataset([str(file) for file in files]).to_table().num_rows == len(raw.expected)
    assert pyiceberg_table(raw, "executive_summary").scan().to_arrow().num_rows == len(raw.expected)
    # The order of the rows in a file is that of the records, as with the class.
    for made, expected in zip(files, sorted(raw.location.glob("*/*/*.parquet"))):
        assert ds.dataset(str(made)).to_table()["documentId"].to_pylist() == ds.dataset(str(expected)).to_table()["documentId"].to_pylist()
    why = "SELECT reason, path, message FROM {} ORDER BY message"
    assert query(raw.data, why.format("executive_summary_rejects")) == query(raw.data, why.format("executive_stream_rejects"))


def test_a_second_run_writes_nothing_until_the_recipe_means_something_else(raw, tmp_path):
    path = recipe(tmp_path / "told.toml", "SELECT strings['documentId'] AS id FROM records", "id string")
    assert summary(raw, path)["partitions"] == 6
    assert summary(raw, path)["tasks"] == 0
    recipe(path, "-- the documents\nselect  strings['documentId']   AS id\nFROM records /* all of them */;", "id  STRING")
    again = summary(raw, path)
    assert (again["tasks"], again["unchanged"]) == (0, 6)
    moved = tmp_path / "elsewhere.toml"
    shutil.copy(path, moved)
    assert summary(raw, moved)["tasks"] == 0
    assert summary(raw, path, "--overwrite")["partitions"] == 6
    recipe(path, "SELECT strings['documentId'] || '!' AS id FROM records", "id string")
    assert summary(raw, path)["partitions"] == 6
    assert query(raw.data, "SELECT count(*) AS n FROM told WHERE id NOT LIKE '%!'") == [{"n": 0}]


def test_plan_tasks_and_commit_work_as_with_a_class(raw, tmp_path):
    plan = tmp_path / "plan.json"
    path = recipe(tmp_path / "told.toml", "SELECT strings['documentId'] AS id FROM records", "id string")
    derive(raw, path, "--out", str(plan), "--chunk-objects", "2", command="plan")
    planned = json.loads(plan.read_text())
    assert planned["recipe"] == str(path) and planned["code_version"].startswith("recipe-") and planned["dataset"] == "Told"
    tasks = len(planned["tasks"])
    assert tasks == 12
    for task in [*reversed(range(tasks)), 3, 3]:
        done = subprocess.run([TARN, "derive", "run-task", "--plan", str(plan), "--task", str(task)], cwd="/", capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    run("derive", "commit", "--plan", str(plan))
    assert query(raw.data, "SELECT count(*) AS n FROM told") == [{"n": raw.records}]
    assert "it was committed before" in run("derive", "commit", "--plan", str(plan)).stdout
    # A task of another recipe than the plan's is refused for good.
    recipe(path, "SELECT 'x' AS id FROM records", "id string")
    done = run("derive", "run-task", "--plan", str(plan), "--task", "0", check=False)
    assert done.returncode == 42 and "plan anew, or run it with the same program and recipe" in done.stderr
    path.unlink()
    assert run("derive", "run-task", "--plan", str(plan), "--task", "0", check=False).returncode == 42


def test_partition_by_says_which_dimensions(raw, tmp_path):
    path = recipe(tmp_path / "told.toml", "SELECT strings['documentId'] AS id FROM records", "id string", more='partition_by = ["submissionDate"]')
    assert summary(raw, path)["partitions"] == 2
    assert query(raw.data, "SELECT submissionDateS3 AS day, count(*) AS n FROM told GROUP BY ALL ORDER BY day") == [
        {"day": day, "n": raw.records // 2} for day in DAYS]
    recipe(path, "SELECT strings['documentId'] AS id FROM records", "id string", more='partition_by = ["channel"]')
    done = derive(raw, path, check=False)
    assert "partition_by: the first one is submissionDate, the day" in done.stderr


def events(raw, name="events"):
    """NDJSON, concatenated JSON and damage, in a bucket of its own."""
    day = raw.data / f"buckets/{name}/app/20151028/web"
    day.mkdir(parents=True)
    (day / "a.ndjson").write_text('{"id":"a","n":1,"at":"2015-10-28T01:02:03Z"}\nnot json\n{"id":"b","n":"x"}\n\n{"id":"c"}\n[1]\n')
    (day / "b.json.gz").write_bytes(gzip.compress(b'{"id":"d","n":4,"tags":["x","y"]}{"id":null,"n":5}\n{\n "id": "e", "n": 3000000000}'))
    return f'bucket = "{name}"\nprefix = "app"\ndimensions = ["day", "source"]\nformat = "json"'


def test_json_of_a_bucket_of_its_own_needs_no_metadata(raw, tmp_path):
    source = events(raw)
    shutil.rmtree(raw.data / "buckets/metadata")
    path = recipe(tmp_path / "events.toml", """SELECT json->>'id' AS id, (json->>'n')::BIGINT AS n, (json->'tags')::VARCHAR[] AS tags FROM records
        WHERE json->>'id' IS DISTINCT FROM 'c'""", "id string, n int, tags array<string>", source, "Events", 'required = ["id"]')
    told = summary(raw, path, days=["20151028"])
    assert [told[name] for name in ["records", "rows", "skipped", "rejects", "objects"]] == [8, 2, 1, 5, 2]
    assert query(raw.data, "SELECT * FROM events ORDER BY id") == [
        {"id": "a", "n": 1, "tags": None, "dayS3": "20151028", "sourceS3": "web"},
        {"id": "d", "n": 4, "tags": ["x", "y"], "dayS3": "20151028", "sourceS3": "web"}]
    # A bucket is made where it is opened, and an empty one would tell a class nothing of --metadata-bucket.
    assert not (raw.data / "buckets/metadata").exists()
    rejects = query(raw.data, "SELECT reason, path, message, decode(raw) AS raw FROM events_rejects ORDER BY message")
    assert [(reject["reason"], reject["path"]) for reject in rejects] == [
        ("not_json", None), ("select_failed", None), ("not_one_object", None), ("missing_required", "id"), ("out_of_range", "n")]
    assert rejects[1]["raw"] == '{"id":"b","n":"x"}' and "Could not convert string 'x' to INT64" in rejects[1]["message"]
    assert rejects[1]["message"].startswith("events/app/20151028/web/a.ndjson, byte 54: ")


def test_declared_members_are_columns(raw, tmp_path):
    source = events(raw) + '\nrecord = "id string, n bigint default 7, moment timestamptz from at"'
    path = recipe(tmp_path / "events.toml", "SELECT id, n + 1 AS n, moment, moment::DATE AS day FROM records", "id string, n bigint, moment timestamptz, day date",
                  source, "Events")
    told = summary(raw, path, days=["20151028"])
    assert [told[name] for name in ["records", "rows", "rejects"]] == [8, 5, 3]
    rows = query(raw.data, "SELECT id, n, moment, day FROM events ORDER BY n")
    assert [(row["id"], row["n"]) for row in rows] == [("a", 2), ("d", 5), (None, 6), ("c", 8), ("e", 3000000001)]
    assert rows[0]["day"] == "2015-10-28"


WRONG = [
    ("name = 'X'\nselect = 'a\n", "{file}:2: "),
    ("name = 'X'\nselct = 'SELECT 1'\n", "{file}:2: there is no key 'selct'; did you mean 'select'?"),
    ("name = 'X'\n\n[source]\nstrem = 'x'\n", "{file}:4: there is no key 'source.strem'; did you mean 'source.stream'?"),
    ("name = 7\n", "{file}:1: name: a text is expected"),
    ("name = 'X'\nrequired = [1]\n", "{file}:2: required: a list of texts is expected"),
    ("source = 'x'\n", "there is no key 'source'"),
    ("name = 'X'\n", "{file}: schema is missing"),
]


@pytest.mark.parametrize("text, told", WRONG)
def test_a_mistake_in_the_file_is_told_by_its_line(raw, tmp_path, text, told):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    for done in [derive(raw, path, check=False), run("derive", "list", str(path), check=False)]:
        assert done.returncode == 2
        assert told.format(file=path) in done.stderr, done.stderr


def test_a_mistake_in_the_sql_is_told_before_anything_is_read_or_made(raw, tmp_path):
    files = sorted(raw.data.rglob("*"))
    path = tmp_path / "wrong.toml"
    for select, schema, told in [
            ("SELECT strings['x'] AS id FORM records", "id string", "syntax error"),
            ("SELECT strings['x'] AS id,\n  nme\nFROM records", "id string", "LINE 2:   nme"),
            ("SELECT strings['x'] AS id FROM records", "id string, n int", "it lacks the column 'n' of the schema"),
            ("SELECT strings['x'] AS id, 1 AS n FROM records", "id string", "it has the column 'n' that the schema lacks"),
            ("SELECT strings['x'] AS id FROM records", "id int", "column 'id' is string, the schema says int: CAST it"),
            ("SELECT strings['x'] AS id FROM records ORDER BY 1", "id string", "ORDER BY, LIMIT or DISTINCT is not supported")]:
        recipe(path, select, schema)
        done = derive(raw, path, check=False)
        assert done.returncode == 2 and f"{path}:4: select: " in done.stderr and told in done.stderr, done.stderr
    recipe(path, "SELECT 1 AS n FROM records", "n stirng")
    assert f"{path}:2: schema: " in derive(raw, path, check=False).stderr
    recipe(path, "SELECT 1 AS n FROM records", "n int")
    for arguments, told in [(["argument"], "a recipe takes no arguments"), (["--plugin", "x.so"], "needs no --plugin")]:
        done = derive(raw, path, *arguments, check=False)
        assert done.returncode == 2 and told in done.stderr, done.stderr
    done = derive(raw, tmp_path / "absent.toml", check=False)
    assert done.returncode == 3 and "reading the recipe" in done.stderr
    assert sorted(raw.data.rglob("*")) == files


HOSTILE = [
    "SELECT content AS id FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT (SELECT content FROM read_text('/etc/passwd')) AS id FROM records",
    "SELECT getenv('HOME') AS id FROM records",
    "COPY (SELECT 'x' AS id) TO '{out}'",
    "WITH x AS (COPY (SELECT 1) TO '{out}') SELECT 'x' AS id FROM records",
    "ATTACH '{out}' AS x",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "SET threads = 64",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{out}'",
    "EXPORT DATABASE '{out}'",
    "CREATE TABLE x AS SELECT 1",
    "SELECT 'x' AS id FROM records; COPY (SELECT 1) TO '{out}'",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM 'http://127.0.0.1:1/x.parquet'",
]


@pytest.mark.parametrize("select", HOSTILE)
def test_sql_reads_the_records_and_nothing_else(raw, tmp_path, select):
    out = tmp_path / "out"
    path = recipe(tmp_path / "hostile.toml", select.format(out=out), "id string", name="Hostile")
    done = derive(raw, path, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "root:" not in done.stdout + done.stderr
    assert not out.exists() and not (raw.data / "buckets/derived").exists()


def test_a_killed_worker_is_tried_again(raw, tmp_path):
    # Slow enough to be caught: a worker is one process a task.
    slow = "list_sum(list_transform(range(3000000), lambda x: x % 7))"
    path = recipe(tmp_path / "told.toml", f"SELECT strings['documentId'] AS id, ({slow} + severity)::BIGINT AS n FROM records", "id string, n bigint")
    running = subprocess.Popen([TARN, "derive", "run", str(path), "--from-date", DAYS[0], "--to-date", DAYS[0], "--data", str(raw.data), "--threads", "1"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    killed = False
    while not killed and time.monotonic() < deadline and running.poll() is None:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        for thread in Path(f"/proc/{running.pid}/task").iterdir():
            children += (thread / "children").read_text().split()
        for child in set(children):
            os.kill(int(child), signal.SIGKILL)
            killed = True
            break
        time.sleep(0.02)
    _, errors = running.communicate(timeout=300)
    assert killed and running.returncode == 0, errors
    assert query(raw.data, "SELECT count(*) AS n FROM told") == [{"n": raw.records // 2}]


def test_a_crashed_worker_says_up_to_where_it_has_read(raw, tmp_path):
    plan = tmp_path / "plan.json"
    slow = "list_sum(list_transform(range(3000000), lambda x: x % 7))"
    path = recipe(tmp_path / "told.toml", f"SELECT ({slow} + severity)::BIGINT AS n FROM records", "n bigint")
    derive(raw, path, "--out", str(plan), command="plan")
    running = subprocess.Popen([TARN, "derive", "run-task", "--plan", str(plan), "--task", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    caught = Path(f"/proc/{running.pid}/status")
    deadline = time.monotonic() + 60
    while not int(caught.read_text().split("SigCgt:")[1].split()[0], 16) >> (signal.SIGSEGV - 1) & 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGSEGV)
    _, said = running.communicate(timeout=60)
    assert running.returncode == -signal.SIGSEGV
    assert "records were read up to here when it crashed; the SELECT was at one of the last 2,048" in said, said


def test_a_record_whose_sql_takes_any_memory_is_a_reject_and_no_other(raw, tmp_path):
    source = events(raw, "sizes")
    day = raw.data / "buckets/sizes/app/20151028/web"
    for file in day.iterdir():
        file.unlink()
    huge = {100: 400_000_000, 300: 600_000_000}  # gigabytes, which DuckDB's own limit does not see
    (day / "a.ndjson").write_text("".join(json.dumps({"n": huge.get(i, i)}) + "\n" for i in range(500)))
    path = recipe(tmp_path / "sizes.toml", "SELECT (json->>'n')::BIGINT AS n, len(range((json->>'n')::BIGINT)) AS length FROM records",
                  "n bigint, length bigint", source, "Sizes")
    told = summary(raw, path, "--threads", "1", "--memory", "64MiB", days=["20151028"])
    assert [told[name] for name in ["records", "rows", "rejects"]] == [500, 498, 2]
    assert query(raw.data, "SELECT count(*) AS rows, count(DISTINCT n) AS values, min(n = length) AS same FROM sizes") == [
        {"rows": 498, "values": 498, "same": True}]
    rejects = query(raw.data, "SELECT reason, message, decode(raw) AS raw FROM sizes_rejects ORDER BY raw")
    assert [json.loads(reject["raw"])["n"] for reject in rejects] == sorted(huge.values())
    assert all(reject["reason"] == "select_failed" and "emory" in reject["message"] for reject in rejects), rejects


def test_a_recipe_whose_constants_take_any_time_is_wrong(raw, tmp_path):
    # One call takes minutes, and DuckDB cannot interrupt it.
    path = recipe(tmp_path / "told.toml", "SELECT list_sum(list_transform(range(2000), lambda a: levenshtein(repeat('ab', 20000 + a), repeat('ba', 20000))))::BIGINT AS n FROM records",
                  "n bigint")
    start = time.monotonic()
    done = run("derive", "list", str(path), check=False)
    assert done.returncode == 2, done.stderr
    assert f"tarn: {path}:4: select: the SELECT runs longer than 10 s and cannot be interrupted" in done.stderr, done.stderr
    assert 14 < time.monotonic() - start < 60


def test_list_names_recipes_beside_classes(raw, tmp_path):
    names = run("derive", "list", str(SUMMARY)).stdout.split()
    assert names == ["E10sExperiment", "ExecutiveStream", "ExecutiveSummary"]
