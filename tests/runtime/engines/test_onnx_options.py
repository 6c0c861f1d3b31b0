"""ONNX Runtime computes products of stored integers in float32, so that every processor gives the same scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import tagship_runtime
from tagship_export import export
from tagship_runtime import container
from tagship_runtime.typing import Features


@pytest.mark.parametrize("recipe", ["int8", "int16x8"])
def test_scores_are_those_of_the_graph_as_it_stands(
    article_run: Path, tmp_path: Path, rows: Features, recipe: str
) -> None:
    (made,) = export(article_run, tmp_path, recipes=[recipe], formats=["onnx"])
    payload = container.unpack(made.path.read_bytes()).payload
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    plain = onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])
    want = plain.run(None, {"features": rows})[0]
    got = tagship_runtime.load(made.path).predict_proba(rows)
    # Fused with activations rounded to integers, int16x8 was off by 0.049; now the two are equal on this machine.
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-5)
