"""Numbers with marks beside them are no words in silence: training asks what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow
import pytest

from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.spelling.numerals import is_made_of_digits
from tagship_training.config import Kinds
from tagship_training.data.columns import infer
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


SEVERAL = {
    "{}/{}": (range(95, 180), range(55, 110)),
    "{} x {}": (range(100, 1800), range(100, 990)),
    "{}\u00d74,5\u00d7{}": (range(1, 90), range(1, 90)),
    "{}-{}": (range(10, 50), range(51, 99)),
}
"""Blood pressures, sizes and ranges."""


def several(spelled: str, rows: int) -> list[str]:
    random = np.random.default_rng(rows)
    return [spelled.format(*(random.choice(own) for own in SEVERAL[spelled])) for _ in range(rows)]


def rows_of(texts: list[str]) -> Dataset:
    return Dataset(table=pyarrow.table({"a": texts}), targets=np.zeros((len(texts), 1), np.uint8), labels=("y",))


@pytest.mark.parametrize("rows", [40, 150, 5000])
@pytest.mark.parametrize("spelled", SEVERAL)
def test_several_numbers_in_a_cell_are_asked_about(spelled: str, rows: int) -> None:
    """They were left out as names or free text, or words of a text were counted."""
    texts = several(spelled, rows)
    values = np.array(["", *texts, "-"], object)
    with pytest.raises(TableError, match="column 'a' holds several numbers in a cell, such as"):
        category.describe(
            Column(name="a", values=values, targets=np.zeros((len(values), 1), np.uint8), incomplete=False)
        )
    with pytest.raises(TableError, match="column 'a' holds several numbers in a cell, such as"):
        infer(rows_of(texts), Kinds())


@pytest.mark.parametrize("spelled", ["2023/{:04}", "{:02}-07-{}", "{}-{}-12", "A{}/{}", "{}/0{}"])
def test_numbers_of_orders_are_names(spelled: str) -> None:
    texts = [spelled.format(*pair) for pair in np.random.default_rng(1).permutation(np.arange(100, 220)).reshape(60, 2)]
    assert "as in a name or free text" in (describe(texts).useless or "")


def test_few_sizes_of_several_numbers_stay_words() -> None:
    assert describe(["1/2", "3/4", "205/55", "10-20"] * 40).feature.values == ("1/2", "10-20", "205/55", "3/4")
