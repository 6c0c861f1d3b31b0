"""Architectures of the networks that a configuration means for a table of a given shape.

The default is two groups of small networks that are averaged: *wide* ones on quantile bins of each number, which
learn steps as trees do, and *narrow* ones on the scaled numbers alone. Which numbers stand here was chosen by
cross-validation within the training rows of four data sets (benchmarks/quality.py prints what they give on the
test rows); nothing depends on a data set but through its shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tagship_runtime.documents import NetworkDocument
from tagship_training.config import Config
from tagship_training.errors import ConfigError

ENSEMBLE_ROWS = 50_000
"""From this many rows on, one network per group is as good as an average and much faster to train."""

SMALL_ROWS = 3_000
"""Below this, more dropout."""

MAX_BINS, BIN_COLUMNS = 48, 416
WIDE_UNITS = (64, 48, 32, 24, 16, 8)
MEMBERS = (5, 3, 1)
"""Networks that are averaged; where parameters are few, these go before units."""

CAP, CAP_PER_COLUMN, LARGEST_CAP = 250_000, 500, 3_000_000
"""Parameters that all networks may have unless the user says: so many, or more where the table is wide."""

WORD_COLUMNS, WORD_SHARE = 200, 0.1
"""From so many columns on, with at most this share of numbers that are not zero, columns are taken as words."""

ENSEMBLE = 16
ENSEMBLE_WORK = 1.2e9, 4e9
"""Members; products per epoch that they may take, and where there are more columns than half the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One group of networks of the same make, trained at the same time.

    Attributes:
        name: Name of the group.
        members: Number of networks.
        hidden: Units of each hidden layer.
        scale: Whether inputs are centred and scaled inside the graph.
        keep_tails: Whether the scale is stretched until all but 1% of the values are within the clip.
        bins: Quantile bins per number; 0 for none.
        dropout_in: Share of encoded inputs dropped while training.
        dropout: Share of hidden units.
        epochs: Passes over the rows.
        batch_size: Rows per step.
        learning_rate: At its peak.
        weight_decay: Decoupled; None for plain Adam at a constant rate that keeps the last weights, otherwise
            AdamW with warm-up and cosine decay, and each member's best epoch is kept.
        ensemble: Members of the BatchEnsemble in each network; 1 for none.
        linear: Whether inputs lead straight to the labels as well, beside the hidden layers.
        unit_length: Whether encoded rows are divided by their length, as suits counts of words.
        final: Whether one network more learns from all rows; it ships instead of the members' average.
        patience: Epochs without a better one after which training ends, at a constant rate until then; None for the
            whole schedule.
    """

    name: str
    members: int
    hidden: tuple[int, ...]
    scale: bool
    keep_tails: bool
    bins: int
    dropout_in: float
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float | None
    ensemble: int = 1
    linear: bool = False
    unit_length: bool = False
    final: bool = False
    patience: int | None = None

    @property
    def networks(self) -> int:
        """Number of those that are trained at the same time."""
        return self.members + self.final

    def to_dict(self, share: float) -> NetworkDocument:
        """Return the group as ``run.json`` has it, with its share in the scores."""
        return {
            "name": self.name,
            "members": self.members,
            "hidden": list(self.hidden),
            "scale": self.scale,
            "keep_tails": self.keep_tails,
            "bins": self.bins,
            "dropout_in": self.dropout_in,
            "dropout": self.dropout,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay,
            "linear": self.linear,
            "unit_length": self.unit_length,
            "final": self.final,
            "share": share,
        }


def choose_architectures(
    config: Config, *, rows: int, width: int, numeric: int, labels: int
) -> tuple[Architecture, ...]:
    """Architectures of the groups of networks for a table.

    Args:
        config: Choices of the user.
        rows: Training rows.
        width: Columns of the encoded matrix.
        numeric: Columns of them that are numbers with more than two values, which can be divided into bins.
        labels: Labels of a row.

    Raises:
        ConfigError: No such network fits into ``config.max_parameters``.
    """
    cap = config.max_parameters or default_cap(width)
    for groups in _candidates(config, rows, numeric):
        groups = tuple(_chosen(group, config) for group in groups)
        parameters = sum(count_parameters(group, width, numeric, labels) for group in groups)
        if parameters <= cap:
            return groups
    raise ConfigError(
        f"the smallest network for {width} inputs and {labels} labels has {parameters:,} parameters, "
        f"--max-parameters allows {cap:,}; raise it, or choose fewer with --hidden and --members"
    )


def default_cap(width: int) -> int:
    """Parameters that all networks together may have where the user does not say."""
    return max(CAP, min(CAP_PER_COLUMN * width, LARGEST_CAP))


def teacher_architectures(
    *, rows: int, width: int, numeric: int, labels: int, words: bool, crossed: bool
) -> tuple[Architecture, ...]:
    """The groups of networks that teach students.

    Args:
        rows: Training rows.
        width: Columns of the encoded matrix.
        numeric: How many of them are numbers with more than two values.
        labels: How many.
        words: Whether most of the many columns are zero in most rows.
        crossed: Whether each member is judged by a fold of its own.
    """
    wide, narrow = _default(rows, numeric)
    if rows < SMALL_ROWS:
        narrow = replace(narrow, epochs=SMALL_EPOCHS * narrow.epochs)
    found = [group for group in (wide, narrow) if count_parameters(group, width, numeric, labels) <= LARGEST_CAP]
    first, second = _ENSEMBLES.hidden
    work = wide.members * rows * ENSEMBLE * (width * first + first * second)
    if rows < ENSEMBLE_ROWS and work <= ENSEMBLE_WORK[2 * width > rows]:
        found.append(_ENSEMBLES)
    if words:
        found.append(_WORDS)
    if not found:
        config = Config(max_parameters=LARGEST_CAP)
        return choose_architectures(config, rows=rows, width=width, numeric=numeric, labels=labels)
    return tuple(replace(group, members=wide.members, final=group.final and crossed) for group in found)


def linear_architectures(like: Architecture, *, words: bool, crossed: bool) -> tuple[Architecture, ...]:
    """Logistic regressions, of which the better is kept: on scaled numbers, and on rows divided by their length."""
    line = replace(like, name="linear", hidden=(), keep_tails=True, bins=0, dropout_in=0.0, dropout=0.0, final=crossed)
    return (line, replace(line, unit_length=True)) if words else (line,)


def _candidates(config: Config, rows: int, numeric: int) -> Iterator[tuple[Architecture, ...]]:
    """Yield ever smaller ones: fewer units of the wide networks, then fewer bins, then one small network alone."""
    if config.preset == "article":
        yield _ARTICLE
        return
    wide, narrow = _default(rows, numeric)
    for members in MEMBERS:
        if members <= wide.members:
            yield replace(wide, members=members), replace(narrow, members=members)
    wide, narrow = (replace(group, members=1) for group in (wide, narrow))
    for units in WIDE_UNITS[1:]:
        yield replace(wide, hidden=(units, units)), narrow
    units = WIDE_UNITS[-1]
    for bins in (16, 8, 4, 0):
        yield (replace(wide, hidden=(units, units), bins=min(bins, wide.bins)),)


def count_parameters(group: Architecture, width: int, numeric: int, labels: int) -> int:
    """Return how many parameters a group ships at most; features with few distinct values have fewer bins."""
    encoded = width + group.bins * numeric
    sizes = (encoded, *group.hidden, labels)
    one = sum((a + 1) * b for a, b in pairwise(sizes)) + (encoded * labels if group.linear and group.hidden else 0)
    return one * (1 if group.final else group.members)


def _chosen(group: Architecture, config: Config) -> Architecture:
    """Replace automatic values by those that the user chose."""
    names = ("hidden", "members", "dropout", "epochs", "batch_size", "learning_rate")
    return replace(group, **{name: getattr(config, name) for name in names if getattr(config, name) is not None})


def _default(rows: int, numeric: int) -> tuple[Architecture, ...]:
    small = rows < SMALL_ROWS
    bins = min(MAX_BINS, BIN_COLUMNS // max(1, numeric))
    epochs = int(np.clip(round(30 * (50_000 / rows) ** 0.5), 8, 30))
    wide = Architecture(
        name="wide",
        members=5 if rows < ENSEMBLE_ROWS else 1,
        hidden=(64, 64),
        scale=True,
        keep_tails=False,
        bins=bins if bins >= 2 else 0,
        dropout_in=0.2 if small else 0.1,
        dropout=0.2,
        epochs=epochs,
        batch_size=int(np.clip(2 ** round(np.log2(rows / 40)), 64, 1024)),
        learning_rate=4e-3,
        weight_decay=1e-2,
    )
    narrow = replace(
        wide,
        name="narrow",
        hidden=(24, 24),
        keep_tails=True,
        bins=0,
        dropout_in=0.2 if small else 0.0,
        dropout=0.1 if small else 0.05,
        epochs=2 * epochs,
        learning_rate=1e-2,
        weight_decay=0.1,
    )
    return wide, narrow


SMALL_EPOCHS = 3
"""So many times the epochs on small tables, where an epoch is a few steps and the best one is kept anyway."""

_ENSEMBLES = Architecture(
    name="ensemble",
    members=5,
    hidden=(128, 128),
    scale=True,
    keep_tails=True,
    bins=0,
    dropout_in=0.0,
    dropout=0.3,
    epochs=120,
    batch_size=32,
    learning_rate=1e-3,
    weight_decay=1e-2,
    ensemble=ENSEMBLE,
    patience=16,
)
_WORDS = Architecture(
    name="words",
    members=5,
    hidden=(128,),
    scale=True,
    keep_tails=False,
    bins=0,
    dropout_in=0.2,
    dropout=0.4,
    epochs=15,
    batch_size=64,
    learning_rate=4e-3,
    weight_decay=1e-2,
    unit_length=True,
    final=True,
)
_ARTICLE = (
    Architecture(
        name="article",
        members=1,
        hidden=(32, 16, 8),
        scale=False,
        keep_tails=False,
        bins=0,
        dropout_in=0.0,
        dropout=0.0,
        epochs=50,
        batch_size=250,
        learning_rate=1e-3,
        weight_decay=None,
    ),
)
