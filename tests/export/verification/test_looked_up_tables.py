"""A table by the scale of an activation keeps what a conversion by other rows may, and may be as coarse as it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tagship_export.targets.float_graph import FINEST, FloatGraph, Given, Numbers, Operation
from tagship_export.verification.looked_up_tables import table_faults

VALUES = np.array([[1.27, -0.5], [0.25, 0.1]])


def table(step: float = 0.01, high: float = 1.28, values: Any = VALUES, *, name: str = "GATHER") -> FloatGraph:
    held = Numbers("words", np.asarray(values), np.asarray(step), ends=(-high, high))
    return FloatGraph((Operation(name, (), (held, Given(0))),), ())


EXACT = table(step=0.0, high=np.inf)


@pytest.mark.parametrize(
    ("step", "own", "rows", "faults"),
    [
        (0.0799, 0.01, 100, 0),
        (0.0801, 0.01, 100, 1),
        (0.0801, 0.01, 99, 0),
        (0.01, 0.0001, 100, 0),
        (0.0101, 0.001, 200, 1),
    ],
)
def test_steps_are_at_most_eight_times_as_coarse_or_what_the_table_needs(
    step: float, own: float, rows: int, faults: int
) -> None:
    assert VALUES.max() / FINEST == pytest.approx(0.01)
    said = list(table_faults(table(step, 10.0), table(own, 10.0), EXACT, rows))
    assert said == ["the numbers of 'words' are rounded to far coarser steps than by its recipe"] * faults


@pytest.mark.parametrize(
    ("high", "own", "faults"),
    [(1.28, 1.28, 0), (0.6, 1.28, 0), (0.4, 1.28, 1), (0.4, 0.4, 0), (0.24, 0.6, 0), (0.05, 0.6, 1)],
)
def test_a_quarter_of_its_numbers_may_be_cut_off(high: float, own: float, faults: int) -> None:
    """By other rows; what the conversion made here does not keep either is nothing that is lost."""
    said = list(table_faults(table(high=high), table(high=own), EXACT, 100))
    assert [one.split(" of ")[0] for one in said] == (["2"] if own > 1 else ["3"]) * faults
    assert all(one.endswith("of the 4 numbers of 'words' are cut off, which its recipe keeps") for one in said)


def test_few_rows_say_nothing_of_a_table() -> None:
    assert list(table_faults(table(high=0.05), table(), EXACT, 99)) == []
    assert len(list(table_faults(table(high=0.05), table(), EXACT, 100))) == 1


@pytest.mark.parametrize("step", [0.0, 9.0])
def test_tables_with_a_scale_of_their_own_are_weights(step: float) -> None:
    assert list(table_faults(table(step, np.inf), table(0.01, np.inf), EXACT, 100)) == []
    assert (
        list(table_faults(table(9.0, name="ADD"), table(0.01, name="ADD"), table(0.0, np.inf, name="ADD"), 100)) == []
    )


def test_tables_of_integers_and_empty_ones_have_no_steps() -> None:
    whole, none = np.array([[1, 2]]), np.zeros((0, 2))
    for values in (whole, none):
        assert (
            list(table_faults(table(9.0, values=values), table(0.0, values=values), table(0.0, np.inf, values), 100))
            == []
        )


def test_values_that_are_looked_up_in_are_no_tables() -> None:
    made = FloatGraph((Operation("GATHER", (), (Given(0), Given(1))),), ())
    assert list(table_faults(made, made, made, 100)) == []
