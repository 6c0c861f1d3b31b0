"""Held-out splits: the rows that an export calibrates, tunes and judges by; no row serves two of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tagship_export.data.rows import names_of, read_rows
from tagship_export.errors import OriginalError
from tagship_export.original.open_original import Original
from tagship_export.original.text_vectorization import TextInput
from tagship_runtime.contract import NumericFeature
from tagship_runtime.features import columns_of
from tagship_runtime.files.arrow_columns import arrow_table
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.label_columns import feature_columns

CALIBRATION_ROWS = 4096
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutSplits:
    """Disjoint sets of rows.

    Attributes:
        calibration: Their activations set the ranges of quantized tensors; golden rows are invented within
            their ranges.
        tuning: Thresholds are moved by them.
        verdict: The artifact is judged by them, and by nothing else.
        tuned_on: Where ``tuning`` comes from, for the contract.
    """

    calibration: Dataset
    tuning: Dataset
    verdict: Dataset
    tuned_on: str


def split_rows(original: Original, data: Any = None) -> tuple[Original, HeldOutSplits]:
    """Divide what there is.

    A run's training rows calibrate, its validation rows tune, and ``data`` or else its test rows judge. Where
    every member of a model has seen all validation rows there are none; then a part of the training rows
    tunes. An original without rows of its own divides ``data``: a quarter, a quarter, a half.

    Args:
        original: Its labels have to be known.
        data: See :func:`tagship_export.data.rows.read_rows`; None for a run's own rows.

    Returns:
        The original, with features named after the columns of ``data`` if it had none; and the rows.

    Raises:
        OriginalError: Rows or labels are missing.
        InputError: Rows of ``data`` do not fit the model.
    """
    if original.labels is None:
        raise OriginalError("the labels of the model's scores are not known; name them with --labels")
    labels = original.labels
    if "train" not in original.rows:
        if data is None:
            raise OriginalError("the original comes without rows to prove anything on; give some with --data FILE")
        if original.texts is not None:
            return _with_texts(original, original.texts, data)
        rows = read_rows(data, labels, original.features, original.positive, original.label_words)
        named = _named(original, rows)
        named.encoder.encode(rows.table)  # what is wrong with a row is told by its place among those that are given
        return named, _divide(rows)
    if data is None and "test" not in original.rows:
        raise OriginalError("the run has no test rows to prove anything on; give some with --data FILE")
    if data is None:
        verdict = read_rows(str(original.rows["test"]), labels, original.features)
    else:
        verdict = read_rows(data, labels, original.features, original.positive, original.label_words)
    calibration, tuning, tuned_on = _calibration_and_tuning(original)
    return original, HeldOutSplits(calibration=calibration, tuning=tuning, verdict=verdict, tuned_on=tuned_on)


def tuning_rows(original: Original) -> Dataset:
    """Return the rows that an export of a run moves thresholds by.

    Raises:
        OriginalError: It has no rows of its own, or a single one.
    """
    return _calibration_and_tuning(original)[1]


def calibration_rows(original: Original) -> Dataset:
    """Return the rows that an export of a run calibrates by.

    Raises:
        OriginalError: It has no rows of its own, or a single one.
    """
    return _calibration_and_tuning(original)[0]


def _calibration_and_tuning(original: Original) -> tuple[Dataset, Dataset, str]:
    """Divide a run's rows but for those that judge, and say where those come from that tune.

    Raises:
        OriginalError: It has no rows of its own, or a single one.
    """
    labels = original.labels
    if "train" not in original.rows or labels is None:
        raise OriginalError("the original has no rows of its own")
    train = read_rows(str(original.rows["train"]), labels, original.features)
    order = np.random.default_rng(SEED).permutation(len(train))
    if "validation" in original.rows:
        tuning = read_rows(str(original.rows["validation"]), labels, original.features)
        return train.take(order[:CALIBRATION_ROWS]), tuning, "validation rows"
    if len(train) < 2:
        raise OriginalError("the run has a single training row; calibration and tuning need one each")
    count = min(CALIBRATION_ROWS, len(train) // 2)
    return train.take(order[:count]), train.take(order[count:]), "training rows"


def _divide(rows: Dataset) -> HeldOutSplits:
    count = len(rows)
    if count < 4:
        raise OriginalError(f"the data has {count} rows; at least 4 are needed, to calibrate, tune and judge apart")
    order = np.random.default_rng(SEED).permutation(count)
    first, second = min(count // 4, CALIBRATION_ROWS), count // 2
    return HeldOutSplits(
        calibration=rows.take(order[:first]),
        tuning=rows.take(order[first:second]),
        verdict=rows.take(order[second:]),
        tuned_on="a quarter of the data",
    )


def _with_texts(original: Original, texts: TextInput, data: Any) -> tuple[Original, HeldOutSplits]:
    """Divide rows of texts, whose column is named before it is read: texts stay as they are spelled."""
    labels = original.labels or ()
    name = _column_of_texts(texts, feature_columns(names_of(data), labels))
    named = replace(original, features=texts.named(name))
    rows = read_rows(data, labels, named.features, original.positive, original.label_words)
    if columns_of(rows.table) is None:
        rows = replace(rows, table=arrow_table({name: np.asarray(rows.table)[:, 0]}))
    return named, _divide(rows)


def _column_of_texts(texts: TextInput, columns: Sequence[str]) -> str:
    """Return the column that is called as the model's input, or the only one.

    Raises:
        OriginalError: There are several, and none is called so.
    """
    if columns and texts.feature.name not in columns and len(columns) != 1:
        raise OriginalError(
            f"the table has the columns {columns} besides the labels, the model takes one text; leave one, or call it "
            f"{texts.feature.name!r}"
        )
    return texts.feature.name if texts.feature.name in columns or not columns else columns[0]


def _named(original: Original, rows: Dataset) -> Original:
    """Name features after the columns that are no labels, in the table's order."""
    columns = columns_of(rows.table)
    if columns is None or original.features is not None:
        return original
    names = feature_columns(columns, original.labels or ())
    if original.row_shape != (len(names),):
        raise OriginalError(
            f"the table has {len(names)} feature columns, the model takes rows of shape {original.row_shape}; "
            "give a table with these columns and the labels, or an .npz file"
        )
    return replace(original, features=tuple(NumericFeature(name=name) for name in names))
