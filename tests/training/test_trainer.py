"""Training on arrays and frames: what a run predicts, holds out and tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

import tagship_runtime
from tagship_export import export
from tagship_training import Config, Objective, TrainingError, train
from tagship_training.network.log_loss import log_loss

QUICK = Config(hidden=(8,), epochs=4, members=3)


def test_a_frame_becomes_a_run_that_predicts_as_its_artifacts(
    parts: tuple[pandas.DataFrame, pandas.DataFrame], tmp_path: Path
) -> None:
    frame, labels = parts
    run = train(frame, labels, config=QUICK)
    assert run.labels == ("large", "hot")
    assert [feature.name for feature in run.features] == ["width", "colour", "new"]
    run.save(tmp_path / "run")
    want = run.predict_proba(frame)
    for artifact in export(tmp_path / "run", tmp_path / "artifacts"):
        model = tagship_runtime.load(artifact.path)
        np.testing.assert_allclose(model.predict_proba(frame), want, rtol=0, atol=1e-5)
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
        np.testing.assert_array_equal(model.predict_proba(records), model.predict_proba(frame))


def test_one_seed_one_model(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    first, second = (train(*parts, config=QUICK) for _ in range(2))
    for a, b in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert first.thresholds == second.thresholds


def test_validation_rows_are_not_learned_from(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    frame, labels = parts
    run = train(
        frame[:200],
        labels[:200],
        test=(frame[200:250], labels[200:250]),
        validation=(frame[250:], labels[250:]),
        config=QUICK,
    )
    assert {name: len(rows) for name, rows in run.rows.items()} == {"train": 200, "test": 50, "validation": 50}
    held_out = log_loss(run.rows["validation"].known_targets, run.predict_proba(frame[250:]))
    assert run.metrics["held_out"]["log_loss"] == pytest.approx(held_out, abs=1e-5)


def test_held_out_scores_come_from_members_that_did_not_learn() -> None:
    """Labels that are pure noise can be learned by heart, but not predicted."""
    random = np.random.default_rng(0)
    features, targets = random.normal(size=(200, 6)), random.integers(0, 2, (200, 1))
    run = train(
        features, targets, test=(features, targets), config=Config(hidden=(64,), epochs=60, members=4, dropout=0.0)
    )
    assert run.diagnosis.held_out > 0.69  # log(2) is what guessing costs
    assert run.diagnosis.learned < 0.67


def test_interrupting_keeps_the_best_so_far(parts: tuple[pandas.DataFrame, pandas.DataFrame], tmp_path: Path) -> None:
    def stop(group: str, epoch: int, *_: object) -> None:
        if group == "wide" and epoch == 2:
            raise KeyboardInterrupt

    run = train(*parts, config=QUICK, on_epoch=stop)
    assert len(run.history) == 2
    assert any("interrupted in epoch 3 of 4" in notice for notice in run.notices)
    run.save(tmp_path / "run")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["epochs"] == 2


def test_divergence_is_an_error(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    random = np.random.default_rng(0)
    features = (random.normal(size=(60, 2)) * 1e38).astype(np.float32)
    with pytest.raises(TrainingError, match="diverged"):
        train(features, random.integers(0, 2, (60, 2)), config=Config(preset="article", stratify=False, epochs=2))


@pytest.mark.parametrize(
    "change", [{"class_weights": "balanced"}, {"calibrate": True}, {"members": 1}, {"hidden": (4, 4, 4)}]
)
def test_choices(parts: tuple[pandas.DataFrame, pandas.DataFrame], change: dict[str, Any]) -> None:
    from dataclasses import replace

    run = train(*parts, config=replace(QUICK, **change))
    assert np.isfinite(run.metrics["test"]["log_loss"])
    if "members" not in change:
        held = run.metrics["held_out"]["log_loss"]
        assert held == pytest.approx(run.diagnosis.held_out)


def test_calibration_is_in_the_graph() -> None:
    """Balanced class weights inflate a rare label's scores; calibration takes that back."""
    random = np.random.default_rng(0)
    features = random.normal(size=(1500, 2))
    targets = (features[:, :1] + random.normal(size=(1500, 1)) > 2).astype(int)
    losses = []
    for calibrate in (False, True):
        config = Config(hidden=(16,), epochs=10, members=3, class_weights="balanced", calibrate=calibrate)
        losses.append(train(features, targets, config=config).metrics["test"]["log_loss"])
    assert losses[1] < losses[0] - 0.05


def test_objectives_move_thresholds(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    thresholds = {
        text: train(*parts, config=Config(hidden=(8,), epochs=4, members=3, objective=Objective.parse(text))).thresholds
        for text in ("fixed=0.4", "recall=0.99", "precision=0.9")
    }
    assert thresholds["fixed=0.4"] == pytest.approx((0.4, 0.4))
    assert thresholds["recall=0.99"] < thresholds["precision=0.9"]


def test_a_goal_that_is_not_reached_is_told(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    frame, _ = parts
    noise = pandas.DataFrame({"noise": np.random.default_rng(5).integers(0, 2, len(frame))})
    config = Config(hidden=(4,), epochs=2, members=2, objective=Objective.parse("precision=0.99"))
    assert any("'noise' reaches precision" in notice for notice in train(frame, noise, config=config).notices)
