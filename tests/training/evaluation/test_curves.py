"""What a run keeps for its report is exact, and no row's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score

from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.evaluation.intervals import wilson
from tagship_training.evaluation.curves import calibration, cuts, ranges


def sample(rows: int, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = (random.random(rows) < share).astype(np.uint8)
    scores = 1 / (1 + np.exp(-(random.normal(0, 1.5, rows) + 3 * truth - 4)))
    return truth, scores.astype(np.float32)


@pytest.mark.parametrize("rows", [1, 3, 50, 20_000])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("chosen", [1e-6, 0.0123456, 0.4, 0.999999])
def test_counts_are_those_of_deciding(rows: int, share: float, chosen: float) -> None:
    truth, scores = sample(rows, share)
    chosen = float(np.float32(chosen))
    kept = cuts(truth, scores, chosen)
    thresholds = kept["thresholds"]
    assert thresholds == sorted(set(thresholds))
    assert thresholds[kept["chosen"]] == chosen
    assert 1 <= len(thresholds) <= 180
    assert thresholds[0] > 0
    assert thresholds[-1] < 1
    for threshold, true, false in zip(thresholds, kept["true_positives"], kept["false_positives"], strict=True):
        on = scores >= np.float32(threshold)
        assert (true, false) == (int((on & (truth == 1)).sum()), int((on & (truth == 0)).sum()))
    assert kept["positives"] == int(truth.sum())
    if kept["positives"]:
        assert kept["average_precision"] == pytest.approx(average_precision_score(truth, scores))
    else:
        assert kept["average_precision"] is None


def test_scores_on_the_threshold_are_on() -> None:
    scores = np.array([0.4, 0.4, 0.39999998], np.float32)
    kept = cuts(np.array([1, 0, 1], np.uint8), scores, float(np.float32(0.4)))
    assert (kept["true_positives"][kept["chosen"]], kept["false_positives"][kept["chosen"]]) == (1, 1)


def test_a_curve_follows_the_exact_one() -> None:
    """At any recall, the best precision at it among the kept cuts is near that among all cuts."""
    truth, scores = sample(20_000, 0.03, seed=1)
    kept = cuts(truth, scores, 0.5)
    true, false = (np.array(kept[name]) for name in ("true_positives", "false_positives"))
    order = np.argsort(-scores)
    hits = np.cumsum(truth[order])
    positives = kept["positives"]
    for recall in np.linspace(0.05, 0.95, 19):
        at = np.argmax(hits >= recall * positives)
        exact = hits[at] / (at + 1)
        near = np.argmin(np.where(true >= recall * positives, true, 10**9))
        # a hundredth of the positives lies between two kept cuts, so precision has not moved far
        assert true[near] / (true[near] + false[near]) == pytest.approx(exact, abs=0.03)


def test_calibration_counts_all_decisions() -> None:
    random = np.random.default_rng(2)
    scores = random.random((500, 3)).astype(np.float32)
    scores[0] = (0.0, 1.0, 0.1)
    targets = (random.random((500, 3)) < scores).astype(np.uint8)
    bins = calibration(targets, scores)
    assert sum(one["cells"] for one in bins) == 1500
    assert sum(one["positives"] for one in bins) == int(targets.sum())
    for one in bins:
        assert one["low"] <= one["mean_score"] <= one["high"]
        inside = (scores >= np.float32(one["low"])) & ((scores < np.float32(one["high"])) | (one["high"] == 1))
        assert one["cells"] == int(inside.sum())
        assert one["rows"] == int(inside.any(axis=1).sum())
        low, high = one["interval"]
        assert low <= one["positives"] / one["cells"] <= high


def test_empty_bins_are_left_out() -> None:
    bins = calibration(np.zeros((4, 1), np.uint8), np.full((4, 1), 0.05, np.float32))
    assert [(one["low"], one["cells"], one["positives"]) for one in bins] == [(0.0, 4, 0)]


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (5, 5), (1, 3), (37, 90), (1, 100_000)])
def test_wilson_is_scipys(hits: int, trials: int) -> None:
    want = binomtest(hits, trials).proportion_ci(0.95, method="wilson")
    assert wilson(hits / trials, trials) == pytest.approx((want.low, want.high), abs=1e-12)


def test_ranges_describe_columns() -> None:
    matrix = np.zeros((1000, 5), np.float32)
    matrix[:, 0] = np.arange(1000)
    matrix[:, 1], matrix[::4, 2] = 7, 1
    matrix[:300, 3], matrix[300:, 4] = 1, 1
    features = (
        NumericFeature(name="a"),
        NumericFeature(name="b", fill=7.0, indicator=True),
        CategoryFeature(name="c", values=("x", "y")),
    )
    assert ranges(features, matrix) == [
        {"low": pytest.approx(9.99), "median": 499.5, "high": pytest.approx(989.01)},
        {"low": 7.0, "median": 7.0, "high": 7.0, "missing": 0.25},
        {"shares": [pytest.approx(0.3), pytest.approx(0.7)]},
    ]


def test_a_run_keeps_them(article_run: Path) -> None:
    """The counts at the tuned thresholds are the figures of run.json."""
    run = json.loads((article_run / "run.json").read_text())
    curves = json.loads((article_run / "curves.json").read_text())
    assert curves["rows"] == {"test": run["rows"]["test"], "held_out": run["rows"]["validation"]}
    assert [one["label"] for one in curves["labels"]] == run["labels"]
    for one in curves["labels"]:
        figures = run["per_label"][one["label"]]
        true, false = (one[name][one["chosen"]] for name in ("true_positives", "false_positives"))
        assert one["positives"] == figures["positives"]
        assert true / (true + false) == pytest.approx(figures["precision"])
        assert true / one["positives"] == pytest.approx(figures["recall"])
    assert len(curves["features"]) == len(run["features"])
