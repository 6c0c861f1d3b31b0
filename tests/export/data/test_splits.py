"""Rows that calibrate, tune and judge are never the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_export import export, open_original
from tagship_runtime.errors import InputValueError

Command = Callable[..., Any]


def test_the_rows_that_judge_are_not_those_that_calibrate(saved: Path) -> None:
    from tagship_export.data.splits import split_rows

    original = open_original(saved / "article.keras", labels=["a", "b", "c"])
    rows = np.arange(600 * 6, dtype=np.float32).reshape(600, 6)
    _, evidence = split_rows(original, (rows, np.zeros((600, 3))))
    parts = [set(part.table[:, 0]) for part in (evidence.calibration, evidence.tuning, evidence.verdict)]
    assert [len(part) for part in parts] == [150, 150, 300]
    assert len(set.union(*parts)) == 600


def test_what_is_wrong_with_a_row_is_told_by_its_place_in_the_file(saved: Path) -> None:
    original = open_original(saved / "article.keras", labels=["a", "b", "c"])
    for row in (0, 7, 39):
        rows = np.zeros((40, 6))
        rows[row, 2] = np.nan
        with pytest.raises(InputValueError, match="NaN") as caught:
            export(original, saved / "none", data=(rows, np.zeros((40, 3))))
        assert caught.value.row == row


def test_without_validation_rows_training_rows_tune(article_run: Path, tmp_path: Path) -> None:
    """As after cross-fitting, where some member has learned from every row."""
    run = tmp_path / "run"
    shutil.copytree(article_run, run)
    (run / "rows" / "validation.parquet").unlink()
    made = export(run, tmp_path / "out", recipes=["int8"], formats=["onnx"])
    parity = tagship_runtime.load(made[0].path).contract.parity
    assert parity is not None
    assert parity["tuned_on"] == "training rows"
    assert made[0].verification.passed
