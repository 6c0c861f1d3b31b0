"""Calibration against likelihoods that are maximized by other means."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from tagship_training.network import platt


def test_scores_are_kept_a_millionth_from_both_ends() -> None:
    scores = np.array([[0.0], [1.0], [0.25]], np.float32)
    got = platt.apply(scores, np.array([1.0], np.float32), np.array([0.0], np.float32))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got.astype(np.float64).ravel(), [1e-6, 1 - 1e-6, 0.25], rtol=0, atol=1e-7)
    assert got[0, 0] == pytest.approx(1e-6, rel=1e-3)
    assert 1 - float(got[1, 0]) == pytest.approx(1e-6, rel=0.1)  # float32 has steps of 6e-8 there


def test_slope_and_offset_are_of_the_logit() -> None:
    scores = np.array([[0.2, 0.9], [0.6, 0.5]], np.float32)
    slopes, offsets = np.array([2.0, 0.5], np.float32), np.array([0.75, -1.5], np.float32)
    want = expit(logit(scores.astype(np.float64)) * slopes + offsets)
    np.testing.assert_allclose(platt.apply(scores, slopes, offsets), want, rtol=0, atol=1e-6)


def test_the_graph_calibrates_as_the_arrays_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras' operations are NumPy's here."""
    names = ("clip", "log", "subtract", "add", "multiply")
    operations = SimpleNamespace(sigmoid=expit, **{name: getattr(np, name) for name in names})
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(ops=operations))
    scores = np.array([[0.0, 1.0], [0.3, 0.2], [0.9, 0.6]])
    slopes, offsets = np.array([1.5, 0.5], np.float32), np.array([0.25, -2.0], np.float32)
    got = platt.layers(scores, slopes, offsets)
    np.testing.assert_allclose(got, platt.apply(scores, slopes, offsets), rtol=0, atol=1e-6)


def test_the_line_has_the_greatest_likelihood() -> None:
    """With a slope squared over 2000 taken off, so that labels which are told apart wholly get a finite one."""
    logits = np.linspace(-2, 2, 80)
    for truth in (np.arange(80) % 3 == 0, logits > 0.1):
        truth[60:] = True
        scores = expit(logits).astype(np.float32)[:, None]
        slopes, offsets = platt.fit(truth.astype(np.uint8)[:, None], scores)

        def loss(line: np.ndarray, truth: np.ndarray = truth) -> float:
            values = line[0] * logits + line[1]
            return float(np.logaddexp(0, np.where(truth, -values, values)).sum() + line[0] ** 2 / 2000)

        best = minimize(loss, [1.0, 0.0], method="BFGS").x
        np.testing.assert_allclose([slopes[0], offsets[0]], best, rtol=2e-2, atol=1e-4)  # measured: 5e-3
        assert slopes.dtype == offsets.dtype == np.float32


def test_scores_that_say_nothing_get_an_offset() -> None:
    truth = (np.arange(100) < 40).astype(np.uint8)[:, None]
    slopes, offsets = platt.fit(truth, np.full((100, 1), 0.5, np.float32))
    assert slopes[0] == 1
    assert offsets[0] == pytest.approx(logit(0.4), abs=1e-6)


def test_labels_are_fitted_each_on_its_own() -> None:
    scores = np.stack([np.full(50, 0.3), np.full(50, 0.5), np.full(50, 0.9)], axis=1).astype(np.float32)
    truth = np.zeros((50, 3), np.uint8)
    truth[:10, 0] = 1
    truth[:, 2] = 1
    slopes, offsets = platt.fit(truth, scores)
    np.testing.assert_array_equal(slopes, [1, 1, 1])
    np.testing.assert_allclose(offsets, [logit(0.2) - logit(0.3), 0, 0], rtol=0, atol=1e-5)
