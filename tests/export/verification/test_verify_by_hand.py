"""The way from an artifact to its verdict, with scores that are given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from export.verification.known import FEATURES, artifact, golden, original
from tagship_export.errors import ExportError, OriginalError
from tagship_export.targets.float_graph import FloatGraph
from tagship_export.verification import verify as module
from tagship_export.verification.layerwise import TOLERANCE
from tagship_export.verification.options import VerifyOptions
from tagship_export.verification.stored_payload import Stored
from tagship_export.verification.verify import verify
from tagship_runtime.contract import CategoryFeature, NumericFeature, TensorSpec
from tagship_runtime.errors import InputShapeError
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.predictor import Predictor

ROWS = np.random.default_rng(0).random((300, 2)).astype(np.float32)


def lower(scores: Any) -> Any:
    """Scores of which the second is 0.1 lower."""
    return np.clip(scores - np.array([0, 0.1], np.float32), 0, 1)


def starts(faults: Any) -> list[str]:
    return sorted(fault.split()[0] for fault in faults)


def test_the_same_scores_pass() -> None:
    verdict = verify(original(), artifact(golden=golden()), ROWS)
    assert verdict.passed, verdict.faults
    assert (verdict.artifact, verdict.size, verdict.recipe, verdict.origin) == ("x", 9, "float32", "found")
    assert verdict.unchecked == ()
    assert (verdict.parity.rows, verdict.parity.max_difference) == (300, 0)
    assert verdict.thresholds == (0.5, 0.5)


def test_other_scores_do_not() -> None:
    verdict = verify(original(), artifact(lower), ROWS)
    assert not verdict.passed
    assert verdict.parity.flips_per_label["a"] == 0
    assert verdict.parity.flips_per_label["b"] == ((ROWS[:, 1] >= 0.5) & (ROWS[:, 1] - np.float32(0.1) < 0.5)).sum()
    assert verdict.divergence is None  # there are no layers to look into
    assert verdict.unchecked == ("golden rows: it has none to replay",)


def test_each_way_to_be_wrong_is_a_fault_of_its_own() -> None:
    assert verify(original(), artifact(recipe="int8"), ROWS).faults[0].startswith("its contract says that it is int8")
    assert verify(original(), artifact(), ROWS, recipe="int8").faults[0].startswith("it was to be int8")
    assert starts(verify(original(), artifact(thresholds=(0.5, 0.4)), ROWS).faults) == ["its"]
    other = replace(golden(), described="0" * 64)
    assert verify(original(), artifact(golden=other), ROWS).faults == (
        "its golden rows were recorded with other labels, thresholds or features",
    )
    off = golden(scores=(0.25, 0.875))
    assert verify(original(), artifact(golden=off), ROWS).faults[0].startswith("its golden rows do not repeat")
    assert (
        verify(original(), artifact(features=FEATURES[::-1]), ROWS).faults[0].startswith("it describes other features")
    )


def test_labels_and_thresholds_may_be_told() -> None:
    bare: dict[str, Any] = {"labels": None, "thresholds": None}
    untold = verify(original(**bare), artifact(labels=("b", "a"), thresholds=(0.4, 0.4)), ROWS)
    assert untold.passed
    assert untold.thresholds == (0.4, 0.4)
    assert len(untold.unchecked) == 3
    told = verify(original(**bare), artifact(thresholds=(0.4, 0.4)), ROWS, labels=("a", "b"), thresholds=(0.5, 0.5))
    assert told.faults[0].startswith("its thresholds are (0.4, 0.4), the original's (0.5, 0.5)")
    assert told.thresholds == (0.5, 0.5)
    swapped = verify(original(**bare), artifact(labels=("b", "a")), ROWS, labels=("a", "b"), thresholds=0.5)
    assert swapped.faults[0].startswith("its labels are ['b', 'a']")
    other = verify(original(), artifact(), ROWS, thresholds=(0.5, 0.25))
    assert other.thresholds == (0.5, 0.25)


def test_without_parity_the_files_thresholds_are_the_originals() -> None:
    stored = {"original_thresholds": [0.625, 0.5]}
    verdict = verify(original(thresholds=None), artifact(parity=stored), ROWS)
    assert verdict.thresholds == (0.625, 0.5)


@pytest.mark.parametrize(
    ("budget", "passed"),
    [
        ({"max_flip_rate": 1.0, "max_label_flips": 1.0, "max_share_change": 9.0}, True),
        ({"max_flip_rate": 0.01, "max_label_flips": 1.0, "max_share_change": 9.0}, False),
        ({"max_flip_rate": 1.0, "max_label_flips": 0.05, "max_share_change": 9.0}, False),
        ({"max_flip_rate": 1.0, "max_label_flips": 1.0, "max_share_change": 0.05}, False),
    ],
)
def test_budgets_reach_the_verdict(budget: dict[str, Any], passed: bool) -> None:
    opened = artifact(lower, stored="int8", recipe="int8")
    assert verify(original(), opened, ROWS, **budget).passed == passed


def test_the_budget_of_f1_reaches_the_verdict() -> None:
    table = {"x": ROWS[:, 0], "y": ROWS[:, 1]}
    data = Dataset(table=table, targets=(ROWS >= 0.5).astype(np.uint8), labels=("a", "b"))
    wide: dict[str, Any] = {"max_flip_rate": 1.0, "max_label_flips": 1.0, "max_share_change": 9.0}
    opened = artifact(lower, stored="int8", recipe="int8")
    assert verify(original(), opened, data, max_f1_drop=1.0, **wide).passed
    verdict = verify(original(), opened, data, max_f1_drop=0.01, **wide)
    assert [fault.split()[0] for fault in verdict.faults] == ["macro-F1"]


def test_layers_are_looked_into_where_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def first_divergence(model: Any, values: Any, matrix: Any, tolerance: float, worst: Any) -> Any:
        looked.append((values, len(matrix), tolerance, len(worst)))

    monkeypatch.setattr(module, "first_divergence", first_divergence)
    values: Any = object()
    verify(original(), artifact(layer_values=values), ROWS)
    verify(original(), artifact(lower), ROWS)
    assert looked == []
    verify(original(), artifact(lower, layer_values=values), ROWS)
    verify(original(), artifact(lower, stored="int8", recipe="int8", layer_values=values), ROWS)
    assert looked == [(values, 300, TOLERANCE[True], 10), (values, 300, TOLERANCE[False], 10)]


def converted(shift: float) -> Any:
    """A conversion whose scores are off by so much, and whose graph is that of the payload."""
    graph = FloatGraph((), ())
    runner = artifact(lambda scores: scores + np.float32(shift)).runner
    return lambda model: SimpleNamespace(
        stored=lambda: graph,
        as_trained=lambda: graph,
        rounded=lambda: graph,
        runner=lambda recipe, rows: runner,
        layer_values=lambda rows: {},
        batch=None,
    )


def test_scores_may_be_no_farther_off_than_a_conversion_that_is_made_here() -> None:
    def off(by: float, own: float | None, recipe: str = "dynamic_int8", **chosen: Any) -> tuple[str, ...]:
        again = {} if own is None else {"convert_again": converted(own)}
        inner = ROWS[((ROWS > 0.05) & (ROWS < 0.4)).all(axis=1)]  # where nothing flips
        opened = artifact(lambda scores: scores + np.float32(by), stored=recipe, recipe=recipe, **again)
        return verify(original(), opened, inner, **chosen).faults

    assert off(0.04, 0.021) == ()
    assert off(0.04, None) == ()
    assert off(0.04, 0.019) == (
        "a score is off by 0.04; a conversion of the original by the same recipe, made here, explains 0.038",
    )
    assert off(0.0009, 0.0) == ()
    assert off(0.0011, 0.0) != ()
    assert off(0.019, 0.0, "int8") == ()  # calibrated by rows that are not at hand
    assert off(0.059, 0.02, "int8") == ()
    (said,) = off(0.061, 0.02, "int8")
    assert "are off by more than 0.06; three quarters of them are off by 0.02 at most" in said
    assert off(0.04, 0.019, recipe="dynamic_int8") != ()
    asked = artifact(lambda scores: scores + np.float32(0.04), stored="float16", recipe="float16")
    asked = replace(asked, convert_again=converted(0.0))
    inner = ROWS[((ROWS > 0.05) & (ROWS < 0.4)).all(axis=1)]
    assert verify(original(), asked, inner).faults != ()
    told = verify(original(), asked, inner, recipe="float16")
    assert told.faults == ()
    assert told.unchecked[-1].startswith("a score is off by 0.04; a conversion of the original by the same recipe")


@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_what_is_stored_is_compared_whatever_the_recipe(recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def compare_stored(again: Any, opened: Any, judged: Any, rows: int) -> Stored:
        seen.append((judged.recipe.name, judged.origin))
        return Stored(faults=("3 weights",), unchecked=("a graph",))

    monkeypatch.setattr(module, "compare_stored", compare_stored)
    verdict = verify(original(), artifact(stored=recipe, recipe=recipe, convert_again=converted(0.0)), ROWS)
    assert verdict.faults == ("3 weights",)
    assert verdict.unchecked[-1] == "a graph"
    assert seen == [(recipe, "found")]


def test_rows_of_the_run_are_taken_unless_some_are_given() -> None:
    with pytest.raises(OriginalError, match="has no test rows of its own"):
        verify(original(), artifact())
    with pytest.raises(ExportError, match="no rows to compare"):
        verify(original(), artifact(), ROWS[:0])


def test_rows_are_encoded_as_each_side_takes_them() -> None:
    """The artifact fills a missing number, which the original's own features do too."""
    filled = (FEATURES[0], NumericFeature(name="y", fill=0.75))
    rows = {"x": ROWS[:, 0], "y": np.where(ROWS[:, 1] < 0.1, np.nan, ROWS[:, 1])}
    same = verify(original(features=filled), artifact(features=filled), rows)
    assert same.passed, same.faults
    assert verify(original(features=None), artifact(features=filled), rows).passed
    other = verify(
        original(features=filled), artifact(features=(FEATURES[0], NumericFeature(name="y", fill=0.25))), rows
    )
    assert other.parity.max_difference == 0.5
    assert other.parity.flips == (ROWS[:, 1] < 0.1).sum()


def test_a_feature_that_is_called_as_a_label_is_known_by_the_file_alone() -> None:
    """A bare original knows no features; those of the contract say that the column is an input as well."""
    named = (NumericFeature(name="a"), NumericFeature(name="y"))
    on = (ROWS >= 0.5).astype(np.float32)
    verdict = verify(original(features=None), artifact(features=named), {"a": on[:, 0], "y": ROWS[:, 1], "b": on[:, 1]})
    assert verdict.passed, verdict.faults
    assert verdict.before is not None
    assert verdict.before.macro_f1 == 1.0


def test_values_that_meant_on_in_training_count_for_rows_that_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the run itself are 0 and 1."""
    asked = []

    def read_rows(data: Any, labels: Any, features: Any, positive: Any, words: Any) -> Dataset:
        asked.append((data if isinstance(data, str) else "given", positive))
        return Dataset(table=ROWS, targets=None, labels=("a", "b"))

    monkeypatch.setattr(module, "read_rows", read_rows)
    known = original(positive=("gut",), rows={"test": Path("test.parquet")})
    assert verify(known, artifact(), ROWS).passed
    assert verify(known, artifact()).passed
    assert asked == [("given", ("gut",)), ("test.parquet", ())]


def test_a_file_that_takes_rows_of_another_shape_gets_them_as_it_takes_them() -> None:
    deep = artifact(features=None, input=TensorSpec(name="i", dtype="float32", shape=(None, 2, 1)))
    with pytest.raises(InputShapeError):
        verify(original(), deep, ROWS)


def test_another_number_of_scores() -> None:
    three = artifact(
        labels=("a", "b", "c"), thresholds=(0.5,) * 3, output=TensorSpec(name="o", dtype="float32", shape=(None, 3))
    )
    with pytest.raises(ExportError, match="the original has 2 scores, the artifact 3"):
        verify(original(labels=None, thresholds=None), three, ROWS)


@pytest.mark.parametrize("told", [{}, {"logits": True}, {"independent": True}])
def test_a_model_is_opened_as_the_caller_says(told: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def open_original(source: Any, **options: Any) -> Any:
        opened.append((source, options))
        return original()

    monkeypatch.setattr(module, "open_original", open_original)
    assert verify("model.keras", artifact(), ROWS, **told).passed
    assert opened == [("model.keras", {"logits": False, "independent": False} | told)]


def test_a_predictor_and_a_file_are_opened_each_in_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "open_predictor", lambda _: artifact(lower))
    monkeypatch.setattr(module, "open_artifact", lambda _: artifact())
    predictor = object.__new__(Predictor)
    assert verify(original(), b"bytes", ROWS).passed
    assert not verify(original(), predictor, ROWS).passed


def test_rows_without_names_are_encoded_by_the_models_shape() -> None:
    assert verify(original(features=None), artifact(features=None), ROWS).passed
    with pytest.raises(ValueError, match=r"the model takes \(rows, 2\)"):
        verify(original(features=None), artifact(features=None), ROWS[:, :1])


def test_a_file_without_features_gets_the_rows_as_the_original_encodes_them() -> None:
    words = (NumericFeature(name="x", fill=0.75), CategoryFeature(name="word", values=("left",)))
    table = {"label:a": [1, 0], "word": ["left", "right"], "x": [0.25, None], "label:b": [1, 0]}
    verdict = verify(original(features=words), artifact(features=None), table)
    assert verdict.parity.rows == 2
    assert verdict.parity.max_difference == 0
    assert [fault.split(":")[1].strip() for fault in verdict.faults] == ["none, where the original has some"]
    assert verdict.worst[0].original in {0.25, 0.75, 1, 0}


def test_options_may_be_given_as_one_value_and_changed_by_name() -> None:
    opened = artifact(lower, stored="int8", recipe="int8")
    wide = VerifyOptions(max_flip_rate=1.0, max_label_flips=1.0, max_share_change=9.0)
    assert verify(original(), opened, ROWS, options=wide).passed
    assert not verify(original(), opened, ROWS, options=wide, max_flip_rate=0.01).passed


def test_thresholds_that_nothing_moved_there_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "shipped_threshold_faults", lambda known, opened, recipe: [f"moved in {recipe.name}"])
    verdict = verify(original(), artifact(stored="int8", recipe="int8"), ROWS)
    assert verdict.faults == ("moved in int8",)


def test_a_file_is_read_by_what_the_original_takes(tmp_path: Path) -> None:
    """`1.0` and `1` are two words, though the artifact describes numbers; where the original is silent, it tells."""
    words = (CategoryFeature(name="x", values=("1.0",)), CategoryFeature(name="y", values=("1",)))
    rows = tmp_path / "rows.csv"
    rows.write_text("x,y\n" + "1.0,1\n1,1.0\n" * 50)
    verdict = verify(original(features=words), artifact(features=FEATURES), str(rows))
    assert verdict.faults[0].startswith("it describes other features")
    assert verdict.parity.flips_per_label == {"a": 50, "b": 50}
    told = verify(original(features=None), artifact(features=words), str(rows))
    assert told.parity.max_difference == 0
    assert told.passed
