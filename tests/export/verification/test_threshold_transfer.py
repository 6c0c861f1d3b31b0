"""Thresholds moved from the original's scores onto the artifact's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_export.verification.threshold_transfer import agreeing_thresholds, transfer_thresholds
from tagship_runtime.typing import Scores


def column(*scores: float) -> Scores:
    return np.array(scores, np.float32)[:, None]


def test_equal_scores_keep_the_threshold() -> None:
    scores = np.random.default_rng(0).random((500, 3)).astype(np.float32)
    assert transfer_thresholds(scores, (0.2, 0.5, 0.9), scores) == (0.2, 0.5, 0.9)


@pytest.mark.parametrize(("shift", "side"), [(-0.2, "below"), (0.2, "above")])
def test_a_shift_of_all_scores_is_followed(shift: float, side: str) -> None:
    original = np.linspace(0.3, 0.7, 401, dtype=np.float32)[:, None]
    (moved,) = transfer_thresholds(original, (0.5,), original + np.float32(shift))
    assert moved == pytest.approx(0.5 + shift, abs=0.002)
    np.testing.assert_array_equal(original + np.float32(shift) >= np.float32(moved), original >= np.float32(0.5))


def test_on_few_rows_it_moves_no_farther_than_it_has_to() -> None:
    original, artifact = column(0.9, 0.55, 0.1), column(0.9, 0.48, 0.1)
    (moved,) = agreeing_thresholds(original, (0.5,), artifact)
    assert 0.45 < moved <= np.float32(0.48)


@pytest.mark.parametrize("decided", [0.01, 0.99])
def test_one_sided_labels(decided: float) -> None:
    """All on, or all off, there and here: nothing says that the threshold should move."""
    scores = column(0.3, 0.5, 0.7)
    assert transfer_thresholds(scores, (decided,), scores) == (decided,)


def test_a_label_that_is_never_on_stays_off() -> None:
    (moved,) = agreeing_thresholds(column(0.1, 0.2), (0.5,), column(0.1, 0.6))
    assert 0.6 < moved < 1


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_no_other_threshold_agrees_better(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    original = random.random((rows, 1)).astype(np.float32)
    artifact = np.clip(original + random.normal(0, 0.1, (rows, 1)), 0, 1).astype(np.float32).round(1)
    threshold = float(np.float32(random.uniform(0.05, 0.95)))
    (moved,) = agreeing_thresholds(original, (threshold,), artifact)
    wanted = (original >= np.float32(threshold)).ravel()

    def agreement(cut: float) -> float:
        on = (artifact >= np.float32(cut)).ravel()
        return float(2 * (wanted & on).sum() / (wanted.sum() + on.sum())) if (wanted | on).any() else 1.0

    assert 0 < moved < 1
    assert agreement(moved) >= max(agreement(cut) for cut in (threshold, *np.linspace(0.05, 0.95, 19))) - 1e-12


def sigmoid(logits: Any) -> Scores:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def flips(shift: float, noise: float, seed: int, move: Any, rows: int = 1500) -> int:
    """Flips on 20,000 fresh rows of an artifact whose logits are shifted and noisy, after a move on other rows."""
    random = np.random.default_rng(seed)
    logits = random.normal(-1, 2, (rows + 20_000, 1))
    original, artifact = sigmoid(logits), sigmoid(logits + shift + random.normal(0, noise, logits.shape))
    (moved,) = move(original[:rows], (0.5,), artifact[:rows])
    return int(((original[rows:] >= np.float32(0.5)) != (artifact[rows:] >= np.float32(moved))).sum())


def stay(original: Scores, thresholds: tuple[float, ...], artifact: Scores) -> tuple[float, ...]:
    return thresholds


def test_noise_alone_moves_no_threshold() -> None:
    """The best threshold on one sample is worse on the next: 6% more flips if each is followed."""
    counts = {move: sum(flips(0, 0.1, seed, move) for seed in range(20)) for move in (stay, transfer_thresholds)}
    assert counts[transfer_thresholds] <= 1.02 * counts[stay]
    assert sum(flips(0, 0.1, seed, agreeing_thresholds) for seed in range(20)) > 1.04 * counts[stay]


def test_a_real_shift_is_mended() -> None:
    counts = {move: sum(flips(0.3, 0.1, seed, move) for seed in range(20)) for move in (stay, transfer_thresholds)}
    assert counts[transfer_thresholds] < 0.5 * counts[stay]


def test_a_few_flips_are_no_reason_to_move() -> None:
    original = np.linspace(0.3, 0.7, 401, dtype=np.float32)[:, None]
    artifact = original - np.float32(0.004)  # four decisions flip: 4 is not more than 2 standard errors of 4
    assert transfer_thresholds(original, (0.5,), artifact) == (0.5,)
    (moved,) = transfer_thresholds(original, (0.5,), original - np.float32(0.006))
    assert moved < 0.5
