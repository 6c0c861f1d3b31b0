"""Histograms of score differences and of flips count what they say."""

from __future__ import annotations

import numpy as np

from tagship_export.verification.histograms import EDGES, EXPONENTS, count_differences


def test_each_decision_is_counted_once() -> None:
    random = np.random.default_rng(0)
    original = random.random((1000, 4)).astype(np.float32)
    noise = 10 ** random.uniform(-12, 0, original.shape) * random.choice([-1, 1], original.shape)
    artifact = np.clip(original + noise, 0, 1).astype(np.float32)
    artifact[:50] = original[:50]
    thresholds = (0.2, 0.5, 0.7, 0.9)
    found = count_differences(original, artifact, thresholds)
    cut = np.array(thresholds, np.float32)
    flipped = (original >= cut) != (artifact >= cut)
    assert found.zero + sum(found.differences) == original.size
    assert found.zero == int((original == artifact).sum())
    assert sum(found.decisions) == original.size
    assert sum(found.flips) == int(flipped.sum()) > 0
    apart = np.abs(original.astype(np.float64) - artifact)
    for low, high, cells in zip(EXPONENTS[1:-2], EXPONENTS[2:-1], found.differences[1:-1], strict=True):
        assert cells == int(((apart >= 10**low) & (apart < 10**high)).sum())


def test_bins_by_hand() -> None:
    """Differences of nothing, 1e-12, 2e-4, 0.2 and all; the last three flip at 0.5 from known distances."""
    original = np.array([[0.25], [1e-12], [0.4999], [0.6], [0.0]], np.float32)
    artifact = np.array([[0.25], [0.0], [0.5001], [0.4], [1.0]], np.float32)
    found = count_differences(original, artifact, (0.5,))
    assert found.zero == 1
    bins = dict(zip(EXPONENTS, found.differences, strict=False))
    assert {exponent: cells for exponent, cells in bins.items() if cells} == {-9.0: 1, -4.0: 1, -1.0: 1, -0.5: 1}
    assert dict(zip(EDGES, found.flips, strict=False)) == {0.0: 1, 0.001: 0, 0.003: 0, 0.01: 0, 0.03: 0, 0.1: 1, 0.3: 1}
    assert sum(found.decisions) == 5


def test_the_same_scores() -> None:
    scores = np.full((3, 2), 0.5, np.float32)
    found = count_differences(scores, scores, (0.5, 0.1))
    assert (found.zero, sum(found.differences), sum(found.flips)) == (6, 0, 0)
    assert found.to_dict()["flips"]["edges"] == list(EDGES)
