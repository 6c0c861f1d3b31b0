"""Decoding the JSON of a contract into typed parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tagship_runtime.contract.golden import Golden
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.errors import ContractError, ContractVersionError
from tagship_runtime.features.base import Feature
from tagship_runtime.features.json_values import Json, integer, mapping, number, optional, take, text, tuple_of
from tagship_runtime.features.kinds import feature_from_dict

FORMAT_VERSION = 1
"""The version that is written, and the newest that is read."""


def contract_fields(stored: bytes | str) -> dict[str, Any]:
    """Return the arguments of :class:`tagship_runtime.contract.Contract`; keys that are not known here are ignored.

    Raises:
        ContractVersionError: The contract was written in a newer format.
        ContractError: It is not JSON, or lacks something.
    """
    try:
        document = json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"the contract is not JSON: {error}") from error
    if not isinstance(document, dict) or "tagship" not in document:
        raise ContractError("the contract has no key 'tagship'; it is not one of ours")
    version = document["tagship"]
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise ContractVersionError(version, FORMAT_VERSION)
    return {key: take(document, key, convert) for key, convert in CONVERTERS.items()} | {
        "digest": take(document, "digest", optional(text)) if "digest" in document else None
    }


def read_features(document: Json) -> tuple[Feature, ...]:
    """Read the contract's ``features`` from parsed JSON.

    Raises:
        ContractError: It is not a list of features.
    """
    return take({"features": document}, "features", tuple_of(feature_from_dict))


def _tensor(value: Json) -> TensorSpec:
    document = mapping(value)
    shape = take(document, "shape", tuple_of(optional(integer)))
    if len(shape) < 2 or any(size is None or size < 1 for size in shape[1:]):
        raise ValueError(f"shape {shape} is not a batch of something")
    return TensorSpec(
        name=take(document, "name", text),
        dtype=take(document, "dtype", text),
        shape=shape,
        scale=number(document["scale"]) if "scale" in document else None,
        zero_point=integer(document["zero_point"]) if "zero_point" in document else None,
    )


def _golden(value: Json) -> Golden:
    document = mapping(value)
    return Golden(
        rows=take(document, "rows", tuple_of(lambda row: row)),
        scores=take(document, "scores", tuple_of(tuple_of(number))),
        decisions=take(document, "decisions", tuple_of(tuple_of(bool))),
        tolerance=take(document, "tolerance", number),
        described=_later(document, "described", text),
        changes=_later(document, "changes", integer),
        caught=_later(document, "caught", integer),
    )


def _later(document: Mapping[str, Json], key: str, convert: Callable[[Json], Any]) -> Any:
    """Return what contracts of earlier writers lack, None there."""
    return take(document, key, optional(convert)) if key in document else None


CONVERTERS: Mapping[str, Callable[[Json], Any]] = {
    "labels": tuple_of(text),
    "thresholds": tuple_of(number),
    "features": optional(tuple_of(feature_from_dict)),
    "input": _tensor,
    "output": _tensor,
    "recipe": text,
    "source": mapping,
    "parity": optional(mapping),
    "quality": optional(mapping),
    "golden": optional(_golden),
}
"""Readers of the keys that a contract has to have."""
