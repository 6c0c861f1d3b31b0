"""The first divergence is found in the layer that was changed."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from export.models import MODELS, rebuilt
from tagship_export.targets.registry import TARGETS
from tagship_export.verification.layerwise import first_divergence
from tagship_runtime.container import FORMATS
from tagship_runtime.terminal.silence import quiet


@pytest.mark.parametrize("name", ["images", "signals", "normalised", "ensemble", "article"])
@pytest.mark.parametrize("kind", list(FORMATS))
def test_the_first_parting_layer(name: str, kind: str) -> None:
    """No layer of a faithful conversion parts; of a changed one, it is the layer that was changed."""
    import keras

    model, rows = MODELS[name]()
    with quiet():
        payload = TARGETS[kind].convert(model, None)
    assert first_divergence(model, partial(TARGETS[kind].layer_values, payload), rows, tolerance=1e-3) is None
    weighted = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D)]
    changed = weighted[len(weighted) // 2]
    other = rebuilt(model, lambda m: m.get_layer(changed.name).bias.assign_add(np.full(changed.bias.shape, 3.0)))
    with quiet():
        payload = TARGETS[kind].convert(other, None)
    parting = first_divergence(model, partial(TARGETS[kind].layer_values, payload), rows, tolerance=1e-3)
    assert parting is not None
    assert parting.layer == changed.name
