"""Descriptions of a table's columns: checked first, then fitted to the training rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from tagship_runtime.contract import CategoryFeature, DateFeature, DurationFeature, Feature, NumericFeature, TextFeature
from tagship_runtime.errors import InputError
from tagship_runtime.files.arrow_columns import check_texts, signs_of
from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Kinds
from tagship_training.data.kinds import category, date, duration, numeric, text
from tagship_training.data.kinds.base import Column, ColumnKind, Described, each
from tagship_training.data.kinds.choose import kind_of
from tagship_training.data.kinds.times import order_of
from tagship_training.data.notices import on_columns_left_out, on_texts
from tagship_training.errors import TableError

COLUMN_KINDS: Mapping[type[Feature], ColumnKind] = {
    NumericFeature: ColumnKind(describe=each(numeric.describe), check=numeric.check),
    CategoryFeature: ColumnKind(describe=each(category.describe)),
    DateFeature: ColumnKind(describe=each(date.describe), check=date.check, find_order=order_of),
    DurationFeature: ColumnKind(describe=each(duration.describe), check=duration.check),
    TextFeature: ColumnKind(describe=text.describe, check=text.check),
}
"""Training's part of each class of features."""


def infer(
    rows: Dataset,
    kinds: Kinds,
    incomplete: Collection[str] = (),
    unteachable: Mapping[str, str] | None = None,
    orders: Mapping[str, str | None] | None = None,
) -> tuple[tuple[Feature, ...], list[str]]:
    """Fit a feature to each column of the training rows.

    Columns that hold nothing to learn from are left out, unless the user names their kind and they have a column.

    Args:
        rows: The training rows.
        kinds: Kinds that the user names.
        incomplete: Numeric columns in which a value is missing in some table that is given, and so may be.
        unteachable: Columns that are left out, and why.
        orders: By column of dates, what stands first in those such as 03/04/2024; see :func:`find_orders`.

    Returns:
        The features, and notices on columns that were left out or lose something.

    Raises:
        TableError: A column of a type that no kind takes, such as dates, or no feature is left.
    """
    left_out, columns = dict(unteachable or {}), _Columns(rows, kinds, orders, incomplete)
    described = _describe(columns, [name for name in columns if name not in left_out], kinds)
    features: list[Feature] = []
    notes: list[str] = []
    for name in columns:
        if name in left_out:
            continue
        found, named = described[name], name in kinds.named
        if found.feature is not None and (not found.useless or named):
            features.append(found.feature)
            notes += [f"column {name!r} {found.note}"] if found.note else []
        else:
            left_out[name] = found.useless or ""
    notices = on_columns_left_out({name: left_out[name] for name in columns if name in left_out})
    if not features:
        raise TableError("no column is left to learn from: " + "; ".join(notices))
    texts = [feature.name for feature in features if feature.counted and feature.name not in kinds.named]
    return tuple(features), notices + on_texts(texts) + notes


def _describe(columns: _Columns, names: Sequence[str], kinds: Kinds) -> dict[str, Described]:
    """Fit a feature to each of the named columns; those of one class are fitted together."""
    by_class: dict[type[Feature], list[str]] = {}
    for name in names:
        by_class.setdefault(kind_of(name, columns[name].values, kinds), []).append(name)
    return {
        name: described
        for feature, own in by_class.items()
        for name, described in zip(own, COLUMN_KINDS[feature].describe(map(columns.__getitem__, own)), strict=True)
    }


class _Columns(Mapping[str, Column]):
    """Columns of some rows by name, each made when it is asked for: those of sparse rows are not dense at once."""

    def __init__(
        self,
        rows: Dataset,
        kinds: Kinds,
        orders: Mapping[str, str | None] | None,
        incomplete: Collection[str] = (),
    ) -> None:
        self._values = rows.columns  # which a dataset converts whenever it is asked for them
        self._targets, self._signs = rows.known_targets, signs_of(rows.table)
        self._kinds, self._orders, self._incomplete = kinds, orders or {}, incomplete

    def __getitem__(self, name: str) -> Column:
        return Column(
            name=name,
            values=self._values[name],
            targets=self._targets,
            incomplete=name in self._incomplete,
            first=self._orders.get(name),
            missing=self._kinds.missing,
            named=name in self._kinds.named,
            sign=self._signs.get(name, ""),
            ngrams=self._kinds.ngrams,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def find_orders(tables: Sequence[Dataset], kinds: Kinds) -> dict[str, str | None]:
    """Return, for each column of dates, what stands first in those such as 03/04/2024; None without such.

    Raises:
        TableError: Nothing in any table tells.
    """
    first, *_ = tables
    every = [rows.columns for rows in tables]
    orders = {}
    for name, values in first.columns.items():
        find_order = COLUMN_KINDS[kind_of(name, values, kinds)].find_order
        if find_order is not None:
            orders[name] = find_order(name, [one[name] for one in every if name in one], kinds)
    return orders


def classes_of(rows: Dataset, kinds: Kinds) -> dict[str, type[Feature]]:
    """Choose a class of feature for each column.

    Raises:
        TableError: A column of no usable type, or that mixes numbers and words.
    """
    return {name: kind_of(name, values, kinds) for name, values in rows.columns.items()}


def check(
    rows: Dataset,
    kinds: Kinds,
    orders: Mapping[str, str | None] | None = None,
    classes: Mapping[str, type[Feature]] | None = None,
) -> set[str]:
    """Check columns before rows are split, so that errors name the rows of the file.

    Args:
        rows: All rows, or some.
        kinds: Kinds that the user names.
        orders: By column of dates, what stands first in those such as 03/04/2024.
        classes: Class of feature for each column; default: by what these rows look like.

    Returns:
        The columns of numbers, dates or durations in which a value is missing.

    Raises:
        TableError: A column of no usable type, or that mixes numbers and words; a number that float32 cannot
            hold; an override for a column that is not there.
    """
    columns = _Columns(rows, kinds, orders)
    for name in kinds.named:
        if name not in columns:
            raise TableError(f"no feature column is called {name!r}; there are {list(columns)[:8]}")
    incomplete = set()
    for name, column in columns.items():
        chosen = kind_of(name, column.values, kinds) if classes is None else classes[name]
        refuse = COLUMN_KINDS[chosen].check
        try:
            if chosen is TextFeature:
                check_texts(rows.table, [name])
            if refuse is not None and refuse(column):
                incomplete.add(name)
        except InputError as error:
            raise TableError(str(error)) from error
    return incomplete


def textual(rows: Dataset, kinds: Kinds) -> list[str]:
    """Names of the columns that are taken as words, and so are read as they are spelled."""
    return [name for name, values in rows.columns.items() if kind_of(name, values, kinds).textual]


def unknown_words(rows: Dataset, features: Sequence[Feature]) -> dict[str, int]:
    """Count, by feature, the cells that hold what it does not know; missing ones are not counted, but empty texts."""
    columns = rows.columns
    unknown = {}
    for feature in features:
        if feature.textual:
            encoded = np.zeros((len(rows), feature.width), np.float32)
            unknown[feature.name] = feature.encode(columns[feature.name], encoded)
    return {name: count for name, count in unknown.items() if count}
