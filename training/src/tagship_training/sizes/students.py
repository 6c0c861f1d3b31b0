"""Students of several sizes for a table of a given shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tagship_training.config import Config
from tagship_training.data.word_columns import WORD_COLUMNS
from tagship_training.network.architecture import Architecture, count_parameters
from tagship_training.network.choose_architectures import ENSEMBLE_ROWS

PLAIN = ((32, 16, 8), (64, 32), (80, 32), (128, 64))
"""Hidden layers of students on scaled numbers."""

TINY = ((8,), (16, 8))
"""Hidden layers of students where size is what counts; elsewhere noise would take one for as good that is not."""

WITH_LINEAR = ((32,), (128,))
"""Hidden layers beside a linear path, where the table is wide."""

WITH_BINS, STEPWISE_SHARE = ((64, 32), (128, 64)), 0.8
"""Hidden layers of students on bins of each number as well, and how much teachers that learn steps (wide networks and
forests) have to count for these."""

OF_TEXTS = ((32, 1024, False), (48, 1536, True))
"""Hidden units of students of texts, how many words they look at, and whether a linear path stands beside these."""

FITTING_TEXTS = (
    (96, 3072, True),
    *reversed(OF_TEXTS),
    (24, 1024, False),
    (24, 768, False),
    (16, 768, False),
    (16, 512, False),
    (12, 384, False),
    (8, 256, False),
    (6, 128, False),
    (4, 64, False),
)
"""The same where the user bounds a model, of which the largest that fit are trained."""

FITTING_UNITS = (256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 2, 1)
"""First layers of the student that is made for a bound of the user's."""

SYNTHETIC_CELLS = 25_000_000
"""Numbers in all synthetic rows, at most."""

OVERHEAD = 7_000
"""Parameters of a network whose step would cost what a step costs beside the network's own."""

SYNTHETIC_ROWS_PER_TEXT = 5
"""Synthetic rows for each real one with texts."""

LEAST_VISITS, LEAST_VISITS_OF_TEXTS, EPOCHS = 150_000, 80_000, (5, 60)
"""Rows that students see at least, one as often as there are epochs; and between which numbers those are."""

LARGE_EPOCHS, LARGE_BATCH = 6, 1024
"""Epochs and batch where there are many real rows, and so no synthetic ones."""

FILE_BYTES, FILE_BYTES_PER_COLUMN = 3_000, 16
"""About what a LiteRT file takes besides weights."""

_STUDENT: Mapping[str, Any] = {
    "dropout_in": 0.0,
    "dropout": 0.0,
    "batch_size": 256,
    "learning_rate": 1e-2,
    "weight_decay": 1e-3,
}


_STUDENT_OF_TEXTS: Mapping[str, Any] = {**_STUDENT, "dropout": 0.3, "learning_rate": 5e-3}


@dataclass(frozen=True, slots=True)
class Effort:
    """Bounds of what students are given to learn from their teachers.

    Attributes:
        rows: Synthetic ones, at most.
        rows_per_row: Synthetic ones for each real one, at most.
        work: Operations that the students of one size may take.
    """

    rows: int
    rows_per_row: int
    work: float


USUAL, THOROUGH = Effort(20_000, 50, 3.5e11), Effort(60_000, 100, 1e12)
"""Rows and steps of students of most tables, and of tables of few columns whose teachers learn steps."""

FEW_COLUMNS, THOROUGH_SHARE = 64, 0.6
"""Columns that synthetic rows fill, and how much teachers that learn steps have to count for a thorough training: with
16 and 54 columns students came clearly nearer to forests by it, with 103 not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Facts of a table, and of its teachers, that decide about networks.

    Attributes:
        rows: To learn from.
        width: Columns of the encoded matrix.
        numeric: How many of them are numbers with more than two values.
        labels: How many.
        words: Whether most of the many columns are zero in most rows.
        crossed: Whether folds of the rows judge, and no rows of their own.
        terms: How many n-grams of texts there are among the columns.
        stepwise: How much teachers that learn steps count among all of them, once these are trained.
    """

    rows: int
    width: int
    numeric: int
    labels: int
    words: bool
    crossed: bool
    terms: int = 0
    stepwise: float = 0.0

    @property
    def effort(self) -> Effort:
        """Rows and steps that students are given."""
        thorough = self.width <= FEW_COLUMNS and self.stepwise >= THOROUGH_SHARE
        return THOROUGH if thorough else USUAL

    def columns(self, architecture: Architecture) -> int:
        """Number of encoded columns that a network would look at, without bins."""
        return self.width - (0 if architecture.terms is None else max(self.terms - architecture.terms, 0))

    def parameters(self, architecture: Architecture) -> int:
        """Number of parameters that a network would have."""
        return count_parameters(architecture, self.columns(architecture), self.numeric, self.labels)


def student_architectures(like: Architecture, shape: Shape, config: Config) -> list[Architecture]:
    """Return the students' networks, from small to large.

    Args:
        like: The wide teachers, for their members and bins.
        shape: Of the table, with what its teachers are.
        config: Bounds of the user's.
    """
    if shape.terms:
        return _students_of_texts(like, shape, config)
    members = like.members if shape.crossed else 1
    base = replace(like, members=members, final=shape.crossed, keep_tails=True, bins=0, **_STUDENT)
    plain = (*TINY, *PLAIN) if config.prefer == "size" else PLAIN
    found = [replace(base, hidden=hidden) for hidden in plain]
    if shape.width >= WORD_COLUMNS:
        found += [replace(base, hidden=hidden, linear=True) for hidden in WITH_LINEAR]
    if shape.numeric and like.bins and shape.stepwise >= STEPWISE_SHARE:
        found += [replace(base, hidden=hidden, bins=like.bins, keep_tails=False) for hidden in WITH_BINS]
    if shape.words:
        base, *found = (replace(one, unit_length=True, keep_tails=False, learning_rate=5e-3) for one in (base, *found))
    cap = allowed_parameters(config, shape.width)
    if cap is not None:
        sizes = (replace(base, hidden=(units, max(1, units // 2))) for units in FITTING_UNITS)
        found += [student for student in sizes if shape.parameters(student) <= cap][:1]
        found = [student for student in found if shape.parameters(student) <= cap]
    by_name = {name_of(student): student for student in found}
    return sorted(
        (_with_epochs(replace(student, name=name), shape) for name, student in by_name.items()), key=shape.parameters
    )


def _students_of_texts(like: Architecture, shape: Shape, config: Config) -> list[Architecture]:
    """Students on the words that tell most, from small to large."""
    members = like.members if shape.crossed else 1
    base = replace(like, members=members, final=shape.crossed, **_STUDENT_OF_TEXTS)
    bounded = config.max_parameters is not None or config.max_bytes is not None
    found: dict[str, Architecture] = {}
    for hidden, terms, linear in FITTING_TEXTS if bounded else OF_TEXTS:
        student = replace(base, hidden=(hidden,), terms=min(terms, shape.terms), linear=linear)
        student = replace(student, name=f"{name_of(student)}-of-{student.terms}-words")
        cap = allowed_parameters(config, shape.columns(student))
        if (cap is None or shape.parameters(student) <= cap) and len(found) < len(OF_TEXTS):
            found[student.name] = _with_epochs(student, shape)
    return sorted(found.values(), key=shape.parameters)


def allowed_parameters(config: Config, columns: int) -> int | None:
    """Parameters that the user's bounds allow about a model of so many encoded columns; None for any number."""
    allowed = [] if config.max_parameters is None else [config.max_parameters]
    if config.max_bytes is not None:
        allowed.append((config.max_bytes - FILE_BYTES - FILE_BYTES_PER_COLUMN * columns) // 4)
    return min(allowed, default=None)


def name_of(student: Architecture) -> str:
    """Hidden layers, and what stands beside them: ``64-32``, ``64-32-bins``, ``32-linear``."""
    extras = ["linear"] * student.linear + ["bins"] * bool(student.bins)
    return "-".join([*(str(units) for units in student.hidden), *extras])


def count_synthetic_rows(shape: Shape) -> int:
    """Number of synthetic rows; none where there are many real ones."""
    if shape.rows >= ENSEMBLE_ROWS:
        return 0
    effort = shape.effort
    if shape.terms:  # which are sparse
        return min(effort.rows, SYNTHETIC_ROWS_PER_TEXT * shape.rows)
    return min(effort.rows, effort.rows_per_row * shape.rows, SYNTHETIC_CELLS // shape.width)


def _with_epochs(student: Architecture, shape: Shape) -> Architecture:
    """The student with as many epochs as its size can afford."""
    if shape.rows >= ENSEMBLE_ROWS:
        return replace(student, epochs=LARGE_EPOCHS, batch_size=LARGE_BATCH)
    least = LEAST_VISITS_OF_TEXTS if shape.terms else LEAST_VISITS
    visits = max(shape.effort.work / (6 * student.networks * (shape.parameters(student) + OVERHEAD)), least)
    return replace(student, epochs=int(np.clip(round(visits / (shape.rows + count_synthetic_rows(shape))), *EPOCHS)))
