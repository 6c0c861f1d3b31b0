"""How features are listed, kind by kind."""

from __future__ import annotations

from typing import Any

import pytest

from tagship_report.limits import ATTEMPTS, Limits
from tagship_report.sections import features
from tagship_report.sections.features import list_features
from tagship_runtime.documents import FeatureSummary

NUMBER: dict[str, Any] = {"name": "age", "kind": "numeric", "fill": 3.5}
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


def test_a_kind_without_words_of_its_own_is_described_by_the_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "DESCRIBED", {})
    number: Any = NUMBER
    (listed,) = list_features([number], [], ATTEMPTS[0])
    assert (listed.kind, listed.holds, listed.missing) == ("number, missing becomes 3.5", "\u2013", "\u2013")
