"""The contract survives writing and reading, and refuses what contradicts itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_runtime.contract import (
    CategoryFeature,
    Contract,
    Feature,
    Golden,
    NumericFeature,
    TensorSpec,
)
from tagship_runtime.errors import ContractError, ContractVersionError

FEATURES: tuple[Feature, ...] = (
    NumericFeature(name="age", fill=40.5, indicator=True),
    CategoryFeature(name="colour", values=("red", "grün", "")),
)
CONTRACT = Contract(
    labels=("large", "round"),
    thresholds=(0.5, 0.25),
    features=FEATURES,
    input=TensorSpec(name="features", dtype="float32", shape=(None, 5)),
    output=TensorSpec(name="scores", dtype="int8", shape=(None, 2), scale=0.00390625, zero_point=-128),
    recipe="float32",
    source={"sha256": "00"},
    parity={"rows": 3},
    quality=None,
    golden=Golden(
        rows=((1.5, "red"), (None, None)),
        scores=((0.1, 0.9), (0.5, 0.2)),
        decisions=((False, True), (True, False)),
        tolerance=1e-5,
    ),
)


def test_round_trip() -> None:
    again = Contract.from_json(CONTRACT.to_json())
    assert again.to_json() == CONTRACT.to_json()
    assert again.features == FEATURES
    assert again.golden is not None
    assert again.golden.rows[1] == [None, None]


@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1, max_size=5, unique=True),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
)
def test_any_label_and_threshold_round_trips(labels: list[str], threshold: float) -> None:
    contract = replace(
        CONTRACT,
        labels=tuple(labels),
        thresholds=(threshold,) * len(labels),
        output=replace(CONTRACT.output, shape=(None, len(labels))),
        golden=None,
    )
    assert Contract.from_json(contract.to_json()) == contract


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("labels", [], "no labels"),
        ("labels", ["large", "large"], "repeat"),
        ("labels", ["large"], "2 thresholds for 1 labels"),
        ("labels", "large", "not a list"),
        ("labels", ["a\nb", "c"], "printable"),
        ("thresholds", [0.5, 1.0], "between 0 and 1"),
        ("thresholds", [0.5, "x"], "not a number"),
        ("thresholds", [True, 0.5], "not a number"),
        ("features", [{"name": "a", "kind": "colour"}], "kind 'colour'"),
        ("features", [{"name": "a", "kind": "numeric", "fill": None}], "1 columns"),
        ("features", [{"name": "a", "kind": "category", "values": ["x"] * 2}] * 2, "repeat"),
        ("input", {"name": "x", "dtype": "float32", "shape": [None]}, "not a batch"),
        ("input", {"name": "x", "dtype": "float32"}, "no key 'shape'"),
        ("output", {"name": "x", "dtype": "float32", "shape": [None, 3]}, "2 labels"),
        ("golden", {"rows": [[1]], "scores": [], "decisions": [], "tolerance": 0}, "golden"),
        ("source", None, "not an object"),
    ],
)
def test_contradictions_are_named(key: str, value: Any, said: str) -> None:
    document = json.loads(CONTRACT.to_json()) | {key: value}
    with pytest.raises(ContractError, match=said):
        Contract.from_json(json.dumps(document))


@pytest.mark.parametrize("version", [2, 0, "1", None, True])
def test_other_versions_are_refused(version: object) -> None:
    document = json.loads(CONTRACT.to_json()) | {"tagship": version}
    with pytest.raises(ContractVersionError, match="update it"):
        Contract.from_json(json.dumps(document))


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_contract(text: bytes) -> None:
    with pytest.raises(ContractError):
        Contract.from_json(text)


def test_unknown_keys_are_ignored() -> None:
    document = json.loads(CONTRACT.to_json()) | {"later": 1}
    assert Contract.from_json(json.dumps(document)).labels == CONTRACT.labels
