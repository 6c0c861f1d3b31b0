"""Numbers with marks beside them are no words in silence: training asks what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_runtime.files.spelling.numerals import is_made_of_digits
from tagship_training.data.kinds import category
from tagship_training.data.kinds.base import Column
from tagship_training.errors import TableError

NUMBERS = [f"{number / 7:.2f}" for number in range(100, 400)]
MARKS = {
    "'{}": "digits and marks",
    '="{}"': "digits and marks",
    "{} \u2030": "digits and marks",
    "{} \u00b1 0.5": "digits and marks",
    "{}*": "digits and marks",
    "\u2248{}": "digits and marks",
    "{}k": "numbers with a unit",
    "{} mm": "numbers with a unit",
}


def describe(texts: list[str]) -> Any:
    values = np.array(texts, object)
    targets = np.zeros((len(texts), 1), np.uint8)
    return category.describe(Column(name="a", values=values, targets=targets, incomplete=False))


@pytest.mark.parametrize("mark", MARKS)
def test_marks_beside_numbers(mark: str) -> None:
    """Also where few rows, or few different numbers, would make words of them."""
    texts = [mark.format(number) for number in NUMBERS]
    for some in (texts, texts[:60]):
        with pytest.raises(TableError, match=MARKS[mark]):
            describe(some)


def test_wide_digits_are_digits() -> None:
    assert is_made_of_digits("\uff11\uff12,\uff15")
    assert not is_made_of_digits("x12")


@pytest.mark.parametrize(
    "texts", [["M8", "M10"], ["12 mm", "16 mm"], ["'a'", "'b'"], ["1.5 mm", "2.5 mm"], ["12*", "7*"]]
)
def test_few_sizes_and_other_words_stay_words(texts: list[str]) -> None:
    assert describe(texts * 40).feature.values == tuple(sorted(texts))
