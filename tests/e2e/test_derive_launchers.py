"""One plan by all launchers: whoever runs the tasks, in whatever order, how often, the table is the local pool's."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import TARN
from test_derive import Raw, pyiceberg_table, sorted_rows

LAUNCHERS = Path(__file__).resolve().parents[2] / "tools/launchers"
SPARK = os.environ.get("TARN_SPARK_PYTHON")
TASKS = 18

# Stands for the program: task 3's first attempt says that it may succeed later, task 5's is killed when its rows lie there and its manifest does not.
FLAKY = """#!/bin/bash
task=$(grep -oE -- '--task [0-9]+' <<<"$*" | cut -d' ' -f2)
echo "${task:-$2}" >>ATTEMPTS
if [ "$task" = 3 ] && mkdir ONCE-3 2>/dev/null; then echo "the disk is away" >&2; exit 10; fi
if [ "$task" = 5 ] && mkdir ONCE-5 2>/dev/null; then TARN "${@:1:$#-2}"; rm -r PLAN.tasks/00005.json; kill -9 $$; fi
exec TARN "$@"
"""


class Planned:
    """A copy of the raw buckets in a data directory of its own, and the plan for it."""

    def __init__(self, raw, directory):
        self.data, self.plan = directory / "lake", directory / "plan.json"
        shutil.copytree(raw.data / "buckets", self.data / "buckets")
        self.location = self.data / raw.location.relative_to(raw.data)
        derive(self, "plan", "--out", str(self.plan))
        tasks = json.loads(self.plan.read_text())["tasks"]
        self.tasks = [[one["key"] for one in task["inputs"]] for task in tasks]  # etags are the copy's own
        assert len(self.tasks) == TASKS

    def run_task(self, task, *wrapper, **options):
        return subprocess.Popen([*wrapper, TARN, "derive", "run-task", "--plan", str(self.plan), "--task", str(task)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def commit(self):
        done = subprocess.run([TARN, "derive", "commit", "--plan", str(self.plan), "--output", "json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def flaky(self, directory):
        script = directory / "tarn-flaky"
        replaced = {"ATTEMPTS": directory / "attempts", "ONCE": directory / "once", "TARN": TARN, "PLAN": self.plan}
        script.write_text(re.sub("|".join(replaced), lambda found: str(replaced[found[0]]), FLAKY))
        script.chmod(0o755)
        return script

    def content(self):
        """Rows, and rejects but for their ids and clocks, as PyIceberg reads them."""
        rejects = pyiceberg_table(self, "executive_stream_rejects").scan().to_arrow().select(["reason", "path", "message"]).to_pylist()
        return sorted_rows(pyiceberg_table(self).scan().to_arrow().to_pylist()), sorted(rejects, key=lambda row: row["message"])

    def files(self):
        return sorted(str(path.parent.relative_to(self.location)) for path in self.location.rglob("*.parquet"))


def derive(place, command, *arguments):
    return Raw.derive(place, command, *arguments, "--chunk-objects", "1")


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return Raw(tmp_path_factory.mktemp("raw") / "lake")


@pytest.fixture
def planned(raw, tmp_path):
    return Planned(raw, tmp_path)


@pytest.fixture(scope="module")
def pool(raw, tmp_path_factory):
    """What the local pool makes: the others are held against it."""
    planned = Planned(raw, tmp_path_factory.mktemp("pool"))
    derive(planned, "run", "--threads", "2")
    return planned


def check_as_the_pool(planned, pool, raw):
    assert planned.tasks == pool.tasks
    assert planned.content() == pool.content()
    assert planned.content()[0] == sorted_rows(raw.expected)
    assert planned.files() == pool.files()


def test_tasks_backwards_twice_and_killed_at_each_step(planned, pool, raw):
    killed_at = {}
    for task in reversed(range(TASKS)):
        if task in (11, 10, 9):
            # Before the rows' file has its name; before the rejects' has; before the manifest has.
            step = 12 - task
            kill = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e", f"inject=renameat2:signal=SIGKILL:when={step}"]
            before = len(planned.files())
            one = planned.run_task(task, *kill)
            _, said = one.communicate()
            if "PTRACE" in said:
                pytest.skip(f"strace may not trace here: {said}")
            killed_at[step] = (one.returncode, len(planned.files()) - before)
        both = [planned.run_task(task) for _ in range(2)]
        said = [one.communicate() for one in both]
        assert [one.returncode for one in both] == [0, 0], said
        assert sum("another attempt was first, and counts" in out for out, _ in said) == 1
    assert killed_at == {1: (-9, 0), 2: (-9, 1), 3: (-9, 1)}
    assert len(planned.files()) == TASKS + 2
    assert planned.commit()["was_committed"] is False
    check_as_the_pool(planned, pool, raw)
    assert planned.commit()["was_committed"] is True
    check_as_the_pool(planned, pool, raw)


def slurm(planned, tmp_path, task, restarts=0):
    """The template under bash, with stand-ins for Slurm's own commands. Returns its exit status and what it asked of Slurm."""
    asked = tmp_path / "asked"
    asked.write_text("")
    for command in ["scontrol", "scancel"]:
        (tmp_path / command).write_text(f'#!/bin/sh\necho {command} "$@" >>{asked}\n')
        (tmp_path / command).chmod(0o755)
    done = subprocess.run(["bash", str(LAUNCHERS / "slurm_array.sbatch"), str(planned.plan)], capture_output=True, text=True,
                          env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "TARN": str(planned.flaky(tmp_path)), "SLURM_ARRAY_JOB_ID": "70",
                               "SLURM_ARRAY_TASK_ID": str(task), "SLURM_RESTART_COUNT": str(restarts)})
    return done.returncode, asked.read_text()


def test_the_slurm_template_requeues_what_may_succeed_and_no_other(planned, pool, raw, tmp_path):
    first = {task: slurm(planned, tmp_path, task) for task in range(TASKS)}
    assert {task: end for task, end in first.items() if end != (0, "")} == {3: (10, "scontrol requeue 70_3\n"), 5: (137, "scontrol requeue 70_5\n")}
    assert [slurm(planned, tmp_path, task, restarts=1) for task in (3, 5)] == [(0, "")] * 2
    planned.commit()
    check_as_the_pool(planned, pool, raw)
    assert slurm(planned, tmp_path, 77) == (42, "scancel 70\n")
    shutil.rmtree(tmp_path / "once-3")
    assert slurm(planned, tmp_path, 3, restarts=3) == (10, "")


def test_kubernetes_runs_the_same_task(planned):
    text = (LAUNCHERS / "kubernetes_job.yaml").read_text()
    (command,) = re.findall(r"exec tarn (derive run-task .*)", text)
    command = command.replace("/mnt/lake/plan.json", str(planned.plan))
    done = subprocess.run(["/bin/sh", "-c", f"exec {TARN} {command}"], capture_output=True, text=True, env={**os.environ, "JOB_COMPLETION_INDEX": "4"})
    assert done.returncode == 0 and done.stdout.startswith("task 4: "), done.stderr


def why_no_spark():
    if not SPARK:
        return "PySpark is not installed: ./dev test spark installs it"
    return None if shutil.which("java") else "there is no Java"


spark_only = pytest.mark.skipif(why_no_spark() is not None, reason=str(why_no_spark()))


def spark_home(directory):
    """Spark's own directory by links, so that what executors leave behind lies in the test's."""
    installed = subprocess.run([SPARK, "-c", "import pyspark; print(pyspark.__path__[0])"], capture_output=True, text=True, check=True).stdout.strip()
    home = directory / "spark"
    home.mkdir()
    for entry in Path(installed).iterdir():
        (home / entry.name).symlink_to(entry)
    return home


def submit(planned, directory, master, *configuration):
    home = spark_home(directory)
    words = [str(home / "bin/spark-submit"), "--master", master, "--driver-memory", "512m"]
    for entry in ["spark.ui.enabled=false", f"spark.local.dir={directory}/local", *configuration]:
        words += ["--conf", entry]
    words += [str(LAUNCHERS / "tarn_spark.py"), "--plan", str(planned.plan), "--tarn", str(planned.flaky(directory))]
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home), "PYSPARK_PYTHON": SPARK}
    return subprocess.run(words, capture_output=True, text=True, timeout=400, cwd=directory, env=environment)


def attempts(directory):
    return (directory / "attempts").read_text().split()


@spark_only
def test_spark_on_two_executors_repeats_what_was_killed_and_makes_the_same_table(planned, pool, raw, tmp_path):
    done = submit(planned, tmp_path, "local-cluster[2,1,1024]", "spark.executor.memory=512m")
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"default.executive_stream: {len(raw.expected)} rows in " in done.stdout
    assert "task 3: exit status 10: the disk is away" in done.stderr
    assert "task 5: killed by signal 9" in done.stderr
    assert sorted(attempts(tmp_path)) == sorted([str(task) for task in range(TASKS)] + ["3", "5", "commit"])
    check_as_the_pool(planned, pool, raw)


@spark_only
def test_a_task_that_cannot_succeed_ends_the_spark_job_at_once(planned, tmp_path):
    key = planned.tasks[2][0]
    (planned.data / "buckets/raw-data" / key).unlink()
    done = submit(planned, tmp_path, "local[1,4]")
    assert done.returncode == 42, done.stderr[-4000:]
    assert re.search(f"^task 2: .*object raw-data/{re.escape(key)}: ", done.stdout, re.MULTILINE), done.stdout  # where spark-submit puts a driver's stderr
    assert attempts(tmp_path).count("2") == 1
    assert not {"17", "commit"} & set(attempts(tmp_path))
    assert not list((planned.data / "buckets/derived").glob("*/*/metadata/*.avro"))
