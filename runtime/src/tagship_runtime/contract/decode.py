"""From the JSON of a contract to its typed form."""

from __future__ import annotations

import json

from tagship_runtime.contract import schema
from tagship_runtime.contract.json_values import (
    Json,
    integer,
    mapping,
    number,
    optional,
    take,
    text,
    tuple_of,
)
from tagship_runtime.contract.schema import Contract, Golden, TensorSpec
from tagship_runtime.errors import ContractError, ContractVersionError
from tagship_runtime.features.base import Feature
from tagship_runtime.features.kinds import feature_from_dict


def read_contract(stored: bytes | str) -> Contract:
    """Read a contract; keys that this version does not know are ignored.

    Raises:
        ContractVersionError: It was written in a newer format.
        ContractError: It is not JSON, lacks something, or contradicts itself.
    """
    try:
        document = json.loads(stored)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"the contract is not JSON: {error}") from error
    if not isinstance(document, dict) or "tagship" not in document:
        raise ContractError("the contract has no key 'tagship'; it is not one of ours")
    version = document["tagship"]
    if type(version) is not int or not 1 <= version <= schema.FORMAT_VERSION:
        raise ContractVersionError(version, schema.FORMAT_VERSION)
    return Contract(
        labels=take(document, "labels", tuple_of(text)),
        thresholds=take(document, "thresholds", tuple_of(number)),
        features=take(document, "features", optional(tuple_of(feature_from_dict))),
        input=take(document, "input", _tensor),
        output=take(document, "output", _tensor),
        recipe=take(document, "recipe", text),
        source=take(document, "source", mapping),
        parity=take(document, "parity", optional(mapping)),
        quality=take(document, "quality", optional(mapping)),
        golden=take(document, "golden", optional(_golden)),
        digest=take(document, "digest", optional(text)) if "digest" in document else None,
    )


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
    )
