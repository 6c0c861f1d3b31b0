"""A conversion of the original that verification makes itself: how far apart scores are by rounding, and no more."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.splits import calibration_rows
from tagship_export.errors import ConversionError
from tagship_export.original.open_original import Original
from tagship_export.recipes import LEAST_TOLERANCE, Recipe
from tagship_export.targets.artifact import score_both_ways
from tagship_export.targets.reconversion import Reconversion
from tagship_export.verification.bounds import lower_bound
from tagship_runtime.errors import EngineError, InputError
from tagship_runtime.typing import Features, Scores

SAME_ROWS = 2.0
"""Times that a file may be farther off than a conversion by the same rows: integer kernels of two processors or
versions are each that far from the model, so that two of them are apart by at most twice that."""

OTHER_ROWS = 3.0
"""The same where other rows calibrated the file, which set other ranges."""

SATURATED = 0.25
"""Share of rows that may be farther off still where other rows calibrated the file: what lies beyond those takes the
end of a range for its value, which is nothing that is wrong with the file. An export calibrates by a quarter of the
rows that it is given, which may be a handful."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Difference of scores that the recipe explains.

    Attributes:
        most: By which a score may be off.
        beyond: Share of rows that may be farther off, by chance; 0 where the rows that calibrated the file are known,
            so that one of them is a fault.
        rows: What the conversion's scores of each row are off by, alone or among others; None where there is none.
    """

    most: float
    beyond: float = 0.0
    rows: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)

    def farther_rows(self, original: Scores, scores: Scores) -> int:
        """Count rows that are farther off.

        Args:
            original: Scores of the original, (rows, labels).
            scores: Of the artifact.
        """
        return int((np.abs(original.astype(np.float64) - scores).max(axis=1) > self.most).sum())

    def too_many(self, farther: int, rows: int) -> bool:
        """Tell whether so many of all rows are more than chance explains."""
        return lower_bound(farther, rows) > self.beyond


UNKNOWN = Explained(most=np.inf)
"""Explanation of any difference, where no conversion tells anything."""


def largest_difference(
    original: Original, again: Reconversion, recipe: Recipe, matrix: Features, scores: Scores
) -> Explained:
    """Return how far scores may be off, by what a conversion of the original to the same recipe is off on these rows.

    Args:
        original: What the artifact is compared with.
        again: The original, converted here.
        recipe: What the artifact's numbers are stored as.
        matrix: The rows, encoded as the original takes them.
        scores: The original's, of these rows.

    Returns:
        :data:`UNKNOWN` where the target cannot convert the original.
    """
    same = not recipe.calibrated or "train" in original.rows
    try:
        calibration = (
            original.encoder.encode(calibration_rows(original).table) if recipe.calibrated and same else matrix
        )
        runner = again.runner(recipe.name, calibration)
    except (ConversionError, EngineError, InputError):
        return UNKNOWN
    try:
        batch, alone = score_both_ways(runner, matrix)
    finally:
        runner.close()
    rows = np.abs(batch.astype(np.float64) - scores).max(axis=1)
    some = rows[: len(alone)]
    np.maximum(some, np.abs(alone.astype(np.float64) - scores[: len(alone)]).max(axis=1), out=some)
    difference = float(rows.max())
    if same:
        return Explained(max(LEAST_TOLERANCE, SAME_ROWS * difference), rows=rows)
    return Explained(max(recipe.score_tolerance, OTHER_ROWS * difference), beyond=SATURATED, rows=rows)
