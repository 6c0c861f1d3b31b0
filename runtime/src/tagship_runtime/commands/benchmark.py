"""``tagship benchmark``: how fast is an artifact on this machine?"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tagship_runtime.arrays import Features
from tagship_runtime.commands.options import add_artifact_options, load_artifact
from tagship_runtime.predictor import Predictor

HELP = "measure load time, one-row latency and batch throughput of artifacts on this machine"
EXAMPLES = ("tagship benchmark model.tflite", "tagship benchmark *.tflite *.onnx --json")

ONE_ROW_CALLS, BATCH_CALLS, BATCH_ROWS = 2000, 5, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What was measured of one artifact.

    Attributes:
        artifact: Its path.
        bytes: Its size.
        load_ms: Read, check and open it, in milliseconds; the engine's own import included the first time.
        one_row_us: Median of one row to label names, in microseconds.
        one_row_p99_us: 99th percentile of the same.
        rows_per_second: Decisions for a batch.
    """

    artifact: str
    bytes: int
    load_ms: float
    one_row_us: float
    one_row_p99_us: float
    rows_per_second: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifacts", nargs="+", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    add_artifact_options(parser)


def run(options: argparse.Namespace) -> int:
    """Measure each artifact and print a table."""
    speeds = [_measure(path, options) for path in options.artifacts]
    if options.json:
        print(json.dumps([asdict(speed) for speed in speeds], indent=2))
        return 0
    print(f"{'bytes':>10} {'load ms':>8} {'1 row us':>9} {'p99 us':>8} {'rows/s':>12}  artifact")
    for speed in speeds:
        print(
            f"{speed.bytes:>10,} {speed.load_ms:>8.1f} {speed.one_row_us:>9.1f} {speed.one_row_p99_us:>8.1f} "
            f"{speed.rows_per_second:>12,.0f}  {speed.artifact}"
        )
    return 0


def _measure(path: str, options: argparse.Namespace) -> Speed:
    start = time.perf_counter()
    model = load_artifact(path, options)
    load_seconds = time.perf_counter() - start
    rows = _rows(model)
    one = _times(lambda: model.predict_one(rows[0]), ONE_ROW_CALLS) * 1e6
    many = _times(lambda: model.predict(rows), BATCH_CALLS)
    return Speed(
        artifact=path,
        bytes=Path(path).stat().st_size,
        load_ms=load_seconds * 1e3,
        one_row_us=float(np.median(one)),
        one_row_p99_us=float(np.percentile(one, 99)),
        rows_per_second=len(rows) / float(np.median(many)),
    )


def _rows(model: Predictor) -> Features:
    """Golden rows repeated, or random ones; values do not change the speed of these models."""
    golden = model.contract.golden
    if golden is None:
        shape = tuple(size or 1 for size in model.contract.input.shape[1:])
        rows: Features = np.random.default_rng(0).normal(size=(BATCH_ROWS, *shape)).astype(np.float32)
        return rows
    return np.resize(np.array(golden.rows, dtype=object), (BATCH_ROWS, *np.shape(golden.rows)[1:]))


def _times(call: Callable[[], object], calls: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds of each call, after a tenth as many to warm up."""
    for _ in range(max(1, calls // 10)):
        call()
    marks = [time.perf_counter()]
    for _ in range(calls):
        call()
        marks.append(time.perf_counter())
    return np.diff(marks)
