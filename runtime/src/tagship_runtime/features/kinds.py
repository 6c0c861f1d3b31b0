"""The kinds of features that this version reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tagship_runtime.features.base import Feature
from tagship_runtime.features.category import CategoryFeature
from tagship_runtime.features.json_values import mapping, take, text
from tagship_runtime.features.numeric import NumericFeature
from tagship_runtime.features.offset import OffsetFeature


def _text() -> type[Feature]:
    from tagship_runtime.features.text import TextFeature  # a device whose model takes no text starts without it

    return TextFeature


KINDS: Mapping[str, Callable[[], type[Feature]]] = {
    "numeric": lambda: NumericFeature,
    "category": lambda: CategoryFeature,
    "offset": lambda: OffsetFeature,
    "text": _text,
}
"""Returns the class of each kind, by its name in the contract."""


def feature_from_dict(value: Any) -> Feature:
    """Read one feature of a contract.

    Raises:
        ContractError: A key is absent or holds something else.
        ValueError: Its kind is not known here.
        TypeError: It is no object.
    """
    document = mapping(value)
    name, kind = take(document, "name", text), document.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        known = " or ".join(map(repr, KINDS))
        raise ValueError(f"feature {name!r} is of kind {kind!r}, not {known}")
    return KINDS[kind]().from_dict(document)
