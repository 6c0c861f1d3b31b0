"""Architectures of the networks that a configuration means for a table of a given shape.

The default is two groups of small networks that are averaged: *wide* ones on quantile bins of each number, which
learn steps as trees do, and *narrow* ones on the scaled numbers alone. Which numbers stand here was chosen by
cross-validation within the training rows of four data sets (benchmarks/quality.py prints what they give on the
test rows); nothing depends on a data set but through its shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tagship_training.config import Config
from tagship_training.errors import ConfigError
from tagship_training.network.architecture import Architecture, count_parameters

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

TEXT_ROWS, TEXT_EPOCHS = 10_000, 5
"""From so many texts on fewer epochs do, and at least so many are trained."""

REGRESSION_TERMS = 3072
"""Words that a logistic regression of texts looks at."""

ENSEMBLE = 16
ENSEMBLE_WORK = 1.2e9, 4e9
"""Members; products per epoch that they may take, and where there are more columns than half the rows."""


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


def on_cap(groups: tuple[Architecture, ...], config: Config, *, rows: int, width: int, numeric: int) -> tuple[str, ...]:
    """Notices on networks that are smaller or fewer because of the bound on their parameters.

    Args:
        groups: As :func:`choose_architectures` chose them.
        config: Likewise.
        rows: Likewise.
        width: Likewise.
        numeric: Likewise.
    """
    unbounded = tuple(_chosen(group, config) for group in next(_candidates(config, rows, numeric)))
    if groups == unbounded:
        return ()
    bound = f"the {default_cap(width):,} that {width:,} columns get" if config.max_parameters is None else "its value"
    return (
        f"--max-parameters makes networks smaller: {_in_words(groups)} instead of {_in_words(unbounded)}, to stay "
        f"within {bound}; raise it if the device has room",
    )


def _in_words(groups: tuple[Architecture, ...]) -> str:
    layers = ("-".join(str(units) for units in group.hidden) for group in groups)
    return " and ".join(f"{group.members} of {hidden} units" for group, hidden in zip(groups, layers, strict=True))


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


def text_architectures(*, rows: int, members: int, crossed: bool) -> tuple[Architecture, ...]:
    """The networks that teach students where columns count the words of texts.

    Args:
        rows: To learn from.
        members: Networks that are judged by a fold each.
        crossed: Whether folds judge, and no rows of their own.
    """
    epochs = int(np.clip(round(_TEXTS.epochs * (TEXT_ROWS / rows) ** 0.5), TEXT_EPOCHS, _TEXTS.epochs))
    return (replace(_TEXTS, epochs=epochs, members=members, final=crossed),)


def linear_architectures(like: Architecture, *, words: bool, crossed: bool) -> tuple[Architecture, ...]:
    """Logistic regressions, of which the better is kept: on scaled numbers, and on rows divided by their length."""
    plain = replace(like, name="linear", hidden=(), keep_tails=True, bins=0, dropout_in=0.0, dropout=0.0, final=crossed)
    return (plain, replace(plain, unit_length=True)) if words else (plain,)


def text_regression(like: Architecture) -> Architecture:
    """The logistic regression that teaches beside :func:`text_architectures`, on more words.

    Args:
        like: One of those.
    """
    (regression,) = linear_architectures(like, words=False, crossed=like.final)
    return replace(regression, terms=REGRESSION_TERMS)


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
_TEXTS = replace(
    _WORDS, name="words", hidden=(128,), dropout_in=0.3, dropout=0.6, epochs=15, unit_length=False, terms=2048
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
