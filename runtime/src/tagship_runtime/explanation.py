"""Explanations: how far each word or column of a row moved the score of each label, by leaving it out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from tagship_runtime.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Decisions, Features, Scores

ROUNDING = 2.0**-24
"""Most by which float32 may move a score near 1, and the least distance from 1 that it tells."""

LEAST_SCORE, MOST_SCORE = 2.0**-126, 1 - ROUNDING
"""Scores are taken as float32 tells them from 0 and from 1."""

NEAR_ONE = 1 - 2.0**-16
"""From here on, less than two decimal digits of a score's log-odds are sure."""

AT_ONCE = 1 << 22
"""Numbers of encoded rows that are scored at a time: a text of many words is as many rows as it has words."""

CANNOT_TELL = "(the score is too near 1 for float32 to tell all that moved it)"


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

    def log_odds(self, matrix: Features) -> NDArray[np.float64] | None:
        """Return log-odds for encoded rows from before the sigmoid, (rows, labels); None where there are none."""

    def decide(self, scores: Scores) -> Decisions:
        """Return the labels that are on for these scores, (rows, labels)."""


class Influence(NamedTuple):
    """A part of a row, and how far it moved a label's score.

    Attributes:
        feature: The column that it stands in.
        part: The word or run of words of a text; the value of any other column.
        effect: The label's log-odds, ``log(score / (1 - score))``, less those of the row without the part: above 0 it
            raises the label's score in this row, below 0 it lowers it.
    """

    feature: str
    part: str
    effect: float


class Explainer:
    """Explains rows of one model by scoring each again without its parts, one at a time.

    Args:
        model: A predictor.
        most: So many parts for each label at most; those without any effect are left out.

    Raises:
        UsageError: The model's input has no columns, or ``most`` is below 1.
    """

    def __init__(self, model: Model, most: int) -> None:
        if model.contract.features is None:
            raise UsageError(
                "this model takes arrays without columns; explain needs words or columns that can be left out"
            )
        if most < 1:
            raise UsageError(f"most is {most}; at least 1 is needed")
        self.model, self.features, self.most = model, model.contract.features, most
        self.usual = _usual(model)

    def explain(self, row: Any) -> dict[str, list[Influence]]:
        """Return what moved each label's score most, strongest first; as a predictor's ``explain`` does.

        Raises:
            InputError: The row is none.
        """
        return self._influences(row)[1]

    def in_words(self, row: Any) -> str:
        """Return an explanation of the labels that are on, or of the most likely where none is, as one line of text.

        Raises:
            InputError: The row is none.
        """
        scores, found, exact = self._influences(row)
        on = np.flatnonzero(self.model.decide(scores[None])[0])
        told = on if len(on) else [int(scores.argmax())]
        return "; ".join(
            _line(self.model.labels[place], found[self.model.labels[place]], all_told=exact or scores[place] < NEAR_ONE)
            for place in told
        )

    def _influences(self, row: Any) -> tuple[Scores, dict[str, list[Influence]], bool]:
        """Return scores, what moved them, and whether log-odds are from before the sigmoid."""
        (whole,) = self.model.encode([row])
        (scores,) = self.model.predict_encoded(whole[None])
        names: list[tuple[str, str]] = []
        effects: list[NDArray[np.float64]] = []
        parts, exact = self._parts(whole), True
        while some := list(islice(parts, max(1, AT_ONCE // max(1, len(whole))))):
            names += [name for name, _ in some]
            matrix = np.stack([whole, *(without for _, without in some)])
            logits = self.model.log_odds(matrix)
            exact = exact and logits is not None
            own = _effects_on_scores(self.model.predict_encoded(matrix)) if logits is None else logits[0] - logits[1:]
            effects.append(own)
        every = np.concatenate([np.zeros((0, len(scores))), *effects])
        found = {label: _strongest(names, every[:, place], self.most) for place, label in enumerate(self.model.labels)}
        return scores, found, exact

    def _parts(self, whole: Features) -> Iterator[tuple[tuple[str, str], Features]]:
        """Yield feature and name of each part of an encoded row, with the row that lacks it."""
        position = 0
        for feature in self.features:
            place = slice(position, position + feature.width)
            for part, columns in feature.left_out(whole[place], self.usual[place]):
                without = whole.copy()
                without[place] = columns
                yield (feature.name, part), without
            position += feature.width


def _effects_on_scores(scores: Scores) -> NDArray[np.float64]:
    """Return differences of log-odds from scores alone, those that may be rounding as 0, (rows - 1, labels)."""
    bounded = np.clip(scores.astype(np.float64), LEAST_SCORE, MOST_SCORE)
    logits, unsure = np.log(bounded) - np.log1p(-bounded), ROUNDING / (1 - bounded)
    effects = logits[0] - logits[1:]
    return np.where(np.abs(effects) > unsure[0] + unsure[1:], effects, 0.0)


def _usual(model: Model) -> Features:
    """Return the middle of each column over the golden rows; zeros where there are none."""
    golden, columns = model.contract.golden, model.contract.input.shape[-1] or 0
    if golden is None or not golden.rows:
        return np.zeros(columns, np.float32)
    return np.median(model.encode(golden.values(model.contract.input)), axis=0).astype(np.float32)


def _strongest(names: Sequence[tuple[str, str]], effects: NDArray[np.float64], most: int) -> list[Influence]:
    order = np.argsort(-np.abs(effects), kind="stable")[:most]
    return [
        Influence(names[place][0], unicodedata.normalize("NFC", names[place][1]), float(effects[place]))
        for place in order
        if effects[place]
    ]


def _line(label: str, influences: list[Influence], *, all_told: bool) -> str:
    parts = ", ".join(map(_in_words, influences))
    if all_told:
        return f"{label}: {parts or 'nothing'}"
    return f"{label}: {parts} {CANNOT_TELL}" if parts else f"{label}: {CANNOT_TELL}"


def _in_words(influence: Influence) -> str:
    return f"{influence.feature}={influence.part} {influence.effect:+.2f}"
