"""Words of a column that people take for one."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from tagship_runtime.contract import CategoryFeature
from tagship_runtime.errors import MissingColumnError
from tagship_runtime.features import as_column
from tagship_training.data.kinds import category
from tagship_training.data.kinds.base import Column
from tagship_training.data.notices import on_labels_alike

DECOMPOSED = unicodedata.normalize("NFD", "Grün")


@pytest.mark.parametrize("other", ["Grün ", "GRÜN", DECOMPOSED])
def test_training_notes_words_that_look_alike(other: str) -> None:
    values = np.array(["Grün", "Blau", other] * 20, object)
    column = Column(name="c", values=values, targets=np.zeros((60, 1), np.uint8), incomplete=False)
    note = category.describe(column).note or ""
    assert "which differ by blanks, case or characters that look alike alone, and are two words" in note
    assert all(repr(word) in note for word in ("Grün", other))
    assert not category.describe(Column(name="c", values=values[:2], targets=column.targets, incomplete=False)).note


def test_prediction_names_a_word_that_is_composed_otherwise() -> None:
    feature = CategoryFeature(name="c", values=("Blau", "Grün"))
    assert feature.near_miss(as_column([DECOMPOSED, "Rot"])) == (DECOMPOSED, "Grün")


def test_a_column_and_labels_that_are_composed_otherwise() -> None:
    said = str(MissingColumnError(["Grün"], [DECOMPOSED, "x"]))
    assert f"{DECOMPOSED!r} was called 'Grün' in training, in other characters of Unicode that look alike" in said
    assert "look alike" not in str(MissingColumnError(["Grün"], ["grün "]))
    assert len(on_labels_alike(["Grün", DECOMPOSED])) == 1
