"""Teachers of the students: groups of networks, a logistic regression and forests, blended by held-out log loss."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np

from tagship_runtime.typing import Scores
from tagship_training.data.bag_of_words import BagOfWords
from tagship_training.data.folds import LearningRows
from tagship_training.data.sparse_rows import Matrix
from tagship_training.network import fit, forests, linear, preprocessing
from tagship_training.network.architecture import Architecture
from tagship_training.network.blend import blend, weighted_mean
from tagship_training.network.graph import Group, build
from tagship_training.network.held_out import by_own_member, network_scores
from tagship_training.network.history import History, OnEpoch, OnStep
from tagship_training.network.log_loss import log_loss


class Teacher(Protocol):
    """Whoever scores rows, once per fold."""

    name: str

    def learned(self) -> Scores:
        """Return scores of the training rows, (judges, rows, labels)."""

    def scores(self, matrix: Matrix) -> Scores:
        """Return scores of other rows, (judges, rows, labels)."""


class Networks:
    """A trained group as a teacher.

    Args:
        group: Its networks.
        rows: The rows that they were trained on.
    """

    def __init__(self, group: Group, rows: LearningRows) -> None:
        self.name, self.group, self._rows = group.architecture.name, group, rows

    def learned(self) -> Scores:
        """Scores of the training rows, (judges, rows, labels)."""
        return self.scores(self._rows.matrix)

    def scores(self, matrix: Matrix) -> Scores:
        """Scores of any rows; their mean where all networks learned from the same rows."""
        scores = network_scores(self.group, matrix)
        return scores if len(scores) == self._rows.judges else scores.mean(axis=0, keepdims=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherBlend:
    """All teachers, and how much each counts.

    Attributes:
        teachers: Trained.
        shares: How much each counts for students.
        held_out: Of each, scores of the held-out rows, (held-out rows, labels).
        learned: The blend's scores of the training rows, (judges, rows, labels).
        history: Of the networks.
        interrupted: Sentence on what Ctrl-C cut short.
    """

    teachers: Sequence[Teacher]
    shares: tuple[float, ...]
    held_out: Sequence[Scores]
    learned: Scores
    history: History
    interrupted: str | None

    def scores(self, matrix: Matrix) -> Scores:
        """The blend's scores, (judges, rows, labels)."""
        chosen = [(teacher, share) for teacher, share in zip(self.teachers, self.shares, strict=True) if share]
        return weighted_mean([teacher.scores(matrix) for teacher, _ in chosen], [share for _, share in chosen])

    @property
    def stepwise(self) -> float:
        """Weight of those that learn steps: networks on bins, and forests."""
        return sum(
            share
            for teacher, share in zip(self.teachers, self.shares, strict=True)
            if not isinstance(teacher, Networks) or teacher.group.architecture.bins
        )

    def groups(self) -> list[tuple[Group, Scores]]:
        """Groups that can ship, with their held-out scores."""
        pairs = zip(self.teachers, self.held_out, strict=True)
        groups = [(teacher.group, scores) for teacher, scores in pairs if isinstance(teacher, Networks)]
        return [(group, scores) for group, scores in groups if group.architecture.ensemble == 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherTraining:
    """Teachers to train, and their rows.

    Attributes:
        rows: Rows to learn from and to be judged by.
        seen: Training rows that ranges and quantiles are measured on.
        numeric: Columns with more than two values.
        bag: Columns that count words; None where there are none.
        networks: Architectures of groups of networks.
        regressions: Architectures of logistic regressions, of which the better is kept.
        forests: Names of forests, with the share of features that each split sees.
        seed: Of everything.
    """

    rows: LearningRows
    seen: Matrix
    numeric: list[int]
    bag: BagOfWords | None
    networks: Sequence[Architecture]
    regressions: Sequence[Architecture]
    forests: Sequence[tuple[str, float]]
    seed: int

    def group(self, architecture: Architecture) -> Group:
        """A group with fresh weights."""
        keras.utils.set_random_seed(self.seed)
        priors = np.clip(self.rows.targets.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3).astype(np.float32)
        encoding = preprocessing.fit(architecture, self.seen, self.numeric, self.bag)
        return build(architecture, encoding, self.rows.matrix.shape[1], priors)


def train_teachers(training: TeacherTraining, on_epoch: OnEpoch | None, on_step: OnStep) -> TeacherBlend:
    """Train all teachers and choose how much each counts; Ctrl-C ends with those that are trained.

    Args:
        training: Which, and on what.
        on_epoch: Called after each epoch.
        on_step: Called before what takes long.
    """
    teachers: list[Teacher] = []
    history: History = []
    # Forests grow in C code on another core while networks take their small steps on one.
    pool = ThreadPoolExecutor(1, "tagship-forests")
    grown = pool.submit(_forests, training)
    # So does liblinear, which learns from sparse rows.
    regressions = [training.group(architecture) for architecture in training.regressions]
    early = pool.submit(_best_regression, training, regressions) if training.bag is not None else None
    pool.shutdown(wait=False)
    for architecture in training.networks:
        group = training.group(architecture)
        teachers.append(Networks(group, training.rows))
        try:
            history += fit.fit(group, training.rows, seed=training.seed, on_epoch=on_epoch)
        except fit.Interrupted as error:
            said = f"{error} of the {architecture.name} networks; the best weights so far are kept"
            return _blend(training.rows, teachers, history + error.history, said)
    try:
        if training.regressions:
            on_step("training the logistic regression")
            teachers.append(_best_regression(training, regressions) if early is None else early.result())
        on_step("growing forests")
        teachers.extend(grown.result())
    except KeyboardInterrupt:
        said = "interrupted before students were trained; the networks that would have taught them are kept"
        return _blend(training.rows, teachers, history, said)
    return _blend(training.rows, teachers, history, None)


def _forests(training: TeacherTraining) -> list[forests.Forests]:
    found = []
    for name, share in training.forests:
        forest = forests.Forests(name, share, training.seed)
        forest.fit(training.rows)
        found.append(forest)
    return found


def _best_regression(training: TeacherTraining, regressions: Sequence[Group]) -> Networks:
    """The logistic regression with the lowest held-out loss."""
    found = []
    for group in regressions:
        linear.fit(group, training.rows)
        regression = Networks(group, training.rows)
        loss = log_loss(training.rows.held_out_targets, _held_out(training.rows, regression.learned()))
        found.append((loss, regression))
    return min(found, key=lambda candidate: candidate[0])[1]


def _blend(rows: LearningRows, teachers: Sequence[Teacher], history: History, interrupted: str | None) -> TeacherBlend:
    """The blend with its shares, and what it makes of the training rows."""
    learned = [teacher.learned() for teacher in teachers]
    held_out = [_held_out(rows, scores) for scores in learned]
    shares = blend(rows.held_out_targets, held_out)
    return TeacherBlend(
        teachers=teachers,
        shares=shares,
        held_out=held_out,
        learned=weighted_mean(learned, shares),
        history=history,
        interrupted=interrupted,
    )


def _held_out(rows: LearningRows, learned: Scores) -> Scores:
    return by_own_member(learned[:, rows.held_out], rows.folds[rows.held_out])
