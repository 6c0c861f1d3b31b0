"""The whole of training: describe the columns, split, fit, mix, tune, measure, diagnose."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import keras
import numpy as np

from tagship_runtime.contract import Feature
from tagship_runtime.errors import InputError
from tagship_runtime.typing import Features, Scores
from tagship_training.config import Config, Options
from tagship_training.data import columns, splits
from tagship_training.data.dataset import Dataset, Targets, from_arrays
from tagship_training.data.splits import Folds
from tagship_training.decisions.thresholds import tune, unreached
from tagship_training.errors import TrainingError
from tagship_training.evaluation import baselines, curves, metrics
from tagship_training.evaluation.diagnosis import Diagnosis, fall_of
from tagship_training.network import fit, platt, preprocessing
from tagship_training.network.architecture import Plan, plan
from tagship_training.network.fit import Interrupted
from tagship_training.network.graph import Group, build, ship
from tagship_training.network.history import History, OnEpoch
from tagship_training.run import Run, scores

PACKAGES = ("tagship-training", "tensorflow", "keras", "scikit-learn", "numpy")

FEW_POSITIVES = 10
"""A label with fewer positives than this in the training rows is named in a notice."""

SHARES = np.linspace(0, 1, 11)
"""How much the second group of networks may count."""

CURVE = (0.25, 0.5)
"""Shares of the training rows that a learning curve is measured at, besides all of them."""


def train(
    features: Any,
    targets: Any = None,
    *,
    labels: Sequence[str] | None = None,
    config: Config | None = None,
    test: Dataset | tuple[Any, Any] | None = None,
    validation: Dataset | tuple[Any, Any] | None = None,
    options: Options | None = None,
    on_epoch: OnEpoch | None = None,
    on_step: Callable[[str], None] = lambda step: None,
) -> Run:
    """Train a multilabel classifier.

    Args:
        features: Array-like (rows, features), a data frame, or a :class:`Dataset`, which brings its targets.
        targets: 0 and 1, (rows, labels); a data frame's columns name the labels.
        labels: Their names otherwise.
        config: The network and its training; default: the preset ``default``.
        test: Rows to judge by; default: a third of the rows is set aside.
        validation: Rows to tune thresholds and pick epochs on; default: each network in turn is judged on a
            part of the rows that it did not learn from.
        options: Baselines, a learning curve and the like.
        on_epoch: Told after each epoch: group, epoch, epochs, loss, validation loss.
        on_step: Told what happens next.

    Returns:
        The run, not yet saved. One seed gives the same weights twice on one machine.

    Raises:
        TrainingError: Rows that cannot be learned from.
    """
    started = time.perf_counter()
    config, options = config or Config(), options or Options()
    data = features if isinstance(features, Dataset) else from_arrays(features, targets, labels=labels)
    test, validation = (_as_dataset(rows, data) for rows in (test, validation))
    parts = [part for part in (data, test, validation) if part is not None]
    incomplete = set().union(*(columns.check(part, options.kinds) for part in parts))
    if test is None:
        rest, judged = splits.split_test(data.targets, config.seed, stratify=config.stratify)
        data, test = data.take(rest), data.take(judged)
    test = _with_labels_of(data, test, "test")
    notices = splits.check_positives(data.targets, data.labels, FEW_POSITIVES)
    described, left_out = columns.infer(data, options.kinds, incomplete)
    notices += left_out
    rows = {"train": data, "test": test}
    if validation is not None:
        rows["validation"] = _with_labels_of(data, validation, "validation")

    matrices = {}
    for name, part in rows.items():
        try:
            matrices[name] = part.matrix(described)
        except InputError as error:
            raise TrainingError(f"the {name} rows: {error}") from error
    repeated = {name: splits.count_repeated(matrices["train"], matrices[name]) for name in rows if name != "train"}
    notices += _notice_rows(rows, repeated, described)
    fitted = _fit(rows, matrices, config, on_epoch, on_step)
    notices += fitted.notices
    test_scores = scores(fitted.model, matrices["test"])
    judge = (test.targets, test_scores, fitted.thresholds)
    diagnosis = Diagnosis(
        learned=fitted.learned_loss,
        held_out=metrics.log_loss(*fitted.held_out),
        test=metrics.log_loss(test.targets, test_scores),
        optimal=None if options.optimum is None else metrics.log_loss(test.targets, options.optimum(matrices["test"])),
        curve=_curve(rows, matrices, config, test_scores, on_step) if options.learning_curve else None,
        falling=fall_of(fitted.history),
    )
    compared: list[baselines.Baseline] = []
    if options.baselines:
        on_step("training baselines")
        compared = baselines.compare(
            (fitted.matrix, fitted.targets),
            fitted.folds,
            (matrices["test"], test.targets),
            (test_scores, fitted.thresholds),
            config.objective,
            config.seed,
        )
    return Run(
        model=fitted.model,
        labels=data.labels,
        features=described,
        thresholds=fitted.thresholds,
        config=config,
        plans=fitted.plans,
        shares=fitted.shares,
        metrics={
            "held_out": metrics.evaluate(*fitted.held_out, fitted.thresholds),
            "test": metrics.evaluate(*judge),
        },
        intervals=metrics.intervals(*judge, config.seed),
        per_label=metrics.per_label(*judge, data.labels, config.seed),
        diagnosis=diagnosis,
        baselines=compared,
        baseline_verdict=baselines.verdict(compared) if compared else None,
        history=fitted.history,
        curves=curves.gather(
            *judge,
            data.labels,
            held_out=len(fitted.held_out[0]),
            features=described,
            matrix=preprocessing.sample(matrices["train"], config.seed),
        ),
        rows=_saved_rows(rows, fitted.folds, config),
        repeated=repeated,
        notices=tuple(notices),
        versions={package: version(package) for package in PACKAGES},
        seconds=time.perf_counter() - started,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """A trained model, and what its thresholds come from."""

    model: Any
    plans: tuple[Plan, ...]
    shares: tuple[float, ...]
    thresholds: tuple[float, ...]
    matrix: Features
    targets: Targets
    folds: Folds
    held_out: tuple[Targets, Scores]
    learned_loss: float
    history: History
    notices: list[str]


def _fit(
    rows: dict[str, Dataset],
    matrices: dict[str, Features],
    config: Config,
    on_epoch: OnEpoch | None,
    on_step: Callable[[str], None],
) -> _Fitted:
    """Train the groups, mix them by their held-out scores, tune thresholds on those."""
    on_step("preparing")
    targets, matrix = rows["train"].targets, matrices["train"]
    seen = preprocessing.sample(matrix, config.seed)
    numeric = preprocessing.numeric_columns(seen)
    plans = plan(config, rows=len(matrix), width=matrix.shape[1], numeric=len(numeric), labels=targets.shape[1])
    if "validation" in rows:
        folds = np.full(len(matrix), splits.EVERYBODY, np.int32)
        matrix = np.concatenate([matrix, matrices["validation"]])
        targets = np.concatenate([targets, rows["validation"].targets])
        folds = np.append(folds, np.full(len(matrix) - len(folds), splits.NOBODY, np.int32))
    elif config.preset == "article":
        folds = splits.last_fifth(len(matrix))
    else:
        folds = splits.deal(targets, plans[0].members, config.seed)
    priors = np.clip(targets.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3).astype(np.float32)

    keras.utils.set_random_seed(config.seed)
    groups: list[Group] = []
    history: History = []
    notices: list[str] = []
    for group_plan in plans:
        constants = preprocessing.fit(group_plan, seen, numeric) if group_plan.scale else None
        group = build(group_plan, constants, matrix.shape[1], priors)
        balanced = config.class_weights == "balanced"
        try:
            history += fit.fit(group, matrix, targets, folds, balanced=balanced, seed=config.seed, on_epoch=on_epoch)
        except Interrupted as interrupted:
            notices.append(f"{interrupted} of the {group_plan.name} networks; the best weights so far are kept")
            history += interrupted.history
            groups.append(group)
            break
        groups.append(group)

    on_step("tuning thresholds")
    held = np.flatnonzero(folds != splits.EVERYBODY)
    scores_by_group = [fit.held_out(group, matrix, folds, held) for group in groups]
    shares, mixed = _mix(targets[held], scores_by_group)
    correction = platt.fit(targets[held], mixed) if config.calibrate else None
    if correction is not None:
        mixed = platt.apply(mixed, *correction)
    thresholds = tune(targets[held], mixed, config.objective, config.seed)
    for label, reached in unreached(targets[held], mixed, thresholds, config.objective).items():
        notices.append(
            f"label {rows['train'].labels[label]!r} reaches {config.objective.kind} {reached:.3f} at best on held-out "
            f"rows, not {config.objective.value:g}"
        )
    learned = [fit.learned_loss(group, matrix, targets, folds) for group in groups]
    return _Fitted(
        model=ship(groups, shares, correction, matrix.shape[1]),
        plans=plans[: len(groups)],
        shares=shares,
        thresholds=thresholds,
        matrix=matrix,
        targets=targets,
        folds=folds,
        held_out=(targets[held], mixed),
        learned_loss=float(np.dot(shares, learned)),
        history=history,
        notices=notices,
    )


def _mix(targets: Targets, by_group: list[Scores]) -> tuple[tuple[float, ...], Scores]:
    """How much each group counts: the mix whose held-out log loss is lowest."""
    if len(by_group) == 1:
        return (1.0,), by_group[0]
    first, second = by_group
    losses = [metrics.log_loss(targets, (1 - share) * first + share * second) for share in SHARES]
    share = float(np.float32(SHARES[int(np.argmin(losses))]))
    return (1 - share, share), ((1 - share) * first + share * second).astype(np.float32)


def _curve(
    rows: dict[str, Dataset],
    matrices: dict[str, Features],
    config: Config,
    full: Scores,
    on_step: Callable[[str], None],
) -> dict[str, float]:
    """Test log loss of the same training on fewer rows, chosen at random."""
    order = np.random.default_rng(config.seed).permutation(len(rows["train"]))
    losses = {}
    for share in CURVE:
        on_step(f"learning curve: {share:.0%} of the rows")
        some = np.sort(order[: int(share * len(order))])
        part = {**rows, "train": rows["train"].take(some)}
        fitted = _fit(part, {**matrices, "train": matrices["train"][some]}, config, None, lambda _: None)
        losses[f"{share:.0%}"] = metrics.log_loss(rows["test"].targets, scores(fitted.model, matrices["test"]))
    return losses | {"100%": metrics.log_loss(rows["test"].targets, full)}


def _saved_rows(rows: dict[str, Dataset], folds: Folds, config: Config) -> dict[str, Dataset]:
    """By purpose; where no network learned from some training rows, those are validation rows."""
    if config.preset == "article" and "validation" not in rows:
        train = rows["train"]
        return {
            "train": train.take(np.flatnonzero(folds == splits.EVERYBODY)),
            "validation": train.take(np.flatnonzero(folds != splits.EVERYBODY)),
            "test": rows["test"],
        }
    return rows


def _notice_rows(rows: dict[str, Dataset], repeated: Mapping[str, int], features: tuple[Feature, ...]) -> list[str]:
    notices = []
    for name, count in repeated.items():
        if count:
            notices.append(
                f"{count} of {len(rows[name])} {name} rows have the same features as a training row; "
                "figures may be too good"
            )
        for feature, count in columns.unknown_words(rows[name], features).items():
            notices.append(f"column {feature!r}: {count} of {len(rows[name])} {name} rows hold a word without a column")
    return notices


def _as_dataset(rows: Dataset | tuple[Any, Any] | None, like: Dataset) -> Dataset | None:
    if rows is None or isinstance(rows, Dataset):
        return rows
    return from_arrays(*rows, labels=like.labels, names=list(like.columns) if not hasattr(rows[0], "columns") else None)


def _with_labels_of(train: Dataset, other: Dataset, name: str) -> Dataset:
    """The rows with their labels in the order of the training rows."""
    if set(other.labels) != set(train.labels):
        raise TrainingError(
            f"the {name} table has the labels {list(other.labels)}, the training rows have {list(train.labels)}"
        )
    if not len(other):
        raise TrainingError(f"the {name} table has no rows")
    order = [other.labels.index(label) for label in train.labels]
    return Dataset(table=other.table, targets=other.targets[:, order], labels=train.labels)
