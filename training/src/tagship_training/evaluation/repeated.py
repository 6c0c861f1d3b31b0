"""Verdict on test rows that repeat a training row: whether they make figures too good, or are to be expected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom, norm

from tagship_runtime.documents import RepeatedTest
from tagship_runtime.typing import Scores, Targets
from tagship_training.data.prepare import Prepared
from tagship_training.data.repeated_rows import Flags
from tagship_training.evaluation.figures import Figures
from tagship_training.evaluation.metrics import evaluate
from tagship_training.network.log_loss import row_losses

CHANCE = 0.001
"""A larger share, or a higher loss, than chance gives this rarely is taken for real."""

FEW = 20
"""With fewer rows of either kind losses are not compared."""


def judge_repeated(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], repeated: Flags, within_training: Flags
) -> RepeatedTest | None:
    """Compare the share of repeated rows with that among the training rows, and figures with and without them.

    In a table of few values most rows repeat another one, and new rows will as well: then nothing is wrong. Rows that
    got into both parts by mistake show as a larger share than the training rows have among each other, or as a loss
    that is higher without them.

    Args:
        targets: Of the test rows, 0 or 1, (rows, labels).
        scores: Of the test rows, float32, (rows, labels).
        thresholds: One per label.
        repeated: Which test rows occur among the training rows, (rows,).
        within_training: Which training rows occur among the other training rows, (training rows,).

    Returns:
        None where no test row is repeated.
    """
    count, rows = int(repeated.sum()), len(repeated)
    if not count:
        return None
    known, learned = int(within_training.sum()), len(within_training)
    losses = row_losses(targets, scores).astype(np.float64)
    return {
        "expected": known / learned,
        "more": _is_more(count, rows, known, learned),
        "worse": _is_higher(losses[~repeated], losses[repeated]),
        "others": None if count == rows else evaluate(targets[~repeated], scores[~repeated], thresholds),
    }


def repeated_notices(table: Prepared, figures: Figures) -> list[str]:
    """Sentences on rows that are known from training, where figures or thresholds may be too good for that."""
    notices = []
    expected, learned = int(table.repeats["train"].sum()), len(table.repeats["train"])
    for name, count in table.repeated.items():
        rows, judged = len(table.repeats[name]), figures.repeated if name == "test" else None
        more = _is_more(count, rows, expected, learned) if judged is None else judged["more"]
        if not (more or (judged is not None and judged["worse"])):
            continue
        said = f"{count} of {rows} {name} rows have the features of a training row, "
        said += f"where {expected / learned:.1%} is to be expected" if more else "as many as are to be expected"
        said += "; figures may be too good"
        if judged is not None and (others := judged["others"]) is not None:
            test = figures.metrics["test"]
            said += (
                f": log loss is {test['log_loss']:.4f} with these rows and {others['log_loss']:.4f} without, micro-F1 "
                f"{test['micro_f1']:.3f} and {others['micro_f1']:.3f}"
            )
        notices.append(said)
    return notices


def _is_more(count: int, rows: int, expected: int, learned: int) -> bool:
    return bool(hypergeom.sf(count - 1, rows + learned, count + expected, rows) < CHANCE)


def _is_higher(losses: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Compare two means, of enough rows for the normal distribution to hold."""
    if min(len(losses), len(others)) < FEW:
        return False
    error = (losses.var(ddof=1) / len(losses) + others.var(ddof=1) / len(others)) ** 0.5
    return bool(losses.mean() - others.mean() > norm.isf(CHANCE) * error)
