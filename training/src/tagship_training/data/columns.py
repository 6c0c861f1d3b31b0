"""Descriptions of a table's columns: checked first, then fitted to the training rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import CategoryFeature, DateFeature, DurationFeature, Feature, NumericFeature, TextFeature
from tagship_runtime.errors import InputError
from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Kinds
from tagship_training.data.kinds import category, date, duration, numeric, text
from tagship_training.data.kinds.base import Column, Described
from tagship_training.data.kinds.choose import check_no_numbers, kind_of
from tagship_training.data.kinds.times import order_of
from tagship_training.data.notices import on_columns_left_out, on_texts
from tagship_training.errors import TableError

DESCRIBE: Mapping[type[Feature], Callable[[Column], Described]] = {
    NumericFeature: numeric.describe,
    CategoryFeature: category.describe,
    DateFeature: date.describe,
    DurationFeature: duration.describe,
}
"""Function that fits a feature to a column, by the class of feature; texts are fitted together."""

READ: Mapping[type[Feature], Callable[[Column], NDArray[Any]]] = {
    NumericFeature: numeric.read,
    DateFeature: date.read,
    DurationFeature: duration.read,
}
"""Function that gives a column's cells as numbers, NaN where one is missing; words have none."""


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
    features: list[Feature] = []
    left_out: dict[str, str] = {}
    notes: list[str] = []
    taught = {name: values for name, values in rows.columns.items() if name not in (unteachable or {})}
    kind = {name: kind_of(name, values, kinds) for name, values in taught.items()}
    texts = text.describe({name: taught[name] for name in taught if kind[name] is TextFeature}, rows.known_targets)
    for name, values in rows.columns.items():
        if unteachable and name in unteachable:
            left_out[name] = unteachable[name]
            continue
        column = _column(name, rows, kinds, orders, incomplete)
        described = texts[name] if name in texts else DESCRIBE[kind[name]](column)
        named = name in kinds.named
        if kind[name] is CategoryFeature and not named:
            check_no_numbers(name, values, left_out=described.useless is not None)
        if described.useless and (name in texts or not (named and described.feature.width)):
            left_out[name] = described.useless
        else:
            features.append(described.feature)
            notes += [f"column {name!r} {described.note}"] if described.note else []
    notices = on_columns_left_out(left_out)
    if not features:
        raise TableError("no column is left to learn from: " + "; ".join(notices))
    found = [name for name in texts if name not in left_out and name not in kinds.named]
    return tuple(features), notices + on_texts(found) + notes


def _column(
    name: str,
    rows: Dataset,
    kinds: Kinds,
    orders: Mapping[str, str | None] | None,
    incomplete: Collection[str] = (),
) -> Column:
    return Column(
        name=name,
        values=rows.columns[name],
        targets=rows.known_targets,
        incomplete=name in incomplete,
        first=(orders or {}).get(name),
        missing=kinds.missing,
    )


def find_orders(tables: Sequence[Dataset], kinds: Kinds) -> dict[str, str | None]:
    """Return, for each column of dates, what stands first in those such as 03/04/2024; None without such.

    Raises:
        TableError: Nothing in any table tells.
    """
    first, *_ = tables
    dated = [name for name, values in first.columns.items() if kind_of(name, values, kinds) is DateFeature]
    every = [rows.columns for rows in tables]
    return {name: order_of(name, [one[name] for one in every if name in one], kinds) for name in dated}


def check(rows: Dataset, kinds: Kinds, orders: Mapping[str, str | None] | None = None) -> set[str]:
    """Check columns before rows are split, so that errors name the rows of the file.

    Returns:
        The columns of numbers, dates or durations in which a value is missing.

    Raises:
        TableError: A column of no usable type, or that mixes numbers and words; a number that float32 cannot
            hold; an override for a column that is not there.
    """
    columns = rows.columns
    for name in kinds.named:
        if name not in columns:
            raise TableError(f"no feature column is called {name!r}; there are {list(columns)[:8]}")
    incomplete = set()
    for name, values in columns.items():
        kind = kind_of(name, values, kinds)
        if kind is TextFeature:
            text.check(name, values)
        if kind not in READ:
            continue
        try:
            numbers = READ[kind](_column(name, rows, kinds, orders))
        except InputError as error:
            raise TableError(str(error)) from error
        if np.isinf(numbers).any():
            row = int(np.argmax(np.isinf(numbers)))
            raise TableError(f"row {row}, column {name!r}: {values[row]} is infinite in float32; mend it")
        if np.isnan(numbers).any():
            incomplete.add(name)
    return incomplete


def textual(rows: Dataset, kinds: Kinds) -> list[str]:
    """Names of the columns that are taken as words, and so are read as they are spelled."""
    return [name for name, values in rows.columns.items() if kind_of(name, values, kinds).textual]


def unknown_words(rows: Dataset, features: Sequence[Feature]) -> dict[str, int]:
    """Count, by feature, the cells that hold a word without a column; missing ones are not counted."""
    columns = rows.columns
    unknown = {}
    for feature in features:
        if feature.textual:
            encoded = np.zeros((len(rows), feature.width), np.float32)
            unknown[feature.name] = feature.encode(columns[feature.name], encoded)
    return {name: count for name, count in unknown.items() if count}
