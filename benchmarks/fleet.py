"""Cost of the scorer on a cluster: in Spark, Ray and over folders, beside a job that passes the columns on.

    make fleet
    .venv-fleet/bin/python benchmarks/fleet.py [--rows 4000000] [--columns 6 100] [--pairs 3] [--engines ray,workers]

Each engine has one slot. The job with the scorer and the one with an identity function take turns in one session, and
what is reported is the middle of the ratios of neighbours, so that what else a machine does counts little. Of 100
columns there are a fourth as many rows. Memory is the peak of the process that scores; its processor time is measured
there as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet

FILES, NARROW, WIDE_SHARE = 8, 20, 4
ROWS_ON_PAPER, CORES_ON_PAPER = 10_000_000_000, 100

CALLS = """
import json, os, resource, sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
folder, artifact, pairs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
from tagship_runtime.arrow import Scorer
score = Scorer(artifact)

def noted(name, start, cpu):
    figures = {"cpu": time.process_time() - cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10}
    with open(folder / f"{name}.jsonl", "a") as stream:
        stream.write(json.dumps(figures) + "\\n")

def ours(batches):
    start, cpu = time.perf_counter(), time.process_time()
    yield from score(batches)
    noted("scorer", start, cpu)

def identity(batches):
    start, cpu = time.perf_counter(), time.process_time()
    yield from batches
    noted("identity", start, cpu)

def turns(jobs):
    found = {name: [] for name in jobs}
    for job in jobs.values():
        job()  # processes start, and the artifact is loaded
    for path in folder.glob("*.jsonl"):
        path.unlink()
    for turn in range(pairs):
        for name in (list(jobs) if turn % 2 else list(jobs)[::-1]):
            start = time.perf_counter()
            jobs[name]()
            found[name].append(time.perf_counter() - start)
    print(json.dumps(found))
"""

SPARK = (
    CALLS
    + """
os.environ["PYSPARK_PYTHON"] = sys.executable
from pyspark.sql import SparkSession
settings = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
            "spark.sql.execution.arrow.maxRecordsPerBatch": "65536"}
spark = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
spark.sparkContext.setLogLevel("OFF")
rows = spark.read.parquet(str(folder / "rows")).select(*score.columns)

def job(call, schema):
    return lambda: rows.mapInArrow(call, schema).write.format("noop").mode("overwrite").save()

turns({"identity": job(identity, rows.schema), "scorer": job(ours, score.spark_schema)})
spark.stop()
"""
)

RAY = (
    CALLS
    + """
import pyarrow
import ray
settings = {"worker_niceness": 0}  # as the other engines' processes have
ray.init(num_cpus=1, include_dashboard=False, logging_level="error", log_to_driver=False, _system_config=settings)
ray.data.DataContext.get_current().enable_progress_bars = False
rows = ray.data.read_parquet(str(folder / "rows"), columns=score.columns)

def one(call):
    return lambda batch: pyarrow.Table.from_batches(list(call(batch.to_batches())))

def job(call):
    return lambda: rows.map_batches(call, batch_format="pyarrow", batch_size=65536).materialize()

turns({"identity": job(one(identity)), "scorer": job(one(ours))})
ray.shutdown()
"""
)

WORKERS = (
    CALLS
    + """
import shutil, subprocess

COPY = '''
import sys
from pathlib import Path
import pyarrow.parquet
for path in sorted(Path(sys.argv[1]).iterdir()):
    file = pyarrow.parquet.ParquetFile(path)
    with pyarrow.parquet.ParquetWriter(Path(sys.argv[2]) / path.name, file.schema_arrow) as writer:
        for batch in file.iter_batches(65536):
            writer.write_batch(batch)
'''

def run(name, *command):
    def job():
        shutil.rmtree(folder / "out", ignore_errors=True)
        (folder / "out").mkdir()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *map(str, command)], check=True, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        with open(folder / f"{name}.jsonl", "a") as stream:
            stream.write(json.dumps({"cpu": cpu, "peak": after.ru_maxrss / 2**10}) + "\\n")
    return job

predict = ("-m", "tagship_runtime", "predict", artifact)
turns({
    "identity": run("identity", "-c", COPY, folder / "rows", folder / "out"),
    "one_file": run("one_file", *predict, folder / "one.parquet", "--out", folder / "out" / "one.parquet"),
    "scorer": run("scorer", *predict, folder / "rows", "--out", folder / "out", "--workers", 1),
})
"""
)

ENGINES: Mapping[str, str] = {"spark": SPARK, "ray": RAY, "workers": WORKERS}


def make_artifact(folder: Path, width: int) -> Path:
    """Export the article's network for so many columns; how well it decides does not matter here."""
    random = np.random.default_rng(0)
    features = random.normal(size=(2000, width)).astype(np.float32)
    targets = np.stack([features[:, label] + features[:, label + 1] > 0 for label in range(3)], axis=1)
    names = np.array([f"x{column}" for column in range(width)])
    np.savez(folder / "few.npz", X=features, y=targets.astype(np.uint8), feature_names=names)
    command = [sys.executable, "-m", "tagship_runtime"]
    train = ["train", folder / "few.npz", "--preset", "article", "--epochs", "1", "--out", folder / "run"]
    export = ["export", folder / "run", "--formats", "tflite", "--recipes", "float32", "--out", folder / "artifacts"]
    for arguments in (train, export):
        subprocess.run([*command, *map(str, arguments)], check=True, capture_output=True)
    return folder / "artifacts" / "float32.tflite"


def write_rows(folder: Path, names: list[str], rows: int) -> None:
    """Write rows in several files, and the same ones in a single file."""
    (folder / "rows").mkdir()
    random = np.random.default_rng(1)
    schema = pyarrow.schema([(name, pyarrow.float32()) for name in names])
    with pyarrow.parquet.ParquetWriter(folder / "one.parquet", schema) as whole:
        for place in range(FILES):
            features = random.normal(size=(rows // FILES, len(names))).astype(np.float32)
            table = pyarrow.table(dict(zip(names, features.T, strict=True)), schema)
            pyarrow.parquet.write_table(table, folder / "rows" / f"part-{place}.parquet", row_group_size=100_000)
            whole.write_table(table, row_group_size=100_000)


def measure(engine: str, folder: Path, artifact: Path, rows: int, pairs: int) -> dict[str, Any]:
    """Run one engine's jobs in a new process, and return seconds, ratios, processor time and memory."""
    command = [sys.executable, "-c", ENGINES[engine], str(folder), str(artifact), str(pairs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{engine} failed: {done.stderr[-3000:]}")
    seconds: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    inside = {
        name: [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()] for name in seconds
    }
    for path in folder.glob("*.jsonl"):
        path.unlink()
    return {
        "engine": engine,
        "rows": rows,
        "seconds": seconds,
        "ratios": {
            name: median(mine / theirs for mine, theirs in zip(seconds["scorer"], own, strict=True))
            for name, own in seconds.items()
            if name != "scorer"
        },
        "cpu": {name: sum(one["cpu"] for one in own) / pairs for name, own in inside.items()},
        "peak": {name: max(one["peak"] for one in own) for name, own in inside.items()},
    }


def lines(found: Mapping[str, Any], width: int) -> list[str]:
    """Say what was measured."""
    best = min(found["seconds"]["scorer"])
    rate = found["rows"] / best
    hours = ROWS_ON_PAPER / rate / CORES_ON_PAPER / 3600
    compared = ", ".join(f"{ratio:.2f} times {name.replace('_', ' ')}" for name, ratio in found["ratios"].items())
    added = (found["cpu"]["scorer"] - found["cpu"]["identity"]) / found["rows"] * 1e6
    return [
        f"{found['engine']}, {found['rows']:,} x {width}: {best:.1f} s, {rate:,.0f} rows/s in one slot, {compared}",
        f"  {added:+.2f} s of processor per million rows beside identity; peak {found['peak']['scorer']:.0f} MB; "
        f"on paper {ROWS_ON_PAPER:,} rows in {CORES_ON_PAPER} slots: {hours:.2f} h",
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[4_000_000])
    parser.add_argument("--columns", type=int, nargs="+", default=[6, 100])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = []
    for width in options.columns:
        for wanted in options.rows:
            rows = wanted if width <= NARROW else wanted // WIDE_SHARE
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                artifact = make_artifact(folder, width)
                write_rows(folder, [f"x{column}" for column in range(width)], rows)
                for engine in options.engines.split(","):
                    found = measure(engine, folder, artifact, rows, options.pairs)
                    results.append(found | {"columns": width})
                    if not options.json:
                        print("\n".join(lines(found, width)), flush=True)
    if options.json:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
