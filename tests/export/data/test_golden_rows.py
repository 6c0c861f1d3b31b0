"""Golden rows of every kind of input, and how much room they take."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from export.models import MODELS, mixed
from tagship_export import export, open_original
from tagship_export.data.rows import read_rows
from tagship_export.targets.registry import open_artifact
from tagship_export.verification.counterexamples import search

Command = Callable[..., Any]


@pytest.mark.parametrize("golden", ["synthetic", "real", "none"])
def test_golden_rows_of_mixed_features(tmp_path: Path, golden: str) -> None:

    model, table, features = mixed()
    original = replace(open_original(model, labels=["a", "b"]), features=features)
    made = export(original, tmp_path, data=table, recipes=["float32", "int8"], golden=golden)
    for artifact in made:
        assert artifact.verification.passed, artifact.verification.faults
        predictor = tagship_runtime.load(artifact.path)
        kept = predictor.contract.golden
        if golden == "none":
            assert kept is None
            continue
        assert kept is not None
        assert predictor.selftest().passed
        real = set(zip(*(table[name].to_pylist() for name in ("age", "sex", "dose")), strict=True))
        assert all((tuple(row) in real) == (golden == "real") for row in kept.rows)
        assert any(row[0] is None for row in kept.rows)
        assert {row[1] for row in kept.rows} >= {"F", "M"}
    found = search(original, open_artifact(artifact.path), read_rows(table, ("a", "b")), original.thresholds or ())
    assert found.farthest.row[1] in {"F", "M"}
    assert predictor.predict_proba([found.farthest.row]).max() >= found.farthest.artifact


def test_golden_rows_of_large_inputs_stay_within_their_room(tmp_path: Path) -> None:
    model, rows = MODELS["images"]()
    made = export(model, tmp_path, labels=list("abcd"), data=rows, formats=["onnx"])
    golden = tagship_runtime.load(made[0].path).contract.golden
    assert golden is not None
    assert 1 <= len(golden.rows) < 24
    assert len(json.dumps(golden.to_dict())) <= 32 * 1024
    assert np.shape(golden.rows[0]) == (12, 12, 3)
