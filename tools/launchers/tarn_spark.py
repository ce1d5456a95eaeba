#!/usr/bin/env python3
"""A plan of `tarn derive` on Spark: a task of the plan is a task of Spark, the driver commits.

    tarn derive plan ExecutiveStream --from-date 20151028 --to-date 20151028 --data /mnt/lake --out /mnt/lake/plan.json
    spark-submit tarn_spark.py --plan /mnt/lake/plan.json --tarn /mnt/lake/bin/tarn

Executors need the plan, the data directory and the program at the same paths: a shared file system. Spark moves no rows, it only
starts processes, so executors may be small: tarn's memory (--memory) comes out of spark.executor.memoryOverhead.

Attempts that are lost, killed or end with 10 are Spark's to repeat (spark.task.maxFailures), at once twice where it speculates: the
first that is done counts. A task that ends with 42 cannot succeed: the job is cancelled and its message is the driver's.
"""

import argparse
import json
import os
import subprocess
import sys

DONE, PERMANENT = 0, 42
TOLD_BYTES = 4096  # of what a failed task said


def task_command(options, task):
    command = [options.tarn, "derive", "run-task", "--plan", options.plan, "--task", str(task), "--memory", options.memory]
    # An executor that gives an attempt up kills this process, not its children.
    command += ["--end-with", str(os.getpid())]
    return command + (["--data", options.data] if options.data else [])


def do_task(options, task):
    """On an executor. Returns what a task that cannot succeed said, or None where it is done; raises where Spark shall try again."""
    done = subprocess.run(task_command(options, task), stderr=subprocess.PIPE)
    if done.returncode == DONE:
        return None
    said = done.stderr[-TOLD_BYTES:].decode(errors="replace").strip()
    if done.returncode == PERMANENT:
        return f"task {task}: {said}"
    how = f"killed by signal {-done.returncode}" if done.returncode < 0 else f"exit status {done.returncode}"
    raise RuntimeError(f"task {task}: {how}: {said}")


def run_tasks(context, options, count):
    """Returns what the first task that cannot succeed said, or None where all are done."""
    from pyspark import AccumulatorParam, InheritableThread

    class Lines(AccumulatorParam):
        def zero(self, value):
            return []

        def addInPlace(self, one, other):
            return one + other

    failures = context.accumulator([], Lines())  # the driver sees an entry when its task ends, not only when the job does
    group, raised = f"tarn-derive-{os.getpid()}", []

    def one_task(task):
        failure = do_task(options, task)
        if failure:
            failures.add([failure])

    def job():
        context.setJobGroup(group, f"tarn derive, {options.plan}", interruptOnCancel=True)
        try:
            context.parallelize(range(count), count).foreach(one_task)
        except Exception as error:
            raised.append(error)

    thread = InheritableThread(target=job)
    thread.start()
    while thread.is_alive() and not failures.value:
        thread.join(0.2)
    if failures.value:
        context.cancelJobGroup(group)
    thread.join()
    if failures.value:
        return failures.value[0]
    if raised:
        raise raised[0]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", required=True, type=os.path.abspath, help="as `tarn derive plan` wrote it")
    parser.add_argument("--tarn", default="tarn", help="the program, on driver and executors")
    parser.add_argument("--data", help="data directory, where it is not the plan's")
    parser.add_argument("--memory", default="512MiB", help="of one task")
    options = parser.parse_args()
    with open(options.plan) as file:
        count = len(json.load(file)["tasks"])

    if count:  # a plan may find all partitions as they should be
        from pyspark.sql import SparkSession

        session = SparkSession.builder.appName("tarn derive").getOrCreate()
        try:
            failure = run_tasks(session.sparkContext, options, count)
        finally:
            session.stop()
        if failure:
            print(failure, file=sys.stderr)
            return PERMANENT
    commit = [options.tarn, "derive", "commit", "--plan", options.plan]
    return subprocess.run(commit + (["--data", options.data] if options.data else [])).returncode


if __name__ == "__main__":
    sys.exit(main())
