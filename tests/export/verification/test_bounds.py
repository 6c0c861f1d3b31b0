"""Bounds of the flip rate hold where flips of one row come together."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binom, binomtest

from tagship_export.verification.bounds import clustered_upper_bound, lower_bound, upper_bound
from tagship_export.verification.parity import compare
from tagship_runtime.typing import Decisions


def flipped(random: np.random.Generator, rows: int, labels: int, flipping: float, together: float) -> Decisions:
    """Rows that flip by chance, in one label and some of the others."""
    made = np.zeros((rows, labels), bool)
    for row in np.flatnonzero(random.random(rows) < flipping):
        made[row] = random.random(labels) < together
        made[row, random.integers(labels)] = True
    return made


@pytest.mark.parametrize(
    ("rows", "labels", "flipping", "together"),
    [(1000, 6, 0.02, 0.0), (200, 14, 0.003, 1.0), (1000, 50, 0.01, 0.3), (3000, 14, 0.001, 1.0)],
)
def test_the_true_rate_lies_below_in_95_percent(rows: int, labels: int, flipping: float, together: float) -> None:
    random = np.random.default_rng(0)
    truth = flipping * (1 + (labels - 1) * together) / labels
    samples = [flipped(random, rows, labels, flipping, together) for _ in range(200)]
    held = np.mean([clustered_upper_bound(one) >= truth for one in samples])
    assert held >= 0.92  # 95% less two standard errors of 200 samples
    if together:
        assert np.mean([upper_bound(int(one.sum()), one.size) >= truth for one in samples]) < 0.8


def test_by_hand() -> None:
    apart, together = np.zeros((100, 4), bool), np.zeros((100, 4), bool)
    apart[np.arange(8), np.arange(8) % 4] = True
    together[:2] = True
    # Two rows that flip altogether: the variance between rows is that of 4 x a flag, so the design effect is about 4.
    effect = (16 * 0.02 * 0.98 * 100 / 99) * 100 / 400**2 / (0.02 * 0.98 / 400)
    assert clustered_upper_bound(together) == pytest.approx(beta.ppf(0.95, 8 / effect + 1, (400 - 8) / effect))
    # One flip a row at most is more even than chance: no more trials than cells.
    assert clustered_upper_bound(apart) == pytest.approx(upper_bound(8, 400))


def test_rows_are_the_trials_where_nothing_or_everything_flips() -> None:
    assert clustered_upper_bound(np.zeros((1000, 7), bool)) == pytest.approx(1 - 0.05 ** (1 / 1000))
    assert clustered_upper_bound(np.ones((10, 7), bool)) == 1.0
    assert clustered_upper_bound(np.zeros((1, 3), bool)) == pytest.approx(0.95)
    assert clustered_upper_bound(np.array([[True, False]])) == pytest.approx(beta.ppf(0.95, 1.5, 0.5))


@pytest.mark.parametrize(("flips", "cells"), [(0, 50), (3, 50), (50, 50)])
def test_the_bound_for_independent_decisions_is_clopper_and_pearsons(flips: int, cells: int) -> None:
    exact = binomtest(flips, cells, alternative="less").proportion_ci(0.95, method="exact").high
    assert upper_bound(flips, cells) == pytest.approx(exact)


def test_both_bounds_stand_side_by_side() -> None:
    original = np.full((200, 5), 0.6, np.float32)
    artifact = original.copy()
    artifact[:3] = 0.4
    parity = compare(original, artifact, (0.5,) * 5, tuple("abcde"), tolerance=0.05)
    assert parity.flip_rate_upper == pytest.approx(upper_bound(15, 1000))
    assert parity.flip_rate_upper_clustered == pytest.approx(clustered_upper_bound(original != artifact))
    assert parity.flip_rate_upper_clustered > 1.3 * parity.flip_rate_upper


@pytest.mark.parametrize(
    ("flips", "trials", "bound"),
    [
        (0, 50, 0.0),
        (1, 1, 0.05),
        (1, 120, 1 - 0.95 ** (1 / 120)),
        (120, 120, 0.05 ** (1 / 120)),
    ],
)
def test_lower_bounds_of_a_rate(flips: int, trials: int, bound: float) -> None:
    """Of none, one and all there are closed forms."""
    assert lower_bound(flips, trials) == pytest.approx(bound, abs=1e-9)


@pytest.mark.parametrize(("flips", "trials"), [(2, 10), (5, 100), (99, 100), (7, 3000)])
def test_at_its_lower_bound_so_many_flips_are_as_rare_as_chance_allows(flips: int, trials: int) -> None:
    assert binom.sf(flips - 1, trials, lower_bound(flips, trials)) == pytest.approx(0.05, abs=1e-9)


def test_flips_of_one_of_two_rows_are_one_trial() -> None:
    flipped = np.array([[True, True], [False, False]])
    assert clustered_upper_bound(flipped) == pytest.approx(upper_bound(0.5, 1))
    assert clustered_upper_bound(flipped) != pytest.approx(upper_bound(1, 2))
