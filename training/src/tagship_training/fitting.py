"""Training the network: the loss, the optimizer, when to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tagship_runtime.arrays import Features
from tagship_training.config import Config
from tagship_training.tables import Targets

History = list[dict[str, float]]
"""Per epoch: ``epoch``, ``loss``, ``binary_accuracy``, and the same of the validation rows as ``val_``."""

OnEpoch = Callable[[int, dict[str, float]], None]


def fit(
    model: Any,
    config: Config,
    train: tuple[Features, Targets],
    validation: tuple[Features, Targets],
    on_epoch: OnEpoch | None = None,
) -> History:
    """Train ``model`` in place by binary cross-entropy.

    Args:
        model: From :func:`tagship_training.network.build`.
        config: Optimizer, epochs and patience.
        train: Features and targets to learn from.
        validation: Features and targets to stop by.
        on_epoch: Called after each epoch with its number, from 1, and its figures.
    """
    import keras

    history: History = []

    def record(epoch: int, logs: dict[str, float]) -> None:
        figures = {name: float(value) for name, value in logs.items()}
        history.append({"epoch": epoch + 1, **figures})
        if on_epoch is not None:
            on_epoch(epoch + 1, figures)

    callbacks: list[Any] = [keras.callbacks.LambdaCallback(on_epoch_end=record)]
    if config.patience is not None:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=config.patience, restore_best_weights=True, start_from_epoch=0
            )
        )
    model.compile(
        optimizer=_optimizer(config),
        loss="binary_crossentropy",
        metrics=[keras.metrics.BinaryAccuracy(name="binary_accuracy")],  # "accuracy" would mean categorical
    )
    model.fit(
        train[0],
        train[1].astype("float32"),
        validation_data=(validation[0], validation[1].astype("float32")),
        epochs=config.epochs,
        batch_size=config.batch_size,
        callbacks=callbacks,
        verbose=0,
    )
    return history


def _optimizer(config: Config) -> Any:
    import keras

    if config.weight_decay:
        return keras.optimizers.AdamW(config.learning_rate, weight_decay=config.weight_decay)
    return keras.optimizers.Adam(config.learning_rate)
