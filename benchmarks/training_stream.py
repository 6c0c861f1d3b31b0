"""Training over a folder of Parquet files: time, memory, and what all rows are worth beside those that are drawn.

    python benchmarks/training_stream.py [--rows 1000000 4000000] [--width 50] [--in-memory 100000] [--json]

Rows are made up: five labels of lines, products and absolute values, with noise, in files of 500,000 rows. Each number
of rows is a process of its own. With ``--in-memory N``, N of the same rows are trained on as one table as well, and
judged by rows of their own, as many as of the stream.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from new_process import measure

FILE_ROWS, LABELS = 500_000, 5

STREAM = """
import json, os, resource, sys, time
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
import keras
from tagship_training import LabelColumns, draw, open_parts
from tagship_training.trainer import train
keras.ops.zeros(1)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
steps = []
def on_step(step):
    name = step.partition(":")[0]
    if not steps or steps[-1]["step"] != name:
        steps.append({"step": name, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                      "peak": peak()})
start, cpu, before = time.perf_counter(), time.process_time(), peak()
parts = open_parts(sys.argv[1])
rows = draw(parts, LabelColumns())
drawn = time.perf_counter() - start
run = train(rows.train, test=rows.test, validation=rows.validation, stream=rows.stream, on_step=on_step)
print(json.dumps({"rows": len(parts), "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                  "before": before, "peak": peak(), "drawn": drawn, "steps": steps,
                  "passes": 0 if rows.stream is None else rows.stream.passes,
                  "log_loss": {split: run.metrics[split]["log_loss"] for split in ("held_out", "test")},
                  "notices": run.notices}))
"""

IN_MEMORY = """
import json, os, resource, sys, time
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
import keras
import pyarrow.parquet
from tagship_training import LabelColumns, from_table
from tagship_training.trainer import train
keras.ops.zeros(1)
table = pyarrow.parquet.read_table(sys.argv[1])
count = int(sys.argv[2])
train_rows, held_out, test = (from_table(table.slice(first, length), LabelColumns())
                              for first, length in ((0, count), (count, 25_000), (count + 25_000, 25_000)))
start, cpu = time.perf_counter(), time.process_time()
run = train(train_rows, test=test, validation=held_out)
print(json.dumps({"rows": count, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                  "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10,
                  "log_loss": {split: run.metrics[split]["log_loss"] for split in ("held_out", "test")}}))
"""


def write_parts(folder: Path, rows: int, width: int) -> None:
    """Write made-up rows, the same ones for each number of rows."""
    weights = np.random.default_rng(7).normal(size=(LABELS, width)) / np.sqrt(width) * 2
    random = np.random.default_rng(0)
    for place, first in enumerate(range(0, rows, FILE_ROWS)):
        count = min(FILE_ROWS, rows - first)
        features = random.normal(size=(count, width)).astype(np.float32)
        columns = {f"c{column}": features[:, column] for column in range(width)}
        for label in range(LABELS):
            bent = features[:, label] * features[:, label + 5] * 1.5 + np.abs(features[:, label + 10])
            logits = features @ weights[label] + bent - 1.3 + random.logistic(size=count) / 2
            columns[f"label:{label}"] = (logits > 0).astype(np.uint8)
        path = folder / f"part-{place:03d}.parquet"
        pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=100_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 4_000_000])
    parser.add_argument("--width", type=int, default=50, help="columns, 15 at least")
    parser.add_argument("--in-memory", type=int, metavar="N", help="train on N rows of one table as well")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = []
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            write_parts(Path(folder), rows, options.width)
            found.append(measure(STREAM, folder))
            if options.in_memory is not None and rows == options.rows[0]:
                found.append(measure(IN_MEMORY, Path(folder) / "part-000.parquet", options.in_memory))
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for one in found:
        how = f"{one['passes']} passes" if "passes" in one else "in memory"
        losses = ", ".join(f"{split} {loss:.4f}" for split, loss in one["log_loss"].items())
        print(
            f"{one['rows']:,} x {options.width}, {how}: {one['seconds']:.0f} s ({one['cpu']:.0f} s of processor), peak "
            f"{one['peak']:.0f} MB; log loss {losses}"
        )
        for notice in one.get("notices", ()):
            if "held-out log loss" in notice:
                print(f"  {notice}")


if __name__ == "__main__":
    main()
