"""Rows from files and from memory, with their truth where it is known."""

from __future__ import annotations

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
