"""Rows from files and from memory, with their truth where it is known."""

from __future__ import annotations

from typing import Any

import pytest

from tagship_export.data.rows import targets_of
from tagship_export.errors import ExportError


def test_targets_by_either_name() -> None:
    table = {"label:a": [0, 1], "b": [1, 1], "x": [0.5, 0.5]}
    found = targets_of(table, ("a", "b"))
    assert found is not None
    assert found.tolist() == [[0, 1], [1, 1]]
    assert targets_of(table, ("c",)) is None
    with pytest.raises(ExportError, match="none for 'c'"):
        targets_of(table, ("a", "c"))
    with pytest.raises(ExportError, match="0 and 1"):
        targets_of(table, ("x",))


@pytest.mark.parametrize(
    ("cells", "trained", "said", "want"),
    [
        (["no", "yes", "no"], ("no",), (), [1, 0, 1]),
        (["yes", "yes", "yes"], ("no",), (), [0, 0, 0]),  # where none of them is there, nothing else would tell
        (["no", "yes", "no"], ("no",), ("yes",), [0, 1, 0]),
        ([1, 0, 1], ("no",), (), [1, 0, 1]),
        ([2, 1, 3], ("2", "3"), (), [1, 0, 1]),
        (["ja", "nein", "ja"], ("2",), (), [1, 0, 1]),
    ],
)
def test_values_that_meant_on_in_training_do_so_in_other_tables(
    cells: list[Any], trained: tuple[str, ...], said: tuple[str, ...], want: list[int]
) -> None:
    found = targets_of({"a": cells}, ("a",), trained, said)
    assert found is not None
    assert found[:, 0].tolist() == want
