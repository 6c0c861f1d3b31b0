"""Training a group of networks by binary cross-entropy.

The steps run inside one TensorFlow loop per chunk of rows, so what Python and Keras cost is paid per chunk and
not per batch. Layers, optimizer, schedule and their numerics are Keras'.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tagship_runtime.typing import Features, Scores
from tagship_training.data.dataset import Rows, Targets
from tagship_training.data.splits import EVERYBODY, NOBODY, Folds
from tagship_training.errors import TrainingError
from tagship_training.network.architecture import Plan
from tagship_training.network.graph import Group
from tagship_training.network.history import History, OnEpoch

CHUNK_BYTES = 4 << 20
VALIDATION_ROWS = 2048
WARMUP = 0.1
MAX_POSITIVE_WEIGHT = 10.0


class Interrupted(Exception):  # noqa: N818 - it is no error
    """Ctrl-C came; the group holds the best weights so far.

    Attributes:
        history: Of the epochs that were finished.
    """

    def __init__(self, message: str, history: History) -> None:
        super().__init__(message, history)
        self.history = history

    def __str__(self) -> str:
        return str(self.args[0])


def fit(
    group: Group,
    matrix: Features,
    targets: Targets,
    folds: Folds,
    *,
    balanced: bool = False,
    seed: int = 0,
    on_epoch: OnEpoch | None = None,
) -> History:
    """Train a group in place.

    Args:
        group: From :func:`tagship_training.network.graph.build`.
        matrix: Encoded rows, float32 (rows, width).
        targets: uint8 (rows, labels).
        folds: Which member does not learn from which row, and is judged by it instead.
        balanced: Whether positives are weighted against negatives.
        seed: Of the order of rows.
        on_epoch: For progress.

    Raises:
        Interrupted: Ctrl-C after the first epoch.
    """
    steps = _Steps(group, _positive_weights(targets) if balanced else np.ones(targets.shape[1], np.float32))
    plan, weights = group.plan, group.model.trainable_variables
    learned = np.flatnonzero(folds != NOBODY) if plan.members > 1 else np.flatnonzero(folds == EVERYBODY)
    held = np.flatnonzero(folds != EVERYBODY)
    best = [variable.numpy() for variable in weights]
    best_loss = np.full(plan.members, np.inf)
    random = np.random.default_rng(seed)
    history: History = []
    try:
        for epoch in range(1, plan.epochs + 1):
            loss = steps.train(matrix, targets, folds, random.permutation(learned))
            member_losses = steps.judge(matrix, targets, folds, held)
            if not np.isfinite([loss, *member_losses]).all():
                raise TrainingError(
                    f"training diverged in epoch {epoch} of the {plan.name} networks (loss {loss:.3g}); lower the "
                    "learning rate, or look for values of an absurd size"
                )
            better = member_losses < best_loss if plan.weight_decay is not None else np.full(plan.members, True)
            best_loss[better] = member_losses[better]
            for kept, variable in zip(best, weights, strict=True):
                _copy(kept, variable.numpy(), better)
            val_loss = float(member_losses.mean())
            history.append({"network": plan.name, "epoch": epoch, "loss": loss, "val_loss": val_loss})
            if on_epoch is not None:
                on_epoch(plan.name, epoch, plan.epochs, loss, val_loss)
    except KeyboardInterrupt:
        if not history:
            raise
        raise Interrupted(f"interrupted in epoch {len(history) + 1} of {plan.epochs}", history) from None
    finally:
        for kept, variable in zip(best, weights, strict=True):
            variable.assign(kept)
    return history


def held_out(group: Group, matrix: Features, folds: Folds, rows: Rows) -> Scores:
    """Scores of rows by the members that did not learn from them, float32 (rows, labels)."""
    parts = []
    for start in range(0, len(rows), VALIDATION_ROWS):
        part = rows[start : start + VALIDATION_ROWS]
        scores = keras.ops.sigmoid(group.model(matrix[part], training=False))
        member = folds[part]
        own = np.asarray(scores)[np.maximum(member, 0), np.arange(len(part))]
        parts.append(np.where((member == NOBODY)[:, None], np.asarray(scores).mean(axis=0), own))
    return np.concatenate(parts).astype(np.float32)


def learned_loss(group: Group, matrix: Features, targets: Targets, folds: Folds) -> float:
    """Mean log loss of rows by the members that learned from them, without dropout."""
    total, count = 0.0, 0
    for start in range(0, len(matrix), VALIDATION_ROWS):
        part = slice(start, start + VALIDATION_ROWS)
        logits = np.asarray(group.model(matrix[part], training=False), np.float64)
        losses = (np.logaddexp(0, logits) - targets[part] * logits).mean(axis=2)
        learned = (folds[part][None] != np.arange(group.plan.members)[:, None]) & (folds[part] != NOBODY)[None]
        total += float(losses[learned].sum())
        count += int(learned.sum())
    return total / count


class _Steps:
    """The compiled parts of training one group."""

    def __init__(self, group: Group, positive_weights: Features) -> None:
        self.plan, self.model = group.plan, group.model
        self.members = tf.range(group.plan.members)[:, None]
        self.positive_weights = tf.constant(positive_weights)
        self.optimizer: Any = None
        self._run = tf.function(self._chunk, reduce_retracing=True)
        self._judge = tf.function(self._losses, reduce_retracing=True)

    def train(self, matrix: Features, targets: Targets, folds: Folds, order: Rows) -> float:
        """One epoch; returns the mean loss of its steps."""
        size = min(self.plan.batch_size, len(order))
        count = -(-len(order) // size)
        if self.optimizer is None:
            self.optimizer = _optimizer(self.plan, count, self.model.trainable_variables)
        # The last batch is filled up with rows that weigh nothing.
        filled = np.resize(order, count * size)
        weighs = np.arange(count * size) < len(order)
        per_chunk = max(1, CHUNK_BYTES // (4 * matrix.shape[1] * size))
        total = 0.0
        for first in range(0, count, per_chunk):
            batches = min(per_chunk, count - first)
            rows = filled[first * size : (first + batches) * size]
            shape = (batches, size, -1)
            total += float(
                self._run(
                    tf.constant(matrix[rows].reshape(shape)),
                    tf.constant(targets[rows].reshape(shape)),
                    tf.constant(folds[rows].reshape(shape[:2])),
                    tf.constant(weighs[first * size : (first + batches) * size].reshape(shape[:2])),
                )
            )
        return total / count

    def judge(self, matrix: Features, targets: Targets, folds: Folds, rows: Rows) -> NDArray[np.float64]:
        """Each member's mean loss over the rows that it does not learn from, (members,)."""
        losses, counts = np.zeros(self.plan.members), np.zeros(self.plan.members)
        for start in range(0, len(rows), VALIDATION_ROWS):
            part = rows[start : start + VALIDATION_ROWS]
            loss, mine = self._judge(tf.constant(matrix[part]), tf.constant(targets[part]), tf.constant(folds[part]))
            losses += loss.numpy()
            counts += mine.numpy()
        return losses / np.maximum(counts, 1)

    def _chunk(self, features: Any, targets: Any, folds: Any, weighs: Any) -> Any:
        """The sum of the steps' losses over batches that lie along the first axis."""

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
            return number + 1, total + loss / self.plan.members

        count = tf.shape(features)[0]
        start = (tf.constant(0), tf.constant(0.0))
        return tf.while_loop(lambda number, _: number < count, step, start, parallel_iterations=1)[1]

    def _losses(self, features: Any, targets: Any, folds: Any) -> tuple[Any, Any]:
        held = tf.cast(~self._learns(folds), tf.float32)
        rows = self._row_losses(features, targets, training=False)
        return tf.reduce_sum(rows * held, 1), tf.reduce_sum(held, 1)

    def _row_losses(self, features: Any, targets: Any, *, training: bool) -> Any:
        """Mean binary cross-entropy over the labels, (members, rows)."""
        logits = self.model(features, training=training)
        truth = tf.broadcast_to(tf.cast(targets, tf.float32)[None], tf.shape(logits))
        losses = tf.nn.weighted_cross_entropy_with_logits(truth, logits, self.positive_weights)
        return tf.reduce_mean(losses, 2)

    def _learns(self, folds: Any) -> Any:
        """Which member learns from which row, bool (members, rows)."""
        return (folds[None] != self.members) & (folds[None] != NOBODY)


def _optimizer(plan: Plan, steps: int, variables: Any) -> Any:
    if plan.weight_decay is None:
        optimizer = keras.optimizers.Adam(plan.learning_rate)
    else:
        total = steps * plan.epochs
        warmup = max(1, int(WARMUP * total))
        rate = keras.optimizers.schedules.CosineDecay(
            plan.learning_rate / warmup,
            max(1, total - warmup),
            warmup_target=plan.learning_rate,
            warmup_steps=warmup,
        )
        optimizer = keras.optimizers.AdamW(rate, weight_decay=plan.weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    return optimizer


def _positive_weights(targets: Targets) -> Features:
    """Negatives per positive of each label, at most 10, (labels,)."""
    share = targets.mean(axis=0, dtype=np.float64)
    return np.asarray(np.clip((1 - share) / np.maximum(share, 1e-9), 1.0, MAX_POSITIVE_WEIGHT), np.float32)


def _copy(kept: NDArray[np.float32], now: NDArray[np.float32], members: NDArray[np.bool_]) -> None:
    """Take over the weights of some members; a lone network's have no axis for them."""
    if len(members) == 1:
        if members[0]:
            kept[...] = now
    else:
        kept[members] = now[members]
