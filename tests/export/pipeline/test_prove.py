"""An artifact that breaks its budget is rejected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagship_export import export
from tagship_export.targets.registry import TARGETS

Command = Callable[..., Any]


def test_what_breaks_its_budget_is_rejected(article_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    convert = TARGETS["onnx"].convert

    def nudged(model: Any, batch: int | None) -> bytes:
        other = keras.models.clone_model(model)
        other.set_weights([weight * 1.05 for weight in model.get_weights()])
        return convert(other, batch)

    monkeypatch.setattr(TARGETS["onnx"], "convert", nudged)
    made = export(article_run, tmp_path, formats=["onnx"])
    assert [artifact.verification.passed for artifact in made] == [False]
    assert made[0].path == tmp_path / "rejected" / "float32.onnx"
    assert not (tmp_path / "float32.onnx").exists()
