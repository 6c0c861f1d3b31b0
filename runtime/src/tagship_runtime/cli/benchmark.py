"""``tagship benchmark``: the speed of artifacts on this machine."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np

from tagship_runtime.cli.given_rows import given_rows
from tagship_runtime.cli.options import add_artifact_options, add_dialect_options, dialect_of, load_artifact
from tagship_runtime.errors import UsageError
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.json import print_json
from tagship_runtime.terminal.table import file_names, file_size, table, wrap
from tagship_runtime.typing import Features

HELP = "compare artifacts on this machine: load time, one-row latency, batch throughput; and recommend"
EXAMPLES = (
    "tagship benchmark model.tflite",
    "tagship benchmark *.tflite *.onnx --json",
    "tagship benchmark model.c --target cortex-m4f",
)

ONE_ROW_CALLS, BATCH_CALLS, BATCH_ROWS = 2000, 5, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Figures of one artifact.

    Attributes:
        artifact: Its path.
        bytes: Its size.
        load_ms: Read, check and open it, in milliseconds.
        one_row_us: Median of one row to label names, in microseconds.
        one_row_p99_us: 99th percentile of the same.
        rows_per_second: Decisions for a batch.
        selftest: Whether its golden rows come out as they should on this machine; None where it has none.
    """

    artifact: str
    bytes: int
    load_ms: float
    one_row_us: float
    one_row_p99_us: float
    rows_per_second: float
    selftest: bool | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifacts", nargs="+", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--target", metavar="NAME", help="an emulated device, for C: cortex-m0, cortex-m3, cortex-m4f")
    parser.add_argument("--data", metavar="FILE", help="rows to time, a table or .npz (default: golden or random rows)")
    parser.add_argument("--json", action="store_true", help="print the measurements as JSON")
    add_artifact_options(parser)
    add_dialect_options(parser)


def run(options: argparse.Namespace) -> int:
    """Measure each artifact and print a table."""
    if options.target is not None:
        return _on_device(options)
    speeds = [_measure(path, options) for path in dict.fromkeys(options.artifacts)]
    if options.json:
        print_json([asdict(speed) for speed in speeds])
        return 0
    names = file_names([speed.artifact for speed in speeds])
    named = [replace(speed, artifact=name) for speed, name in zip(speeds, names, strict=True)]
    lines = table(HEADINGS, [_row(speed) for speed in named])
    for sentence in _recommend(named):
        lines += wrap(sentence)
    print("\n".join(lines))
    return 0


def _on_device(options: argparse.Namespace) -> int:
    """Measure on a device that an installed package knows."""
    devices = {entry.name: entry for entry in entry_points(group="tagship.devices")}
    if options.target not in devices:
        known = f"there are {', '.join(sorted(devices))}" if devices else "they come with tagship-export"
        raise UsageError(f"--target is {options.target!r}, and no device is called so; {known}")
    device = devices[options.target].load()
    found = [device.measure(path) for path in dict.fromkeys(options.artifacts)]
    if options.json:
        print_json(found)
        return 0
    names = file_names([one["artifact"] for one in found])
    rows = [(name, *_device_row(one)) for name, one in zip(names, found, strict=True)]
    lines = table(DEVICE_HEADINGS, rows)
    emulators = " and ".join(dict.fromkeys(one["emulated_by"] or "nothing: no golden rows" for one in found))
    lines += wrap(f"bytes and instructions of one row on {found[0]['device']}, emulated by {emulators}")
    print("\n".join(lines))
    return 0


DEVICE_HEADINGS = ("artifact", "flash", "RAM", "stack", "instructions", "self-test", "fits")


def _device_row(found: Mapping[str, Any]) -> tuple[str, ...]:
    fits = found["fits_kb"]
    return (
        *(_count(found[key]) for key in ("flash_bytes", "static_ram_bytes", "stack_bytes", "instructions")),
        _VERDICTS[found["selftest"]],
        "no common part" if fits is None else f"{fits} KB",
    )


def _count(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


HEADINGS = ("artifact", "size", "load ms", "1 row us", "p99 us", "rows/s", "self-test")


def _row(speed: Speed) -> tuple[str, ...]:
    return (
        speed.artifact,
        file_size(speed.bytes),
        f"{speed.load_ms:.1f}",
        f"{speed.one_row_us:.1f}",
        f"{speed.one_row_p99_us:.1f}",
        f"{speed.rows_per_second:,.0f}",
        _VERDICTS[speed.selftest],
    )


_VERDICTS = {True: "passed", False: "FAILED", None: "none"}

NOISE = 1.1
"""Times that differ by less are the same: the smaller file wins."""


PURPOSES: Mapping[str, Callable[[Speed], float]] = {
    "one row at a time": lambda speed: speed.one_row_us,
    "batches": lambda speed: 1 / speed.rows_per_second,
    "a quick start": lambda speed: speed.load_ms,
}
"""Figures that the recommendation minimizes, by the name of what they are best for."""


def _recommend(speeds: Sequence[Speed]) -> Iterator[str]:
    """Recommend among those that compute here what was exported; how exact a recipe is, ``tagship inspect`` tells."""
    sound = [speed for speed in speeds if speed.selftest is not False]
    for speed in speeds:
        if speed.selftest is False:
            yield f"not {speed.artifact}: it fails its self-test on this machine"
    if len(sound) < 2:
        return
    for purpose, cost in PURPOSES.items():
        least = min(cost(speed) for speed in sound)
        best = min((speed for speed in sound if cost(speed) <= NOISE * least), key=lambda speed: speed.bytes)
        yield f"for {purpose}: {best.artifact}"
    yield f"smallest: {min(sound, key=lambda speed: speed.bytes).artifact}"


def _measure(path: str, options: argparse.Namespace) -> Speed:
    load_artifact(path, options)  # the engine's import counts for none of them
    start = time.perf_counter()
    model = load_artifact(path, options)
    load_seconds = time.perf_counter() - start
    rows = _rows(model) if options.data is None else given_rows(model, options.data, dialect_of(options), BATCH_ROWS)
    first = rows[0].tolist() if isinstance(rows, np.ndarray) else rows[0]
    one = _times(lambda: model.predict_one(first), ONE_ROW_CALLS) * 1e6
    many = _times(lambda: model.predict(rows), BATCH_CALLS)
    return Speed(
        artifact=path,
        bytes=Path(path).stat().st_size,
        load_ms=load_seconds * 1e3,
        one_row_us=float(np.median(one)),
        one_row_p99_us=float(np.percentile(one, 99)),
        rows_per_second=len(rows) / float(np.median(many)),
        selftest=None if model.contract.golden is None else model.selftest().passed,
    )


def _rows(model: Predictor) -> Any:
    """Golden rows repeated, or random ones; values do not change the speed of these models."""
    contract = model.contract
    if contract.golden is None:
        rows: Features = (
            np.random.default_rng(0).normal(size=(BATCH_ROWS, *contract.input.row_shape)).astype(np.float32)
        )
        return rows
    golden = contract.golden.values(contract.input)
    if any(feature.textual for feature in contract.features or ()):
        return (golden * (BATCH_ROWS // len(golden) + 1))[:BATCH_ROWS]
    numbers = np.array(golden, np.float32)
    return np.resize(numbers, (BATCH_ROWS, *numbers.shape[1:]))


def _times(call: Callable[[], object], calls: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds of each call, after a tenth as many to warm up."""
    for _ in range(max(1, calls // 10)):
        call()
    marks = [time.perf_counter()]
    for _ in range(calls):
        call()
        marks.append(time.perf_counter())
    return np.diff(marks)
