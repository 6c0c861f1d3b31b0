"""Columns that ``tagship predict`` writes."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_runtime.errors import MissingColumnError, UsageError
from tagship_runtime.files import Batch
from tagship_runtime.files.open_table import suffix_of
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

    ids: tuple[str, ...]
    labels_only: bool
    top_k: int | None
    scores: bool

    @classmethod
    def of(cls, options: argparse.Namespace, model: Predictor) -> Layout:
        """Return the columns that the options ask for.

        Raises:
            UsageError: They contradict each other, ask for more labels than there are, or for a column in which
                labels could not be told apart.
        """
        if options.top_k is not None and options.labels_only:
            raise UsageError("--labels-only and --top-k are two ways to name labels; give one of them")
        divided = [label for label in model.labels if ";" in label]
        kind = suffix_of(options.out) if options.out else f".{options.format or 'csv'}"
        if options.labels_only and divided and kind == ".csv":
            raise UsageError(
                f"label {divided[0]!r} holds a ';', which stands between labels in CSV; give --format jsonl, or an "
                "--out that ends in .jsonl"
            )
        layout = cls(
            ids=tuple(dict.fromkeys(options.id_column)),
            labels_only=options.labels_only,
            top_k=options.top_k,
            scores=options.scores,
        )
        predicted = [name for name, _ in layout._predicted(model, np.empty((0, len(model.labels)), np.float32))]
        clash = [name for name, columns in Counter(predicted).items() if columns > 1]
        if clash:
            raise UsageError(
                f"label {clash[0]!r} and --scores ask for a column of the same name; leave out --scores, or give "
                "--labels-only or --top-k"
            )
        taken = [name for name in layout.ids if name in predicted]
        if taken:
            raise UsageError(f"--id-column {taken[0]}: the predictions have a column of that name; rename one of them")
        return layout

    def columns(self, model: Predictor, batch: Batch | None, scores: Scores) -> dict[str, Any]:
        """Return the output for some rows; ``batch`` is None where there are none.

        Raises:
            MissingColumnError: The input has no such column to pass through.
        """
        there: Any = {name: [] for name in self.ids} if batch is None else batch.columns
        missing = [name for name in self.ids if name not in there]
        if missing:
            raise MissingColumnError(missing, list(there))
        return {name: there[name] for name in self.ids} | dict(self._predicted(model, scores))

    def _predicted(self, model: Predictor, scores: Scores) -> Iterator[tuple[str, Any]]:
        if self.top_k is not None:
            yield from self._highest(model, scores, self.top_k)
            return
        by_label = np.ascontiguousarray(scores.T)  # a column lies in one piece, which is what the rest is fast at
        if self.labels_only:
            yield "labels", model.names(model.decide(scores))
        else:
            yield from zip(model.labels, by_label >= model.thresholds[:, None], strict=True)
        if self.scores:
            yield from zip((f"score:{label}" for label in model.labels), by_label, strict=True)

    def _highest(self, model: Predictor, scores: Scores, k: int) -> Iterator[tuple[str, Any]]:
        highest = model.highest(scores, k)
        for place in range(k):
            yield f"top:{place + 1}", Names(row[place][0] for row in highest)
            if self.scores:
                yield f"top_score:{place + 1}", np.array([row[place][1] for row in highest], np.float32)
