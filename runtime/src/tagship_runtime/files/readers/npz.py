"""Arrays from ``.npz`` files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.errors import DataError, MissingFileError
from tagship_runtime.files.readers import compressed_rows
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.readers.compressed_rows import CompressedRows

FEATURES, TARGETS = ("x", "features", "inputs"), ("y", "labels", "targets")
"""Names of the two arrays, in any case."""

KNOWN = {*FEATURES, *TARGETS, "feature_names", "label_names"}

UNFIT_FEATURES, UNFIT_TARGETS = "{}: {{}} feature_names for x of shape {{}}", "{}: {{}} label_names for y of shape {{}}"
"""Messages on names that do not fit, first for a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """Content of a file.

    Attributes:
        features: (rows, ...); those of a sparse matrix are dense once some are taken, or by ``numpy.asarray``.
        targets: (rows, labels); None where the truth is not in the file.
        feature_names: Of the columns, where the file names them.
        label_names: Likewise.
        others: Arrays by other names.
    """

    features: NDArray[Any] | CompressedRows
    targets: NDArray[Any] | None
    feature_names: tuple[str, ...] | None
    label_names: tuple[str, ...] | None
    others: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def columns(self, source: str | Path) -> dict[str, NDArray[Any]] | None:
        """Return the features by name; None where the file names none.

        Raises:
            DataError: The names do not fit the features.
        """
        _check_names(self.features.shape, self.feature_names, UNFIT_FEATURES.format(source))
        return _by_name(np.asarray(self.features), self.feature_names) or None

    def truth(self, source: str | Path) -> dict[str, NDArray[Any]] | None:
        """Return the targets by name; None where the file names none, or holds no truth.

        Raises:
            DataError: The names do not fit the targets.
        """
        targets = self.targets
        if targets is None:
            return None
        targets = targets[:, None] if targets.ndim == 1 else targets
        _check_names(targets.shape, self.label_names, UNFIT_TARGETS.format(source))
        return _by_name(targets, self.label_names) or None


def read_npz(source: str | Path) -> Arrays:
    """Read ``X`` and ``y``, which may also be called ``features`` or ``inputs``, and ``labels`` or ``targets``.

    In place of ``X`` there may be the arrays of a sparse matrix as ``scipy.sparse.save_npz`` names them.

    Raises:
        MissingFileError: No such file.
        DataError: It is no such file, or holds no features.
    """
    path = Path(source)
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist or is a folder; a table or an .npz file is needed")
    try:
        # zipfile first: NumPy also reads a lone array, and would take a pickle for one.
        with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
            found = {name.lower(): archive[name] for name in archive.files}
            spelled = {name.lower(): name for name in archive.files}
            alike = [name for name in archive.files if name != spelled[name.lower()]]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as .npz: {error}") from error
    if alike:
        raise DataError(f"{path} holds {alike[0]!r} and {spelled[alike[0].lower()]!r}; leave one out, or rename it")
    features: Any
    features, targets = (next((found[key] for key in keys if key in found), None) for keys in (FEATURES, TARGETS))
    known = KNOWN
    if features is None and found.keys() >= compressed_rows.KEYS:
        features, known = CompressedRows(found, path), {*KNOWN, *compressed_rows.KEYS, compressed_rows.ALSO}
    if features is None:
        raise DataError(f"{path} holds {sorted(found)}; the features have to be called x or X, and the labels y")
    return Arrays(
        features=features,
        targets=targets,
        feature_names=_names(found.get("feature_names")),
        label_names=_names(found.get("label_names")),
        others={spelled[name]: array for name, array in found.items() if name not in known},
    )


def holds_sparse(source: str | Path) -> bool:
    """Tell whether a file holds a sparse matrix in place of ``X``, by the names of its arrays; False if it is none."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = {name.lower().removesuffix(".npy") for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return False
    return names >= compressed_rows.KEYS and names.isdisjoint(FEATURES)


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Yield the features in batches; arrays of one value for each row are columns that may be passed on.

    Raises:
        DataError: It is no such file, holds no features, or names that do not fit them.
    """
    arrays = read_npz(source)
    features, rows = arrays.features, len(arrays.features) if arrays.features.ndim else 0
    if isinstance(features, np.ndarray) and features.dtype.kind == "U" and features.ndim == 1:  # one text a row
        features = features[:, None]
    if features.ndim < 2:
        raise DataError(f"{source}: x has shape {features.shape}; (rows, ...) is needed, for one row x[None]")
    columns: dict[str, Any] = {name: array.tolist() for name, array in arrays.others.items() if array.shape == (rows,)}
    names = arrays.feature_names
    _check_names(features.shape, names, UNFIT_FEATURES.format(source))
    for first in range(0, max(rows, 1), reading.rows):
        part = slice(first, first + reading.rows)
        taken = features[part]
        yield Batch(
            first=first,
            size=len(taken),
            columns={name: column[part] for name, column in columns.items()} | _by_name(taken, names),
            rows=taken if names is None else None,
        )


def _check_names(shape: tuple[int, ...], names: tuple[str, ...] | None, unfit: str) -> None:
    if names is None:
        return
    if len(shape) != 2 or len(names) != shape[1]:
        raise DataError(unfit.format(len(names), shape))
    if len(set(names)) < len(names):
        raise DataError(f"{unfit.format(len(names), shape)}, of which two are the same; rename one")


def _by_name(matrix: NDArray[Any], names: tuple[str, ...] | None) -> dict[str, NDArray[Any]]:
    return {} if names is None else dict(zip(names, matrix.T, strict=True))


def _names(array: NDArray[Any] | None) -> tuple[str, ...] | None:
    return None if array is None or not array.size else tuple(str(name) for name in array.ravel())
