"""Months without a day in columns of words."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.data.kinds import category
from tagship_training.data.kinds.base import Column
from tagship_training.data.kinds.months import month_in


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("10.2022", (2022, 10)),
        ("2022.10", (2022, 10)),
        (" 2022/1", (2022, 1)),
        ("2022-01 ", (2022, 1)),
        ("03/1999", (1999, 3)),
        ("Okt 2022", (2022, 10)),
        ("Oct-22", (2022, 10)),
        ("2022-March", (2022, 3)),
        ("März/2022", (2022, 3)),
        ("13/2022", None),
        ("2022/00", None),
        ("2522/10", None),
        ("1.5", None),
        ("10/22", None),
        ("Type 2022", None),
        ("2022", None),
    ],
)
def test_months(text: str, month: tuple[int, int] | None) -> None:
    assert month_in(text) == month


def described(texts: list[str], *, named: bool = False) -> str:
    values = np.array(texts * 20, object)
    column = Column(
        name="m", values=values, targets=np.zeros((len(values), 1), np.uint8), incomplete=False, named=named
    )
    found = category.describe(column)
    return found.note or found.useless or ""


@pytest.mark.parametrize("texts", [["2022/10", "2022/11"], ["10/2022", "1/2023"], ["2022-10", "2023-01", ""]])
def test_words_that_may_be_months_are_told(texts: list[str]) -> None:
    assert f"holds {texts[0]} and the like, which are taken as words; if they are months" in described(texts)
    assert "spell them as 2022-10-01" in described(texts)
    assert not described(texts, named=True)


@pytest.mark.parametrize("texts", [["2022/10", "2023/10"], ["2022/10", "2022/11", "M8"], ["May", "June"], ["x", "y"]])
def test_other_words_are_not(texts: list[str]) -> None:
    assert not described(texts)
