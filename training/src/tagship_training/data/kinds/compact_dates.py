"""Numbers that may be dates: without marks, such as 20240622, or months, such as 10.2022."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.files.spelling.numerals import MOSTLY
from tagship_runtime.files.spelling.spelled_dates import as_text, in_iso
from tagship_training.data.kinds.months import FEW, as_month, note_on_months

FIRST, LAST = 19000101, 20991231

LOOKED_AT = 1000
"""Different numbers that are looked at."""


def note_on_dates(present: NDArray[np.float64]) -> str | None:
    """Say that most of a column's numbers may be dates; None where they are not.

    Args:
        present: Its numbers that are not missing.
    """
    return _on_months(present) or _on_days(present)


def _on_months(present: NDArray[np.float64]) -> str | None:
    """Say that numbers may be months, such as 10.2022 and 2022.10; lengths about 2000.05 are of one year."""
    numbers, first, counts = np.unique(present, return_index=True, return_counts=True)
    if len(numbers) > LOOKED_AT or len(np.unique(np.trunc(numbers))) < FEW:
        return None
    as_they_come = np.argsort(first)
    texts = map(as_month, numbers[as_they_come].tolist())
    return note_on_months(dict(zip(texts, counts[as_they_come].tolist(), strict=True)), "numbers")


def _on_days(present: NDArray[np.float64]) -> str | None:
    """Say that numbers may be dates without marks, such as 20240622."""
    within = (present >= FIRST) & (present <= LAST)
    if within.mean() < MOSTLY:
        return None
    some = np.unique(present[within])[:LOOKED_AT].tolist()
    dates = {text: iso for number in some if (iso := in_iso(text := str(as_text(number)))) is not None}
    if len(dates) < len(some) or len(dates) < 2:
        return None
    text, iso = next(iter(dates.items()))
    other = next((f"{number:.15g}" for number in present[~within].tolist()), None)
    because = "" if other is None else f", because of {other}, which --missing {other} leaves out"
    return f"holds {text} and the like, which are taken as numbers{because}; if they are dates, spell them as {iso}"
