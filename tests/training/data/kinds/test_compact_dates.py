"""Numbers that may be dates."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.data.kinds.compact_dates import note_on_dates


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (
            [10.2022, 8.2023, 1.1999],
            "holds 10.2022 and the like, which are taken as numbers; if they are months",
        ),
        ([8.2023, 10.2022] * 10 + [0.5], "spell them as 2023-08-01"),
        ([20240622.0, 20231201.0], "if they are dates, spell them as 2023-12-01"),
        ([10.2022, 8.2023, 13.2022, 14.2, 3.9], None),
        ([2022.1, 2022.11, 2021.05], "holds 2022.10 and the like"),
        ([2000.05, 2000.02, 2000.11], None),
        ([2000.05, 1999.97, 2000.11], None),
        ([10.2022, 10.2023, 10.2024], None),
        ([10.1822, 8.2523, 1.1399], None),
        ([10.20221, 8.20231, 1.19991], None),
        ([1.5, 2.25, 3.0], None),
    ],
)
def test_notes(numbers: list[float], said: str | None) -> None:
    found = note_on_dates(np.array(numbers, np.float64))
    assert found is None if said is None else said in (found or "")
