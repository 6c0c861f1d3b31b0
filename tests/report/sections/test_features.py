"""How features are listed, kind by kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_report.formatting import NONE
from tagship_report.limits import ATTEMPTS, Limits
from tagship_report.sections import features
from tagship_report.sections.features import list_features
from tagship_runtime.documents import FeatureSummary
from tagship_runtime.features.kinds import FEATURE_KINDS, feature_from_dict

CASES = Path(__file__).parents[2] / "shared" / "rows.json"

NUMBER: dict[str, Any] = {"name": "age", "kind": "numeric", "fill": 3.5}
COUNTER: dict[str, Any] = {"name": "counter", "kind": "offset", "fill": None, "offset": 1.7e9}
TEXT: dict[str, Any] = {"name": "body", "kind": "text", "vocabulary": ["oil", "the oil"], "ngrams": [1, 2]}
WORDS: dict[str, Any] = {"name": "maker", "kind": "category", "values": ["Acme", "", "Borg"]}


@pytest.mark.parametrize(
    ("feature", "summary", "kind", "holds", "missing"),
    [
        (NUMBER, {}, "number", "\u2013", "becomes 3.5"),
        (NUMBER | {"fill": None}, {"low": 1, "median": 20, "high": 3e6}, "number", "1 to 3e+06, median 20", "refused"),
        (
            NUMBER | {"indicator": True},
            {"low": 0, "median": 1, "high": 2, "missing": 0.25},
            "number and 0/1 for missing",
            "0 to 2, median 1",
            "becomes 3.5 (25% of rows)",
        ),
        (WORDS, {}, "one of 3 words", "Acme, (empty), Borg", "counts as the empty word"),
        (
            WORDS | {"values": ["a", "b"]},
            {"shares": [0.2, 0.8]},
            "one of 2 words",
            "b 80%, a 20%",
            "all zeros",
        ),
        (WORDS | {"values": ["a"]}, {"shares": [1.0]}, "one of 1 word", "a 100%", "all zeros"),
        (
            COUNTER | {"fill": 1_700_000_001.5, "indicator": True},
            {"low": 1_700_000_001, "median": 1_700_000_002.25, "high": 1_700_000_009, "missing": 0.5},
            "number less 1700000000 and 0/1 for missing",
            "1700000001 to 1700000009, median 1700000002.25",
            "becomes 1700000001.5 (50% of rows)",
        ),
        (COUNTER, {}, "number less 1700000000", "\u2013", "refused"),
        (
            TEXT,
            {"ngrams": 12.5, "empty": 0.25},
            "text, 2 runs of 1 to 2 words count",
            "12.5 of them on average; none in 25% of rows",
            "is the empty text",
        ),
        (
            TEXT | {"ngrams": [1, 1], "vocabulary": ["oil"]},
            {},
            "text, 1 words count",
            "\u2013",
            "is the empty text",
        ),
    ],
)
def test_a_feature(feature: Any, summary: FeatureSummary, kind: str, holds: str, missing: str) -> None:
    (listed,) = list_features([feature], [summary] if summary else [], ATTEMPTS[0])
    assert (listed.name, listed.kind, listed.holds, listed.missing) == (feature["name"], kind, holds, missing)


def test_only_some_words_are_named() -> None:
    limits = Limits(drawn=1, listed=1, features=1, words=2)
    values = [f"w{number}" for number in range(5)]
    feature: Any = WORDS | {"values": values}
    (listed,) = list_features([feature, feature], [{"shares": [0.1, 0.3, 0.2, 0.3, 0.1]}], limits)
    assert listed.holds == "w1 30%, w3 30% and 3 more"


def features_by_kind() -> dict[str, Any]:
    """Return a feature of each kind: of the cases that every reader replays, and one that they lack."""
    cases = json.loads(CASES.read_text(encoding="utf-8"))["single"]
    return {"offset": COUNTER} | {one["kind"]: one for case in cases for one in case["contract"]["features"] or ()}


@pytest.mark.parametrize("kind", FEATURE_KINDS)
def test_whatever_training_summarises_is_shown(kind: str) -> None:
    feature = features_by_kind()[kind]
    read = feature_from_dict(feature)
    few, many = (np.full((4, read.width), value, np.float32) for value in (0.25, 1.0))
    shown = [next(list_features([feature], [read.summarise(rows)], ATTEMPTS[0])).holds for rows in (few, many)]
    assert NONE not in shown
    assert shown[0] != shown[1]


def test_a_kind_without_words_of_its_own_is_described_by_the_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "DESCRIBED", {})
    number: Any = NUMBER
    (listed,) = list_features([number], [], ATTEMPTS[0])
    assert (listed.kind, listed.holds, listed.missing) == ("number, missing becomes 3.5", "\u2013", "\u2013")
