"""Ten million rows from Parquet to Parquet: ``tagship predict`` against pyarrow reading and writing the same columns.

Each is a process of its own; peak memory is measured at two sizes, to show that it does not grow with the rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pyarrow
import pyarrow.parquet
from comparison import Line, parser, show, summarize

from tagship_runtime.loading import read_contract

STREAM = """
import sys, pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
source, out, labels = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
schema = pa.schema([(label, pa.bool_()) for label in labels])
with pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20) as features, pq.ParquetWriter(out, schema) as writer:
    for batch in features.iter_batches(65536):
        decisions = [pc.greater_equal(batch.column(i), 8.0) for i in range(len(labels))]
        writer.write_batch(pa.record_batch(decisions, schema))
"""
"""By hand: the same columns in and out, in constant memory; the decisions are a comparison of one number each."""

WHOLE = """
import sys, pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
source, out, labels = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
features = pq.read_table(source)
pq.write_table(pa.table([pc.greater_equal(features.column(i), 8.0) for i in range(len(labels))], labels), out)
"""
"""The same without streaming."""


def make_features(path: Path, artifact: Path, rows: int) -> None:
    """Random rows within the range of the golden ones, in pieces."""
    contract = read_contract(artifact)[1]
    assert contract.golden is not None
    assert contract.features is not None
    golden = np.array(contract.golden.rows, np.float32)
    names = [feature.name for feature in contract.features]
    random = np.random.default_rng(0)
    schema = pyarrow.schema([(name, pyarrow.float32()) for name in names])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, 1 << 20):
            shape = (min(1 << 20, rows - start), len(names))
            block = random.uniform(golden.min(axis=0), golden.max(axis=0), shape).astype(np.float32)
            columns = [pyarrow.array(column) for column in np.ascontiguousarray(block.T)]
            writer.write_table(pyarrow.table(columns, schema=schema))


class Spent(NamedTuple):
    """Cost of a process: seconds, peak memory in MB, and seconds of processor time of all its threads."""

    seconds: float
    peak: float
    processor: float


def run(*command: object) -> Spent:
    """Return what a process cost that has to succeed."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, command)])
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return Spent(time.perf_counter() - start, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def measure(artifact: Path, rows: int, rounds: int, folder: Path) -> tuple[list[Line], float]:
    """The lines, and tagship's peak memory."""
    source, out = folder / "features.parquet", folder / "out.parquet"
    make_features(source, artifact, rows)
    labels = read_contract(artifact)[1].labels
    samples: dict[str, list[list[float]]] = {"pyarrow, streaming": [], "pyarrow, whole": [], "tagship predict": []}
    peak = 0.0
    for _ in range(rounds):
        for name, code in (("pyarrow, streaming", STREAM), ("pyarrow, whole", WHOLE)):
            samples[name].append([run("-c", code, source, out, ",".join(labels)).seconds])
        spent = run("-m", "tagship_runtime", "predict", artifact, source, "--out", out)
        peak = spent.peak
        samples["tagship predict"].append([spent.seconds])
    assert pyarrow.parquet.ParquetFile(out).metadata.num_rows == rows
    peer = min(("pyarrow, streaming", "pyarrow, whole"), key=lambda name: float(np.median(samples[name])))
    return summarize(
        f"{rows:,} rows, Parquet to Parquet", peer, samples, unit="s", limits={"tagship predict": 1.5}
    ), peak


def main() -> None:
    """Run it."""
    options = parser(__doc__)
    options.add_argument("--rows", type=int, default=10_000_000)
    chosen = options.parse_args()
    artifact = Path(chosen.artifacts) / "float32.tflite"
    with TemporaryDirectory() as folder:
        small_rows = chosen.rows // 4
        _, small = measure(artifact, small_rows, 1, Path(folder))
        lines, peak = measure(artifact, chosen.rows, 2 if chosen.quick else 5, Path(folder))
    show(lines, chosen)
    print(
        f"\n  tagship's peak memory: {small:.0f} MB for {small_rows:,} rows, {peak:.0f} MB for {chosen.rows:,}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
