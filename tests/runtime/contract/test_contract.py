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
from tagship_runtime.errors import ContractError, ContractVersionError, LabelError
from tagship_runtime.thresholds import resolve_thresholds

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


def test_a_copy_with_changes_is_checked() -> None:
    assert CONTRACT.replace(recipe="int8").recipe == "int8"
    assert CONTRACT.recipe == "float32"
    with pytest.raises(ContractError, match="thresholds"):
        CONTRACT.replace(thresholds=(0.5,))


def test_round_trip() -> None:
    again = Contract.from_json(CONTRACT.to_json())
    assert again.to_json() == CONTRACT.to_json()
    assert again.features == FEATURES
    assert again.golden is not None
    assert again.golden.rows[1] == [None, None]


@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1, max_size=5, unique=True),
    st.floats(0, 1, exclude_min=True, exclude_max=True, width=32),
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
        ("features", [{"name": "a", "kind": "numeric", "fill": None}] * 5, "feature names repeat, such as 'a'"),
        ("features", [{"name": "a", "kind": "numeric", "fill": 3.5e38}], "3.5e[+]38 is infinite in float32"),
        ("thresholds", [0.5, 1e-50], "1e-50; it has to lie between 0 and 1, and float32 makes 0 of it"),
        ("thresholds", [0.5, 0.99999998], "0.99999998.*float32 makes 1 of it"),
        ("output", {"name": "x", "dtype": "int8", "shape": [None, 2], "scale": 1, "zero_point": 2**40}, "32 bits"),
        ("golden", {"rows": [[1]] * 1025, "scores": [], "decisions": [], "tolerance": 0}, "1,025 rows; at most 1,024"),
        ("input", {"name": "x", "dtype": "float32", "shape": [None]}, "not a batch"),
        ("input", {"name": "x", "dtype": "float32"}, "no key 'shape'"),
        ("output", {"name": "x", "dtype": "float32", "shape": [None, 3]}, "2 labels"),
        ("golden", {"rows": [[1]], "scores": [], "decisions": [], "tolerance": 0}, "golden"),
        ("golden", {"rows": [], "scores": [], "decisions": [], "tolerance": -1}, "-1.0 is below 0"),
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


STORED = CONTRACT.to_json()


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (STORED.replace(b'"recipe"', b'"recipe":"x","recipe"'), "key 'recipe' twice"),
        (STORED.replace(b'"sha256"', b'"sha256":"x","sha256"'), "key 'sha256' twice"),
        (STORED.replace(b"gr\xc3\xbcn", b"\\ud800"), "surrogates not allowed"),
        (STORED.replace(b"gr\xc3\xbcn", b"\xed\xa0\x80"), "can't decode"),
        (STORED.replace(b'{"rows":3}', b'{"rows":NaN}'), "NaN is not finite"),
        (STORED.replace(b'{"rows":3}', b'{"rows":' + b"9" * 5000 + b"}"), "digits"),
        (STORED.replace(b'{"rows":3}', b'{"rows":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "not JSON"),
        (STORED.replace(b'"float32"', b'"' + b"x" * 8 * 1024 * 1024 + b'"', 1), "at most 8,388,608 are read"),
        (STORED.decode().encode("utf-16"), "not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_contract_may_hold(stored: bytes, said: str) -> None:
    assert stored != STORED
    with pytest.raises(ContractError, match=said):
        Contract.from_json(stored)


def test_escapes_of_whole_characters_are_read() -> None:
    contract = Contract.from_json(STORED.replace(b"gr\xc3\xbcn", b"\\ud83d\\ude00"))
    assert contract.features is not None
    assert contract.features[1].to_dict()["values"][1] == "\U0001f600"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"], ids=str)
def test_what_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises(ContractError, match="cannot be written as JSON"):
        replace(CONTRACT, quality={"artifact": value}).to_json()


def test_the_cost_grows_with_the_size_alone() -> None:
    """A hundred thousand labels, checked name by name against all before it, took a minute."""
    labels = tuple(f"label {number}" for number in range(100_000))
    many = replace(
        CONTRACT,
        labels=labels,
        thresholds=(0.5,) * len(labels),
        output=replace(CONTRACT.output, shape=(None, len(labels))),
        golden=None,
    )
    assert Contract.from_json(many.to_json()).labels == labels
    stored = many.to_json().replace(b'"label 99999"', b'"label 99998"')
    with pytest.raises(ContractError, match="label 'label 99998' repeats"):
        Contract.from_json(stored)
    with pytest.raises(LabelError, match="no label is called 'other'"):
        resolve_thresholds(dict.fromkeys([*labels, "other"], 0.5), labels)
