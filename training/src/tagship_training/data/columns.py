"""What kind of feature each column is, found from the training rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import chi2

from tagship_runtime.contract import CategoryFeature, Feature, NumericFeature
from tagship_runtime.errors import InputError, InputValueError
from tagship_runtime.features import cells
from tagship_training.config import Kinds
from tagship_training.data.dataset import Dataset, Targets
from tagship_training.errors import TableError

MIN_COUNT = 5
"""A word on fewer training rows than this has no column of its own."""

MAX_WORDS = 100
"""The most columns that one categorical feature takes; the most frequent words have them."""

FREQUENT = 0.01
"""Share of missing values from which an indicator is considered."""

STRAY = 0.1
"""A column of texts with fewer words than this share among its numbers holds numbers and mistakes."""

SIGNIFICANT = 0.01
"""Chance, over all labels, below which an indicator counts as related to a label."""


def infer(rows: Dataset, kinds: Kinds, incomplete: Collection[str] = ()) -> tuple[tuple[Feature, ...], list[str]]:
    """Describe the columns as the contract does.

    Numbers and booleans are numeric. Missing ones are filled with the median; where they are frequent and
    being missing is related to a label (chi-squared test), an indicator is added. Texts are categories, but
    for those with a different word in nearly each row. Columns that say nothing are left out.

    Args:
        rows: The training rows.
        kinds: Overrides.
        incomplete: Numeric columns in which a value is missing in some other rows, and so may be.

    Returns:
        The features, and notices on what was left out and why.

    Raises:
        TableError: A column of a type that is neither, such as dates, or no feature is left.
    """
    columns = rows.columns
    features: list[Feature] = []
    notices: list[str] = []
    for name, values in columns.items():
        forced = name in kinds.categorical or name in kinds.numeric
        categorical = _is_categorical(name, values, kinds)
        feature, reason = (
            _category(name, values) if categorical else _number(name, values, rows.targets, name in incomplete)
        )
        if reason and not forced:
            notices.append(f"column {name!r} is left out: {reason}")
        else:
            features.append(feature)
    if not features:
        raise TableError("no column is left to learn from: " + "; ".join(notices))
    return tuple(features), notices


def _is_categorical(name: str, values: NDArray[Any], kinds: Kinds) -> bool:
    return name in kinds.categorical or (name not in kinds.numeric and _is_text(values, name))


def _is_text(values: NDArray[Any], name: str) -> bool:
    if values.dtype.kind in "biuf":
        return False
    if values.dtype.kind not in "OUST":
        raise TableError(f"column {name!r} holds {values.dtype}; numbers or texts are needed, so --drop it")
    present = [value for value in values.tolist() if value is not None]
    for value in present:
        if not isinstance(value, str) and (hasattr(value, "__len__") or not hasattr(value, "__float__")):
            raise TableError(
                f"column {name!r} holds {type(value).__name__} such as {value!r}; numbers or texts are needed, "
                f"so leave it out: --drop {name}"
            )
    words = [value for value in present if isinstance(value, str) and value.strip() not in cells.BLANK]
    others = [row for row, value in enumerate(values.tolist()) if isinstance(value, str) and not _is_number(value)]
    if words and len(others) <= STRAY * len(words):
        if others:
            row = others[0]
            raise TableError(
                f"column {name!r} holds numbers, but {values[row]!r} in row {row} ({len(others)} such cells); mend "
                f"them, leave them empty, or take all of them as words with --categorical {name}"
            )
        return False
    return bool(words)


def _is_number(text: str) -> bool:
    try:
        cells.number(text, 0, "")
    except InputValueError:
        return False
    return True


def _number(name: str, values: NDArray[Any], targets: Targets, incomplete: bool) -> tuple[Feature, str | None]:
    numbers = cells.numbers(values, name)
    missing = np.isnan(numbers)
    if missing.all():
        return NumericFeature(name=name), "every value is missing"
    present = numbers[~missing]
    if not missing.any() and not incomplete:
        return NumericFeature(name=name), f"every value is {present[0]:g}" if present.min() == present.max() else None
    fill = float(np.median(present))
    indicator = missing.mean() >= FREQUENT and _related(missing, targets)
    reason = None if present.min() < present.max() or indicator else f"every value is {present[0]:g} or missing"
    return NumericFeature(name=name, fill=fill, indicator=indicator), reason


def _related(missing: NDArray[np.bool_], targets: Targets) -> bool:
    """Whether a value is missing more often with some label than chance explains (Bonferroni-corrected)."""
    labels = targets.shape[1]
    chances = [chi2(missing[:, None], targets[:, label])[1][0] for label in range(labels)]
    return bool(np.nanmin([*chances, 1.0]) < SIGNIFICANT / labels)


def _category(name: str, values: NDArray[Any]) -> tuple[Feature, str | None]:
    counts = Counter(cells.words(values, name))
    least = MIN_COUNT if len(values) >= 20 * MIN_COUNT else 1
    frequent = [word for word, count in counts.most_common(MAX_WORDS) if count >= least]
    feature = CategoryFeature(name=name, values=tuple(sorted(frequent)))
    if len(counts) == 1:
        return feature, f"every value is {frequent[0]!r}" if frequent else None
    covered = sum(counts[word] for word in frequent) / len(values)
    if covered < 0.5:
        return feature, f"{len(counts):,} different texts in {len(values):,} rows, as in a name or free text"
    return feature, None


def check(rows: Dataset, kinds: Kinds) -> set[str]:
    """Refuse what no split can learn from, while rows still have the numbers that the user knows.

    Returns:
        The numeric columns in which a value is missing.

    Raises:
        TableError: A column of no usable type, or that mixes numbers and words; a number that float32 cannot
            hold; an override for a column that is not there.
    """
    columns = rows.columns
    for name in (*kinds.categorical, *kinds.numeric):
        if name not in columns:
            raise TableError(f"no feature column is called {name!r}; there are {list(columns)[:8]}")
    incomplete = set()
    for name, values in columns.items():
        if _is_categorical(name, values, kinds):
            continue
        try:
            numbers = cells.numbers(values, name)
        except InputError as error:
            raise TableError(str(error)) from error
        if np.isinf(numbers).any():
            row = int(np.argmax(np.isinf(numbers)))
            raise TableError(f"row {row}, column {name!r}: {values[row]} is infinite in float32; mend it")
        if np.isnan(numbers).any():
            incomplete.add(name)
    return incomplete


def categorical(rows: Dataset, kinds: Kinds) -> list[str]:
    """Columns that are taken as words."""
    return [name for name, values in rows.columns.items() if _is_categorical(name, values, kinds)]


def unknown_words(rows: Dataset, features: Sequence[Feature]) -> dict[str, int]:
    """Count, by feature, the cells that hold a word without a column; missing ones are not counted."""
    columns = rows.columns
    found = {}
    for feature in features:
        if feature.textual:
            encoded = np.zeros((len(rows), feature.width), np.float32)
            found[feature.name] = feature.encode(columns[feature.name], encoded)
    return {name: count for name, count in found.items() if count}
