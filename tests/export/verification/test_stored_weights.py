"""Stored weights are the original's, rounded; what a converter folded is passed over, a single change is not."""

from __future__ import annotations

import numpy as np
import pytest

from export.models import MODELS
from tagship_export.errors import ConversionError
from tagship_export.targets.registry import TARGETS
from tagship_export.verification.stored_weights import weight_faults
from tagship_runtime.terminal.silence import quiet

QUANTIZED = ("float16", "int8", "int16x8")


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
@pytest.mark.parametrize("name", ["article", "raw_ranges", "images", "signals", "normalised", "ensemble"])
def test_sound_files_have_no_fault_and_changed_ones_do(name: str, kind: str) -> None:
    model, rows = MODELS[name]()
    target = TARGETS[kind]
    with quiet():
        float32 = target.convert(model, None)
    for recipe in QUANTIZED:
        try:
            with quiet():
                payload = target.make(recipe, model, calibration=rows[:200], float32=float32)
        except ConversionError:
            continue
        constants = list(target.constants(payload))
        assert list(weight_faults(model, constants)) == []
        last = max(
            (one for one in constants if one.values.dtype.itemsize < 4 and one.values.size > 8),
            key=lambda one: one.values.size,
        )
        values = last.values.copy()
        place = int(np.abs(values.astype(np.float64)).argmax())
        values[place] = -values[place] if values.dtype.kind == "f" else np.clip(-values[place].astype(int), -127, 127)
        found = list(weight_faults(model, list(target.constants(last.replaced(values)))))
        if name == "normalised" or (name, kind) == ("images", "tflite"):
            continue  # normalisation and scaling are multiplied into the weights, which are the original's no more
        assert found == [
            f"1 of the {values.size} numbers of {last.name!r} are not those of the original, rounded; the others are"
        ]
