"""Arrays from ``.npz`` files."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.errors import DataError, MissingFileError

FEATURES, TARGETS = ("x", "features", "inputs"), ("y", "labels", "targets")
"""Names of the two arrays, in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """Content of a file.

    Attributes:
        features: (rows, ...).
        targets: (rows, labels); None where the truth is not in the file.
        feature_names: Of the columns, where the file names them.
        label_names: Likewise.
    """

    features: NDArray[Any]
    targets: NDArray[Any] | None
    feature_names: tuple[str, ...] | None
    label_names: tuple[str, ...] | None


def read_npz(source: str | Path) -> Arrays:
    """Read ``X`` and ``y``, which may also be called ``features`` or ``inputs``, and ``labels`` or ``targets``.

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
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read as .npz: {error}") from error
    features, targets = (next((found[key] for key in keys if key in found), None) for keys in (FEATURES, TARGETS))
    if features is None:
        raise DataError(f"{path} holds {sorted(found)}; the features have to be called x or X, and the labels y")
    return Arrays(
        features=features,
        targets=targets,
        feature_names=_names(found.get("feature_names")),
        label_names=_names(found.get("label_names")),
    )


def _names(array: NDArray[Any] | None) -> tuple[str, ...] | None:
    return None if array is None or not array.size else tuple(str(name) for name in array.ravel())
