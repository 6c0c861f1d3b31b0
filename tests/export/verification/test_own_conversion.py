"""Scores may be as far off as a conversion of the original that is made on the spot, and so many times that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tagship_export.errors import ConversionError
from tagship_export.recipes import RECIPES
from tagship_export.verification import own_conversion as module
from tagship_export.verification.own_conversion import UNKNOWN, Explained, largest_difference
from tagship_runtime.errors import EngineError

ROWS = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], np.float32)
WITHOUT_ROWS: Any = SimpleNamespace(rows={})


def converted(off: Any = 0.0, refusal: Exception | None = None) -> Any:
    """A conversion whose scores are off by so much, which notes what it was calibrated by and that it was closed."""
    noted: dict[str, Any] = {}

    def runner(recipe: str, calibration: Any) -> Any:
        noted.update(recipe=recipe, calibration=calibration)
        if refusal is not None:
            raise refusal
        scores = (ROWS + np.asarray(off)).astype(np.float32)

        def of(matrix: Any) -> Any:
            return scores[[int(np.flatnonzero((row == ROWS).all(axis=1))[0]) for row in matrix]]

        return SimpleNamespace(scores=of, close=lambda: noted.update(closed=True))

    return SimpleNamespace(runner=runner, noted=noted)


def most(recipe: str, again: Any, original: Any = WITHOUT_ROWS) -> float:
    found = largest_difference(original, again, RECIPES[recipe], ROWS, ROWS)
    assert (found.beyond == 0) is (recipe in ("float16", "dynamic_int8") or "train" in original.rows)
    return found.most


@pytest.mark.parametrize("sign", [1, -1])
def test_the_one_cell_that_is_farthest_off_counts(sign: int) -> None:
    off = np.zeros(ROWS.shape)
    off[1, 1] = sign * 0.125
    again = converted(off)
    assert most("dynamic_int8", again) == pytest.approx(0.25, abs=1e-6)
    assert again.noted["closed"]
    assert again.noted["recipe"] == "dynamic_int8"


@pytest.mark.parametrize(
    ("recipe", "off", "wanted"),
    [
        ("float16", 0.0, 0.001),
        ("float16", 0.0004, 0.001),
        ("float16", 0.01, 0.02),
        ("int8", 0.0, 0.05),
        ("int8", 0.01, 0.05),
        ("int8", 0.02, 0.06),
        ("int16x8", 0.1, 0.3),
        ("int8_io", 0.1, 0.3),
    ],
)
def test_rows_that_calibrated_are_not_at_hand(recipe: str, off: float, wanted: float) -> None:
    again = converted(off)
    assert most(recipe, again) == pytest.approx(wanted, abs=1e-5)
    assert again.noted["calibration"] is ROWS


def test_rows_that_calibrated_are_those_of_an_export(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "calibration_rows", lambda original: SimpleNamespace(table="training rows"))
    encoder = SimpleNamespace(encode=lambda table: f"encoded {table}")
    run: Any = SimpleNamespace(rows={"train": "x"}, encoder=encoder)
    again = converted(0.02)
    assert most("int8", again, run) == pytest.approx(0.04, abs=1e-6)
    assert again.noted["calibration"] == "encoded training rows"
    assert most("dynamic_int8", again, run) == pytest.approx(0.04, abs=1e-6)
    assert again.noted["calibration"] is ROWS


def test_a_row_alone_may_be_farther_off_than_among_others() -> None:
    """As by recipes that quantize a batch by one scale."""
    again, alone = converted(), np.array([0.0, 0.25, 0.0], np.float32)

    def runner(recipe: str, calibration: Any) -> Any:
        def scores(matrix: Any) -> Any:
            rows = [int(np.flatnonzero((row == ROWS).all(axis=1))[0]) for row in matrix]
            return (matrix + alone[rows, None] * (len(matrix) == 1) + np.float32(0.125) * (len(matrix) > 1)).astype(
                "f4"
            )

        return SimpleNamespace(scores=scores, close=lambda: None)

    again.runner = runner
    found = largest_difference(WITHOUT_ROWS, again, RECIPES["dynamic_int8"], ROWS, ROWS)
    assert found.rows is not None
    assert found.rows.tolist() == pytest.approx([0.125, 0.25, 0.125])
    assert found.most == pytest.approx(0.5)


@pytest.mark.parametrize("error", [ConversionError("no way"), EngineError("neither")])
def test_nothing_is_said_where_the_target_cannot_convert(error: Exception) -> None:
    assert largest_difference(WITHOUT_ROWS, converted(refusal=error), RECIPES["int8"], ROWS, ROWS) is UNKNOWN
    assert UNKNOWN.farther_rows(ROWS, 1 - ROWS) == 0
    assert not UNKNOWN.too_many(0, len(ROWS))


def test_rows_that_are_farther_off_are_counted_by_their_worst_score() -> None:
    off = np.zeros(ROWS.shape)
    off[0, 0], off[2, 1], off[1, 0] = 0.25, -0.25, 0.125
    assert Explained(most=0.125).farther_rows(ROWS, (ROWS + off).astype(np.float32)) == 2
    assert Explained(most=0.25).farther_rows(ROWS, (ROWS + off).astype(np.float32)) == 0


@pytest.mark.parametrize(
    ("farther", "rows", "beyond", "wanted"),
    [(0, 9, 0.0, False), (1, 900, 0.0, True), (15, 40, 0.25, False), (16, 40, 0.25, True), (1, 1, 0.25, False)],
)
def test_rows_count_beyond_chance(farther: int, rows: int, beyond: float, wanted: bool) -> None:
    assert Explained(most=0.1, beyond=beyond).too_many(farther, rows) is wanted
