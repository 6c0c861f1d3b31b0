"""Layers that hold several networks compute what a layer for each would."""

from __future__ import annotations

import keras
import numpy as np

from tagship_training.network.layers import EnsembleDense, EnsembleScores, MemberDense


def test_each_member_has_scales_of_its_own_around_a_shared_kernel() -> None:
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    dense, scores = EnsembleDense(2, 3, 4, signs=True), EnsembleScores(2, 3, 5)
    x = random.normal(size=(1, 7, 1, 6)).astype(np.float32)
    dense(x), scores(np.zeros((2, 7, 3, 4), np.float32))
    assert set(np.unique(dense.inner)) == {-1.0, 1.0}
    for variable in (dense.outer, dense.bias, scores.bias):
        variable.assign(random.normal(size=variable.shape))
    hidden = np.asarray(dense(x))
    logits = np.asarray(scores(hidden))
    assert hidden.shape == (2, 7, 3, 4)
    assert logits.shape == (2, 3, 7, 5)
    for network in range(2):
        for member in range(3):
            inner, outer, bias = (np.asarray(v)[network, 0, member] for v in (dense.inner, dense.outer, dense.bias))
            want = (x[0, :, 0] * inner) @ np.asarray(dense.kernel)[network] * outer + bias
            np.testing.assert_allclose(hidden[network, :, member], want, rtol=0, atol=1e-5)
            head = want @ np.asarray(scores.kernel)[network, member] + np.asarray(scores.bias)[network, member]
            np.testing.assert_allclose(logits[network, member], head, rtol=0, atol=1e-5)


def test_a_layer_may_begin_at_zero() -> None:
    dense = MemberDense(2, 3, initializer="zeros")
    assert not np.asarray(dense(np.ones((1, 4, 5), np.float32))).any()
