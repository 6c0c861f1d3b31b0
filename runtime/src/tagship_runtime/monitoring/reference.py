"""Distribution of rows and scores where a model was made, described by a few numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tagship_runtime.errors import ContractError
from tagship_runtime.features.json_values import integer, mapping, number, optional, take, tuple_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.contract import Feature
    from tagship_runtime.documents import ColumnReferenceDocument, ReferenceDocument
    from tagship_runtime.typing import Columns, Scores

QUANTILES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
"""Parts between the bins of a number; the ends would be single rows' values."""

SCORE_BINS = 10
DIGITS = 5
"""Decimals of shares, and of cuts as parts of the range between the outermost."""

MOST_FEATURES = 256
"""Features of more columns are not described: the contract would grow with them."""


@dataclass(frozen=True, kw_only=True)
class ColumnReference:
    """One feature's cells.

    Attributes:
        cuts: What parts the bins, rising; None for a category, whose bins are its words and one for all others.
        shares: Of the cells that are not missing, by bin.
        missing: Share of the missing ones.
    """

    cuts: tuple[float, ...] | None
    shares: tuple[float, ...]
    missing: float

    @classmethod
    def of(cls, feature: Feature, values: NDArray[Any]) -> Self:
        """Describe a column of training rows, of which there is at least one."""
        found = feature.observed(values)
        known = found[~np.isnan(found)]
        cuts = None
        if feature.bins is None:
            cuts = _cuts(known) if len(known) else (0.0,)
        column = cls(cuts=cuts, shares=(0.0,) * (len(cuts) + 1 if cuts else feature.bins or 1), missing=0.0)
        counts, missing = column.count(found)
        shares = (counts / max(1, counts.sum())).round(DIGITS).tolist()
        return cls(cuts=cuts, shares=tuple(shares), missing=round(missing / len(found), DIGITS))

    def count(self, found: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
        """Count what :meth:`Feature.observed` gave by bin, and what is missing."""
        known = found[~np.isnan(found)]
        places = known.astype(np.intp) if self.cuts is None else np.searchsorted(self.cuts, known)
        return np.bincount(places, minlength=len(self.shares)), len(found) - len(known)

    def to_dict(self) -> ColumnReferenceDocument:
        """Return the column as the contract has it."""
        document: ColumnReferenceDocument = {"shares": list(self.shares), "missing": self.missing}
        if self.cuts is not None:
            document["cuts"] = list(self.cuts)
        return document

    @classmethod
    def from_dict(cls, value: Any) -> Self:
        """Read a column.

        Raises:
            ContractError: Numbers are absent, or do not belong together.
        """
        document = mapping(value)
        cuts = take(document, "cuts", tuple_of(number)) if "cuts" in document else None
        shares = take(document, "shares", tuple_of(number))
        missing = take(document, "missing", number)
        rising = cuts is None or (list(cuts) == sorted(set(cuts)) and len(shares) == len(cuts) + 1)
        if not rising or not shares or not all(0 <= share <= 1 for share in (*shares, missing)):
            raise ValueError(f"cuts {cuts} and shares {shares} are not those of bins")
        return cls(cuts=cuts, shares=shares, missing=missing)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Rows and scores; see :class:`tagship_runtime.documents.ReferenceDocument`."""

    rows: int
    features: tuple[ColumnReference, ...] | None
    score_rows: int
    scores: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, features: Sequence[Feature] | None, columns: Columns, rows: int, scores: Scores) -> Self:
        """Describe training rows, and scores of rows that the network did not learn from.

        Args:
            features: Of the contract; None where the input is no table.
            columns: Cells by name, (rows,) each.
            rows: How many.
            scores: float32 (rows, labels), of other rows.
        """
        described = None
        if features is not None and len(features) <= MOST_FEATURES and rows:
            described = tuple(ColumnReference.of(feature, columns[feature.name]) for feature in features)
        shares = count_scores(scores) / max(1, len(scores))
        return cls(
            rows=rows,
            features=described,
            score_rows=len(scores),
            scores=tuple(map(tuple, shares.round(DIGITS).tolist())),
        )

    def to_dict(self) -> ReferenceDocument:
        """Return the reference as the contract has it."""
        return {
            "rows": self.rows,
            "features": None if self.features is None else [column.to_dict() for column in self.features],
            "score_rows": self.score_rows,
            "scores": [list(shares) for shares in self.scores],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], labels: int, features: Sequence[Feature] | None) -> Self:
        """Read a contract's reference.

        Args:
            document: The contract's ``reference``.
            labels: How many there are.
            features: Of the contract.

        Raises:
            ContractError: Something is absent, or contradicts the contract.
        """
        found = cls(
            rows=take(document, "rows", integer),
            features=take(document, "features", optional(tuple_of(ColumnReference.from_dict))),
            score_rows=take(document, "score_rows", integer),
            scores=take(document, "scores", tuple_of(tuple_of(number))),
        )
        if len(found.scores) != labels or {len(shares) for shares in found.scores} != {SCORE_BINS}:
            raise ContractError(f"the contract's reference needs {SCORE_BINS} shares of scores for {labels} labels")
        fits = found.features is None or (
            features is not None
            and len(features) == len(found.features)
            and all(_fits(*pair) for pair in zip(features, found.features, strict=True))
        )
        if not fits:
            raise ContractError("the contract's reference does not describe its features")
        return found


def _cuts(known: NDArray[np.float64]) -> tuple[float, ...]:
    """Return quantiles, rounded within their range: times in seconds are large and close together."""
    quantiles = np.quantile(known, QUANTILES).tolist()
    spread = quantiles[-1] - quantiles[0]
    decimals = DIGITS - 1 - math.floor(math.log10(spread)) if spread > 0 else None
    return tuple(sorted({cut if decimals is None else round(cut, decimals) for cut in quantiles}))


def _fits(feature: Feature, column: ColumnReference) -> bool:
    return column.cuts is not None if feature.bins is None else feature.bins == len(column.shares)


def count_scores(scores: Scores) -> NDArray[np.int64]:
    """Count scores in bins of even width, (labels, bins)."""
    places = np.minimum((scores * np.float32(SCORE_BINS)).astype(np.intp), SCORE_BINS - 1)
    labels = scores.shape[1]
    flat = np.bincount((places + SCORE_BINS * np.arange(labels)).ravel(), minlength=labels * SCORE_BINS)
    return flat.reshape(labels, SCORE_BINS)
