"""Tables from files, divided into features and labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest

from tagship_training.data.label_columns import LabelColumns
from tagship_training.data.tables import from_table, read
from tagship_training.errors import TrainingError


@pytest.mark.parametrize("names", [("X", "y"), ("x", "Y"), ("features", "targets"), ("inputs", "labels")])
def test_arrays_in_a_file(names: tuple[str, str], tmp_path: Path) -> None:
    arrays: dict[str, Any] = dict(zip(names, ([[1.5, 2], [3, 4]], [[0, 1], [1, 1]]), strict=True))
    np.savez(tmp_path / "rows.npz", **arrays, label_names=["a", "b"])
    table = read(str(tmp_path / "rows.npz"))
    assert table.to_pydict() == {"feature_0": [1.5, 3], "feature_1": [2, 4], "label:a": [0, 1], "label:b": [1, 1]}


def test_a_feature_named_as_a_saved_label_is_refused() -> None:

    table = pyarrow.table({"b": [0, 1], "label:b": [1.0, 2.0]})
    with pytest.raises(TrainingError, match="'label:b' is a feature"):
        from_table(table, LabelColumns(names=("b",)))


def test_a_file_without_labels_cannot_be_learned_from(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=np.ones((2, 2)))
    with pytest.raises(TrainingError, match="holds no y; arrays X"):
        read(str(tmp_path / "rows.npz"))
    np.savez(tmp_path / "rows.npz", y=np.ones((2, 2)))
    with pytest.raises(TrainingError, match="the features have to be called x or X"):
        read(str(tmp_path / "rows.npz"))
