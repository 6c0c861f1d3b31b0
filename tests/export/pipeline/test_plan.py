"""Recipes and formats, as they are asked for, become a list of artifacts to make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tagship_export.errors import ExportError
from tagship_export.pipeline.plan import plan_recipes
from tagship_runtime.container import FORMATS

Command = Callable[..., Any]


def test_plans() -> None:
    assert len(plan_recipes(["all"], list(FORMATS))) == 11
    assert [
        (one.recipe.name, one.target.name, one.asked) for one in plan_recipes(["int8_io", "float32"], list(FORMATS))
    ] == [
        ("float32", "tflite", True),
        ("int8_io", "tflite", True),
        ("float32", "onnx", True),
    ]
    for names, kinds in ((["all", "int8"], ["onnx"]), (["int8_io"], ["onnx"]), ([], ["onnx"]), (["x"], [])):
        with pytest.raises(ExportError):
            plan_recipes(names, kinds)
