"""A million rows, CSV to CSV: ``tagship predict`` against pyarrow reading alone, and against a program by hand.

Each is a process of its own; peak memory is measured at two sizes, to show that it does not grow with the rows. Then
the table that training reads, against pyarrow's ``read_csv``, in one process. Processor times are compared as well, the
least of each contestant: other programs on the machine make times longer, and these ratios hardly.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow
import pyarrow.csv
from comparison import Line, compare, parser, show, summarize
from parquet import Spent, run

from tagship_runtime.files import read_table
from tagship_runtime.loading import read_contract

READING = """
import sys, pyarrow as pa, pyarrow.csv
with pa.csv.open_csv(sys.argv[1]) as batches:
    print(sum(batch.num_rows for batch in batches), file=open(sys.argv[2], "w"))
"""
"""pyarrow alone: every cell becomes a number, in constant memory, and nothing is done with it."""

BY_HAND = """
import sys, json, numpy as np, onnxruntime, pyarrow as pa, pyarrow.csv
source, out, model, about = sys.argv[1:]
about = json.loads(about)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options)
name, thresholds = session.get_inputs()[0].name, np.array(about["thresholds"], np.float32)
schema = pa.schema([(label, pa.int8()) for label in about["labels"]])
with pa.csv.open_csv(source) as batches, pa.csv.CSVWriter(out, schema) as writer:
    for batch in batches:
        rows = np.stack([batch.column(name).to_numpy() for name in about["features"]], axis=1).astype(np.float32)
        if not np.isfinite(rows).all():
            raise SystemExit("a cell is no number")
        decisions = session.run(None, {name: rows})[0] >= thresholds
        writer.write_batch(pa.record_batch([pa.array(column.astype(np.int8)) for column in decisions.T], schema))
"""
"""What somebody writes for this one model."""


READS, HAND, OURS = "pyarrow, reading", "by hand", "tagship predict"
"""Contestants."""


def make_rows(path: Path, names: list[str], rows: int) -> None:
    """Write numbers with three decimals, in pieces."""
    random = np.random.default_rng(0)
    schema = pyarrow.schema([(name, pyarrow.float64()) for name in names])
    with pyarrow.csv.CSVWriter(path, schema) as writer:
        for start in range(0, rows, 1 << 18):
            columns = random.uniform(0, 20, (len(names), min(1 << 18, rows - start))).round(3)
            writer.write_batch(pyarrow.record_batch(list(map(pyarrow.array, columns)), schema=schema))


def measure(artifact: Path, rows: int, rounds: int, folder: Path) -> tuple[list[Line], dict[str, Spent]]:
    """Return the lines of whole processes, and by contestant the run with the least processor time."""
    contract = read_contract(artifact)[1]
    names = [feature.name for feature in contract.features or ()]
    about = {"features": names, "labels": contract.labels, "thresholds": list(map(float, contract.thresholds))}
    source, out, peer = folder / f"{rows}.csv", folder / "out.csv", folder / "by-hand.csv"
    make_rows(source, names, rows)
    commands: dict[str, tuple[object, ...]] = {
        READS: ("-c", READING, source, folder / "rows.txt"),
        HAND: ("-c", BY_HAND, source, peer, artifact, json.dumps(about)),
        OURS: ("-m", "tagship_runtime", "predict", artifact, source, "--out", out),
    }
    spent: dict[str, list[Spent]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            spent[name].append(run(*command))
    decisions = [pyarrow.csv.read_csv(path).to_pandas().to_numpy() for path in (out, peer)]
    assert decisions[0].shape == (rows, len(contract.labels))
    assert (decisions[0] == decisions[1]).all()
    title = f"{rows:,} x {len(names)} cells, CSV to CSV, whole processes"
    samples = {name: [[one.seconds] for one in own] for name, own in spent.items()}
    least = {name: min(own, key=lambda one: one.processor) for name, own in spent.items()}
    return summarize(title, HAND, samples, unit="s", limits={OURS: 1.5}), least


def processor_time(source: str, rounds: int) -> float:
    """Return how many times the processor time of pyarrow alone training's reading takes, of all threads together.

    The least of each side counts, taken in turn: other programs make both longer, and hardly their ratio.
    """
    seconds: dict[Callable[[str], object], list[float]] = {read_table: [], pyarrow.csv.read_csv: []}
    for _ in range(rounds):
        for read, own in seconds.items():
            start = time.process_time()
            read(source)
            own.append(time.process_time() - start)
    return min(seconds[read_table]) / min(seconds[pyarrow.csv.read_csv])


def main() -> None:
    """Run it."""
    options = parser(__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    chosen = options.parse_args()
    artifact = Path(chosen.artifacts) / "float32.onnx"
    with TemporaryDirectory() as name:
        folder = Path(name)
        _, small = measure(artifact, chosen.rows // 4, 1, folder)
        lines, spent = measure(artifact, chosen.rows, 2 if chosen.quick else 7, folder)
        source = str(folder / f"{chosen.rows}.csv")
        lines += compare(
            f"{chosen.rows:,} rows as training reads them",
            "pyarrow.csv.read_csv",
            {"pyarrow.csv.read_csv": lambda: pyarrow.csv.read_csv(source), "tagship train": lambda: read_table(source)},
            rounds=2 if chosen.quick else 7,
            calls=1,
            unit="s",
        )
        processor = processor_time(source, 2 if chosen.quick else 7)
    show(lines, chosen)
    ours, hand, reads = (spent[name].processor for name in (OURS, HAND, READS))
    print(
        f"\n  tagship's peak memory: {small[OURS].peak:.0f} MB for {chosen.rows // 4:,} rows, "
        f"{spent[OURS].peak:.0f} MB for {chosen.rows:,}\n"
        f"  in processor time: {OURS} {ours / hand:.2f} of the program by hand, "
        f"which takes {hand / reads:.2f} of {READS}\n"
        f"  as training reads them, in processor time: {processor:.2f} of pyarrow.csv.read_csv",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
