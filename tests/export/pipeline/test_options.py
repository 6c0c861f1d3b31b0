"""Options of an export are checked where they are made, and earlier keywords go on working."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from export.models import MODELS
from tagship_export import ExportOptions, export, export_all
from tagship_export.errors import ExportError
from tagship_export.pipeline.options import ExportKeywords
from tagship_export.recipes import RECIPES


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"formats": ["coreml"]}, "no format is called 'coreml'; there are tflite, onnx"),
        ({"formats": []}, "nothing to export"),
        ({"recipes": ["int3"]}, "no recipe is called 'int3'"),
        ({"recipes": ["int8_io"], "formats": ["onnx"]}, "int8_io exists for tflite only"),
        ({"batch": 0}, "the batch size is 0; give 1 or more"),
        ({"golden": "silver"}, "golden is 'silver'; give one of synthetic, real, none"),
        ({"prefer": "beauty"}, "prefer is 'beauty'; give one of size, latency"),
        ({"max_flip_rate": 2}, "max_flip_rate is 2; give a share between 0 and 1"),
        ({"max_f1_drop": -1.0}, "max_f1_drop is -1.0; give a share between 0 and 1"),
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=said):
        ExportOptions(**wrong)
    with pytest.raises(ExportError, match=said):
        export(tmp_path / "absent", tmp_path / "out", **wrong)  # before anything is looked for


def test_options_are_frozen() -> None:
    options = ExportOptions(max_flip_rate=0.5)
    with pytest.raises(FrozenInstanceError):
        options.batch = 1  # type: ignore[misc]
    assert options.budget(RECIPES["int8"]).max_flip_rate == 0.5
    assert options.budget(RECIPES["int8"]).max_f1_drop == RECIPES["int8"].budget.max_f1_drop
    assert not options.only_recommended
    assert ExportOptions(recipes=["auto"]).only_recommended


def test_keywords_are_the_options() -> None:
    assert set(ExportKeywords.__annotations__) == {field.name for field in fields(ExportOptions)}


def test_keywords_replace_options(tmp_path: Path) -> None:
    model, rows = MODELS["article"]()
    steps: list[str] = []
    options = ExportOptions(labels=["a", "b", "c"], data=rows, formats=["onnx"], golden="none", on_step=steps.append)
    done = export_all(model, tmp_path, options=options, thresholds=0.25)
    (candidate,) = done.candidates
    assert (candidate.name, candidate.contract.golden) == ("float32.onnx", None)
    assert candidate.contract.thresholds == (0.25, 0.25, 0.25)
    assert [step.split()[0] for step in steps] == ["scoring", "converting", "verifying", "measuring", "drawing"]
    with pytest.raises(TypeError, match="colour"):
        export(model, tmp_path, options=options, colour="red")  # type: ignore[call-arg]
