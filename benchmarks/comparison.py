"""Times contestants in turn, so that whatever disturbs the machine disturbs all of them, and prints ratios."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One contestant against its peer.

    Attributes:
        what: Which question.
        name: Who.
        unit: Of the times: us, ms or s.
        median: Of all calls.
        p99: Of all calls.
        ratio: Median over the rounds of this one's median to the peer's; 1 for the peer.
        limit: What the ratio may be at most; None where none is asked for.
    """

    what: str
    name: str
    unit: str
    median: float
    p99: float
    ratio: float
    limit: float | None = None


UNITS: Mapping[str, float] = {"us": 1e6, "ms": 1e3, "s": 1.0}


def compare(
    what: str,
    peer: str,
    contestants: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    calls: int,
    unit: str,
    limits: Mapping[str, float] | None = None,
) -> list[Line]:
    """Call each contestant ``calls`` times a round, in an order that turns, and time every call."""
    samples: dict[str, list[list[float]]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            times = _times(contestants[name], calls)
            if number:  # the first round warms up
                samples[name].append(times)
    return summarize(what, peer, samples, unit=unit, limits=limits)


def summarize(
    what: str,
    peer: str,
    samples: Mapping[str, Sequence[Sequence[float]]],
    *,
    unit: str,
    limits: Mapping[str, float] | None = None,
) -> list[Line]:
    """Lines for seconds that were measured in rounds, (rounds, calls) for each name."""
    factor = UNITS[unit]
    base = np.median(np.array(samples[peer]), axis=1)
    return [
        Line(
            what=what,
            name=name,
            unit=unit,
            median=float(np.median(rounds)) * factor,
            p99=float(np.percentile(rounds, 99)) * factor,
            ratio=float(np.median(np.median(np.array(rounds), axis=1) / base)),
            limit=(limits or {}).get(name),
        )
        for name, rounds in samples.items()
    ]


def _times(call: Callable[[], object], calls: int) -> list[float]:
    clock = time.perf_counter
    times = []
    for _ in range(calls):
        start = clock()
        call()
        times.append(clock() - start)
    return times


def parser(description: str | None) -> argparse.ArgumentParser:
    """Options that all scripts share."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument(
        "--artifacts", default="build/bench/artifacts", help="folder with float32.tflite and float32.onnx"
    )
    made.add_argument("--json", action="store_true", help="print the measurements as JSON")
    made.add_argument("--quick", action="store_true", help="a tenth of the rounds")
    return made


def show(lines: Sequence[Line], options: argparse.Namespace) -> None:
    """Print a table, or JSON."""
    if options.json:
        print(json.dumps([asdict(line) for line in lines], indent=2))
        return
    width = max(len(line.name) for line in lines)
    what = None
    for line in lines:
        if line.what != what:
            what = line.what
            print(f"\n{what}\n  {'':<{width}}  {'median':>11}  {'p99':>11}   ratio")
        limit = (
            ""
            if line.limit is None
            else f"  (at most {line.limit:g}{'' if line.ratio <= line.limit else ': NOT HELD'})"
        )
        print(
            f"  {line.name:<{width}}  {line.median:>8.2f} {line.unit:<2}  {line.p99:>8.2f} {line.unit:<2}  "
            f"{line.ratio:>6.2f}{limit}"
        )
