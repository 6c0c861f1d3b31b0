"""Latency of one row; several artifacts are measured in turn, so that a busy moment hits all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from tagship_export.pipeline.results import Candidate
from tagship_runtime.typing import Features

ROUNDS, CALLS = 15, 40
MAX_SECONDS = 2.0


def with_latency(candidates: Sequence[Candidate], row: Features) -> list[Candidate]:
    """Return the candidates with what one encoded row, (1, ...), takes each of them that runs."""
    running = [one for one in candidates if one.verification.unproven is None]
    measured = one_row_us([one.artifact.runner.one_row(row, one.artifact.thresholds) for one in running])
    times = {one.name: us for one, us in zip(running, measured, strict=True)}
    return [replace(one, one_row_us=times.get(one.name, 0.0)) for one in candidates]


def one_row_us(decisions: Sequence[Callable[[], object]]) -> list[float]:
    """Measure microseconds from an encoded row to its decisions, the least of several rounds' medians.

    Args:
        decisions: What to measure, each within about two seconds; see
            :meth:`tagship_export.targets.base.ArtifactRunner.one_row`.
    """
    calls = [_calls(decide) for decide in decisions]
    best = [float("inf")] * len(decisions)
    for _ in range(ROUNDS):
        for index, decide in enumerate(decisions):
            marks = [time.perf_counter()]
            for _ in range(calls[index]):
                decide()
                marks.append(time.perf_counter())
            best[index] = min(best[index], float(np.median(np.diff(marks))) * 1e6)
    return best


def _calls(decide: Callable[[], object]) -> int:
    """Count the calls that a round affords; the first ones warm up."""
    decide()
    start = time.perf_counter()
    decide()
    seconds = time.perf_counter() - start
    return max(1, min(CALLS, int(MAX_SECONDS / ROUNDS / max(seconds, 1e-9))))
