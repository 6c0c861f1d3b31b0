"""Columns of a table that hold labels: by prefix, by name, or as tags in one column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

from tagship_runtime.contract import check_labels
from tagship_runtime.errors import ContractError, DataError
from tagship_runtime.features.cells import FILE_BLANK
from tagship_runtime.files.label_columns import LABEL_PREFIX, misspelled
from tagship_runtime.files.spelling.label_spellings import check_known as check_known_words
from tagship_runtime.files.spelling.label_spellings import check_said, truth_of, truth_of_blanks, words_of
from tagship_runtime.typing import Targets
from tagship_training.data.notices import listed
from tagship_training.errors import TableError

MOST_WORDS = 100
"""A label column of more different values is one of grades or the like, and no record keeps all of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelColumns:
    """Columns that hold the labels, found in one of three ways.

    Attributes:
        prefix: Columns of 0 and 1 whose names start with this; it is removed from the labels' names.
        names: Columns of 0 and 1 instead, by name, by pattern such as ``is_*``, or by position such as ``4-6``, counted
            from 1.
        tags: One column of texts such as ``sport;politics``, or of lists, instead.
        separator: Between tags.
        min_count: Tags on fewer rows than this are no labels.
        vocabulary: The labels, where they are known from other rows; other tags are no labels then.
        positive: Values that mean on, where all others mean off; none for the usual pairs, such as 1 and 0.
        words: Values of each label's column in the rows that are learned from, where they are known; see
            :func:`label_words`.
        note: Told of columns that are off in all rows because they are blank, and of tags too rare to be labels; None
            for nobody.
    """

    prefix: str = LABEL_PREFIX
    names: tuple[str, ...] | None = None
    tags: str | None = None
    separator: str = ";"
    min_count: int = 10
    vocabulary: tuple[str, ...] | None = None
    positive: tuple[str, ...] = ()
    words: Mapping[str, Collection[str]] | None = None
    note: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLabels:
    """Labels of a table.

    Attributes:
        columns: Columns that they were read from, which are no features.
        labels: Names of the labels.
        targets: uint8, 0 or 1, (rows, labels).
    """

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    targets: Targets


def find_labels(table: pyarrow.Table, where: LabelColumns) -> FoundLabels:
    """Read the labels of a table.

    Raises:
        TableError: No label column, one that holds what is no label, or names that no artifact can carry.
    """
    if where.tags is not None:
        found = _from_tags(table, where)
    else:
        columns, labels = columns_of_labels(table.column_names, where)
        truth = [_truth(table[name], name, label, where) for name, label in zip(columns, labels, strict=True)]
        targets = np.stack(truth, axis=1)
        found = FoundLabels(columns=tuple(columns), labels=tuple(labels), targets=targets)
    check_label_names(found.labels)
    return found


def columns_of_labels(names: Sequence[str], where: LabelColumns) -> tuple[list[str], list[str]]:
    """Names of the label columns, and of the labels in them where each has a column of its own.

    Raises:
        TableError: There is none.
    """
    if where.tags is not None:
        check_known([where.tags], names)
        return [where.tags], []
    if where.names is not None:
        found = named_columns(where.names, names)
        return found, found
    for name, right in misspelled(names, where.prefix).items():
        raise TableError(
            f"column {name!r} is spelled otherwise than label columns are; rename it to {right!r}, or name the label "
            "columns with --labels A,B"
        )
    columns = [name for name in names if name.startswith(where.prefix)]
    if not columns:
        raise TableError(
            f"no column starts with {where.prefix!r}; the columns are {_few(names)}; name the label columns with "
            "--labels A,B, --label-prefix or --tags-column"
        )
    return columns, [name.removeprefix(where.prefix) for name in columns]


def _from_tags(table: pyarrow.Table, where: LabelColumns) -> FoundLabels:
    (column,), _ = columns_of_labels(table.column_names, where)
    rows = [_tags(cell, where.separator) for cell in table[column].to_pylist()]
    tags = sorted({tag for row in rows for tag in row}) if where.vocabulary is None else list(where.vocabulary)
    targets = np.array([[tag in row for tag in tags] for row in rows], np.uint8).reshape(len(rows), len(tags))
    if where.vocabulary is not None:
        return FoundLabels(columns=(column,), labels=tuple(tags), targets=targets)
    kept = np.flatnonzero(targets.sum(axis=0) >= where.min_count)
    if not len(kept):
        raise TableError(
            f"no tag of column {column!r} stands on {where.min_count} rows or more ({len(tags)} tags were found); "
            "lower --tags-min-count, or check --tags-separator"
        )
    rare = sorted(set(tags) - {tags[place] for place in kept})
    if rare and where.note is not None:
        many = "tag is no label, since it stands" if len(rare) == 1 else "tags are no labels, since each stands"
        where.note(
            f"{len(rare):,} {many} on fewer than {where.min_count} rows: {listed(rare)}; --tags-min-count changes that"
        )
    return FoundLabels(columns=(column,), labels=tuple(tags[i] for i in kept), targets=targets[:, kept])


def _tags(cell: Any, separator: str) -> set[str]:
    """Tags of one cell: a text, or a list as Parquet and JSON Lines have them; a word for what is missing is none."""
    if cell is None or (isinstance(cell, str) and cell.strip() in FILE_BLANK):
        return set()
    parts = cell if isinstance(cell, list) else str(cell).split(separator.strip(" ") or separator)
    return {tag for tag in (str(part).strip() for part in parts if part is not None) if tag}


def _truth(column: pyarrow.ChunkedArray, name: str, label: str, where: LabelColumns) -> NDArray[np.uint8]:
    values, words = column.to_pylist(), None if where.words is None else where.words.get(label)
    if (blank := truth_of_blanks(values, name, where.positive, words, where.note)) is not None:
        return blank
    try:
        if where.words is not None and where.positive:
            check_known_words(values, name, where.positive, words)
        elif where.positive:
            check_said(values, name, where.positive)
        return truth_of(values, name, where.positive)
    except DataError as error:
        raise TableError(str(error)) from error


def label_words(table: pyarrow.Table, where: LabelColumns) -> dict[str, Collection[str]] | None:
    """Return the different values of each label's column; None where labels are tags of one column."""
    if where.tags is not None:
        return None
    columns, labels = columns_of_labels(table.column_names, where)
    cells = (table[name].unique().to_pylist() for name in columns)
    return {label: words_of(own) for label, own in zip(labels, cells, strict=True)}


def recorded(words: Mapping[str, Collection[str]] | None) -> dict[str, tuple[str, ...]]:
    """Return values of labels' columns as a run keeps them: none of a column that has too many."""
    return {label: tuple(sorted(own)) for label, own in (words or {}).items() if len(own) <= MOST_WORDS}


def named_columns(wanted: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns that are meant, in the order in which they are.

    Args:
        wanted: Names; or, where no column is called so, patterns with ``*``, ``?`` or ``[``, and positions counted
            from 1: ``4``, ``4-6``, or ``4-`` up to the last.
        names: Of all columns.

    Raises:
        TableError: One of them means no column.
    """
    found: dict[str, None] = {}
    for want in wanted:
        if want in names:
            found[want] = None
            continue
        position = re.fullmatch(r"([1-9][0-9]*)(-([1-9][0-9]*)?)?", want)
        if position is not None:
            first = int(position[1])
            last = len(names) if position[2] == "-" else int(position[3] or first)
            if not first <= last <= len(names):
                raise TableError(f"{want!r} is no column, nor a position among {len(names)} columns")
            found |= dict.fromkeys(names[first - 1 : last])
        elif any(mark in want for mark in "*?["):
            matching = [name for name in names if fnmatchcase(name, want)]
            if not matching:
                raise TableError(f"no column is like {want!r}; the columns are {_few(names)}")
            found |= dict.fromkeys(matching)
        else:
            check_known([want], names)
    return list(found)


def check_label_names(labels: Sequence[str]) -> None:
    """Refuse names that no artifact can carry.

    Raises:
        TableError: A name is empty, occurs twice, or the like.
    """
    try:
        check_labels(labels)
    except ContractError as error:
        raise TableError(str(error)) from None


def check_known(wanted: Sequence[str], names: Sequence[str]) -> None:
    """Refuse names of columns that a table does not have.

    Raises:
        TableError: One of them is absent.
    """
    absent = [name for name in wanted if name not in names]
    if absent:
        near = next((name for name in names if name == LABEL_PREFIX + absent[0]), None)
        hint = f"did you mean {near!r}? " if near else ""
        raise TableError(f"no column is called {absent[0]!r}; {hint}the columns are {_few(names)}")


def _few(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more
