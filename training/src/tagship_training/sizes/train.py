"""Training a ladder: teachers, then students of every size, each with thresholds and held-out metrics of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tagship_runtime.documents import Metrics, SizeDocument
from tagship_runtime.typing import RowNumbers
from tagship_training.config import Config
from tagship_training.data.bag_of_words import BagOfWords
from tagship_training.data.folds import LearningRows, learning_rows
from tagship_training.data.prepare import Prepared
from tagship_training.data.sparse_rows import Matrix, count_nonzero
from tagship_training.data.word_columns import are_words
from tagship_training.evaluation import metrics
from tagship_training.network import forests, preprocessing
from tagship_training.network.choose_architectures import (
    ENSEMBLE_ROWS,
    MEMBERS,
    linear_architectures,
    teacher_architectures,
    text_architectures,
    text_regression,
)
from tagship_training.network.distil import TransferSet, make_transfer_set
from tagship_training.network.ensemble import Ensemble
from tagship_training.network.graph import Group
from tagship_training.network.history import History, OnEpoch, OnStep
from tagship_training.network.log_loss import row_losses
from tagship_training.network.refine import refinement
from tagship_training.network.synthetic_rows import make_synthetic_rows
from tagship_training.network.teachers import TeacherBlend, TeacherTraining, train_teachers
from tagship_training.sizes.blends import size_of_all, sizes_of_teachers
from tagship_training.sizes.make_size import SizeMaker
from tagship_training.sizes.size import LINEAR, Size, choose, within_one_error
from tagship_training.sizes.students import Shape, count_synthetic_rows, student_architectures
from tagship_training.sizes.texts import choose_bag
from tagship_training.sizes.train_students import train_students

LINEAR_WORK = 2e9
"""Rows times columns times labels up to which a logistic regression is trained; only numbers that are not zero count
where columns are words."""

LINEAR_WORK_OF_TEXTS = 1e9
"""The same of texts, with the numbers of rows that are not zero in place of rows times columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All sizes of a run.

    Attributes:
        sizes: From small to large.
        chosen: The one that ships.
        blended: The teachers of its students.
        rows: Rows that all learned from, and those that they were judged by.
        history: Of all networks.
        notices: Sentences for the user.
    """

    sizes: tuple[Size, ...]
    chosen: Size
    blended: TeacherBlend
    rows: LearningRows
    history: History
    notices: tuple[str, ...]

    @property
    def teachers(self) -> tuple[tuple[str, float], ...]:
        """Name and share of each teacher that counts."""
        pairs = zip(self.blended.teachers, self.blended.shares, strict=True)
        return tuple((teacher.name, share) for teacher, share in pairs if share)

    @property
    def logistic_regression(self) -> Group | None:
        """The logistic regression among the teachers; None without one."""
        groups = (group for group, _ in self.blended.groups() if group.architecture.name == LINEAR)
        return next(groups, None)

    def ensemble(self) -> Ensemble:
        """The chosen size, with the history of its own networks only."""
        size = self.chosen
        names = {architecture.name for architecture in size.architectures}
        return Ensemble(
            model=size.model,
            architectures=size.architectures,
            shares=size.shares,
            rows=self.rows,
            held_out=size.held_out,
            learned_loss=size.learned_loss,
            history=[epoch for epoch in self.history if epoch["network"] in names],
            notices=self.notices,
            columns=size.columns,
            better_size=self._better_size(),
        )

    def _better_size(self) -> str:
        """Place on the ladder of the lowest held-out loss, seen from the chosen size, where that is more than noise."""
        best = min(self.sizes, key=lambda size: size.metrics["log_loss"])
        own, least = (row_losses(self.rows.held_out_targets, size.held_out) for size in (self.chosen, best))
        if within_one_error(own, least):
            return "none"
        return "smaller" if best.parameters < self.chosen.parameters else "larger"

    def to_dicts(self, test: Mapping[str, Metrics]) -> list[SizeDocument]:
        """Return the sizes as ``run.json`` has them, with their test metrics by name."""
        return [size.to_dict(chosen=size is self.chosen, test=test[size.name]) for size in self.sizes]


def measure_sizes(ladder: Ladder, table: Prepared) -> dict[str, Metrics]:
    """Test metrics of each size, by name."""
    matrix, targets = table.matrices["test"], table.rows["test"].known_targets
    return {size.name: metrics.evaluate(targets, size.scores(matrix), size.thresholds) for size in ladder.sizes}


def train_ladder(table: Prepared, config: Config, on_epoch: OnEpoch | None, on_step: OnStep) -> Ladder:
    """Train teachers and students for a table, and choose the size that ships.

    Args:
        table: Rows to learn from and, where the caller gave some, to validate by.
        config: What the user chose.
        on_epoch: Called after each epoch.
        on_step: Called before what takes long.

    Raises:
        ConfigError: No size is within the user's bounds.
        DivergedError: A loss of the teachers is no finite number.
        TableError: There are too few rows.
    """
    matrix = table.matrices["train"]
    rows = learning_rows(table, MEMBERS[0] if len(matrix) < ENSEMBLE_ROWS else 1, config)
    seen = preprocessing.sample(matrix, config.seed)
    bag = choose_bag(table.features, rows)
    training, shape = _teacher_training(rows, seen, bag, len(matrix), config)
    blended = train_teachers(training, on_epoch, on_step)
    maker = SizeMaker(rows, table.labels, table.features, config)
    sizes = sizes_of_teachers(blended.groups(), maker)
    history, notices = list(blended.history), [] if blended.interrupted is None else [blended.interrupted]
    if blended.interrupted is None:
        on_step("making synthetic rows for students")
        shape = replace(shape, stepwise=blended.stepwise)
        transfer = _transfer_set(rows, training, blended, _blocks(table), count_synthetic_rows(shape), config.seed)
        architectures = student_architectures(training.networks[0], shape, config)
        students = train_students(
            architectures, transfer, maker, on_epoch, refinement(table, config, on_epoch, on_step)
        )
        sizes += students.sizes
        if students.of_folds:
            on_step("blending teachers and students")
            sizes += size_of_all(blended.groups(), students.of_folds, maker)
        history += students.history
        notices += students.notices
    sizes.sort(key=lambda size: size.parameters)
    return Ladder(
        sizes=tuple(sizes),
        chosen=choose(sizes, rows.held_out_targets, config),
        blended=blended,
        rows=rows,
        history=history,
        notices=tuple(notices),
    )


def _teacher_training(
    rows: LearningRows, seen: Matrix, bag: BagOfWords | None, train_rows: int, config: Config
) -> tuple[TeacherTraining, Shape]:
    """Choose teachers for a table, and tell its shape."""
    if bag is not None:
        return _teachers_of_texts(rows, seen, bag, train_rows, config)
    width, labels = rows.matrix.shape[1], rows.targets.shape[1]
    numeric = preprocessing.numeric_columns(seen)
    words = are_words(not_zero=count_nonzero(seen), rows=len(seen), width=width)
    shape = Shape(rows=train_rows, width=width, numeric=len(numeric), labels=labels, words=words, crossed=rows.crossed)
    networks = teacher_architectures(
        rows=train_rows, width=width, numeric=len(numeric), labels=labels, words=words, crossed=rows.crossed
    )
    few = (count_nonzero(rows.matrix) if words else train_rows * width) * labels <= LINEAR_WORK
    shares = {
        name: forests.affordable(
            kind, rows=train_rows, width=width, numeric=len(numeric), labels=labels, judges=rows.judges
        )
        for name, kind in forests.FORESTS.items()
    }
    training = TeacherTraining(
        rows=rows,
        seen=seen,
        numeric=numeric,
        bag=None,
        networks=networks,
        regressions=linear_architectures(networks[0], words=words, crossed=rows.crossed) if few else (),
        forests=[(name, share) for name, share in shares.items() if share is not None],
        seed=config.seed,
    )
    return training, shape


def _teachers_of_texts(
    rows: LearningRows, seen: Matrix, bag: BagOfWords, train_rows: int, config: Config
) -> tuple[TeacherTraining, Shape]:
    """Teachers for a table with texts: a network on words, and a logistic regression."""
    numeric = preprocessing.numeric_columns(seen, bag)
    width = rows.matrix.shape[1] - len(bag.columns) + bag.terms
    shape = Shape(
        rows=train_rows,
        width=width,
        numeric=len(numeric),
        labels=rows.targets.shape[1],
        words=True,
        crossed=rows.crossed,
        terms=bag.terms,
    )
    networks = text_architectures(rows=train_rows, members=rows.judges, crossed=rows.crossed)
    few = count_nonzero(rows.matrix) * shape.labels <= LINEAR_WORK_OF_TEXTS
    training = TeacherTraining(
        rows=rows,
        seen=seen,
        numeric=numeric,
        bag=bag,
        networks=networks,
        regressions=(text_regression(networks[0]),) if few else (),
        forests=(),
        seed=config.seed,
    )
    return training, shape


def _transfer_set(
    rows: LearningRows, training: TeacherTraining, blended: TeacherBlend, blocks: RowNumbers, count: int, seed: int
) -> TransferSet:
    """Real rows and synthetic ones, with what the teachers say of them."""
    synthetic = make_synthetic_rows(rows, blocks, count, seed)
    scored = blended.scores(synthetic[0]) if count else blended.learned[:, :0]
    known = (blended.learned, scored)
    return make_transfer_set(rows, synthetic, known, training.seen, training.numeric, training.bag)


def _blocks(table: Prepared) -> RowNumbers:
    """Number of the feature that each column of the matrix belongs to; -1 for the words of texts."""
    numbers = [-1 if feature.counted else place for place, feature in enumerate(table.features)]
    return np.repeat(numbers, [feature.width for feature in table.features])
