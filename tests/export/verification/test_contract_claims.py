"""Claims of a contract: which of them are checked, by what, and which are told to be nobody's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime
from tagship_export.errors import ExportError
from tagship_export.original.open_original import Original, open_original
from tagship_export.recipes import RECIPES
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.registry import open_artifact
from tagship_export.verification.contract_claims import claimed_thresholds, contract_faults, judged_by, unchecked
from tagship_runtime.contract import CategoryFeature, Contract, NumericFeature, TextFeature


@pytest.fixture
def opened(artifact: Path) -> OpenArtifact:
    return open_artifact(artifact)


@pytest.fixture(scope="module")
def original(article_run: Path) -> Original:
    return open_original(article_run)


def claiming(artifact: OpenArtifact, **changes: Any) -> OpenArtifact:
    return replace(artifact, contract=replace(artifact.contract, **changes))


def test_the_payload_says_what_it_is_judged_by(opened: OpenArtifact) -> None:
    assert opened.stored_recipe == "float32"
    honest = judged_by(opened)
    assert (honest.recipe, honest.origin, honest.faults) == (RECIPES["float32"], "found", ())
    forged = judged_by(claiming(opened, recipe="int8"))
    assert (forged.recipe, forged.origin) == (RECIPES["float32"], "found")
    assert forged.faults == ("its contract says that it is int8, its weights are stored as in float32",)
    elsewhere = judged_by(claiming(opened, recipe="unknown"))
    assert (elsewhere.recipe, elsewhere.faults) == (RECIPES["float32"], ())


def test_the_caller_says_what_it_is_judged_by(opened: OpenArtifact) -> None:
    agreed = judged_by(opened, "float32")
    assert (agreed.recipe, agreed.origin, agreed.faults) == (RECIPES["float32"], "asked", ())
    other = judged_by(opened, "int8")
    assert other.recipe is RECIPES["int8"]
    assert other.faults == ("it was to be int8, its weights are stored as in float32",)
    blind = replace(opened, stored_recipe=None)
    assert judged_by(blind, "int8").faults == ("it was to be int8, its contract says that it is float32",)
    with pytest.raises(ExportError, match="no recipe is called 'int3'"):
        judged_by(opened, "int3")


def test_where_the_target_cannot_tell_the_contract_is_believed(opened: OpenArtifact) -> None:
    blind = replace(claiming(opened, recipe="int8"), stored_recipe=None)
    assert (judged_by(blind).recipe, judged_by(blind).origin) == (RECIPES["int8"], "claimed")
    strange = judged_by(claiming(blind, recipe="strange"))
    assert strange.recipe is RECIPES["float32"]


def test_original_thresholds(artifact: Path) -> None:
    contract = tagship_runtime.load(artifact).contract
    assert claimed_thresholds(replace(contract, parity=None)) == contract.thresholds
    stored = {"original_thresholds": [0.25, 0.5, 0.75]}
    assert claimed_thresholds(replace(contract, parity=stored)) == (0.25, 0.5, 0.75)
    short = {"original_thresholds": [0.25]}
    assert claimed_thresholds(replace(contract, parity=short)) == contract.thresholds


def reordered(contract: Contract) -> dict[str, Any]:
    return {"features": (contract.features or ())[::-1]}


def renamed(contract: Contract) -> dict[str, Any]:
    first, *rest = contract.features or ()
    return {"features": (replace(first, name="other"), *rest)}


def filled(contract: Contract) -> dict[str, Any]:
    first, *rest = contract.features or ()
    return {"features": (NumericFeature(name=first.name, fill=3.5), *rest)}


def loose(contract: Contract) -> dict[str, Any]:
    assert contract.golden is not None
    return {"golden": replace(contract.golden, tolerance=1.0)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda contract: {}, None),
        (lambda contract: {"labels": contract.labels[::-1]}, "its labels are"),
        (lambda contract: {"thresholds": tuple(t + 0.02 for t in contract.thresholds)}, "its thresholds are"),
        (reordered, "in the order ['feature_5', 'feature_4'"),
        (renamed, "['feature_0'] is missing, ['other'] is new"),
        (filled, "'feature_0' is number, missing becomes 3.5, where the original has number, missing is refused"),
        (lambda contract: {"source": {**contract.source, "sha256": "0" * 64}}, "made from another model"),
        (loose, "its golden rows allow a difference of 1; numbers stored as in float32 need 0.001 at most"),
    ],
)
def test_what_a_run_knows_is_checked(
    original: Original, opened: OpenArtifact, change: Callable[[Contract], dict[str, Any]], said: str | None
) -> None:
    faults = list(contract_faults(original, claiming(opened, **change(opened.contract)), RECIPES["float32"]))
    if said is None:
        assert faults == []
    else:
        (fault,) = faults
        assert said in fault


def test_words_of_categories_are_checked(original: Original, opened: OpenArtifact) -> None:
    first, *rest = original.features or ()
    knows = replace(original, features=(CategoryFeature(name=first.name, values=("x",)), *rest))
    swapped = claiming(opened, features=(CategoryFeature(name=first.name, values=("y",)), *rest))
    (fault,) = contract_faults(knows, swapped, RECIPES["float32"])
    assert "'feature_0' is one of y, where the original has one of x" in fault


def test_of_many_words_the_one_that_differs_is_named(original: Original, opened: OpenArtifact) -> None:
    first, *rest = original.features or ()
    knows = replace(original, features=(TextFeature(name=first.name, vocabulary=("oil",)), *rest))
    swapped = claiming(opened, features=(TextFeature(name=first.name, vocabulary=("gas",)), *rest))
    (fault,) = contract_faults(knows, swapped, RECIPES["float32"])
    assert "'feature_0' has 'gas' at place 0 of its vocabulary, where the original has 'oil'" in fault


def test_against_a_run_everything_is_checked(original: Original, opened: OpenArtifact) -> None:
    assert list(unchecked(original, opened, judged_by(opened))) == []


def test_against_a_bare_file_it_says_what_nobody_checked(article_run: Path, opened: OpenArtifact) -> None:
    bare = open_original(article_run / "model.keras")
    told = list(unchecked(bare, opened, judged_by(opened)))
    assert [line.split(":")[0].split(" (")[0] for line in told] == [
        "names and order of the labels",
        "thresholds",
        "features",
    ]
    assert told[2] == "features: names, order, kinds"
    flagged = claiming(
        opened,
        features=(
            NumericFeature(name="a", fill=1.0),
            CategoryFeature(name="b", values=("x",)),
            *(NumericFeature(name=name) for name in "cdef"),
        ),
        golden=None,
        source={"sha256": "0" * 64, "framework": "unknown"},
    )
    more = list(unchecked(bare, flagged, judged_by(flagged)))
    assert more[2:] == [
        "features: names, order, kinds, fills of missing values, words of categories",
        "source.sha256, which names no file that is at hand",
        "golden rows: it has none to replay",
    ]
    named = bare.called(opened.labels).deciding_by(opened.contract.thresholds)
    assert list(unchecked(named, opened, judged_by(opened))) == ["features: names, order, kinds"]
