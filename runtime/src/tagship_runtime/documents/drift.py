"""Counts that ``predict --drift`` writes, and the part of a contract that they are compared with."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class ColumnReferenceDocument(TypedDict):
    """Distribution of one feature's cells where the model was made.

    Attributes:
        cuts: Of a number, date, duration or text: what parts its bins, rising; a cell on a cut belongs below it. They
            are days since 1970, seconds, or how many known n-grams a text has. A category has a bin for each
            of its words, and one for all others.
        shares: Of the cells that are not missing, by bin.
        missing: Share of cells that are missing.
    """

    cuts: NotRequired[list[float]]
    shares: list[float]
    missing: float


class ReferenceDocument(TypedDict):
    """Distribution of rows and scores where the model was made, as the contract's ``reference`` has it.

    Attributes:
        rows: Of training, of which the features were described.
        features: In the order of the contract's; null where the input is no table, or has very many columns.
        score_rows: Rows of the verdict, which the network did not learn from.
        scores: For each label the shares of its scores in ten bins of even width.
    """

    rows: int
    features: list[ColumnReferenceDocument] | None
    score_rows: int
    scores: list[list[float]]


class Stability(TypedDict):
    """Counts of now beside shares of before.

    Attributes:
        counts: Cells, or scores, by bin.
        reference: Shares by bin.
        psi: Population stability index of both, missing cells being a bin of their own; null without rows.
        psi_by_chance: The index exceeds this in about one of twenty samples of so many rows that nothing distinguishes.
        shifted: Whether it exceeds this, and 0.1.
    """

    counts: list[int]
    reference: list[float]
    psi: float | None
    psi_by_chance: float | None
    shifted: bool


class ColumnDrift(Stability):
    """One feature.

    Attributes:
        cuts: As in the contract's reference.
        missing_cells: How many cells are missing.
        reference_missing: Their share before.
        below: Of a number and its like: the share of cells in the lowest bin, below nearly all of training.
        above: Likewise in the highest.
        unknown: Of a category: the share of words that the model does not know.
    """

    name: str
    kind: str
    cuts: NotRequired[list[float]]
    missing_cells: int
    reference_missing: float
    below: NotRequired[float | None]
    above: NotRequired[float | None]
    unknown: NotRequired[float | None]


class LabelDrift(Stability):
    """One label's scores, in ten bins of even width."""

    label: str


class DriftDocument(TypedDict):
    """Rows that were answered, beside those that the model was made with; counts only, and no row's own values.

    Attributes:
        tagship_drift: The format version.
        digest: Of the artifact.
        rows: How many were counted.
        reference_rows: Rows of training.
        reference_score_rows: Rows that the scores are compared with.
        features: In the contract's order; none where their cells were not counted.
        labels: In the contract's order.
    """

    tagship_drift: int
    digest: str | None
    rows: int
    reference_rows: int
    reference_score_rows: int
    features: list[ColumnDrift]
    labels: list[LabelDrift]
