"""Counts of rows that were answered, to compare with those that the model was made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tagship_runtime.errors import DataError, InputError, UsageError
from tagship_runtime.features import columns_of, encoder
from tagship_runtime.monitoring.reference import SCORE_BINS, Reference, count_scores
from tagship_runtime.monitoring.stability import stability

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.contract import Contract
    from tagship_runtime.documents import ColumnDrift, DriftDocument, LabelDrift
    from tagship_runtime.typing import Scores

DRIFT_FORMAT = 1
"""Version of the counts that are written."""


class Drift:
    """Counts by feature and label, in constant memory; counts of several devices or processes add up.

    Attributes:
        contract: Of the artifact whose rows are counted.
        reference: What they are compared with.
        rows: How many were counted.
    """

    def __init__(self, contract: Contract) -> None:
        """Begin with nothing counted.

        Raises:
            UsageError: The contract has no reference.
            ContractError: It has one that contradicts it.
        """
        if contract.reference is None:
            raise UsageError(
                "the artifact does not say how training rows were distributed; export it again with this version"
            )
        self.contract = contract
        self.reference = Reference.from_dict(contract.reference, len(contract.labels), contract.features)
        described = self.reference.features or ()
        self.features = tuple(zip(contract.features or (), described, strict=True)) if described else ()
        self.rows = 0
        self._encoder = encoder(contract.features, contract.input.shape, contract.input.integers)
        self._cells = [np.zeros(len(column.shares), np.int64) for _, column in self.features]
        self._missing = [0] * len(self.features)
        self._scores = np.zeros((len(contract.labels), SCORE_BINS), np.int64)

    def count(self, rows: Any, scores: Scores) -> None:
        """Count rows that were scored.

        Args:
            rows: As :meth:`Predictor.predict_proba` takes them.
            scores: What it gave for them, float32 (rows, labels).

        Raises:
            InputError: Rows that the model cannot take, or more or fewer than scores.
        """
        if self.features:
            columns = self._columns(rows)
            came = {len(columns[feature.name]) for feature, _ in self.features}
            if came != {len(scores)}:
                raise InputError(
                    f"{max(came)} rows came with {len(scores)} rows of scores; give the scores of the rows"
                )
            for place, (feature, column) in enumerate(self.features):
                counts, missing = column.count(feature.observed(columns[feature.name]))
                self._cells[place] += counts
                self._missing[place] += missing
        self._scores += count_scores(np.asarray(scores))
        self.rows += len(scores)

    def merge(self, other: Drift) -> None:
        """Add what another device or process counted.

        Raises:
            UsageError: It counted rows of another artifact.
        """
        if other.contract.digest != self.contract.digest or other.reference != self.reference:
            raise UsageError(
                f"the counts are of two artifacts, {self.contract.digest} and {other.contract.digest}; only those of "
                "one add up"
            )
        self.rows += other.rows
        self._scores += other._scores
        self._cells = [mine + theirs for mine, theirs in zip(self._cells, other._cells, strict=True)]
        self._missing = [mine + theirs for mine, theirs in zip(self._missing, other._missing, strict=True)]

    def to_dict(self) -> DriftDocument:
        """Return the counts, beside the shares of before, as docs/drift.schema.json describes them."""
        return {
            "tagship_drift": DRIFT_FORMAT,
            "digest": self.contract.digest,
            "rows": self.rows,
            "reference_rows": self.reference.rows,
            "reference_score_rows": self.reference.score_rows,
            "features": [self._column(place) for place in range(len(self.features))],
            "labels": [
                self._label(label, counts, shares)
                for label, counts, shares in zip(
                    self.contract.labels, self._scores.tolist(), self.reference.scores, strict=True
                )
            ],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], contract: Contract) -> Self:
        """Return counts that :meth:`to_dict` wrote, to be merged with others.

        Raises:
            DataError: They are none, or those of another artifact.
        """
        found = cls(contract)
        if document.get("tagship_drift") != DRIFT_FORMAT or document.get("digest") != contract.digest:
            raise DataError(
                f"these are no counts of version {DRIFT_FORMAT} of the artifact {contract.digest}, but of "
                f"{document.get('digest')}"
            )
        try:
            found._take(document)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"the counts are damaged: {error}") from error
        return found

    def shifted(self) -> list[str]:
        """Return sentences for people about what is distributed otherwise than before."""
        document = self.to_dict()
        said = [
            f"column {one['name']!r} is distributed otherwise than in training: PSI {one['psi']:.2f}"
            for one in document["features"]
            if one["shifted"]
        ]
        return said + [
            f"scores of {one['label']!r} are distributed otherwise than before: PSI {one['psi']:.2f}"
            for one in document["labels"]
            if one["shifted"]
        ]

    def _columns(self, rows: Any) -> Mapping[str, NDArray[Any]]:
        columns = columns_of(rows)
        if columns is None:
            array: NDArray[Any] = rows if isinstance(rows, np.ndarray) else np.array(rows, object)
            columns = {name: array[:, place] for place, name in enumerate(self._encoder.columns or ())}
        return columns

    def _column(self, place: int) -> ColumnDrift:
        feature, column = self.features[place]
        counts, missing = self._cells[place].tolist(), self._missing[place]
        known = (1 - column.missing) * np.array(column.shares)
        compared = stability([*counts, missing], [*known.tolist(), column.missing], self.reference.rows)
        drift: ColumnDrift = {
            "name": feature.name,
            "kind": feature.kind,
            "missing_cells": missing,
            "reference_missing": column.missing,
            "counts": counts,
            "reference": list(column.shares),
            "psi": compared["psi"],
            "psi_by_chance": compared["psi_by_chance"],
            "shifted": compared["shifted"],
        }
        if column.cuts is None:
            drift["unknown"] = _share(counts, -1)
        else:
            drift["cuts"], drift["below"], drift["above"] = list(column.cuts), _share(counts, 0), _share(counts, -1)
        return drift

    def _label(self, label: str, counts: Sequence[int], shares: Sequence[float]) -> LabelDrift:
        return {"label": label, **stability(counts, shares, self.reference.score_rows)}

    def _take(self, document: Mapping[str, Any]) -> None:
        self.rows = _count(document["rows"])
        for place, (own, (feature, _)) in enumerate(zip(document["features"], self.features, strict=True)):
            if own["name"] != feature.name:
                raise ValueError(f"column {own['name']!r} stands where {feature.name!r} is needed")
            self._cells[place] += np.array([_count(cell) for cell in own["counts"]], np.int64)
            self._missing[place] = _count(own["missing_cells"])
        for place, own in enumerate(document["labels"]):
            self._scores[place] += np.array([_count(cell) for cell in own["counts"]], np.int64)


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _share(counts: Sequence[int], place: int) -> float | None:
    total = sum(counts)
    return counts[place] / total if total else None
