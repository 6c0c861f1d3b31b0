"""A ladder of sizes: nothing leaks, all of it is kept and can be exported, bounds hold, one seed gives one ladder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tagship_runtime
from tagship_export import export
from tagship_export.errors import OriginalError
from tagship_training import Config, Run, train
from tagship_training.sizes import cost
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import tune

Command = Callable[..., Any]


@pytest.mark.usefixtures("quick_ladder")
def test_no_held_out_row_teaches_its_judge() -> None:
    """Labels that are pure noise can be learned by heart, but not predicted; by no size."""
    random = np.random.default_rng(0)
    features, targets = random.normal(size=(300, 5)), random.integers(0, 2, (300, 2))
    run = train(features, targets, test=(features, targets))
    assert run.ladder is not None
    for size in run.ladder.sizes:
        assert size.metrics["log_loss"] > 0.69, size.name  # log(2) is what guessing costs
    assert (
        min(metrics["log_loss"] for metrics in run.size_metrics.values()) < 0.67
    )  # by those who learned from these rows


def test_what_a_run_tells(ladder_run: Run) -> None:
    document = ladder_run.to_dict()
    names = [size["name"] for size in document["ladder"]]
    assert {"linear", "4", "16-8", "networks"} < set(names)
    assert sum(name.endswith("-averaged") for name in names) == 1
    (chosen,) = (size for size in document["ladder"] if size["chosen"])
    assert (chosen["parameters"], chosen["thresholds"]) == (document["parameters"], document["thresholds"])
    assert chosen["metrics"]["held_out"] == document["metrics"]["held_out"]
    assert chosen["metrics"]["test"]["log_loss"] == pytest.approx(document["metrics"]["test"]["log_loss"], abs=1e-6)
    assert sum(teacher["share"] for teacher in document["teachers"]) == pytest.approx(1, abs=1e-6)
    assert [size["parameters"] for size in document["ladder"]] == sorted(s["parameters"] for s in document["ladder"])
    sixteen = next(size for size in document["ladder"] if size["name"] == "16-8")
    assert sixteen["parameters"] == 4 * 16 + 16 + 16 * 8 + 8 + 8 * 2 + 2
    json.dumps(document, allow_nan=False)


def test_every_size_is_kept_and_exported(ladder_run: Run, tmp_path: Path, tagship: Command) -> None:
    run = ladder_run.save(tmp_path / "run")
    assert ladder_run.ladder is not None
    chosen = ladder_run.ladder.chosen.name
    others = {size.name for size in ladder_run.ladder.sizes} - {chosen}
    assert {path.stem for path in (run / "sizes").iterdir()} == others
    rows = np.random.default_rng(5).normal(size=(50, 4)).astype(np.float32)
    for size in ladder_run.ladder.sizes:
        out = tmp_path / size.name
        artifacts = export(run, out, size=size.name)
        assert {artifact.path.name for artifact in artifacts} == {"float32.tflite", "float32.onnx"}
        for artifact in artifacts:
            model = tagship_runtime.load(artifact.path)
            assert model.contract.thresholds == size.thresholds
            np.testing.assert_allclose(model.predict_proba(rows), np.asarray(size.model(rows)), rtol=0, atol=1e-5)
        verified = tagship("verify", run, out / "float32.tflite", "--size", size.name)
        assert verified.code == 0, verified.err
    with pytest.raises(OriginalError, match="no size '5-5'; there are linear"):
        export(run, tmp_path / "none", size="5-5")


def test_sizes_are_of_run_folders_with_several(article_run: Path, tmp_path: Path, tagship: Command) -> None:
    done = tagship("export", article_run, "--out", tmp_path / "a", "--size", "32-16-8")
    assert (done.code, "holds one model only" in done.err) == (2, True)
    done = tagship("export", article_run / "model.keras", "--out", tmp_path / "a", "--size", "32-16-8")
    assert (done.code, "which is one model" in done.err) == (2, True)


@pytest.mark.usefixtures("quick_ladder")
def test_bounds_make_a_size_that_fits(rows_file: Path, tmp_path: Path, tagship: Command) -> None:
    for bound, key, most in (("--max-parameters", "parameters", 60), ("--max-bytes", "bytes", 4000)):
        done = tagship("train", rows_file, "--out", tmp_path / key, bound, most)
        assert done.code == 0, done.err
        document = json.loads((tmp_path / key / "run.json").read_text())
        (chosen,) = (size for size in document["ladder"] if size["chosen"])
        assert chosen[key] <= most
        fits = [size["metrics"]["held_out"]["log_loss"] for size in document["ladder"] if size[key] <= most]
        assert chosen["metrics"]["held_out"]["log_loss"] == min(fits)
        assert f"{chosen['name']} *" in done.out
    refused = tagship("train", rows_file, "--out", tmp_path / "none", "--max-bytes", "1KB")
    assert (refused.code, "--max-bytes allow" in refused.err) == (2, True)
    refused = tagship("train", rows_file, "--out", tmp_path / "none", "--max-bytes", "a lot")
    assert (refused.code, "such as 8000, 8KB or 0.5MB" in refused.err) == (2, True)


@pytest.mark.usefixtures("quick_ladder")
def test_where_size_counts_there_are_smaller_students(two_labels: tuple[np.ndarray, np.ndarray]) -> None:
    run = train(*two_labels, config=Config(prefer="size"))
    assert run.ladder is not None
    by_name = {size.name: size.metrics["log_loss"] for size in run.ladder.sizes}
    assert {"8", "16-8"} < by_name.keys()
    better = [size for size in run.ladder.sizes if by_name[size.name] < by_name["linear"]]
    assert run.ladder.chosen is (better[0] if better else min(run.ladder.sizes, key=lambda s: by_name[s.name]))


@pytest.mark.usefixtures("quick_ladder")
def test_one_seed_one_ladder(ladder_run: Run, two_labels: tuple[np.ndarray, np.ndarray]) -> None:
    again = train(*two_labels, config=Config(seed=1))
    assert again.ladder is not None
    assert ladder_run.ladder is not None
    for first, second in zip(ladder_run.ladder.sizes, again.ladder.sizes, strict=True):
        assert (first.name, first.thresholds) == (second.name, second.thresholds)
        for a, b in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.usefixtures("quick_ladder")
def test_a_goal_with_confidence_reaches_every_size(two_labels: tuple[np.ndarray, np.ndarray]) -> None:
    goal = Objective.parse("recall=0.8")
    run = train(*two_labels, config=Config(objective=goal, confidence=0.9))
    assert run.ladder is not None
    targets = run.ladder.rows.held_out_targets
    assert any(size.thresholds != tune(targets, size.held_out, goal) for size in run.ladder.sizes)
    for size in run.ladder.sizes:
        assert size.thresholds == tune(targets, size.held_out, goal, 42, 0.9), size.name


@pytest.mark.usefixtures("quick_ladder")
def test_validation_rows_judge_every_size(two_labels: tuple[np.ndarray, np.ndarray]) -> None:
    features, targets = two_labels
    run = train(features[:160], targets[:160], test=(features[160:], targets[160:]), validation=(features, targets))
    assert run.ladder is not None
    assert len(run.ladder.sizes) >= 4
    for size in run.ladder.sizes:
        scores = np.asarray(size.model(features))
        np.testing.assert_allclose(size.held_out, scores, rtol=0, atol=1e-5)


@pytest.mark.usefixtures("quick_ladder")
@pytest.mark.parametrize("after", ["wide", "4"])
def test_interrupting_keeps_what_is_there(after: str, two_labels: tuple[np.ndarray, np.ndarray]) -> None:
    def stop(network: str, epoch: int, *_: object) -> None:
        if network == after and epoch == 2:
            raise KeyboardInterrupt

    run = train(*two_labels, on_epoch=stop)
    assert run.ladder is not None
    names = [size.name for size in run.ladder.sizes]
    assert names == (["networks"] if after == "wide" else ["linear", "networks"])
    assert any("interrupted" in notice for notice in run.notices)


@pytest.mark.usefixtures("quick_ladder")
def test_wide_tables_have_a_linear_path(tmp_path: Path) -> None:
    """Words: a line beside the hidden layers, rows divided by their length, both in the exported graph."""
    random = np.random.default_rng(0)
    features = (random.random((200, 300)) < 0.05).astype(np.float32)
    targets = (features[:, :2] + features[:, 2:4] > 0).astype(int)
    run = train(features, targets, config=Config(seed=2)).save(tmp_path / "run")
    document = json.loads((run / "run.json").read_text())
    assert {"32-linear", "128-linear", "linear"} < {size["name"] for size in document["ladder"]}
    exported = export(run, tmp_path / "out", size="32-linear")
    assert {artifact.path.name for artifact in exported} == {"float32.tflite", "float32.onnx"}


def test_bytes_are_those_of_the_litert_file() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(1000, activation="sigmoid", use_bias=False)(inputs))
    content, microseconds = cost.measure(model, 3)
    assert 4 * 3000 < content < 4 * 3000 + 2000
    assert 0 < microseconds < 1e5
    assert cost.parameters(model) == 3000
