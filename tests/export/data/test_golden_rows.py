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
from export.verification import known
from tagship_export import export, open_original
from tagship_export.data.golden_changes import Shown
from tagship_export.data.golden_rows import batch_difference, make_golden
from tagship_export.data.rows import read_rows
from tagship_export.targets.registry import open_artifact
from tagship_export.verification.counterexamples import search
from tagship_runtime.files.dataset import Dataset

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


@pytest.mark.parametrize(("limit", "most"), [(None, 1e-3), (0.25, 0.25), (0.002, 0.002)])
def test_the_batch_of_the_recorded_rows_gives_them_room_and_no_other(limit: float | None, most: float) -> None:
    """Every candidate in one batch moves scores by more than the few that are recorded do."""

    def scores(matrix: Any) -> Any:
        return np.clip(0.4 * matrix + 0.05 * np.ptp(matrix), 0, 1).astype(np.float32)

    made = known.artifact(scores)
    given = Dataset(table=np.random.default_rng(0).uniform(0, 1, (500, 2)) ** 4, targets=None, labels=("a", "b"))
    seen: list[float] = []

    def changes(made: Any, matrix: Any, tolerance: float) -> Shown:
        seen.append(tolerance)
        shown = np.zeros((1, len(matrix)), bool)
        shown[0, np.argsort(np.ptp(matrix, axis=1))[:3]] = tolerance < 0.01
        return Shown(clearly=shown, slightly=shown, names=("one",))

    golden = make_golden(made, given, 1e-3, limit=limit, changes=changes)
    assert golden is not None
    rows = list(golden.rows)
    own = 2 * batch_difference(made, rows, made.scores(rows))
    assert golden.tolerance == (1e-3 if limit is None else pytest.approx(min(max(1e-3, own), most)))
    assert seen == ([1e-3] if limit is None else [1e-3, golden.tolerance])
    assert golden.caught == (golden.tolerance < 0.01)  # what they catch is told by the tolerance that is recorded
