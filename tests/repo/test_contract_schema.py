"""docs/contract.schema.json and the runtime accept and refuse the same contracts, but where it says so here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tagship_runtime import container
from tagship_runtime.contract import Contract
from tagship_runtime.errors import ContractError, ContractVersionError

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "contract.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)

NUMBER = {"name": "age", "kind": "numeric", "fill": 40.5, "indicator": True}
WORDS = {"name": "colour", "kind": "category", "values": ["red", ""]}
TEXT = {"name": "body", "kind": "text", "tokenizer": "words-1", "ngrams": [1, 2], "vocabulary": ["oil", "crude oil"]}
KERAS: dict[str, Any] = TEXT | {
    **{"tokenizer": "keras-1", "standardize": "lower", "split": "whitespace", "sequence": 2},
}
TENSOR = {"name": "x", "dtype": "int8", "shape": [None, 6], "scale": 0.5, "zero_point": -128}
CONTRACT: dict[str, Any] = {
    "tagship": 1,
    "labels": ["large", "round"],
    "thresholds": [0.5, 0.25],
    "features": [NUMBER, WORDS, TEXT],
    "input": TENSOR,
    "output": {"name": "scores", "dtype": "float32", "shape": [None, 2]},
    "recipe": "float32",
    "source": {"sha256": "00", "framework": "keras", "tools": {"onnx": "1"}},
    "parity": {"rows": 3},
    "quality": None,
    "golden": {
        "rows": [[1.5, "red", "oil"], [None, None, None]],
        "scores": [[0, 1], [0.5, 0.2]],
        "decisions": [[0, 1], [1, 0]],
    }
    | {"tolerance": 1e-5},
    "digest": "0" * 64,
}
ANYTHING: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2, 0.5, "", "x", "a\nb", {}, {"rows": []}),
    *([], [None], [0], [True], ["x"], ["x", "x"], [0.5], [None, 7], [NUMBER], [[1.5], [2]], [[5, 0], [True, 1]]),
)


def accepted_by_schema(document: Any) -> bool:
    return bool(VALIDATOR.is_valid(document))


def accepted_by_runtime(document: Any) -> bool:
    try:
        Contract.from_json(json.dumps(document))
    except (ContractError, ContractVersionError):
        return False
    return True


def put(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy with another value at one place."""
    if not path:
        return value
    copy: Any = list(document) if isinstance(document, list) else dict(document)
    copy[path[0]] = put(copy[path[0]] if len(path) > 1 else None, path[1:], value)
    return copy


def without(document: Any, path: tuple[str | int, ...]) -> Any:
    """A copy without one key."""
    *parents, key = path
    parent = document
    for step in parents:
        parent = parent[step]
    return put(document, tuple(parents), {name: value for name, value in parent.items() if name != key})


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert accepted_by_schema(CONTRACT)
    assert accepted_by_runtime(CONTRACT)


@pytest.mark.parametrize("key", ["standardize", "split", "sequence", "ngrams", "vocabulary", "tokenizer"])
def test_texts_by_the_rules_of_keras(key: str) -> None:
    """Whatever stands under a key, schema and runtime agree; bounds of both ends are among it."""
    assert accepted_by_runtime(put(CONTRACT, ("features", 2), KERAS))
    known = (
        "lower",
        "strip_punctuation",
        "lower_and_strip_punctuation",
        "character",
        "whitespace",
        "words-1",
        "keras-1",
    )
    for value in (*ANYTHING, *known, 65536, 65537, [1, 16], [1, 17], [0, 1], [1, 1], ["oil", "gold"]):
        document = put(CONTRACT, ("features", 2), KERAS | {key: value})
        counted = len(KERAS["vocabulary"]) + 1
        width = (
            KERAS["sequence"]
            if key != "sequence"
            else counted
            if value is None
            else value
            if isinstance(value, int)
            else 1
        )
        document["input"] = {**TENSOR, "shape": [None, 4 + width]}
        assert accepted_by_schema(document) == accepted_by_runtime(document), (key, value)
    assert not accepted_by_schema(put(CONTRACT, ("features", 2), {name: KERAS[name] for name in KERAS if name != key}))


def test_every_artifact_and_its_companion_are_valid(every_kind: dict[str, Path]) -> None:
    assert len(every_kind) >= 13
    kinds = set()
    for name, path in every_kind.items():
        contract = container.unpack(path.read_bytes()).contract
        assert contract is not None
        documents = [json.loads(contract.to_json())]
        beside = path.with_name(f"{path.name}.json")
        if beside.exists():
            documents.append(json.loads(beside.read_text()))
        for document in documents:
            assert [error.message for error in VALIDATOR.iter_errors(document)] == [], name
            assert "digest" in document
            kinds |= {key for key in ("features", "parity", "quality", "golden") if document[key] is None}
            kinds |= {document["input"]["dtype"], *(feature["kind"] for feature in document["features"] or ())}
    # What the artifacts have to cover between them, so that the schema's branches are all visited.
    assert kinds == {"features", "parity", "quality", "golden", "float32", "int8", "numeric", "category"}


REQUIRED = [
    *((key,) for key in CONTRACT if key not in ("digest",)),
    *(("input", key) for key in ("name", "dtype", "shape")),
    *(("golden", key) for key in ("rows", "scores", "decisions", "tolerance")),
    *(("features", 0, key) for key in ("name", "kind", "fill")),
    *(("features", 1, key) for key in ("name", "kind", "values")),
    *(("features", 2, key) for key in TEXT),
]


@pytest.mark.parametrize("path", REQUIRED, ids=str)
def test_what_is_required(path: tuple[str | int, ...]) -> None:
    document = without(CONTRACT, path)
    assert not accepted_by_runtime(document)
    assert not accepted_by_schema(document)


GOLDEN_CELL: tuple[str | int, ...] = ("golden", "rows", 0, 0)
"""A number, a word, null, or an array of these."""

PLACES: list[tuple[str | int, ...]] = [
    *((key,) for key in CONTRACT),
    *((key, 0) for key in ("labels", "thresholds", "features")),
    *(("input", key) for key in TENSOR),
    *(("output", key) for key in ("name", "dtype", "shape")),
    ("input", "shape", 0),
    ("input", "shape", 1),
    *(("features", 0, key) for key in NUMBER),
    *(("features", 1, key) for key in WORDS),
    ("features", 1, "values", 0),
    *(("features", 2, key) for key in TEXT),
    ("features", 2, "ngrams", 0),
    ("features", 2, "ngrams", 1),
    ("features", 2, "vocabulary", 0),
    *(("golden", key) for key in CONTRACT["golden"]),
    *(("golden", key, 0) for key in ("rows", "scores", "decisions")),
    ("golden", "scores", 0, 0),
    ("golden", "decisions", 0, 0),
    GOLDEN_CELL,
]
"""Each gets every one of ANYTHING."""

SCHEMA_ALONE: dict[tuple[str | int, ...], str] = {
    ("digest",): "null and other texts: a file's digest is compared with the computed one, which they never equal",
    ("parity",): "its figures are for people; nothing is computed from them",
    ("input", "dtype"): "what is no real number's type is refused when an engine is opened",
    ("output", "dtype"): "likewise",
    ("input", "shape", 0): "batches of 0 and less are never written",
    ("features", 0, "indicator"): "anything is read as true or false; only these two are written",
    ("golden", "rows"): "rows of another type are refused when they are replayed",
    ("golden", "rows", 0): "likewise",
    ("golden", "decisions"): "anything is read as true or false; only 0 and 1 are written",
    ("golden", "decisions", 0): "likewise",
    ("golden", "decisions", 0, 0): "likewise",
}
"""Where the schema is stricter: it describes what is written."""

RUNTIME_ALONE: dict[tuple[str | int, ...], str] = {
    ("labels",): "as many as thresholds and scores",
    ("thresholds",): "as many as labels",
    ("features",): "their columns add up to the input's",
    ("output", "shape"): "its last size is the number of labels",
    ("input", "shape"): "its size is that of the features' columns",
    ("input", "shape", 1): "likewise",
    ("features", 0, "indicator"): "likewise",
    ("features", 1, "values"): "likewise",
    ("features", 2, "vocabulary"): "likewise",
    ("golden", "rows"): "as many rows as scores and decisions",
    ("golden", "scores"): "likewise",
    ("golden", "scores", 0): "as many as labels",
    ("golden", "decisions"): "likewise",
    ("golden", "decisions", 0): "likewise",
}
"""Where two places have to agree, which JSON Schema cannot say."""


def differences(path: tuple[str | int, ...]) -> tuple[list[Any], list[Any]]:
    """Which values at one place only the schema refuses, and which only the runtime."""
    documents = [put(CONTRACT, path, value) for value in ANYTHING]
    verdicts = [(accepted_by_schema(document), accepted_by_runtime(document)) for document in documents]
    pairs = list(zip(ANYTHING, verdicts, strict=True))
    return [v for v, said in pairs if said == (False, True)], [v for v, said in pairs if said == (True, False)]


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_both_refuse_the_same(path: tuple[str | int, ...]) -> None:
    schema_alone, runtime_alone = differences(path)
    assert bool(schema_alone) == (path in SCHEMA_ALONE), schema_alone
    assert bool(runtime_alone) == (path in RUNTIME_ALONE), runtime_alone
    assert any(not accepted_by_schema(put(CONTRACT, path, value)) for value in ANYTHING) or path == GOLDEN_CELL


BROKEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another version": lambda d: d | {"tagship": 2},
    "a version in words": lambda d: d | {"tagship": "1"},
    "no labels": lambda d: d | {"labels": [], "thresholds": []},
    "an empty label": lambda d: put(d, ("labels", 0), ""),
    "a label of two lines": lambda d: put(d, ("labels", 0), "a\nb"),
    "a line end behind a label": lambda d: put(d, ("labels", 0), "a\n"),
    "a label that hides": lambda d: put(d, ("labels", 0), "a\u00ad"),
    "labels twice": lambda d: d | {"labels": ["a", "a"]},
    "a threshold of 1": lambda d: put(d, ("thresholds", 0), 1.0),
    "a threshold of 0": lambda d: put(d, ("thresholds", 0), 0),
    "features of an image": lambda d: put(d, ("input", "shape"), [None, 2, 2]),
    "no feature": lambda d: d | {"features": []},
    "a feature of no kind": lambda d: put(d, ("features", 0, "kind"), "date"),
    "a scalar": lambda d: put(d, ("input", "shape"), [None]),
    "a free axis": lambda d: put(d, ("output", "shape"), [None, None]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_both_refuse(case: str) -> None:
    document = BROKEN[case](CONTRACT)
    assert not accepted_by_runtime(document)
    assert not accepted_by_schema(document)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CONTRACT).replace("0.25", "NaN"),  # JSON has no NaN, but Python's reader does
        json.dumps(CONTRACT).replace('"tagship": 1', '"tagship": 1.0'),  # to JSON Schema, 1.0 is an integer
        json.dumps(put(CONTRACT, ("labels", 0), "\u200b")),  # only the usual unprintable characters are listed
        json.dumps(put(CONTRACT, ("features", 1, "name"), "age")),  # names of features are unique
    ],
)
def test_what_only_the_runtime_can_refuse(text: str) -> None:
    with pytest.raises((ContractError, ContractVersionError)):
        Contract.from_json(text)
    assert accepted_by_schema(json.loads(text))


@pytest.mark.parametrize("path", [(), ("input",), ("golden",), ("source",), ("parity",), ("features", 0)], ids=str)
def test_keys_may_be_added_anywhere(path: tuple[str | int, ...]) -> None:
    document = put(CONTRACT, (*path, "later"), {"anything": [1]})
    assert accepted_by_schema(document)
    assert accepted_by_runtime(document)


def test_contracts_of_any_shape_are_valid_as_they_are_written() -> None:
    names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1)
    numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
    numeric = st.fixed_dictionaries(
        {"kind": st.just("numeric"), "fill": st.none() | numbers, "indicator": st.booleans()}
    )
    category = st.fixed_dictionaries({"kind": st.just("category"), "values": st.lists(names, min_size=1, unique=True)})

    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(names, min_size=1, max_size=6, unique=True),
        st.lists(numeric | category, min_size=1, max_size=6),
        st.floats(0, 1, exclude_min=True, exclude_max=True, width=32),
        st.none() | st.integers(1, 9),
    )
    def check(labels: list[str], features: list[dict[str, Any]], threshold: float, batch: int | None) -> None:
        named = [{"name": str(place)} | feature for place, feature in enumerate(features)]
        width = sum(len(f["values"]) if "values" in f else 1 + f["indicator"] for f in named)
        document = CONTRACT | {
            "labels": labels,
            "thresholds": [threshold] * len(labels),
            "features": named,
            "input": TENSOR | {"shape": [batch, width]},
            "output": TENSOR | {"shape": [batch, len(labels)]},
            "golden": None,
        }
        written = json.loads(Contract.from_json(json.dumps(document)).to_json())
        assert [error.message for error in VALIDATOR.iter_errors(written)] == []

    check()


def test_decisions_follow_from_scores(every_kind: dict[str, Path]) -> None:
    """Nothing in a contract contradicts its own rule: on where score >= threshold, in float32."""
    for path in every_kind.values():
        contract = container.unpack(path.read_bytes()).contract
        assert contract is not None
        if contract.golden is not None:
            scores = np.array(contract.golden.scores, np.float32)
            on = scores >= np.array(contract.thresholds, np.float32)
            np.testing.assert_array_equal(on, np.array(contract.golden.decisions, bool))
