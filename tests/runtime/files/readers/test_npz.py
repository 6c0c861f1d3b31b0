"""One reader for arrays: every spelling of their names, with and without the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_runtime.errors import DataError, MissingFileError
from tagship_runtime.files import read_batches
from tagship_runtime.files.label_columns import feature_columns, label_column
from tagship_runtime.files.readers.npz import read_npz

X, Y = np.arange(6.0).reshape(3, 2), np.eye(3, 2)


@pytest.mark.parametrize("features", ["X", "x", "features", "inputs", "Features"])
@pytest.mark.parametrize("targets", ["Y", "y", "labels", "targets"])
def test_every_spelling(tmp_path: Path, features: str, targets: str) -> None:
    named: Any = {features: X, targets: Y}
    np.savez(tmp_path / "a.npz", **named)
    arrays = read_npz(tmp_path / "a.npz")
    np.testing.assert_array_equal(arrays.features, X)
    np.testing.assert_array_equal(arrays.targets, Y)
    assert (arrays.feature_names, arrays.label_names) == (None, None)


@pytest.mark.parametrize("names", [("x", "X"), ("Y", "y"), ("mass", "Mass")])
def test_names_that_differ_by_case_alone(tmp_path: Path, names: tuple[str, str]) -> None:
    arrays: Any = {"features": X, names[0]: X, names[1]: X + 1}
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=f"holds '{names[0]}' and '{names[1]}'; leave one out, or rename it"):
        read_npz(tmp_path / "a.npz")


def test_names_and_no_truth(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=X, feature_names=["a", "b"], label_names=["c"])
    arrays = read_npz(tmp_path / "a.npz")
    assert arrays.targets is None
    assert (arrays.feature_names, arrays.label_names) == (("a", "b"), ("c",))


def test_texts_are_rows_of_one_cell(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array(["oil up", "gold"]))
    (batch,) = read_batches(str(tmp_path / "a.npz"))
    assert np.array_equal(batch.rows, [["oil up"], ["gold"]])
    np.savez(tmp_path / "a.npz", x=X[0])
    with pytest.raises(DataError, match=r"x has shape \(2,\)"):
        list(read_batches(str(tmp_path / "a.npz")))


def test_what_is_none(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="does not exist"):
        read_npz(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", z=X)
    with pytest.raises(DataError, match=r"\['z'\]; the features have to be called x or X"):
        read_npz(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", X=np.array([object()]))
    (tmp_path / "d.npz").write_bytes(b"no archive")
    np.save(tmp_path / "e.npy", X)
    (tmp_path / "e.npy").rename(tmp_path / "e.npz")
    for name in "cde":
        with pytest.raises(DataError, match=r"cannot be read as \.npz"):
            read_npz(tmp_path / f"{name}.npz")


def test_one_rule_for_label_columns() -> None:
    names = ["age", "b", "label:a", "a", "label:b"]
    assert [label_column(label, names) for label in ("a", "b", "c")] == ["label:a", "label:b", None]
    assert label_column("b", ["b"]) == "b"
    assert feature_columns(names, ["a", "b"]) == ["age"]
