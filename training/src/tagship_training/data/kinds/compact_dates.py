"""Numbers that may be dates without marks, such as 20240622."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.files.spelling.numerals import MOSTLY
from tagship_runtime.files.spelling.spelled_dates import as_text, in_iso

FIRST, LAST = 19000101, 20991231

LOOKED_AT = 1000
"""Different numbers that are looked at."""


def note_on_dates(present: NDArray[np.float64]) -> str | None:
    """Say that most of a column's numbers may be dates; None where they are not.

    Args:
        present: Its numbers that are not missing.
    """
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
