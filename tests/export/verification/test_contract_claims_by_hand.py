"""Each claim of a contract, true and false, against originals that know it and that do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from export.verification.known import FEATURES, artifact, golden, original
from tagship_export.recipes import RECIPES
from tagship_export.verification import shipped_thresholds
from tagship_export.verification.contract_claims import claimed_thresholds, contract_faults, judged_by, unchecked
from tagship_export.verification.shipped_thresholds import shipped_threshold_faults
from tagship_runtime.contract import CategoryFeature, DateFeature, NumericFeature
from tagship_runtime.files.dataset import Dataset

EXACT, INEXACT = RECIPES["float32"], RECIPES["int8"]
X, Y = FEATURES


@pytest.mark.parametrize(
    ("claimed", "stored", "asked", "want", "origin", "said"),
    [
        ("float32", "float32", None, "float32", "found", []),
        ("int8", "float32", None, "float32", "found", ["its contract says that it is int8"]),
        ("unknown", "int8", None, "int8", "found", []),
        ("int8", None, None, "int8", "claimed", []),
        ("unknown", None, None, "float32", "claimed", []),
        ("int8", "int8", "int8", "int8", "asked", []),
        ("unknown", "int8", "int8", "int8", "asked", []),
        ("unknown", None, "int8", "int8", "asked", []),
        ("float32", None, "int8", "int8", "asked", ["it was to be int8, its contract says that it is float32"]),
        ("float32", "float32", "int8", "int8", "asked", ["it was to be int8, its weights are stored as in float32"]),
        (
            "int8",
            "float32",
            "float32",
            "float32",
            "asked",
            ["its contract says that it is int8, its weights are", "it was to be float32, its contract says"],
        ),
        ("int8", None, "int8", "int8", "asked", []),
        (
            "float16",
            "int8",
            "float32",
            "float32",
            "asked",
            ["its contract says that it is float16", "it was to be float32, its weights are stored as in int8"],
        ),
    ],
)
def test_by_which_recipe(
    claimed: str, stored: str | None, asked: str | None, want: str, origin: str, said: list[str]
) -> None:
    judged = judged_by(artifact(stored=stored, recipe=claimed), asked)
    assert (judged.recipe.name, judged.origin) == (want, origin)
    assert len(judged.faults) == len(said)
    assert all(fault.startswith(start) for fault, start in zip(judged.faults, said, strict=True))


@pytest.mark.parametrize(
    ("parity", "want"),
    [
        (None, (0.25, 0.75)),
        ({}, (0.25, 0.75)),
        ({"original_thresholds": [0.5, 0.625]}, (0.5, 0.625)),
        ({"original_thresholds": [0.5]}, (0.25, 0.75)),
        ({"original_thresholds": "12"}, (0.25, 0.75)),
        ({"original_thresholds": [0.5, None]}, (0.25, 0.75)),
        ({"original_thresholds": [0.5, "0.5"]}, (0.25, 0.75)),
        ({"original_thresholds": [0.5, True]}, (0.25, 0.75)),
    ],
)
def test_thresholds_that_the_original_is_said_to_have(parity: Any, want: tuple[float, ...]) -> None:
    assert claimed_thresholds(artifact(thresholds=(0.25, 0.75), parity=parity).contract) == want


def faults(known: dict[str, Any], claims: dict[str, Any], recipe: Any = EXACT) -> list[str]:
    return list(contract_faults(original(**known), artifact(**claims), recipe))


@pytest.mark.parametrize(
    ("known", "claims", "said"),
    [
        ({}, {}, []),
        ({"labels": None}, {"labels": ("b", "a")}, []),
        (
            {},
            {"labels": ("b", "a"), "thresholds": (0.1, 0.1)},
            ["its labels are ['b', 'a'], the original's ['a', 'b']"],
        ),
        ({}, {"thresholds": (0.5, 0.4)}, ["its thresholds are (0.5, 0.4), the original's (0.5, 0.5)"]),
        ({"thresholds": None}, {"thresholds": (0.5, 0.4)}, []),
        ({"features": None}, {"features": (Y, X)}, []),
        ({}, {"features": (Y, X)}, ["it describes other features than the original: in the order ['y', 'x']"]),
        (
            {"features": (Y, X)},
            {},
            ["it describes other features than the original: in the order ['x', 'y'], where"],
        ),
        ({}, {"features": None}, ["it describes other features than the original: none, where the original has some"]),
        (
            {},
            {"features": (X, NumericFeature(name="z"))},
            ["it describes other features than the original: ['y'] is missing, ['z'] is new"],
        ),
        (
            {"features": (X, Y, NumericFeature(name="z"))},
            {},
            ["it describes other features than the original: ['z'] is missing, nothing is new"],
        ),
        (
            {"features": (X,)},
            {},
            ["it describes other features than the original: nothing is missing, ['y'] is new"],
        ),
        (
            {},
            {"features": (X, NumericFeature(name="y", fill=1.0))},
            ["it describes other features than the original: 'y' is "],
        ),
        ({}, {"source": {"framework": "keras 3", "sha256": "def"}}, []),
        ({}, {"source": {"framework": "keras 3", "sha256": "123"}}, ["it was made from another model"]),
        ({"file": None}, {"source": {"framework": "keras 3", "sha256": "123"}}, []),
        ({}, {"source": {"framework": "torch", "sha256": "123"}}, []),
        ({}, {"source": {"sha256": "123"}}, []),
        ({}, {"source": {"framework": "keras 3"}}, []),
    ],
)
def test_what_the_original_knows_otherwise(known: dict[str, Any], claims: dict[str, Any], said: list[str]) -> None:
    found = faults(known, claims)
    assert len(found) == len(said), found
    assert all(fault.startswith(start) for fault, start in zip(found, said, strict=True)), found


def test_thresholds_may_move_where_the_recipe_is_not_exact() -> None:
    assert faults({}, {"thresholds": (0.5, 0.4)}, INEXACT) == []


@pytest.mark.parametrize(
    ("weights", "tolerance", "faulty"),
    [
        ({"float32": 8}, 1e-3, False),
        ({"float32": 8}, 0.002, True),
        ({"int8": 8}, 0.25, False),
        ({"int8": 8}, 0.26, True),
        ({"int8": 8}, float("nan"), True),
    ],
)
def test_golden_tolerances_have_a_limit(weights: dict[str, int], tolerance: float, faulty: bool) -> None:
    found = faults({}, {"weight_bytes": weights, "golden": golden(tolerance)}, INEXACT)
    assert [fault.startswith("its golden rows allow a difference of") for fault in found] == [True] * faulty


LABELS, THRESHOLDS = "names and order of the labels", "thresholds: both sides"
MOVED, NAMES = "thresholds that were moved", "features: names, order, kinds"
MEANING, SOURCE, RECIPE, GOLDEN = "meaning and order", "source.sha256", "recipe: the", "golden rows: it"
CATEGORY = CategoryFeature(name="y", values=("red",))


@pytest.mark.parametrize(
    ("known", "claims", "said"),
    [
        ({}, {}, []),
        ({"labels": None}, {}, [LABELS]),
        ({"thresholds": None}, {}, [THRESHOLDS]),
        ({"thresholds": None}, {"thresholds": (0.4, 0.4)}, [THRESHOLDS]),
        ({}, {"thresholds": (0.4, 0.4)}, []),
        ({}, {"thresholds": (0.4, 0.4), "stored": "int8"}, [MOVED]),
        ({}, {"stored": "int8"}, []),
        ({"rows": {"train": "x"}}, {"thresholds": (0.4, 0.4), "stored": "int8"}, []),
        ({"features": None}, {}, [NAMES]),
        ({"features": None}, {"features": (X, NumericFeature(name="y", fill=0.0))}, [NAMES + ", fills of missing"]),
        ({"features": None}, {"features": (X, CATEGORY)}, [NAMES + ", words of categories"]),
        (
            {"features": None},
            {"features": (replace(X, currency="€"), DateFeature(name="y", since="2024-01-01", first="day"))},
            [NAMES + ", currencies, days that dates count from, order of day and month"],
        ),
        ({"features": None}, {"features": None}, [MEANING]),
        ({"file": None}, {"source": {"framework": "keras 3", "sha256": "def"}}, []),
        ({"file": None}, {"source": {"framework": "keras 3", "sha256": "123"}}, [SOURCE]),
        ({}, {"source": {}}, [SOURCE]),
        ({}, {"stored": None}, [RECIPE]),
        ({}, {"golden": None}, [GOLDEN]),
    ],
)
def test_what_nobody_checked(known: dict[str, Any], claims: dict[str, Any], said: list[str]) -> None:
    opened = artifact(**({"golden": golden()} | claims))
    found = list(unchecked(original(**known), opened, judged_by(opened)))
    assert len(found) == len(said), found
    assert all(fault.startswith(start) for fault, start in zip(found, said, strict=True)), found


ROWS = np.random.default_rng(0).random((400, 2)).astype(np.float32)


@pytest.fixture
def tuned_by(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Facts of a run that tuned by these rows."""
    made = Dataset(table={"x": ROWS[:, 0], "y": ROWS[:, 1]}, targets=None, labels=("a", "b"))
    monkeypatch.setattr(shipped_thresholds, "tuning_rows", lambda _: made)
    return {"rows": {"train": "x"}}


@pytest.mark.parametrize(
    ("thresholds", "said"),
    [
        ((0.5, 0.5), []),
        ((0.5, 0.4), []),  # where its scores move it to
        ((0.5, 0.395), []),
        ((0.5, 0.405), []),
        ((0.5, 0.385), ["its threshold for 'b' is 0.3850"]),
        ((0.5, 0.38), ["its threshold for 'b' is 0.3800, the original's 0.5000, and its scores move that to 0.4"]),
        ((0.5, 0.42), ["its threshold for 'b' is 0.4200, the original's 0.5000, and its scores move that to 0.4"]),
        ((0.48, 0.4), ["its threshold for 'a' is 0.4800"]),
        ((0.505, 0.4), []),
        ((0.3, 0.6), ["its threshold for 'a'", "its threshold for 'b'"]),
    ],
)
def test_where_thresholds_may_have_moved_to(
    tuned_by: dict[str, Any], thresholds: tuple[float, ...], said: list[str]
) -> None:
    """Scores of the second label are 0.1 lower than the original's."""
    opened = artifact(lambda scores: scores - np.array([0, 0.1], np.float32), thresholds=thresholds, stored="int8")
    found = list(shipped_threshold_faults(original(**tuned_by), opened, INEXACT))
    assert len(found) == len(said), found
    assert all(fault.startswith(start) for fault, start in zip(found, said, strict=True)), found


@pytest.mark.parametrize(
    ("known", "recipe"),
    [({}, EXACT), ({"thresholds": None}, INEXACT), ({"labels": ("c", "d")}, INEXACT), ({"rows": {}}, INEXACT)],
)
def test_moved_thresholds_that_are_looked_at_elsewhere(
    tuned_by: dict[str, Any], known: dict[str, Any], recipe: Any
) -> None:
    opened = artifact(thresholds=(0.3, 0.6))
    assert list(shipped_threshold_faults(original(**(tuned_by | known)), opened, recipe)) == []
    assert list(shipped_threshold_faults(original(**tuned_by), opened, INEXACT)) != []


@pytest.mark.parametrize(("close", "far"), [(0.125, False), (0.1249, True)])
def test_a_threshold_at_the_bound_is_close(
    tuned_by: dict[str, Any], close: float, far: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped_thresholds, "CLOSE", close)
    opened = artifact(thresholds=(0.5, 0.625))
    assert (list(shipped_threshold_faults(original(**tuned_by), opened, INEXACT)) != []) == far


def test_rows_without_names_are_encoded_by_the_models_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        shipped_thresholds, "tuning_rows", lambda _: Dataset(table=ROWS, targets=None, labels=("a", "b"))
    )
    opened = artifact(features=None, thresholds=(0.5, 0.3))
    found = list(shipped_threshold_faults(original(features=None, rows={"train": "x"}), opened, INEXACT))
    assert [fault.split(" is ")[0] for fault in found] == ["its threshold for 'b'"]
