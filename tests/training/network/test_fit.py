"""The training loop takes the steps that Keras takes."""

from __future__ import annotations

import numpy as np

from tagship_runtime.typing import Features
from tagship_training import Config
from tagship_training.data.folds import EVERYBODY, LearningRows
from tagship_training.network import fit as fitting


def test_one_network_in_the_loop_is_keras_own(rows: Features) -> None:
    """The compiled loop takes the same steps as ``model.fit`` with the same order of rows."""
    import keras

    from tagship_training.network.choose_architectures import choose_architectures
    from tagship_training.network.graph import build

    config = Config(preset="article", epochs=2, batch_size=64, stratify=False)
    (article,) = choose_architectures(config, rows=200, width=6, numeric=6, labels=3)
    matrix = (rows[:200] / 25).astype(np.float32)
    targets = (matrix[:, :3] > 0.5).astype(np.uint8)
    folds = np.full(200, EVERYBODY, np.int32)
    folds[150:] = 0
    keras.utils.set_random_seed(5)
    group = build(article, None, 6, np.full(3, 0.5, np.float32))
    start = group.model.get_weights()
    history = fitting.fit(group, LearningRows(matrix=matrix, targets=targets, folds=folds), seed=9)

    peer = keras.models.clone_model(group.model)
    peer.set_weights(start)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(article.learning_rate)
    random = np.random.default_rng(9)
    import tensorflow as tf

    for _ in range(2):
        order = random.permutation(np.arange(150))
        for first in range(0, 150, 64):
            batch = order[first : first + 64]
            with tf.GradientTape() as tape:
                value = loss(targets[batch].astype("float32"), peer(matrix[batch], training=True)[0])
            optimizer.apply(tape.gradient(value, peer.trainable_variables), peer.trainable_variables)
    for ours, theirs in zip(group.model.get_weights(), peer.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert [entry["epoch"] for entry in history] == [1, 2]
