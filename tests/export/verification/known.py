"""An original and an artifact whose scores are given, and which need no engine."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from tagship_export.original.open_original import Original
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime.contract import Contract, Golden, NumericFeature, TensorSpec
from tagship_runtime.typing import Features, Scores

FEATURES = (NumericFeature(name="x"), NumericFeature(name="y"))


def golden(tolerance: float = 1e-3, scores: tuple[float, float] = (0.25, 0.75)) -> Golden:
    """One golden row, whose scores are its numbers."""
    return Golden(rows=((0.25, 0.75),), scores=(scores,), decisions=((False, True),), tolerance=tolerance)


class Known(Original):
    """An original of two columns, which are its scores."""

    row_shape = (2,)
    width = 2
    digests = frozenset({"abc", "def"})

    def scores(self, features: Features) -> Scores:
        return np.asarray(features, np.float32)


def original(**known: Any) -> Known:
    """What a run knows of itself; None for what it does not."""
    facts = {"labels": ("a", "b"), "thresholds": (0.5, 0.5), "features": FEATURES, "rows": {}, "file": "model.keras"}
    return Known(model=None, sha256="abc", **(facts | known))


def artifact(
    shift: Callable[[Scores], Scores] = lambda scores: scores,
    *,
    stored: str | None = "float32",
    layer_values: Any = None,
    weight_bytes: dict[str, int] | None = None,
    constants: Any = None,
    convert_again: Any = None,
    **claims: Any,
) -> OpenArtifact:
    """An artifact that gives an original's scores, or shifted ones, and says so."""
    facts: dict[str, Any] = {
        "labels": ("a", "b"),
        "thresholds": (0.5, 0.5),
        "features": FEATURES,
        "input": TensorSpec(name="i", dtype="float32", shape=(None, 2)),
        "output": TensorSpec(name="o", dtype="float32", shape=(None, 2)),
        "recipe": "float32",
        "source": {"framework": "keras 3", "sha256": "abc"},
    }
    runner: Any = SimpleNamespace(scores=lambda matrix: shift(np.asarray(matrix, np.float32)), close=lambda: None)
    return OpenArtifact(
        contract=Contract(**(facts | claims)),
        runner=runner,
        stored_recipe=stored,
        layer_values=layer_values,
        weight_bytes=weight_bytes or {},
        constants=constants,
        convert_again=convert_again,
        name="x",
        size=9,
    )
