"""Decoding the JSON of a contract into typed parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tagship_runtime.contract.golden import Golden
from tagship_runtime.contract.limits import CONTRACT_BYTES, GOLDEN_ROWS, LARGEST_ZERO_POINT, LEAST_SCALE
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.errors import ContractError, ContractVersionError
from tagship_runtime.features.base import Feature
from tagship_runtime.features.json_values import Json, float32, integer, mapping, number, optional, take, text, tuple_of
from tagship_runtime.features.kinds import feature_from_dict

FORMAT_VERSION = 1
"""The version that is written, and the newest that is read."""


def contract_fields(stored: bytes | str) -> dict[str, Any]:
    """Return the arguments of :class:`tagship_runtime.contract.Contract`; keys that are not known here are ignored.

    Raises:
        ContractVersionError: The contract was written in a newer format.
        ContractError: It is not JSON, or lacks something.
    """
    document = _parse(stored)
    if not isinstance(document, dict) or "tagship" not in document:
        raise ContractError("the contract has no key 'tagship'; it is not one of ours")
    version = document["tagship"]
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise ContractVersionError(version, FORMAT_VERSION)
    return {key: take(document, key, convert) for key, convert in CONVERTERS.items()} | {
        "digest": _later(document, "digest", text),
        "reference": _later(document, "reference", mapping),
    }


def _parse(stored: bytes | str) -> Json:
    """Return the JSON, in which no object has a key twice, no text is half a surrogate pair and no number is NaN.

    Raises:
        ContractError: It is none, or larger than a contract may be.
    """
    if len(stored) > CONTRACT_BYTES:
        raise ContractError(f"the contract has {len(stored):,} bytes; at most {CONTRACT_BYTES:,} are read")
    try:
        content = stored.decode() if isinstance(stored, bytes) else stored
        document = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_number)
        if "\\u" in content:
            json.dumps(document, ensure_ascii=False).encode()  # escapes can spell halves of surrogate pairs
    except (ValueError, RecursionError) as error:
        raise ContractError(f"the contract is not JSON: {error}") from error
    return document


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    document = dict(pairs)
    if len(document) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ValueError(f"an object has the key {repeated!r} twice")
    return document


def _no_number(constant: str) -> Json:
    raise ValueError(f"{constant} is not finite")


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
    zero_point = integer(document["zero_point"]) if "zero_point" in document else None
    if abs(zero_point or 0) > LARGEST_ZERO_POINT:
        raise ValueError("a zero point has more than 32 bits")
    return TensorSpec(
        name=take(document, "name", text),
        dtype=take(document, "dtype", text),
        shape=shape,
        scale=_positive(document["scale"]) if "scale" in document else None,
        zero_point=zero_point,
    )


def _positive(value: Json) -> float:
    real = float32(value)
    if real <= LEAST_SCALE:
        raise ValueError(f"scale {real} is not above 0 in float32")
    return real


def _not_negative(value: Json) -> float:
    real = number(value)
    if not real >= 0:
        raise ValueError(f"{real} is below 0")
    return real


def _golden(value: Json) -> Golden:
    document = mapping(value)
    rows = take(document, "rows", tuple_of(lambda row: row))
    if len(rows) > GOLDEN_ROWS:
        raise ValueError(f"there are {len(rows):,} rows; at most {GOLDEN_ROWS:,} are read")
    seeded = [row for row in rows if isinstance(row, Mapping)]
    if seeded:
        from tagship_runtime.contract.seeded_rows import check_seeded  # few models have inputs that large

        for row in seeded:
            check_seeded(row)
    return Golden(
        rows=rows,
        scores=take(document, "scores", tuple_of(tuple_of(number))),
        decisions=take(document, "decisions", tuple_of(tuple_of(bool))),
        tolerance=take(document, "tolerance", _not_negative),
        described=_later(document, "described", text),
        changes=_later(document, "changes", integer),
        caught=_later(document, "caught", integer),
        missed=_later(document, "missed", tuple_of(text)) or (),
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
