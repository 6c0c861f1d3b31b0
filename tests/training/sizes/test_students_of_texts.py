"""Students of texts look at the words that tell most, and at fewer where the user bounds the model."""

from __future__ import annotations

import pytest

from tagship_training import Config
from tagship_training.network.architecture import Architecture
from tagship_training.network.choose_architectures import text_architectures
from tagship_training.sizes.students import FILE_BYTES, FILE_BYTES_PER_COLUMN, Shape, student_architectures

NEWS = Shape(rows=9549, width=12_772, numeric=3, labels=61, words=True, crossed=True, terms=12_769)
(TEACHER,) = text_architectures(rows=9549, members=5, crossed=True)


def students(config: Config, shape: Shape = NEWS) -> list[Architecture]:
    return student_architectures(TEACHER, shape, config)


def test_sizes_rise_in_words_and_units() -> None:
    assert [student.name for student in students(Config())] == [
        "32-of-1024-words",
        "48-linear-of-1536-words",
    ]
    small = Shape(rows=100, width=300, numeric=0, labels=4, words=True, crossed=True, terms=300)
    assert {student.terms for student in students(Config(), small)} == {300}


@pytest.mark.parametrize("bound", [20_000, 60_000, 300_000, 1_500_000])
def test_the_largest_that_fit_are_trained(bound: int) -> None:
    found = students(Config(max_bytes=bound))
    assert 1 <= len(found) <= 2
    for student in found:
        columns = NEWS.columns(student)
        assert columns == (student.terms or 0) + 3  # the numbers beside the words
        assert FILE_BYTES + FILE_BYTES_PER_COLUMN * columns + 4 * NEWS.parameters(student) <= bound
    larger = students(Config(max_bytes=2 * bound))
    assert NEWS.parameters(larger[-1]) >= NEWS.parameters(found[-1])


def test_many_texts_take_fewer_epochs() -> None:
    epochs = [text_architectures(rows=rows, members=1, crossed=True)[0].epochs for rows in (500, 10_000, 40_000, 10**6)]
    assert epochs == [15, 15, 8, 5]
