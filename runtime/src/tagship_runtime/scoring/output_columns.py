"""Columns of predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_runtime.errors import MissingColumnError
from tagship_runtime.files import Batch
from tagship_runtime.files.table_writer import Names
from tagship_runtime.predictor import Predictor
from tagship_runtime.typing import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of the output.

    Attributes:
        ids: Columns of the input that pass through.
        labels_only: One column with the names that are on, instead of one for each label.
        top_k: So many columns with the names of the highest scores instead; None for not.
        scores: Whether scores are added.
    """

    ids: tuple[str, ...] = ()
    labels_only: bool = False
    top_k: int | None = None
    scores: bool = False

    def predicted(self, labels: Sequence[str]) -> list[str]:
        """Return the names of the columns that are predicted, for a model with these labels."""
        if self.top_k is not None:
            places = range(1, self.top_k + 1)
            return [f"{kind}:{place}" for place in places for kind in ("top", "top_score")[: 1 + self.scores]]
        scores = [f"score:{label}" for label in labels] if self.scores else []
        return [*(["labels"] if self.labels_only else labels), *scores]

    def repeated(self, labels: Sequence[str]) -> str | None:
        """Return a name that two predicted columns would have; None where there is none."""
        return next((name for name, columns in Counter(self.predicted(labels)).items() if columns > 1), None)

    def taken(self, labels: Sequence[str]) -> str | None:
        """Return a column that passes through and has the name of a predicted one; None where there is none."""
        predicted = set(self.predicted(labels))
        return next((name for name in self.ids if name in predicted), None)

    def columns(self, model: Predictor, batch: Batch | None, scores: Scores) -> dict[str, Any]:
        """Return the output for some rows; ``batch`` is None where there are none.

        Raises:
            MissingColumnError: The input has no such column to pass through.
        """
        there: Any = {name: [] for name in self.ids} if batch is None else {**batch.columns, **batch.kept}
        missing = [name for name in self.ids if name not in there]
        if missing:
            raise MissingColumnError(missing, list(there))
        values = self._values(model, scores)
        return {name: there[name] for name in self.ids} | dict(zip(self.predicted(model.labels), values, strict=True))

    def _values(self, model: Predictor, scores: Scores) -> Iterator[Any]:
        """Yield what is predicted, column by column."""
        if self.top_k is not None:
            yield from self._highest(model, scores, self.top_k)
            return
        by_label = np.ascontiguousarray(scores.T)  # a column lies in one piece, which is what the rest is fast at
        if self.labels_only:
            yield model.names(model.decide(scores))
        else:
            yield from by_label >= model.thresholds[:, None]
        if self.scores:
            yield from by_label

    def _highest(self, model: Predictor, scores: Scores, k: int) -> Iterator[Any]:
        highest = model.highest(scores, k)
        for place in range(k):
            yield Names(row[place][0] for row in highest)
            if self.scores:
                yield np.array([row[place][1] for row in highest], np.float32)
