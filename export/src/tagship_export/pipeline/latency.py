"""How long one row takes; several artifacts are measured in turn, so that a busy moment hits all of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tagship_runtime.loading import predictor_of
from tagship_runtime.predictor import Predictor
from tagship_runtime.typing import Features

ROUNDS, CALLS = 15, 40
MAX_SECONDS = 2.0


def one_row_us(predictors: Sequence[Predictor], row: Features) -> list[float]:
    """Microseconds from an encoded row to its decisions, the least of several rounds' medians.

    Args:
        predictors: What to measure, each within about two seconds.
        row: One encoded row, (1, ...).
    """
    plain = [predictor_of(b"", p.engine, replace(p.contract, features=None, golden=None)) for p in predictors]
    calls = [_calls(predictor, row) for predictor in plain]
    best = [float("inf")] * len(plain)
    for _ in range(ROUNDS):
        for index, predictor in enumerate(plain):
            marks = [time.perf_counter()]
            for _ in range(calls[index]):
                predictor.predict(row)
                marks.append(time.perf_counter())
            best[index] = min(best[index], float(np.median(np.diff(marks))) * 1e6)
    return best


def _calls(predictor: Predictor, row: Features) -> int:
    """How many calls a round affords; the first ones warm up."""
    predictor.predict(row)
    start = time.perf_counter()
    predictor.predict(row)
    seconds = time.perf_counter() - start
    return max(1, min(CALLS, int(MAX_SECONDS / ROUNDS / max(seconds, 1e-9))))
