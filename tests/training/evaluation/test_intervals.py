"""Intervals hold the true figure as often as they say, and are not shown where none would."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from tagship_runtime.evaluation.intervals import wilson
from tagship_training.cli.show import label_lines
from tagship_training.evaluation import metrics
from tagship_training.evaluation.intervals import f1_interval, frequent_labels, intervals, macro_f1_interval

SAMPLES = 150


def rows(random: np.random.Generator, count: int, shares: np.ndarray, ranking: float) -> Any:
    """Truth and scores, (rows, labels): probabilities given a noisy view of what decides."""
    hidden = random.normal(size=(count, len(shares)))
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=hidden.shape)
    chance = norm.cdf((ranking * seen + norm.ppf(shares)) / np.sqrt(1 - ranking**2))
    return (hidden > -norm.ppf(shares)).astype(np.uint8), chance.astype(np.float32)


@pytest.mark.parametrize("count", [100, 200])
def test_a_rare_labels_interval_holds_or_is_not_there(count: int) -> None:
    """Percentiles of resampled rows hold in 0% of samples without a positive and in 66 to 76% with three to five."""
    random, shares, thresholds = np.random.default_rng(0), np.full(10, 0.05), (0.16,) * 10
    truth, scores = rows(random, 100_000, shares, 0.9)
    known = float(np.mean([one["f1"] for one in metrics.per_label(truth, scores, thresholds, _names(10)).values()]))
    held: list[bool] = []
    for _ in range(SAMPLES):
        targets, own = rows(random, count, shares, 0.9)
        for label, one in enumerate(metrics.per_label(targets, own, thresholds, _names(10)).values()):
            assert (one["f1_low"] is None) == (one["f1_high"] is None) == (targets[:, label].sum() < 6)
            if one["f1_low"] is not None and one["f1_high"] is not None:
                held.append(one["f1_low"] <= known <= one["f1_high"])
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(
    ("count", "shares"),
    [(600, np.full(20, 0.01)), (100, np.linspace(0.01, 0.2, 20)), (200, np.full(6, 0.05))],
    ids=["twenty rare labels", "rare and frequent", "few labels"],
)
def test_the_interval_of_macro_f1_holds(count: int, shares: np.ndarray) -> None:
    random, names = np.random.default_rng(1), _names(len(shares))
    thresholds = tuple((0.7 * np.sqrt(shares)).tolist())
    truth, scores = rows(random, 100_000, shares, 0.9)
    f1 = np.array([one["f1"] for one in metrics.per_label(truth, scores, thresholds, names).values()])
    held = []
    for _ in range(SAMPLES):
        targets, own = rows(random, count, shares, 0.9)
        frequent = metrics.frequent(targets, own, thresholds, names, np.broadcast_to(shares, (1, len(shares))))
        assert frequent is not None
        low, high = frequent["interval"]
        held.append(low <= f1[[int(name) for name in frequent["labels"]]].mean() <= high)
    assert 0.91 <= np.mean(held) <= 0.99  # 95% within two standard errors of 150 samples


def test_labels_that_are_too_rare_have_no_macro_f1_interval() -> None:
    """Six labels of 1% in 100 rows, of which the interval by resampled rows holds in 47%."""
    targets, scores = rows(np.random.default_rng(0), 100, np.full(6, 0.01), 0.9)
    assert metrics.frequent(targets, scores, (0.1,) * 6, _names(6), np.full((1, 6), 0.01)) is None
    assert intervals(targets, scores, (0.1,) * 6)["macro_f1"] is None


def test_frequent_labels_are_chosen_by_other_rows() -> None:
    others = np.zeros((100, 3), np.uint8)
    others[:3, 0] = others[:6, 1] = others[:50, 2] = 1
    assert frequent_labels(others, 100) == (1, 2)
    assert frequent_labels(others, 200) == (0, 1, 2)
    assert frequent_labels(others, 5) == ()


def test_a_labels_interval_is_wilsons_of_its_jaccard_index() -> None:
    low, high = wilson(6 / 10, 10)
    assert f1_interval(6, 10) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert f1_interval(10, 10)[1] == 1
    assert f1_interval(0, 8)[0] == 0


def test_macro_f1_of_one_label_is_about_that_labels_interval() -> None:
    random = np.random.default_rng(2)
    targets, scores = rows(random, 400, np.array([0.2]), 0.9)
    on = scores >= np.float32(0.4)
    one = f1_interval(int((on & (targets == 1)).sum()), int((on | (targets == 1)).sum()))
    assert macro_f1_interval(targets, on, [0]) == pytest.approx(one, abs=0.02)


def test_labels_that_go_together_make_macro_f1_less_certain() -> None:
    targets, scores = rows(np.random.default_rng(3), 300, np.array([0.2]), 0.9)
    many, on = np.repeat(targets, 8, axis=1), np.repeat(scores >= np.float32(0.4), 8, axis=1)
    assert macro_f1_interval(many, on, range(8)) == pytest.approx(macro_f1_interval(targets, on[:, :1], [0]), abs=0.02)


def test_nothing_switched_on_and_nothing_positive() -> None:
    nothing = np.zeros((50, 2), np.uint8)
    scores = np.full((50, 2), 0.1, np.float32)
    assert macro_f1_interval(nothing, scores >= np.float32(0.5), [0, 1])[0] == 0
    assert intervals(nothing, scores, (0.5, 0.5))["micro_f1"] == [0.0, 1.0]


def test_macro_f1_of_labels_with_positives_stands_beside_the_full_one() -> None:
    targets = np.zeros((20, 2), np.uint8)
    targets[:8, 0] = 1
    figures = metrics.evaluate(targets, targets.astype(np.float32) * 0.9, (0.5, 0.5))
    assert (figures["macro_f1"], figures["macro_f1_present"]) == (0.5, 1.0)


def test_the_terminal_leaves_out_what_is_not_shown() -> None:
    targets = np.zeros((40, 2), np.uint8)
    targets[:20, 0] = targets[:2, 1] = 1
    figures = metrics.per_label(targets, targets.astype(np.float32) * 0.9, (0.5, 0.5), ("often", "rarely"))
    often, rarely = list(label_lines(figures))[1:]
    assert " to 1.000" in often
    assert " to " not in rarely


def _names(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))
