"""The kinds of features that this version reads and writes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from tagship_runtime.features.base import Feature
from tagship_runtime.features.json_values import mapping, take, text

FEATURE_KINDS: Mapping[str, tuple[str, str]] = {
    "numeric": ("numeric", "NumericFeature"),
    "category": ("category", "CategoryFeature"),
    "offset": ("offset", "OffsetFeature"),
    "date": ("date", "DateFeature"),
    "duration": ("duration", "DurationFeature"),
    "text": ("text", "TextFeature"),
}
"""The module beside this one and the class of each kind, by its name in the contract; imported where one needs it."""

TOKENIZERS: Mapping[str, tuple[str, str]] = {"keras-1": ("keras_text", "KerasTextFeature")}
"""The same of texts, by their tokenizer, where its rules are others than those of :class:`TextFeature`."""


def kind_called(kind: str) -> type[Feature]:
    """Return the class of a kind."""
    return class_in(*FEATURE_KINDS[kind])


def class_in(module: str, name: str) -> type[Feature]:
    """Return a class of features from a module beside this one."""
    found: type[Feature] = getattr(import_module(f"tagship_runtime.features.{module}"), name)
    return found


def feature_from_dict(value: Any) -> Feature:
    """Read one feature of a contract.

    Raises:
        ContractError: A key is absent or holds something else.
        ValueError: Its kind is not known here.
        TypeError: It is no object.
    """
    document = mapping(value)
    name, kind = take(document, "name", text), document.get("kind")
    if not isinstance(kind, str) or kind not in FEATURE_KINDS:
        known = " or ".join(map(repr, FEATURE_KINDS))
        raise ValueError(f"feature {name!r} is of kind {kind!r}, not {known}")
    tokenizer = document.get("tokenizer")
    module, found = TOKENIZERS.get(str(tokenizer), FEATURE_KINDS[kind]) if kind == "text" else FEATURE_KINDS[kind]
    return class_in(module, found).from_dict(document)
