"""How much each teacher counts: never worse than the best of them, and nothing for one that only adds noise."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.network.blend import blend, weighted_mean
from tagship_training.network.log_loss import log_loss


def noisy(targets: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.clip(targets * 0.4 + random.random(targets.shape) * 0.6, 0.01, 0.99).astype(np.float32)


def test_independent_noises_are_averaged_and_noise_alone_is_left_out() -> None:
    random = np.random.default_rng(0)
    targets = random.integers(0, 2, (400, 3)).astype(np.uint8)
    useful = [noisy(targets, random) for _ in range(3)]
    useless = random.random(targets.shape).astype(np.float32)
    shares = blend(targets, [*useful, useless])
    assert sum(shares) == pytest.approx(1, abs=1e-6)
    assert min(shares[:3]) > 0.1
    assert shares[3] == 0
    mixed = weighted_mean([*useful, useless], shares)
    assert mixed.dtype == np.float32
    assert log_loss(targets, mixed) < min(log_loss(targets, scores) for scores in useful) - 0.01


def test_one_model_has_all_of_it() -> None:
    assert blend(np.zeros((3, 1), np.uint8), [np.full((3, 1), 0.1, np.float32)]) == (1.0,)
