"""Models that compute in another precision: a copy in float32 with the same weights is what is exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tagship_export.errors import OriginalError
from tagship_export.original.text_layers import refusal
from tagship_export.original.text_vectorization import idf_weights, is_vectorization

OTHER = frozenset({"float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"})
"""Names of policies and types that a copy in float32 replaces."""


def as_float32(model: Any) -> Any:
    """Return the model, or a copy of it that computes in float32 where it does not.

    Raises:
        OriginalError: It cannot be copied, takes text, keeps a state, or stores integers already.
    """
    layers = list(_layers(model))
    _check_kinds(layers)
    policies = other_policies(model)
    if not policies:
        return model
    import keras

    try:
        config = _in_float32(keras.saving.serialize_keras_object(model))
        copy = keras.saving.deserialize_keras_object(config)
        copy.set_weights([np.asarray(weight, np.float32) for weight in model.get_weights()])
        _copy_vocabularies(model, copy)
        remaining = [layer.name for layer in _layers(copy) if _policy(layer) in OTHER]
    except Exception as error:  # Keras raises whatever its parts raise
        raise OriginalError(_not_copied(policies)) from error
    if remaining:
        raise OriginalError(_not_copied(policies))
    return copy


def other_policies(model: Any) -> list[str]:
    """Return the names of the policies by which layers compute in another precision than float32."""
    return sorted({policy for layer in _layers(model) if (policy := _policy(layer)) in OTHER})


def _not_copied(policies: list[str]) -> str:
    return (
        f"the model computes in {', '.join(policies)} (the dtype policy of its layers), and no float32 copy of it can "
        "be made; build it under keras.config.set_dtype_policy('float32') and set its weights"
    )


def _check_kinds(layers: list[Any]) -> None:
    """Refuse what no artifact takes or stores."""
    if said := refusal(layers):
        raise OriginalError(said)
    if memory := next((layer.name for layer in layers if getattr(layer, "stateful", False)), None):
        raise OriginalError(
            f"layer {memory!r} is stateful: it goes on from the rows before, in batches of one size, and an artifact "
            "decides each row by itself; build the model with stateful=False, give it the same weights (set_weights), "
            "and export that"
        )
    if any("int8" in str(_policy(layer)) or "int4" in str(_policy(layer)) for layer in layers):
        raise OriginalError(
            "the model was quantized by Keras (model.quantize), and stores integers already; export the model as it "
            "was before, with --recipes int8"
        )


def _layers(model: Any) -> Iterator[Any]:
    """Yield the model and all layers in it, however deep."""
    yield model
    yield from getattr(model, "_flatten_layers", lambda **_: ())(include_self=False)


def _copy_vocabularies(model: Any, copy: Any) -> None:
    """Give a copy the words of its layers, which are no weights."""
    for layer, other in zip(_layers(model), _layers(copy), strict=True):
        if is_vectorization(layer):
            weights = idf_weights(layer)
            words = layer.get_vocabulary(include_special_tokens=weights is not None)
            other.set_vocabulary(words, idf_weights=weights)


def _policy(layer: Any) -> str | None:
    """Return the name of a layer's policy; that of models says nothing, since their layers compute."""
    import keras

    policy = getattr(layer, "dtype_policy", None)
    if policy is None or isinstance(layer, keras.layers.InputLayer):
        return None
    return str(policy.name)


def _in_float32(part: Any) -> Any:
    """Return a configuration with float32 in place of other types of computing."""
    if isinstance(part, list | tuple):
        return [_in_float32(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part.get("class_name") in {"DTypePolicy", "Policy"} and part.get("config", {}).get("name") in OTHER:
        return {**part, "config": {**part["config"], "name": "float32"}}
    return {
        key: "float32" if key == "dtype" and isinstance(value, str) and value in OTHER else _in_float32(value)
        for key, value in part.items()
    }
