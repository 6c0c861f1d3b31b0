"""Students: small networks that learn a teacher's scores of real and of synthetic rows (Hinton, Vinyals & Dean, 2015).

Each fold has a student of its own, taught by those who did not learn from that fold's rows, and is judged by them; one
more learns from all rows and all teachers, and ships.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from tagship_runtime.typing import Features, Scores
from tagship_training.data.bag_of_words import BagOfWords
from tagship_training.data.folds import Folds, LearningRows
from tagship_training.data.sparse_rows import Matrix, stack_rows
from tagship_training.network import fit
from tagship_training.network.architecture import Architecture
from tagship_training.network.graph import Group, build
from tagship_training.network.history import History, OnEpoch
from tagship_training.network.preprocessing import fit as fit_encoding

TRUTH = 0.5
"""Weight of a real row's own labels beside its teachers' scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSet:
    """Rows and scores that students learn from.

    Attributes:
        rows: Real rows, then synthetic ones, which have no targets.
        soft_targets: Scores that each student learns, float32 (rows, students, labels).
        judged: The real rows.
        seen: Training rows that ranges and quantiles are measured on.
        numeric: Columns with more than two values.
        bag: Columns that count words; None where there are none.
    """

    rows: LearningRows
    soft_targets: Features
    judged: LearningRows
    seen: Matrix
    numeric: list[int]
    bag: BagOfWords | None


def make_transfer_set(
    real: LearningRows,
    synthetic: tuple[Matrix, Folds],
    scores: tuple[Scores, Scores],
    seen: Matrix,
    numeric: list[int],
    bag: BagOfWords | None,
) -> TransferSet:
    """Put together what students learn.

    Args:
        real: Real rows.
        synthetic: Matrix and folds of synthetic rows.
        scores: The teachers' scores of the real and of the synthetic rows, (judges, rows, labels).
        seen: Training rows that ranges and quantiles are measured on.
        numeric: Columns with more than two values.
        bag: Columns that count words.
    """
    known, scored = scores
    soft = np.concatenate([(1 - TRUTH) * known + TRUTH * real.targets.astype(np.float32), scored], axis=1)
    if real.crossed:  # for the student that learns from every row, the mean of all teachers
        soft = np.concatenate([soft, soft.mean(axis=0, keepdims=True)])
    rows = LearningRows(
        matrix=stack_rows([real.matrix, synthetic[0]]),
        targets=np.concatenate([real.targets, np.zeros((len(synthetic[0]), real.targets.shape[1]), np.uint8)]),
        folds=np.concatenate([real.folds, synthetic[1]]).astype(np.int32),
    )
    soft = np.ascontiguousarray(soft.transpose(1, 0, 2), np.float32)
    return TransferSet(rows=rows, soft_targets=soft, judged=real, seen=seen, numeric=numeric, bag=bag)


def build_students(architecture: Architecture, transfer: TransferSet, seed: int) -> Group:
    """Students of one size with fresh weights.

    Args:
        architecture: Of their networks.
        transfer: What they will learn from.
        seed: Of the weights.
    """
    keras.utils.set_random_seed(seed)
    priors = np.clip(transfer.judged.targets.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3).astype(np.float32)
    encoding = fit_encoding(architecture, transfer.seen, transfer.numeric, transfer.bag)
    return build(architecture, encoding, transfer.rows.matrix.shape[1], priors)


def distil(group: Group, transfer: TransferSet, seed: int, on_epoch: OnEpoch | None) -> History:
    """Train the students of one size in place.

    Args:
        group: Their networks.
        transfer: What they learn from.
        seed: Of the order of rows.
        on_epoch: Called after each epoch.

    Raises:
        DivergedError: A loss is no finite number.
        Interrupted: Ctrl-C after the first epoch.
    """
    return fit.fit(
        group, transfer.rows, soft_targets=transfer.soft_targets, judged=transfer.judged, seed=seed, on_epoch=on_epoch
    )
