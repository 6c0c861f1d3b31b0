"""Thresholds: from scores to decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tagship_runtime.contract import check_thresholds
from tagship_runtime.errors import ContractError, InputError, InputShapeError, LabelError
from tagship_runtime.features import by_name

if TYPE_CHECKING:
    from tagship_runtime.typing import Decisions, Scores

Thresholds = float | Sequence[float] | Mapping[str, float]
"""One for all labels, one for each in order, or by label name; a Series or named tuple is by name, too."""


def decide(scores: Scores, thresholds: Scores | Sequence[float]) -> Decisions:
    """Switch a label on where its score reaches its threshold.

    Args:
        scores: float32 in [0, 1], (rows, labels).
        thresholds: In (0, 1), (labels,), compared as float32.

    Returns:
        True where ``score >= threshold``, (rows, labels).

    Raises:
        InputShapeError: The label axes differ.
        InputError: The scores are no numbers.
    """
    try:
        scores = np.asarray(scores, np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"scores have to be numbers, as many in each row ({error})") from error
    cut = np.asarray(thresholds, np.float32)
    if scores.shape[-1:] != cut.shape:
        raise InputShapeError(scores.shape, (None, *cut.shape))
    return scores >= cut


def resolve_thresholds(
    thresholds: Thresholds, labels: Sequence[str], default: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Return one threshold per label, from one for all, one each, or some by name.

    Args:
        thresholds: What the user gave.
        labels: All labels, in order.
        default: What labels keep that a dict does not name; None means that it has to name all.

    Raises:
        LabelError: A label that is unknown or left out, a wrong number, or not between 0 and 1.
    """
    named = by_name(thresholds)
    if named is not None:
        there = set(labels)
        unknown = [name for name in named if name not in there]
        if unknown:
            raise LabelError(f"no label is called {unknown[0]!r}; the labels are {list(labels)}")
        known = dict(zip(labels, default, strict=True)) if default else {}
        left_out = [label for label in labels if label not in named and label not in known]
        if left_out:
            raise LabelError(f"no threshold for {left_out[0]!r}; name one for each of {list(labels)}")
        given: Sequence[object] = [(known | dict(named))[label] for label in labels]
    elif hasattr(thresholds, "__getitem__") and getattr(thresholds, "ndim", 1) == 1:
        given = list(thresholds)  # type: ignore[arg-type]
    else:
        given = [thresholds] * len(labels)
    try:
        if any(isinstance(threshold, str) for threshold in given):
            raise TypeError
        chosen = tuple(float(threshold) for threshold in given)  # type: ignore[arg-type]
        check_thresholds([float(np.float32(threshold)) for threshold in chosen], labels)  # as they are compared
    except (TypeError, ValueError, OverflowError) as error:
        bound = isinstance(error, ContractError)
        raise LabelError(str(error) if bound else f"thresholds are {thresholds!r}; numbers are needed") from None
    return chosen
