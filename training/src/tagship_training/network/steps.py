"""Compiled steps of training one group of networks.

They run inside one TensorFlow loop per chunk of rows, so what Python and Keras cost is paid per chunk and not per
batch. Layers, optimizer, schedule and their numerics are Keras'.
"""

from __future__ import annotations

import logging
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tagship_runtime.typing import Features, RowNumbers, Targets
from tagship_training.data.folds import NOBODY, LearningRows
from tagship_training.data.sparse_rows import rows_at_once
from tagship_training.network.architecture import Architecture
from tagship_training.network.graph import Group

CHUNK_BYTES = 4 << 20
VALIDATION_ROWS = 2048
WARMUP = 0.1


def _is_no_retracing(record: logging.LogRecord) -> bool:
    """Each group has compiled functions of its own, which TensorFlow takes for one that is traced over and over."""
    return "triggered tf.function retracing" not in record.getMessage()


logging.getLogger("tensorflow").addFilter(_is_no_retracing)


class Steps:
    """Compiled parts of training one group."""

    def __init__(self, group: Group, positive_weights: Features) -> None:
        self.architecture, self.model = group.architecture, group.model
        self.members = tf.range(group.architecture.networks)[:, None]
        self.positive_weights = tf.constant(positive_weights)
        self.optimizer: Any = None
        self._run = tf.function(self._chunk, reduce_retracing=True)
        self._judge = tf.function(self._losses, reduce_retracing=True)

    def plan(self, steps: int) -> None:
        """Begin a schedule of learning rates; without this call, the first epoch does, with its own steps.

        Args:
            steps: In each epoch.
        """
        self.optimizer = _optimizer(self.architecture, steps, self.model.trainable_variables)

    def train(self, rows: LearningRows, targets: Features | Targets, order: RowNumbers) -> float:
        """Take the steps of one epoch, and return their mean loss.

        Args:
            rows: Rows and their folds.
            targets: Their targets, or scores for each network to learn, (rows, networks, labels).
            order: Numbers of the rows to learn from.
        """
        size = min(self.architecture.batch_size, len(order))
        count = -(-len(order) // size)
        if self.optimizer is None:
            self.plan(count)
        # The last batch is filled up with rows that weigh nothing.
        filled = np.resize(order, count * size)
        weighs = np.arange(count * size) < len(order)
        per_chunk = max(1, CHUNK_BYTES // (4 * rows.matrix.shape[1] * size))
        total = 0.0
        for first in range(0, count, per_chunk):
            batches = min(per_chunk, count - first)
            part = filled[first * size : (first + batches) * size]
            shape = (batches, size, -1)
            total += float(
                self._run(
                    tf.constant(rows.matrix[part].reshape(shape)),
                    tf.constant(targets[part].reshape((batches, size, *targets.shape[1:]))),
                    tf.constant(rows.folds[part].reshape(shape[:2])),
                    tf.constant(weighs[first * size : (first + batches) * size].reshape(shape[:2])),
                )
            )
        return total / count

    def judge(self, rows: LearningRows) -> NDArray[np.float64]:
        """Mean loss of each member over the rows that it does not learn from, (members,)."""
        held_out = rows.held_out
        losses, counts = np.zeros(self.architecture.networks), np.zeros(self.architecture.networks)
        at_once = rows_at_once(rows.matrix.shape[1], VALIDATION_ROWS)
        for start in range(0, len(held_out), at_once):
            part = held_out[start : start + at_once]
            arrays = (rows.matrix[part], rows.targets[part], rows.folds[part])
            loss, mine = self._judge(*(tf.constant(array) for array in arrays))
            losses += loss.numpy()
            counts += mine.numpy()
        return losses / np.maximum(counts, 1)

    def _chunk(self, features: Any, targets: Any, folds: Any, weighs: Any) -> Any:
        """Sum of the steps' losses over batches that lie along the first axis."""

        def step(number: Any, total: Any) -> tuple[Any, Any]:
            with tf.GradientTape() as tape:
                learns = self._learns(folds[number]) & weighs[number][None]
                weights = tf.cast(learns, tf.float32)
                rows = self._row_losses(features[number], targets[number], training=True) * weights
                # A member's loss is the mean over the rows that it learns from, as in a network of its own.
                members = tf.reduce_sum(rows, 1) / tf.maximum(tf.reduce_sum(weights, 1), 1.0)
                loss = tf.reduce_sum(members)
            variables = self.model.trainable_variables
            self.optimizer.apply(tape.gradient(loss, variables), variables)
            return number + 1, total + loss / self.architecture.networks

        count = tf.shape(features)[0]
        start = (tf.constant(0), tf.constant(0.0))
        return tf.while_loop(lambda number, _: number < count, step, start, parallel_iterations=1)[1]

    def _losses(self, features: Any, targets: Any, folds: Any) -> tuple[Any, Any]:
        """Sums of the losses of rows that each member does not learn from, and their counts, (members,)."""
        held = tf.cast(~self._learns(folds), tf.float32)
        rows = self._row_losses(features, targets, training=False)
        return tf.reduce_sum(rows * held, 1), tf.reduce_sum(held, 1)

    def _row_losses(self, features: Any, targets: Any, *, training: bool) -> Any:
        """Mean binary cross-entropy over the labels, (members, rows)."""
        logits = self.model(features, training=training)
        truth = tf.cast(targets, tf.float32)
        truth = truth[None] if len(targets.shape) == 2 else tf.transpose(truth, (1, 0, 2))
        truth = truth[:, None] if self.architecture.ensemble > 1 else truth
        truth = tf.broadcast_to(truth, tf.shape(logits))
        losses = tf.reduce_mean(tf.nn.weighted_cross_entropy_with_logits(truth, logits, self.positive_weights), -1)
        return tf.reduce_mean(losses, 1) if self.architecture.ensemble > 1 else losses

    def _learns(self, folds: Any) -> Any:
        """True where a member learns from a row, bool (members, rows)."""
        return (folds[None] != self.members) & (folds[None] != NOBODY)


def _optimizer(architecture: Architecture, steps: int, variables: Any) -> Any:
    if architecture.weight_decay is None:
        optimizer = keras.optimizers.Adam(architecture.learning_rate)
    elif architecture.patience is not None:
        optimizer = keras.optimizers.AdamW(architecture.learning_rate, weight_decay=architecture.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["bias", "scale"])
    else:
        total = steps * architecture.epochs
        warmup = max(1, int(WARMUP * total))
        rate = keras.optimizers.schedules.CosineDecay(
            architecture.learning_rate / warmup,
            max(1, total - warmup),
            warmup_target=architecture.learning_rate,
            warmup_steps=warmup,
        )
        optimizer = keras.optimizers.AdamW(rate, weight_decay=architecture.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    return optimizer
