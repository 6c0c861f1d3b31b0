"""Explanations: how far each word or column of a row moved the score of each label, by leaving it out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from tagship_runtime.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Decisions, Features, Scores

LEAST_SCORE, MOST_SCORE = 2.0**-126, 1 - 2.0**-24
"""Scores are taken as float32 tells them from 0 and from 1."""


class Model(Protocol):
    """The part of a predictor that an explanation needs."""

    @property
    def contract(self) -> Contract:
        """Contract of its file."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of its scores."""

    def encode(self, rows: Any) -> Features:
        """Return rows as the model takes them, float32 (rows, ...)."""

    def predict_encoded(self, matrix: Features) -> Scores:
        """Return scores for encoded rows, float32 (rows, labels)."""

    def decide(self, scores: Scores) -> Decisions:
        """Return the labels that are on for these scores, (rows, labels)."""


class Influence(NamedTuple):
    """A part of a row, and how far it moved a label's score.

    Attributes:
        feature: The column that it stands in.
        part: The word or run of words of a text; the value of any other column.
        effect: The label's log-odds, ``log(score / (1 - score))``, less those of the row without the part: above 0 it
            speaks for the label, below 0 against it.
    """

    feature: str
    part: str
    effect: float


def explain(model: Model, row: Any, most: int) -> dict[str, list[Influence]]:
    """Score a row again without each of its parts, one at a time; as a predictor's ``explain`` does."""
    features = model.contract.features
    if features is None:
        raise UsageError("this model takes arrays without columns; explain needs words or columns that can be left out")
    if most < 1:
        raise UsageError(f"most is {most}; at least 1 is needed")
    names, matrix = zip(*_rows(model, row), strict=True)
    logits = log_odds(model.predict_encoded(np.stack(matrix)))
    effects = logits[0] - logits[1:]
    return {label: _strongest(names[1:], effects[:, place], most) for place, label in enumerate(model.labels)}


def log_odds(scores: Scores) -> NDArray[np.float64]:
    """Return ``log(score / (1 - score))``."""
    bounded = np.clip(scores.astype(np.float64), LEAST_SCORE, MOST_SCORE)
    return np.asarray(np.log(bounded) - np.log1p(-bounded))


def _rows(model: Model, row: Any) -> Iterator[tuple[tuple[str, str], Features]]:
    """Yield the encoded row, and then itself without each of its parts, with their feature and name."""
    (whole,) = model.encode([row])
    yield ("", ""), whole
    usual, position = _usual(model, whole), 0
    for feature in model.contract.features or ():
        place = slice(position, position + feature.width)
        for part, columns in feature.left_out(whole[place], usual[place]):
            without = whole.copy()
            without[place] = columns
            yield (feature.name, part), without
        position += feature.width


def _usual(model: Model, whole: Features) -> Features:
    """Return the middle of each column over the golden rows; zeros where there are none."""
    golden = model.contract.golden
    if golden is None or not golden.rows:
        return np.zeros_like(whole)
    encoded = model.encode(golden.values(model.contract.input))
    return np.median(encoded, axis=0).astype(whole.dtype)


def _strongest(names: tuple[tuple[str, str], ...], effects: NDArray[np.float64], most: int) -> list[Influence]:
    order = np.argsort(-np.abs(effects), kind="stable")[:most]
    return [
        Influence(names[place][0], unicodedata.normalize("NFC", names[place][1]), float(effects[place]))
        for place in order
        if effects[place]
    ]


def in_words(model: Model, row: Any, most: int) -> str:
    """Return an explanation of the labels that are on, or of the most likely where none is, as one line of text."""
    scores = model.predict_encoded(model.encode([row]))[0]
    on = np.flatnonzero(model.decide(scores[None])[0])
    told = [model.labels[place] for place in (on if len(on) else [int(scores.argmax())])]
    found = explain(model, row, most)
    return "; ".join(f"{label}: {', '.join(map(_in_words, found[label])) or 'nothing'}" for label in told)


def _in_words(influence: Influence) -> str:
    return f"{influence.feature}={influence.part} {influence.effect:+.2f}"
