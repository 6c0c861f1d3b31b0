"""The whole of training: split, encode, fit, tune, measure."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from tagship_training.config import Config
from tagship_training.fitting import OnEpoch, fit
from tagship_training.metrics import decision_metrics, log_loss
from tagship_training.network import build, robust_scaling
from tagship_training.run import Run, check_labels, scores
from tagship_training.splits import shuffled, split_test, split_validation
from tagship_training.tables import Dataset, Targets, numeric_features
from tagship_training.thresholds import tune

PACKAGES = ("tagship-training", "tensorflow", "keras", "scikit-learn", "numpy")


def train(
    data: Dataset,
    *,
    config: Config | None = None,
    test: Dataset | None = None,
    on_epoch: OnEpoch | None = None,
) -> Run:
    """Train a multilabel classifier.

    Args:
        data: Rows to learn from; without ``test`` a random third of them is set aside to judge by.
        config: The network and its training; default: the preset ``default``.
        test: Rows to judge by, with the same labels.
        on_epoch: Called after each epoch with its number, from 1, and its figures.

    Returns:
        The run, not yet saved. One seed gives the same weights twice on one machine.

    Raises:
        TrainingError: Rows that cannot be learned from.
    """
    import keras

    config = config or Config()
    if test is None:
        rest, judged = split_test(len(data), config.seed)
        data, test = data.take(rest), data.take(judged)
    else:
        check_labels(test.labels, data.labels, "the test table")
        data = data.take(shuffled(len(data), config.seed))
    first, last = split_validation(len(data))
    rows = {"train": data.take(first), "validation": data.take(last), "test": test}

    features = numeric_features(data.table)
    matrices = {name: part.matrix(features) for name, part in rows.items()}
    keras.utils.set_random_seed(config.seed)
    scaling = robust_scaling(matrices["train"]) if config.scale else None
    model = build(config, scaling, matrices["train"].shape[1], len(data.labels))
    history = fit(
        model,
        config,
        (matrices["train"], rows["train"].targets),
        (matrices["validation"], rows["validation"].targets),
        on_epoch,
    )
    thresholds = tune(rows["validation"].targets, scores(model, matrices["validation"]))
    return Run(
        model=model,
        labels=data.labels,
        features=features,
        thresholds=thresholds,
        config=config,
        metrics={
            name: _metrics(model, matrices[name], rows[name].targets, thresholds) for name in ("validation", "test")
        },
        history=history,
        rows=rows,
        versions={package: version(package) for package in PACKAGES},
    )


def _metrics(model: Any, matrix: Any, targets: Targets, thresholds: tuple[float, ...]) -> dict[str, float]:
    """Decision figures at the tuned thresholds, and binary accuracy at 0.5, which others report."""
    given = scores(model, matrix)
    at_half = decision_metrics(targets, given >= 0.5)
    tuned = decision_metrics(targets, given >= _float32(thresholds))
    return {
        "log_loss": log_loss(targets, given),
        "binary_accuracy_at_0.5": at_half["binary_accuracy"],
        **tuned,
    }


def _float32(values: tuple[float, ...]) -> Any:
    import numpy as np

    return np.array(values, np.float32)
