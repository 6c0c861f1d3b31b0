"""Rows that artifacts are made and judged by, as callers have them, with the truth where it is known."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.errors import ExportError
from tagship_export.verification.metrics import targets_of
from tagship_runtime.contract import Feature
from tagship_runtime.errors import DataError
from tagship_runtime.features import columns_of
from tagship_runtime.files import read_table

FEATURE_KEYS, TARGET_KEYS = ("x", "features", "inputs"), ("y", "labels", "targets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows.

    Attributes:
        values: A table with named columns, or an array (rows, ...).
        targets: uint8 (rows, labels), None where the truth is not known.
    """

    values: Any
    targets: NDArray[np.uint8] | None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, index: NDArray[np.intp]) -> Rows:
        """Those at these positions."""
        values = self.values.take(index) if hasattr(self.values, "column_names") else self.values[index]
        return Rows(values=values, targets=None if self.targets is None else self.targets[index])


def read_rows(data: Any, labels: tuple[str, ...], features: tuple[Feature, ...] | None = None) -> Rows:
    """Rows from a file or from memory.

    Args:
        data: A .csv, .jsonl, .parquet or .npz file, a table, an array, or a pair of features and targets. An .npz
            holds the features as ``x`` and, if the truth is known, ``y``.
        labels: Whose columns in a table are the truth.
        features: Which columns hold words; they are read as prediction reads them.

    Raises:
        ExportError: The truth does not fit the labels, or there is no row.
        DataError: A file cannot be read.
    """
    if isinstance(data, Rows):
        rows = data
    elif isinstance(data, tuple) and len(data) == 2:
        rows = Rows(values=_table(data[0]), targets=_targets(data[1], labels))
    elif isinstance(data, str | os.PathLike) and Path(data).suffix == ".npz":
        rows = _read_npz(Path(data), labels)
    else:
        text = [feature.name for feature in features or () if feature.textual]
        table = read_table(str(data), text) if isinstance(data, str | os.PathLike) else _table(data)
        rows = Rows(values=table, targets=targets_of(table, labels))
    if not len(rows):
        raise ExportError("there are no rows to compare, so nothing would be proved; give some")
    if rows.targets is not None and len(rows.targets) != len(rows):
        raise ExportError(f"there are {len(rows)} rows of features and {len(rows.targets)} of labels; give one each")
    return rows


def _table(data: Any) -> Any:
    """Data frames and columns as a pyarrow table, which rows can be taken from; arrays as they are."""
    columns = columns_of(data)
    if columns is None:
        return np.asarray(data)
    from tagship_runtime.files import import_pyarrow

    return import_pyarrow().table({name: list(values) for name, values in columns.items()})


def _read_npz(path: Path, labels: tuple[str, ...]) -> Rows:
    try:
        with np.load(path, allow_pickle=False) as archive:
            found = {name.lower(): archive[name] for name in archive.files}
    except FileNotFoundError:
        raise DataError(f"{path} does not exist; a table or an .npz file is needed") from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as .npz: {error}") from error
    values = next((found[key] for key in FEATURE_KEYS if key in found), None)
    if values is None:
        raise DataError(f"{path} holds {sorted(found)}; the features have to be called x, and the labels y")
    targets = next((found[key] for key in TARGET_KEYS if key in found), None)
    return Rows(values=values, targets=None if targets is None else _targets(targets, labels))


def _targets(values: Any, labels: tuple[str, ...]) -> NDArray[np.uint8]:
    targets = np.asarray(values)
    if targets.ndim == 1 and len(labels) == 1:
        targets = targets[:, None]
    if targets.ndim != 2 or targets.shape[1] != len(labels):
        raise ExportError(f"the truth has shape {targets.shape}; (rows, {len(labels)}) is needed, a column per label")
    if not np.isin(targets, (0, 1)).all():
        raise ExportError("the truth holds something else than 0 and 1")
    return targets.astype(np.uint8)
