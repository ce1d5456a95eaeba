"""`tarn derive`: buckets of raw frames to a table, beside a computation of this file's own."""

import gzip
import json
import os
import random
import re
import shutil
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from pyiceberg.catalog.sql import SqlCatalog

from conftest import TARN, query, run

TOP = Path(__file__).resolve().parents[2]
STREAM = "telemetry-executive-summary"
PREFIX = "telemetry-executive-summary-3"
DAYS = ["20151027", "20151028"]
CHANNELS = ["release", "beta", "Other"]
TEXTS = ["country", "channel", "os", "osVersion", "buildId", "app", "version", "vendor", "reason"]
REALS = ["profileCreationTimestamp", "hours"]
WHOLES = ["google", "yahoo", "bing", "other", "pluginHangs"]
COLUMNS = ["docType", "submissionDate", "activityTimestamp", "profileCreationTimestamp", "clientId", "documentId", "country", "channel", "os",
           "osVersion", "default", "buildId", "app", "version", "vendor", "reason", "hours", "google", "yahoo", "bing", "other", "pluginHangs"]
PARTITION = ["submissionDateS3", "channelS3"]


def message(chance, day, channel, number):
    """A record as the pipeline writes them, some without what is required, some with another type."""
    fields = {"docType": chance.choice(["main", "crash"]), "submissionDate": day,
              "activityTimestamp": 1.4e18 + number + 0.5, "clientId": f"c{chance.randrange(50)}", "documentId": f"{day}-{channel}-{number}",
              "default": chance.random() < 0.5}
    fields.update({name: chance.choice(["", name, "é"]) for name in TEXTS if chance.random() < 0.9})
    fields.update({name: chance.random() + 0.25 for name in REALS if chance.random() < 0.9})
    fields.update({name: chance.randrange(9) for name in WHOLES if chance.random() < 0.9})
    if number % 7 == 3:
        del fields[chance.choice(["docType", "clientId", "default", "activityTimestamp"])]
    if number % 11 == 5:
        fields["default"] = "true"
    if number % 13 == 4:
        fields["google"] = 1 << 40  # over the column's 32 bits: a reject
    return {"Type": "executive_summary", "Logger": "fx", "Timestamp": 1446000000 * 10 ** 9 + number, "Fields": fields}


def row_of(sent, day, channel):
    """What the class makes of a message: None where it is skipped, "reject" where it does not fit."""
    fields = sent["Fields"]
    for name in ["docType", "submissionDate", "clientId", "documentId"]:
        if not isinstance(fields.get(name), str):
            return None
    if not isinstance(fields.get("activityTimestamp"), float) or not isinstance(fields.get("default"), bool):
        return None
    row = {name: fields[name] for name in ["docType", "submissionDate", "clientId", "documentId", "activityTimestamp", "default"]}
    row.update({name: fields.get(name, "") for name in TEXTS})
    row.update({name: fields.get(name, 0.0) for name in REALS})
    row.update({name: fields.get(name, 0) for name in WHOLES})
    if any(not -(1 << 31) <= row[name] < 1 << 31 for name in WHOLES):
        return "reject"
    return {**row, "submissionDateS3": day, "channelS3": channel}


class Raw:
    """A data directory with a pair of buckets."""

    def __init__(self, data, files_a_group=3, messages=40):
        self.data = Path(data)
        self.raw = self.data / "buckets/raw-data" / PREFIX
        metadata = self.data / "buckets/metadata"
        (metadata / PREFIX).mkdir(parents=True)
        (metadata / "sources.json").write_text(json.dumps(
            {"telemetry": {"prefix": "telemetry-2", "metadata_prefix": "telemetry-2", "bucket": "raw-data"},
             STREAM: {"prefix": PREFIX, "metadata_prefix": PREFIX, "bucket": "raw-data"}}))
        (metadata / PREFIX / "schema.json").write_text(json.dumps({"version": 1, "dimensions": [
            {"field_name": "submissionDate", "allowed_values": "*"},
            {"field_name": "channel", "allowed_values": {"min": "a", "max": "z"}}]}))
        chance = random.Random(7)
        self.expected, self.skipped, self.rejected, self.records = [], 0, 0, 0
        for day in DAYS:
            for channel in CHANNELS:
                for number in range(files_a_group):
                    sent = [message(chance, day, channel, number * messages + i) for i in range(messages)]
                    self.put(f"{day}/{channel}/{day}1200{number:02}.000_ip-1", sent, ["plain", "snappy", "mixed"][number % 3])
                    for one in sent:
                        self.count(one, day, channel)

    def count(self, one, day, channel):
        row = row_of(one, day, channel)
        self.records += 1
        self.skipped += row is None
        self.rejected += row == "reject"
        if isinstance(row, dict):
            self.expected.append(row)

    def put(self, key, messages, body="plain"):
        path = self.raw / key
        path.parent.mkdir(parents=True, exist_ok=True)
        run("heka", "make", "--body", body, "--out", str(path), stdin="".join(json.dumps(m) + "\n" for m in messages))

    def derive(self, command="run", *arguments, check=True, environment=None):
        words = [TARN, "derive", command, "ExecutiveStream", "--from-date", DAYS[0], "--to-date", DAYS[1], "--data", str(self.data), *arguments]
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, env={**os.environ, **(environment or {})})
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def summary(self, *arguments):
        return json.loads(self.derive("run", *arguments, "--output", "json").stdout)

    @property
    def location(self):
        return self.data / "buckets/derived/executive-stream" / PREFIX

    def files(self):
        """The files of rows, by their partition's directory."""
        found = {}
        for path in sorted(self.location.rglob("*.parquet")):
            found.setdefault(str(path.parent.relative_to(self.location)), []).append(path.name)
        return found

    def rows(self):
        return sorted_rows(query(self.data, "SELECT * FROM executive_stream"))


def sorted_rows(rows):
    return sorted(rows, key=lambda row: row["documentId"])


@pytest.fixture
def raw(tmp_path):
    return Raw(tmp_path / "lake")


def pyiceberg_table(raw, name="executive_stream"):
    return SqlCatalog("tarn", uri=f"sqlite:///{raw.data}/catalog.db", warehouse=f"file://{raw.data}/buckets/derived").load_table(f"default.{name}")


def test_rows_are_those_of_an_independent_computation(raw):
    summary = raw.summary()
    assert (summary["table"], summary["partitions"], summary["unchanged"]) == ("default.executive_stream", 6, 0)
    assert (summary["records"], summary["rows"]) == (raw.records, len(raw.expected))
    assert (summary["skipped"], summary["rejects"]) == (raw.skipped, raw.rejected)
    assert raw.skipped > 20 and raw.rejected > 5
    assert raw.rows() == sorted_rows(raw.expected)
    rejects = query(raw.data, "SELECT reason, path, message FROM executive_stream_rejects")
    assert len(rejects) == raw.rejected
    assert {(r["reason"], r["path"]) for r in rejects} == {("out_of_range", "google")}
    assert f"raw-data/{PREFIX}/2015" in rejects[0]["message"]


def test_files_lie_in_hive_directories_and_other_readers_read_them(raw):
    raw.summary()
    assert sorted(raw.files()) == sorted(f"submissionDateS3={day}/channelS3={channel}" for day in DAYS for channel in CHANNELS)
    assert {path.name for path in raw.location.iterdir()} == {"metadata"} | {f"submissionDateS3={day}" for day in DAYS}

    hive = ds.partitioning(pa.schema([(name, pa.string()) for name in PARTITION]), flavor="hive")
    by_directory = ds.dataset([str(p) for p in raw.location.rglob("*.parquet")], partitioning=hive, partition_base_dir=str(raw.location)).to_table()
    assert by_directory.column_names == COLUMNS + PARTITION
    assert sorted_rows(by_directory.to_pylist()) == sorted_rows(raw.expected)

    table = pyiceberg_table(raw)
    assert [field.name for field in table.schema().fields] == COLUMNS + PARTITION
    assert [field.required for field in table.schema().fields][:22] == [True] * 22
    assert sorted_rows(table.scan().to_arrow().to_pylist()) == sorted_rows(raw.expected)
    one = table.scan(row_filter="submissionDateS3 = '20151028' and channelS3 = 'beta'")
    assert len(list(one.plan_files())) == 1


def test_switches_and_name_come_in_any_order(raw):
    first = run("derive", "run", "--data", str(raw.data), "ExecutiveStream", "--to-date", "20151027", "--from-date", "20151027", "--to-bucket", "elsewhere")
    assert "default.executive_stream" in first.stdout
    assert (raw.data / "buckets/elsewhere/executive-stream" / PREFIX / "metadata").is_dir()


def test_a_second_run_writes_nothing(raw):
    raw.summary()
    before = sorted(str(p) for p in (raw.data / "buckets").rglob("*"))
    again = raw.summary()
    assert (again["partitions"], again["unchanged"], again["tasks"]) == (0, 6, 0)
    assert sorted(str(p) for p in (raw.data / "buckets").rglob("*")) == before
    assert "nothing new, 6 partitions as at their last run" in raw.derive().stdout
    assert raw.rows() == sorted_rows(raw.expected)


def test_a_partition_whose_directory_was_deleted_is_written_anew_and_no_other(raw):
    raw.summary()
    before = raw.files()
    gone = "submissionDateS3=20151027/channelS3=beta"
    shutil.rmtree(raw.location / gone)
    again = raw.summary()
    assert (again["partitions"], again["unchanged"]) == (1, 5)
    after = raw.files()
    assert after.pop(gone) != before.pop(gone)
    assert after == before
    assert raw.rows() == sorted_rows(raw.expected)
    assert len(query(raw.data, "SELECT * FROM executive_stream_rejects")) == raw.rejected


def test_a_new_object_and_overwrite_replace_whole_partitions(raw):
    raw.summary()
    chance = random.Random(8)
    sent = [message(chance, DAYS[1], "release", 900 + i) for i in range(20)]
    raw.put(f"{DAYS[1]}/release/20151028235959.000_ip-2", sent)
    for one in sent:
        raw.count(one, DAYS[1], "release")
    again = raw.summary()
    assert (again["partitions"], again["unchanged"]) == (1, 5)
    assert raw.rows() == sorted_rows(raw.expected)
    all_of_it = raw.summary("--overwrite")
    assert (all_of_it["partitions"], all_of_it["rows"]) == (6, len(raw.expected))
    assert raw.rows() == sorted_rows(raw.expected)
    assert len(query(raw.data, "SELECT * FROM executive_stream_rejects")) == raw.rejected
    assert sorted_rows(pyiceberg_table(raw).scan().to_arrow().to_pylist()) == sorted_rows(raw.expected)


def test_chunks_are_cut_by_size_and_by_count(raw, tmp_path):
    plan = tmp_path / "plan.json"

    def tasks(*arguments):
        raw.derive("plan", "--out", str(plan), *arguments)
        return [[Path(i["key"]).name[8:14] for i in task["inputs"]] for task in json.loads(plan.read_text())["tasks"]]

    assert tasks() == [["120000", "120001", "120002"]] * 6
    assert tasks("--chunk-objects", "2") == [["120000"], ["120001", "120002"]] * 6
    assert tasks("--chunk-objects", "1") == [["120000"], ["120001"], ["120002"]] * 6
    assert tasks("--chunk-size", "1") == [["120000"], ["120001"], ["120002"]] * 6
    sizes = {p.name[8:14]: p.stat().st_size for p in (raw.raw / DAYS[0] / "Other").iterdir()}
    cut = tasks("--chunk-size", str(sizes["120001"] + sizes["120002"] + 1))
    assert cut[0:2] == [["120000"], ["120001", "120002"]]
    at_the_limit = tasks("--chunk-size", str(sizes["120001"] + sizes["120002"]))
    assert ["120002"] in at_the_limit[0:3] and ["120001", "120002"] not in at_the_limit[0:3]
    raw.summary("--chunk-objects", "1", "--threads", "3")
    assert {len(names) for names in raw.files().values()} == {3}
    assert raw.rows() == sorted_rows(raw.expected)


def test_killed_workers_duplicate_and_reordered_attempts_give_the_same_table(raw, tmp_path):
    plan = tmp_path / "plan.json"
    raw.derive("plan", "--out", str(plan), "--chunk-objects", "1")
    count = len(json.loads(plan.read_text())["tasks"])
    assert count == 18
    unready = run("derive", "commit", "--plan", str(plan), check=False)
    assert unready.returncode == 3 and "task 0 of 18 is not done" in unready.stderr

    order = list(range(count)) * 2
    random.Random(3).shuffle(order)
    said = []
    for task in order:
        words = [TARN, "derive", "run-task", "--plan", str(plan), "--task", str(task)]
        killed = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        killed.kill()
        killed.communicate()
        both = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        said += [one.communicate()[0] for one in both]
        assert [one.returncode for one in both] == [0, 0]
    assert sum("another attempt was first, and counts" in line for line in said) == len(said) - count
    remains = raw.location / "submissionDateS3=20151027/channelS3=beta" / f"{json.loads(plan.read_text())['id']}-00000-killed-00000.parquet"
    remains.write_bytes(b"half a file")

    committed = json.loads(run("derive", "commit", "--plan", str(plan), "--output", "json").stdout)
    assert (committed["rows"], committed["was_committed"]) == (len(raw.expected), False)
    assert {len(names) for names in raw.files().values()} == {3}
    assert not remains.exists()
    assert raw.rows() == sorted_rows(raw.expected)
    again = json.loads(run("derive", "commit", "--plan", str(plan), "--output", "json").stdout)
    assert again["was_committed"] is True
    assert raw.rows() == sorted_rows(raw.expected)


def test_a_missing_object_fails_its_task_by_name(raw, tmp_path):
    plan = tmp_path / "plan.json"
    raw.derive("plan", "--out", str(plan))
    key = json.loads(plan.read_text())["tasks"][2]["inputs"][1]["key"]
    (raw.data / "buckets/raw-data" / key).unlink()
    task = run("derive", "run-task", "--plan", str(plan), "--task", "2", check=False)
    assert task.returncode == 42
    assert f"object raw-data/{key}: " in task.stderr
    assert run("derive", "run-task", "--plan", str(plan), "--task", "1").returncode == 0
    none = run("derive", "run-task", "--plan", str(plan), "--task", "77", check=False)
    assert none.returncode == 42 and "the plan has no task 77: it has 6" in none.stderr


def test_an_object_that_changed_fails_its_task(raw, tmp_path):
    plan = tmp_path / "plan.json"
    raw.derive("plan", "--out", str(plan))
    key = json.loads(plan.read_text())["tasks"][0]["inputs"][0]["key"]
    with open(raw.data / "buckets/raw-data" / key, "ab") as file:
        file.write(b"more")
    task = run("derive", "run-task", "--plan", str(plan), "--task", "0", check=False)
    assert task.returncode == 42 and "it has changed since the plan was made: plan anew" in task.stderr


def test_damage_is_counted_and_loses_nothing_else(raw):
    path = raw.raw / DAYS[0] / "beta" / f"{DAYS[0]}120000.000_ip-1"
    path.write_bytes(b"garbage" + path.read_bytes() + b"\n")
    done = raw.derive("run", "--output", "json")
    summary = json.loads(done.stdout)
    assert summary["skipped_bytes"] == 8
    assert f"raw-data/{PREFIX}/{DAYS[0]}/beta/{DAYS[0]}120000.000_ip-1: 0 damaged, 8 bytes skipped" in done.stderr
    assert raw.rows() == sorted_rows(raw.expected)


def test_a_wrong_name_says_what_there_is(raw, tmp_path):
    done = run("derive", "run", "NoStream", "--from-date", DAYS[0], "--to-date", DAYS[0], "--data", str(raw.data), check=False)
    assert done.returncode == 3 and "there is no dataset 'NoStream'; there are: " in done.stderr
    done = raw.derive("run", "--metadata-bucket", "nowhere", check=False)
    assert done.returncode == 3 and "there is no bucket 'nowhere'" in done.stderr
    assert not (raw.data / "VERSION").exists()
    done = run("derive", "run", "ExecutiveStream", "--from-date", "20151032", "--to-date", DAYS[0], "--data", str(raw.data), check=False)
    assert done.returncode == 2 and "--from-date: '20151032' is no day: YYYYMMDD is expected" in done.stderr
    done = run("derive", "run", "ExecutiveStream", "--from-date", "20160101", "--to-date", "20160102", "--data", str(raw.data))
    assert "ExecutiveStream: no objects from 20160101 to 20160102" in done.stdout


def test_a_wrong_command_line_exits_with_2_and_says_the_form(raw):
    for words, said in [
            (["--to-date", "2015-10-28"], "--to-date: '2015-10-28' is no day: YYYYMMDD is expected, as in 20151028"),
            (["--to-date", "20151026"], "--to-date: the days end at 20151026, before 20151027"),
            (["--chunk-size", "0"], "--chunk-size: a chunk of 0 bytes holds nothing: say 1 or more"),
            (["--chunk-size", "much"], "--chunk-size: "), (["--chunk-objects", "0"], "--chunk-objects: "),
            (["--hmac-keys", "-"], "--hmac-keys: each worker reads it: name a file")]:
        dates = ["--from-date", DAYS[0]] + ([] if "--to-date" in words else ["--to-date", DAYS[1]])
        for command in [["run"], ["plan", "--out", str(raw.data / "plan.json")]]:
            done = run("derive", *command, "ExecutiveStream", *dates, *words, "--data", str(raw.data), check=False)
            assert done.returncode == 2 and said in done.stderr, (command, words, done.stderr)
    assert not (raw.data / "VERSION").exists()


def test_what_is_no_lake_and_no_plan_is_said(raw, tmp_path):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/a.txt").write_text("a")
    for word in ["run", "commit"]:
        if word == "commit":
            raw.derive("plan", "--out", str(tmp_path / "plan.json"))
        words = ["--plan", str(tmp_path / "plan.json")] if word == "commit" else ["ExecutiveStream", "--from-date", DAYS[0], "--to-date", DAYS[0]]
        done = run("derive", word, *words, "--data", str(tmp_path / "papers"), check=False)
        assert done.returncode == 3 and f"{tmp_path}/papers is no Tarn data directory" in done.stderr, done.stderr
    for words, status in [(["run-task", "--task", "0"], 42), (["commit"], 3)]:
        done = run("derive", *words, "--plan", str(tmp_path / "no.json"), check=False)
        assert done.returncode == status and f"there is no plan '{tmp_path}/no.json': 'tarn derive plan --out' writes one" in done.stderr


def test_messages_that_are_signed_wrongly_are_left_out(raw, tmp_path):
    keys, others = tmp_path / "keys", tmp_path / "others"
    keys.write_text("ops_1=secret of these tests\n")
    others.write_text("ops_1=another one\n")
    chance = random.Random(3)
    for name, key_file in [("good", keys), ("bad", others)]:
        sent = [message(chance, DAYS[0], "beta", 1000 + 1000 * (name == "bad") + i) for i in range(20)]
        path = raw.raw / DAYS[0] / "beta" / f"signed-{name}"
        run("heka", "make", "--hmac-signer", "ops", "--hmac-key-version", "1", "--hmac-keys", str(key_file), "--out", str(path),
            stdin="".join(json.dumps(m) + "\n" for m in sent))
        if name == "good":
            for one in sent:
                raw.count(one, DAYS[0], "beta")
    all_of_them = raw.summary()
    assert all_of_them["records"] == raw.records + 20 and all_of_them["hmac_failed"] == 0
    checked = raw.summary("--hmac-keys", str(keys))  # other rows, so all is written anew
    assert checked["records"] == raw.records and checked["hmac_failed"] == 20 and checked["partitions"] == len(DAYS) * len(CHANNELS)
    assert raw.rows() == sorted_rows(raw.expected)
    done = raw.derive("run", "--hmac-keys", str(keys), "--overwrite")
    assert "signed-bad: 0 damaged, 0 bytes skipped, 20 signed wrongly" in done.stderr
    config = tmp_path / "tarn.toml"
    config.write_text(f'[derive]\nhmac_keys = "{keys}"\n')
    plan = tmp_path / "plan.json"
    raw.derive("plan", "--config", str(config), "--out", str(plan), "--overwrite")
    assert "secret" not in plan.read_text() and str(keys) not in plan.read_text()
    done = run("derive", "run-task", "--plan", str(plan), "--task", "0", check=False)
    assert done.returncode == 42 and "the plan was made with --hmac-keys: say it here too" in done.stderr
    assert run("derive", "run-task", "--plan", str(plan), "--task", "0", "--hmac-keys", str(keys)).returncode == 0
    missing = raw.derive("run", "--hmac-keys", str(tmp_path / "none"), check=False)
    assert missing.returncode == 3 and "--hmac-keys: " in missing.stderr


def test_buckets_come_from_the_configuration(raw, tmp_path):
    shutil.move(raw.data / "buckets/metadata", raw.data / "buckets/telemetry-metadata")
    config = tmp_path / "tarn.toml"
    config.write_text('[derive]\nmetadata_bucket = "telemetry-metadata"\nbucket = "parquet"\n')
    raw.derive("run", "--config", str(config))
    assert (raw.data / "buckets/parquet/executive-stream" / PREFIX / "submissionDateS3=20151027").is_dir()


# Classes of a plug-in: one that is told by files what to do, one that reads JSON.
PLUGIN = r"""
#include <tarn/derived_stream.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

int Deep(volatile int depth) { return depth == 0 ? 0 : Deep(depth + 1) + depth; }

class Told : public tarn::DerivedStream {
 public:
  explicit Told(const std::vector<std::string>& arguments) : what_(arguments.at(0)), once_(arguments.at(1)) {}
  std::string stream_name() const override { return "telemetry-executive-summary"; }
  std::string build_schema() const override { return tarn::SchemaBuilder("Told").required("documentId", "string").json(); }
  bool build_record(const tarn::HekaMessage& message, tarn::Record& row) const override {
    const bool is_first = access(once_.c_str(), F_OK) != 0;
    if (is_first) std::fclose(std::fopen(once_.c_str(), "w"));
    if (what_ == "throw") throw std::runtime_error("the class does not like this");
    if (what_ == "crash") raise(SIGSEGV);
    if (what_ == "abort") std::abort();
    if (what_ == "overflow") std::printf("%d", Deep(1));
    if (what_ == "crash-once" && is_first) raise(SIGKILL);
    if (what_ == "sleep") sleep(300);
    row.set("documentId", message.text("documentId"));
    return true;
  }
 private:
  std::string what_, once_;
};
TARN_DERIVED_STREAM(Told);

class Lines : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "lines"; }
  std::string build_schema() const override {
    return tarn::SchemaBuilder("Lines").required("n", "long").optional("at", tarn::SchemaBuilder::timestamp_micros())
        .optional("tags", tarn::SchemaBuilder::array("string")).json();
  }
  bool build_record(const tarn::JsonRecord& record, tarn::Record& row) const override {
    if (record.json().find("skip") != nullptr) return false;
    if (const auto* n = record.json().find("n"); n != nullptr) {
      if (n->integer()) row.set("n", n->integer());
      if (n->text()) row.set("n", n->text());
    }
    row.set("tags", tarn::Value::List{"a", std::to_string(n_++)});
    return true;
  }
 private:
  mutable int n_ = 0;
};
TARN_DERIVED_STREAM(Lines);
TARN_DERIVED_PLUGIN()
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory):
    directory = tmp_path_factory.mktemp("plugin")
    (directory / "told.cc").write_text(PLUGIN)
    subprocess.run(["c++", "-std=c++20", "-shared", "-fPIC", "-I", str(TOP / "include"), "-o", str(directory / "told.so"), str(directory / "told.cc")], check=True)
    return directory / "told.so"


def told(raw, plugin, what, once, check=False):
    return run("derive", "run", "Told", what, str(once), "--plugin", str(plugin), "--from-date", DAYS[0], "--to-date", DAYS[1],
               "--data", str(raw.data), check=check)


def sleeping(raw, plugin, once):
    """A run whose workers are at their first records, where they stay."""
    words = [TARN, "derive", "run", "Told", "sleep", str(once), "--plugin", str(plugin), "--from-date", DAYS[0], "--to-date", DAYS[1], "--data", str(raw.data)]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not once.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return running


def parquet_files(raw):
    return sorted((raw.data / "buckets").rglob("*.parquet"))


def test_a_plug_in_that_is_named_twice_is_one(raw, plugin, tmp_path):
    once = run("derive", "list", "--plugin", str(plugin)).stdout
    assert "Told\n" in once
    assert run("derive", "list", "--plugin", str(plugin), "--plugin", f"{plugin.parent}/./{plugin.name}").stdout == once
    twice = ["--plugin", str(plugin)] * 2
    done = run("derive", "run", *twice, "Told", "x", str(tmp_path / "once"), "--from-date", DAYS[0], "--to-date", DAYS[0], "--data", str(raw.data), *twice)
    assert "told: " in done.stdout


def test_a_throwing_class_fails_its_task_by_object_and_offset(raw, plugin, tmp_path):
    done = told(raw, plugin, "throw", tmp_path / "once")
    assert done.returncode == 1
    assert "offset 0: the class does not like this" in done.stderr and f"object raw-data/{PREFIX}/20151027/" in done.stderr
    assert parquet_files(raw) == [] and list((raw.data / "run/derive").iterdir()) == []


@pytest.mark.parametrize("what, number", [("crash", 11), ("abort", 6), ("overflow", 11)])
def test_a_crashing_class_takes_only_its_worker_down(raw, plugin, tmp_path, what, number):
    done = told(raw, plugin, what, tmp_path / "once")
    assert done.returncode == 1
    assert f"its worker was killed by signal {number}, in each of 3 attempts" in done.stderr
    assert re.search(f"object raw-data/{PREFIX}/20151027/[^ ]+: offset 0: it crashed here; its worker", done.stderr), done.stderr
    assert parquet_files(raw) == []


def test_a_killed_workers_task_is_tried_again(raw, plugin, tmp_path):
    told(raw, plugin, "crash-once", tmp_path / "once", check=True)
    rows = query(raw.data, "SELECT documentId FROM told")
    assert len(rows) == raw.records
    assert len(parquet_files(raw)) == 6


def test_the_run_after_a_killed_run_removes_what_that_left(raw, plugin, tmp_path):
    killed = sleeping(raw, plugin, tmp_path / "once")
    killed.kill()
    killed.communicate()
    (left,) = (raw.data / "run/derive").iterdir()
    half = raw.data / "buckets/derived/told" / PREFIX / "submissionDateS3=20151027/channelS3=beta" / f"{left.name}-00001-x-00000.parquet"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    raw.summary()  # another dataset's run does it too
    assert not half.exists()
    assert list((raw.data / "run/derive").iterdir()) == []


def test_lines_and_values_become_rows_or_rejects(raw, plugin):
    metadata = raw.data / "buckets/metadata"
    sources = json.loads((metadata / "sources.json").read_text())
    sources["lines"] = {"prefix": "lines-1", "bucket": "raw-data"}
    (metadata / "sources.json").write_text(json.dumps(sources))
    (metadata / "lines-1").mkdir()
    (metadata / "lines-1/schema.json").write_text('{"dimensions":[{"field_name":"day","allowed_values":[1,{"a":null}]},{"header_name":"Type"}]}')
    day = raw.data / "buckets/raw-data/lines-1" / DAYS[0]
    day.mkdir(parents=True)
    (day / "a.ndjson").write_text('{"n":1}\n{"skip":true}\nnot json at all\n\n[1]\n{"n":"text"}\n{}\n{"n":2}')
    (day / "b.json.gz").write_bytes(gzip.compress(b'{"n":3}{"n":4}\n{\n "n": 5\n}'))
    done = run("derive", "run", "Lines", "--plugin", str(plugin), "--from-date", DAYS[0], "--to-date", DAYS[0], "--data", str(raw.data), "--output", "json")
    summary = json.loads(done.stdout)
    assert [summary[name] for name in ["records", "rows", "skipped", "rejects", "objects"]] == [10, 5, 1, 4, 2]
    assert [r["n"] for r in query(raw.data, "SELECT n, dayS3 FROM lines WHERE dayS3 = '20151027' ORDER BY n")] == [1, 2, 3, 4, 5]
    assert sorted(r["reason"] for r in query(raw.data, "SELECT reason FROM lines_rejects")) == [
        "missing_required", "not_json", "not_one_object", "wrong_type"]


def test_a_table_of_other_columns_is_left_alone(raw, plugin, tmp_path):
    (tmp_path / "one.ndjson").write_text('{"documentId": 5}')
    run("load", str(tmp_path / "one.ndjson"), "--into", "told", "--columns", "documentId bigint", "--data", str(tmp_path / "other"))
    raw2 = tmp_path / "other/buckets"
    shutil.copytree(raw.data / "buckets/metadata", raw2 / "metadata")
    shutil.copytree(raw.data / "buckets/raw-data", raw2 / "raw-data")
    done = run("derive", "run", "Told", "x", str(tmp_path / "once"), "--plugin", str(plugin), "--from-date", DAYS[0], "--to-date", DAYS[1],
               "--data", str(tmp_path / "other"), check=False)
    assert done.returncode == 1
    assert "table default.told exists with other columns than the dataset has: column 1 is 'documentId bigint', the dataset's is 'documentId string required'" in done.stderr


def test_a_server_may_run_beside(raw, start):
    raw.derive("plan", "--out", str(raw.data.parent / "plan.json"))  # makes the data directory
    server = start(raw.data)
    raw.summary()
    assert server.query("SELECT count(*) AS n FROM executive_stream")[0]["n"] == len(raw.expected)
    status, _, _ = server.request("GET", "/readyz")
    assert status == 200


def test_a_server_tells_what_datasets_are_and_how_runs_go(raw, plugin, tmp_path, start):
    raw.derive("plan", "--out", str(tmp_path / "plan.json"))  # makes the data directory
    server = start(raw.data)

    def derived():
        status, _, answer = server.request("GET", "/api/v1/derived")
        assert status == 200, answer
        return answer["runs"], {one["name"]: one for one in answer["definitions"]}

    runs, definitions = derived()
    assert runs == [] and "Told" not in definitions
    never_ran = definitions["ExecutiveStream"]
    assert never_ran["kind"] == "class" and never_ran["source"] == f"stream {STREAM}" and never_ran["table"] == "executive_stream"
    raw.summary("--threads", "2")
    (done,), _ = derived()
    counted = server.query("SELECT count(*) AS n FROM executive_stream")[0]["n"]
    assert (done["state"], done["counts"]["rows"], done["counts"]["rejects"], done["problem"]) == ("committed", counted, raw.rejected, None)
    assert done["tasks"] == done["tasks_done"] == 6 and done["bytes_done"] == done["bytes"] > 0 and done["running"] == []
    columns = {row["column_name"] for row in server.query("DESCRIBE executive_stream")}
    assert {column["name"] for column in never_ran["columns"]} <= columns
    raw.summary()
    assert len(derived()[0]) == 1  # nothing new is no run

    told(raw, plugin, "throw", tmp_path / "once")
    failed, definitions = derived()[0][0], derived()[1]
    assert failed["state"] == "failed" and failed["counts"] is None
    assert re.search(f"object raw-data/{PREFIX}/20151027/[^ ]+: offset 0: the class does not like this", failed["problem"])
    (failure,) = failed["failures"]
    assert failure["problem"] in failed["problem"] and failure["partition"].startswith("submissionDateS3=20151027") and failure["attempt"] == 1
    assert definitions["Told"]["file"] == str(plugin) and definitions["Told"]["columns"] == [{"name": "documentId", "type": "string", "required": True}]

    running = sleeping(raw, plugin, tmp_path / "asleep")
    run_now = derived()[0][0]
    assert run_now["state"] == "running" and run_now["tasks_done"] == 0 and run_now["ended_at"] is None
    assert {task["task"] for task in run_now["running"]} <= set(range(6)) and run_now["running"]
    running.kill()
    running.communicate()
    killed = derived()[0][0]
    assert killed["plan"] == run_now["plan"] and killed["state"] == "killed"


def test_reports_of_runs_tell_of_killed_workers(raw, plugin, tmp_path, start):
    told(raw, plugin, "crash-once", tmp_path / "once", check=True)
    (run_of_it,) = start(raw.data).request("GET", "/api/v1/derived")[2]["runs"]
    assert run_of_it["state"] == "committed" and run_of_it["tasks_done"] == 6
    failures = run_of_it["failures"]  # of each worker that was among the first: they look at one file
    assert failures and all("killed by signal 9" in failure["problem"] and failure["attempt"] == 1 for failure in failures)
