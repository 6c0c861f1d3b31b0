"""Students of tables are given more to learn where few columns meet teachers that learn steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tagship_training import Config
from tagship_training.network.architecture import Architecture
from tagship_training.network.choose_architectures import teacher_architectures
from tagship_training.sizes.students import Shape, count_synthetic_rows, student_architectures

WATER = Shape(rows=710, width=16, numeric=16, labels=14, words=False, crossed=True, stepwise=0.62)
(TEACHER, *_) = teacher_architectures(rows=710, width=16, numeric=16, labels=14, words=False, crossed=True)


def visits(shape: Shape) -> dict[str, int]:
    """Rows that each student sees, one as often as there are epochs."""
    found: list[Architecture] = student_architectures(TEACHER, shape, Config())
    rows = shape.rows + count_synthetic_rows(shape)
    return {student.name: student.epochs * rows for student in found}


def test_few_columns_and_forests_give_more_rows_and_steps() -> None:
    usual = replace(WATER, stepwise=0.59)
    assert (count_synthetic_rows(usual), count_synthetic_rows(WATER)) == (20_000, 60_000)
    long, short = visits(WATER), visits(usual)
    assert long.keys() == short.keys()
    assert long["128-64"] > 2.5 * short["128-64"]  # of operations there are 2.9 times as many
    assert all(long[name] > short[name] for name in short)


@pytest.mark.parametrize("change", [{"width": 65}, {"stepwise": 0.31}])
def test_other_tables_take_no_longer_for_it(change: dict[str, float]) -> None:
    shape = replace(WATER, **change)  # type: ignore[arg-type]
    assert count_synthetic_rows(shape) == 20_000


def test_few_rows_bound_synthetic_ones() -> None:
    assert count_synthetic_rows(replace(WATER, rows=60)) == 6_000
    assert count_synthetic_rows(replace(WATER, rows=60, stepwise=0.0)) == 3_000


def test_bins_of_students_need_teachers_that_learn_steps() -> None:
    assert not any("bins" in name for name in visits(WATER))
    assert any("bins" in name for name in visits(replace(WATER, stepwise=0.8)))
