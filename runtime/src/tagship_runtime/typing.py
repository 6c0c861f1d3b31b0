"""Names of the types of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Features: TypeAlias = NDArray[np.float32]
"""Input of a model: ``(rows, features)``, or ``(rows, ...)`` for signals and images."""

Scores: TypeAlias = NDArray[np.float32]
"""Output of a model: sigmoid outputs in [0, 1], ``(rows, labels)``."""

Decisions: TypeAlias = NDArray[np.bool_]
"""``scores >= thresholds``, ``(rows, labels)``."""

Targets: TypeAlias = NDArray[np.uint8]
"""The truth: 0 or 1, ``(rows, labels)``."""

RowNumbers: TypeAlias = NDArray[np.intp]
"""Positions of rows in a table."""

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""A table by column name, each ``(rows,)``."""
