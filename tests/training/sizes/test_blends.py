"""Teachers and students in one graph: shares by held-out rows, and no size that holds teachers alone twice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from tagship_training.sizes.blends import size_of_all, sizes_of_teachers

TARGETS = np.array([[1], [0], [1], [0]], np.uint8)


def candidate(name: str, *scores: float) -> tuple[Any, Any]:
    """A group that gives the rows these scores."""
    group = SimpleNamespace(architecture=SimpleNamespace(name=name))
    return group, np.array(scores, np.float32)[:, None]


def make(name: str, groups: Any, shares: tuple[float, ...], held_out: Any) -> Any:
    architectures = tuple(group.architecture for group in groups)
    return SimpleNamespace(name=name, architectures=architectures, shares=shares, held_out=held_out)


MAKER = cast(Any, SimpleNamespace(rows=SimpleNamespace(held_out_targets=TARGETS), make=make))
FIRST, SECOND = candidate("first", 0.9, 0.5, 0.9, 0.5), candidate("second", 0.5, 0.1, 0.5, 0.1)
WORSE, LINEAR = candidate("worse", 0.2, 0.8, 0.2, 0.8), candidate("linear", 0.4, 0.6, 0.4, 0.6)


def names(size: Any) -> list[str]:
    return [architecture.name for architecture in size.architectures]


def test_a_student_that_helps_is_blended_with_teachers() -> None:
    (size,) = size_of_all([FIRST, WORSE], [SECOND], MAKER)
    assert (size.name, names(size), size.shares) == ("blended", ["first", "second"], (0.5, 0.5))
    np.testing.assert_allclose(size.held_out, [[0.7], [0.3], [0.7], [0.3]], rtol=0, atol=1e-6)


def test_students_that_do_not_help_give_no_size() -> None:
    assert size_of_all([FIRST, SECOND], [WORSE], MAKER) == []


def test_students_that_are_better_alone_are_a_size_already() -> None:
    assert size_of_all([WORSE], [FIRST], MAKER) == []


@pytest.mark.parametrize(("groups", "want"), [([FIRST], ["networks"]), ([FIRST, LINEAR], ["networks", "linear"])])
def test_the_linear_one_stands_beside_networks(groups: Any, want: list[str]) -> None:
    sizes = sizes_of_teachers(groups, MAKER)
    assert [size.name for size in sizes] == want
    assert names(sizes[0]) == ["first"]


def test_the_linear_one_that_beats_all_networks_stands_alone() -> None:
    sizes = sizes_of_teachers([WORSE, candidate("linear", 0.9, 0.1, 0.9, 0.1)], MAKER)
    assert [(size.name, names(size)) for size in sizes] == [("linear", ["linear"])]
