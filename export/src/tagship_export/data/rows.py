"""Rows that artifacts are made and judged by, as callers have them, with the truth where it is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import ExportError, NothingComparedError
from tagship_runtime.contract import Feature, TextFeature
from tagship_runtime.errors import DataError
from tagship_runtime.features import as_column, columns_of, encoder
from tagship_runtime.files import TableFile, check_header, read_table
from tagship_runtime.files.arrow_columns import arrow_column, arrow_table
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.label_columns import LABEL_PREFIX, feature_columns, label_column, misspelled
from tagship_runtime.files.readers.npz import read_npz
from tagship_runtime.files.spelling.date_orders import DateOrders
from tagship_runtime.files.spelling.label_spellings import check_known, check_said, truth_of, truth_of_blanks
from tagship_runtime.files.spelling.numerals import is_numeral
from tagship_runtime.typing import Targets


def read_rows(
    data: Any,
    labels: tuple[str, ...],
    features: tuple[Feature, ...] | None = None,
    positive: Sequence[str] = (),
    words: Mapping[str, Collection[str]] | None = None,
) -> Dataset:
    """Rows from a file or from memory.

    Args:
        data: A file, by name or as a :class:`TableFile`, a table, an array, or a pair of features and targets. An
            .npz holds the features as ``x`` and, if the truth is known, ``y``. Columns that have names are matched by
            them, and in a pair the targets' columns if one is called as a label is.
        labels: Whose columns in a table are the truth.
        features: Columns that are kept even where they are called as a label is. Those that hold words are read as
            prediction reads them.
        positive: Values that meant on where the model was trained, unless a file says other ones: words of columns of
            words, numbers of columns of numbers.
        words: Values of each label's column where the model was trained, as far as they are known.

    Raises:
        ExportError: The truth does not fit the labels, or there is no row.
        DataError: A file cannot be read.
    """
    if isinstance(data, Dataset):
        rows = data
    elif isinstance(data, tuple) and len(data) == 2:
        named = columns_of(data[1])
        targets = data[1] if named is None or not set(named) & set(labels) else _in_order(named, labels)
        rows = _divided(_table(data[0]), _targets(targets, labels), labels, features)
    elif isinstance(data, str | os.PathLike | TableFile):
        rows = _read_file(
            data if isinstance(data, TableFile) else TableFile(path=str(data)), labels, features, positive, words
        )
    else:
        table = _table(data)
        if isinstance(table, np.ndarray):
            _check_texts(table, features, "the array")
        rows = _divided(table, targets_of(table, labels, positive, words=words), labels, features)
    if not len(rows):
        raise NothingComparedError
    if rows.targets is not None and len(rows.targets) != len(rows):
        raise ExportError(f"there are {len(rows)} rows of features and {len(rows.targets)} of labels; give one each")
    return rows


def names_of(data: Any) -> list[str]:
    """Return the names of the columns of rows as :func:`read_rows` takes them; none where they have no names.

    Raises:
        DataError: A file cannot be read.
    """
    if isinstance(data, str | os.PathLike | TableFile):
        file = data if isinstance(data, TableFile) else TableFile(path=str(data))
        if Path(file.path).suffix.lower() == ".npz":
            return list(read_npz(file.path).feature_names or ())
        return check_header(file.path, file.dialect)
    if isinstance(data, tuple) and len(data) == 2:
        data = data[0]
    return list(columns_of(data.table if isinstance(data, Dataset) else data) or ())


def _table(data: Any) -> Any:
    """Data frames and columns as a pyarrow table, which rows can be taken from; arrays as they are."""
    columns = columns_of(data)
    if columns is None:
        return _rows_of(np.asarray(data))
    return arrow_table(columns)


def _rows_of(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of rows; texts of which each is a row are a column."""
    return array[:, None] if array.ndim == 1 and array.dtype.kind in "OUT" else array


def _read_file(
    source: TableFile,
    labels: tuple[str, ...],
    features: tuple[Feature, ...] | None,
    positive: Sequence[str],
    words: Mapping[str, Collection[str]] | None,
) -> Dataset:
    if Path(source.path).suffix.lower() == ".npz":
        return _read_npz(source.path, labels, features)
    text = [feature.name for feature in features or () if feature.textual]
    encode = encoder(features or (), (None,))
    dialect = source.dialect.with_missing(encode.missing_words)
    table = read_table(
        source.path, text, dialect=dialect, signs=encode.signs, durations=encode.durations, note=source.note
    )
    orders = DateOrders(source.path, encode.date_orders, given=dialect.dates, missing=dialect.missing, note=source.note)
    for name, cells in orders.rewrite({name: table[name] for name in table.column_names}).items():
        table = table.set_column(table.column_names.index(name), name, arrow_column(as_column(cells), name))
    targets = targets_of(table, labels, positive, source.positive, words, source.note)
    return _divided(table, targets, labels, features)


def _divided(
    table: Any, targets: Targets | None, labels: tuple[str, ...], features: tuple[Feature, ...] | None
) -> Dataset:
    """Return features and truth apart: who takes all columns in their order must not take labels for numbers."""
    if hasattr(table, "column_names"):
        named = {feature.name for feature in features or ()}
        kept = set(feature_columns(table.column_names, labels)) | named
        table = table.select([name for name in table.column_names if name in kept])
    return Dataset(table=table, targets=targets, labels=labels)


def _read_npz(path: str, labels: tuple[str, ...], features: tuple[Feature, ...] | None) -> Dataset:
    """Return rows by the names that a file gives them, in its order where it gives none or the model has none."""
    arrays = read_npz(path)
    columns, truth = arrays.columns(path), arrays.truth(path)
    if columns is None:
        _check_texts(np.asarray(arrays.features), features, f"x in {path}")
    table = _rows_of(np.asarray(arrays.features)) if columns is None or features is None else arrow_table(columns)
    targets = arrays.targets if truth is None else _in_order(truth, labels)
    return Dataset(table=table, targets=None if targets is None else _targets(targets, labels), labels=labels)


def _in_order(truth: Mapping[str, NDArray[Any]], labels: tuple[str, ...]) -> NDArray[Any]:
    """Return truth by name as the scores are ordered.

    Raises:
        ExportError: A label has none.
    """
    absent = [label for label in labels if label not in truth]
    if absent:
        raise ExportError(f"the truth has the labels {list(truth)}, but none is called {absent[0]!r}; name them alike")
    return np.stack([truth[label] for label in labels], axis=1)


def _targets(values: Any, labels: tuple[str, ...]) -> Targets:
    targets = np.asarray(values)
    if targets.ndim == 1 and len(labels) == 1:
        targets = targets[:, None]
    if targets.ndim != 2 or targets.shape[1] != len(labels):
        raise ExportError(f"the truth has shape {targets.shape}; (rows, {len(labels)}) is needed, a column per label")
    if not np.isin(targets, (0, 1)).all():
        raise ExportError("the truth holds something else than 0 and 1")
    return targets.astype(np.uint8)


def targets_of(
    table: Any,
    labels: Sequence[str],
    trained: Sequence[str] = (),
    said: Collection[str] = (),
    words: Mapping[str, Collection[str]] | None = None,
    note: Callable[[str], None] | None = None,
) -> Targets | None:
    """Return the truth in a table's columns ``label:NAME`` or ``NAME``; None where it has none of them.

    Args:
        table: Columns by name.
        labels: Names of the scores.
        trained: Values that meant on in training; a column of 0 and 1 may stand for one of words since.
        said: Values that mean on here, whatever was trained.
        words: Values of each label's column in training, as far as they are known.
        note: Told of columns that are off in all rows because they are blank.

    Raises:
        ExportError: Only some labels are there, or one holds what is no label, or words that training did not have.
    """
    columns = columns_of(table) or {}
    found = [label_column(label, columns) for label in labels]
    near = {name: right for name, right in misspelled(columns).items() if right.removeprefix(LABEL_PREFIX) in labels}
    for name, right in near.items():
        if right not in columns:
            raise ExportError(f"column {name!r} is spelled otherwise than a label's; rename it to {right!r}")
    if not any(found):
        return None
    absent = [label for label, name in zip(labels, found, strict=True) if name is None]
    if absent:
        raise ExportError(f"the table has columns for some labels but none for {absent[0]!r}; give all or none")
    try:
        truth = [
            _truth(columns[name], name, trained, said, (words or {}).get(label), note)
            for label, name in zip(labels, found, strict=True)
            if name is not None
        ]
    except DataError as error:
        raise ExportError(str(error)) from error
    return np.stack(truth, axis=1)


def _truth(
    column: NDArray[Any],
    name: str,
    trained: Sequence[str],
    said: Collection[str],
    words: Collection[str] | None,
    note: Callable[[str], None] | None,
) -> NDArray[np.uint8]:
    cells, positive = column.tolist(), said or _of_its_kind(trained, column)
    if not said and (blank := truth_of_blanks(cells, name, trained, words, note)) is not None:
        return blank
    if said:
        check_said(cells, name, said)
    elif positive:
        check_known(cells, name, positive, words)
    return truth_of(cells, name, positive)


def _of_its_kind(positive: Sequence[str], column: NDArray[Any]) -> list[str]:
    """Return the values that a column may hold: numbers, or words."""
    numbers = column.dtype.kind in "biuf"
    return [value for value in positive if is_numeral(value) == numbers]


def _check_texts(array: NDArray[Any], features: tuple[Feature, ...] | None, what: str) -> None:
    """Refuse numbers, or several columns, where the model takes one text of each row.

    Raises:
        ExportError: Saying what to give.
    """
    if not features or len(features) > 1 or not isinstance(features[0], TextFeature):
        return
    if array.dtype.kind not in "OUT" or array.shape[1:] not in ((), (1,)):
        raise ExportError(
            f"{what} is of {array.dtype.name} and shape {array.shape}, the model takes a text of each row: give texts, "
            "such as np.savez(FILE, x=np.array(texts), y=...) or a table with a column of them"
        )
