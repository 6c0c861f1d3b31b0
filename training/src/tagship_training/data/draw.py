"""Rows drawn from a large table: some to decide about its columns, some to choose by, and some to judge by."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow

from tagship_runtime.errors import DataError
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.prefetch import prefetched
from tagship_runtime.files.spelling.label_spellings import truth_of, words_of
from tagship_runtime.typing import RowNumbers
from tagship_training.data.label_columns import LabelColumns, check_known, columns_of_labels, label_words
from tagship_training.data.parts import Parts
from tagship_training.data.parts_spelling import AsSpelled, as_numbers, find_spelling
from tagship_training.data.stream import MOST_PASSES, VISITS, Stream, dictionary_of
from tagship_training.data.tables import from_table
from tagship_training.data.unteachable import Drawn
from tagship_training.errors import ConfigError, TableError

SAMPLE = 100_000
"""Rows that are drawn in all: a half to learn from first, a quarter to choose by, a quarter to judge by."""

LEAST_SAMPLE = 200
"""The fewest."""

MOST_SPELLINGS = 100
"""A column with more different cells holds no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRows:
    """Rows by purpose, as :func:`tagship_training.train` takes them.

    Attributes:
        train: To decide about columns by, and to learn from first; all of a small table.
        validation: To choose by; None in a small table.
        test: To judge by; None in a small table.
        stream: All rows; None where ``train`` is all of them.
        words: Values of each label's column, in all rows; None where labels are tags.
    """

    train: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None
    stream: Stream | None = None
    words: Mapping[str, Collection[str]] | None = None


def draw(
    parts: Parts,
    where: LabelColumns,
    drop: Sequence[str] = (),
    *,
    sample: int = SAMPLE,
    validate: bool = True,
    judge: bool = True,
    passes: int | None = None,
    seed: int = 42,
    given: AsSpelled | None = None,
) -> DrawnRows:
    """Draw rows of a table by chance, each with the same one; a table of no more rows than these is read as it is.

    Args:
        parts: Its files.
        where: The way to find labels.
        drop: Columns to leave out.
        sample: Number of rows to draw.
        validate: Whether a quarter of them is set aside to choose by; there are other rows for that otherwise.
        judge: Likewise, to judge by.
        passes: How often training reads all rows; default: as often as 5,000,000 rows take, 6 times at most.
        seed: Of the draw.
        given: What the caller says of the spelling of numbers and dates among texts.

    Raises:
        ConfigError: ``sample`` or ``passes`` is too small.
        TableError: No label column, or one that holds what is no label.
        DataError: A file is damaged, or nothing tells how its numbers are spelled.
    """
    if sample < LEAST_SAMPLE:
        raise ConfigError(f"sample is {sample}; at least {LEAST_SAMPLE} rows are needed to decide by")
    if passes is not None and passes < 1:
        raise ConfigError(f"passes is {passes}; at least 1 is needed")
    check_known(drop, parts.schema.names)
    given = given or AsSpelled()
    if len(parts) <= sample:
        table = parts.read()
        where = replace(where, words=label_words(table, where))
        spelling = find_spelling(table, parts.source, _labelled(table.column_names, where), given)
        table = as_numbers(spelling.rewritten(table, 0), spelling)
        return DrawnRows(train=from_table(table, where, drop), words=where.words)
    numbers = np.array(random.Random(seed).sample(range(len(parts)), sample))  # noqa: S311 - for statistics
    held, judged = (sample // 4 if wanted else 0 for wanted in (validate, judge))
    aside, own, rising = (np.sort(some) for some in (numbers[: held + judged], numbers[held + judged :], numbers))
    table, spellings = _read(parts, rising, where, drop)
    where = replace(where, words=_words(spellings, where))
    parts, table = _spelled(parts, table, where, given)
    rows = from_table(table, where, drop)

    def taken(some: RowNumbers) -> Dataset | None:
        return rows.take(np.searchsorted(rising, np.sort(some))) if len(some) else None

    learned = len(parts) - len(aside)
    stream = Stream(
        parts=parts,
        where=replace(where, vocabulary=rows.labels),
        spellings=spellings,
        features=tuple(rows.table.column_names),
        drawn=Drawn(places=own, rows=len(parts)),
        aside=aside,
        passes=passes or int(np.clip(-(-VISITS // learned), 1, MOST_PASSES)),
    )
    return DrawnRows(
        train=taken(own) or rows,
        validation=taken(numbers[:held]),
        test=taken(numbers[held : held + judged]),
        stream=stream,
        words=where.words,
    )


def _read(
    parts: Parts, numbers: RowNumbers, where: LabelColumns, drop: Sequence[str]
) -> tuple[pyarrow.Table, Mapping[str, Sequence[Any]]]:
    """Some rows, rising, and the different cells of each label column in all rows."""
    names = [name for name in parts.schema.names if name not in drop]
    spellings: dict[str, dict[Any, None]] = {name: {} for name in _labelled(names, where)}
    taken = []
    for group in parts.groups:
        for first, table in prefetched(parts.batches(group, names)):
            for name, cells in spellings.items():
                cells.update(dict.fromkeys(dictionary_of(table[name])[0]))
                if len(cells) > MOST_SPELLINGS and not where.positive:
                    raise _no_label(parts, name, list(cells), where)
            low, high = np.searchsorted(numbers, [first, first + len(table)])
            taken.append(table.take(numbers[low:high] - first))
    for name, cells in spellings.items():
        try:
            truth_of(list(cells), name, where.positive)
        except DataError:
            raise _no_label(parts, name, list(cells), where) from None
    return pyarrow.concat_tables(taken), {name: list(cells) for name, cells in spellings.items()}


def _labelled(names: Sequence[str], where: LabelColumns) -> list[str]:
    """Return the columns of labels; none where these are tags."""
    return [] if where.tags is not None else columns_of_labels(names, where)[0]


def _words(spellings: Mapping[str, Sequence[Any]], where: LabelColumns) -> dict[str, Collection[str]] | None:
    """Return the values of each label's column."""
    if where.tags is not None:
        return None
    labels = columns_of_labels(list(spellings), replace(where, names=where.names and tuple(spellings)))[1]
    return {label: words_of(cells) for label, cells in zip(labels, spellings.values(), strict=True)}


def _spelled(parts: Parts, table: pyarrow.Table, where: LabelColumns, given: AsSpelled) -> tuple[Parts, pyarrow.Table]:
    """Return files and some of their rows with numbers and dates among texts as these rows tell their spelling."""
    try:
        spelling = find_spelling(table, parts.source, _labelled(table.column_names, where), given)
        return replace(parts, spelling=spelling), as_numbers(spelling.rewritten(table, 0), spelling)
    except DataError as error:
        raise DataError(f"of the rows that were drawn from {parts.source}: {error}") from error


def _no_label(parts: Parts, name: str, cells: Sequence[Any], where: LabelColumns) -> TableError:
    """Say which cell of which file means neither on nor off."""
    for path in parts.paths:
        try:
            truth_of(parts.column(path, name)[name].to_pylist(), name, where.positive)
        except DataError as error:
            return TableError(f"{path}: {error}")
    try:
        truth_of(cells, name, where.positive)
    except DataError as error:
        return TableError(f"{parts.source}, all files together: {error}")
    return TableError(f"label column {name!r} holds {len(cells)} different values")
