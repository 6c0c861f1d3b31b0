"""Input without named columns: an array of the network's own shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_export.targets.c.encode.numeric import FINITE
from tagship_export.targets.c.text import numbers


@dataclass(frozen=True, slots=True)
class ArrayInC:
    """All values of a row; the shape is the network's, its last axis closest together."""

    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of values of a row."""
        return int(np.prod(self.shape))

    def declaration(self, member: str) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return f"float {member}[{self.size}]; /* shape {' x '.join(map(str, self.shape))} */"

    def support(self) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (FINITE,)

    def constants(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return ()

    def statements(self, member: str, position: int, number: int) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`; the number of a value counts from 1."""
        return (
            "int i;",
            f"for (i = 0; i < {self.size}; ++i) {{",
            f"    if (!is_finite(row->{member}[i])) return i + 1;",
            f"    inputs[i] = row->{member}[i];",
            "}",
        )

    def initializer(self, cell: Any) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return f"{{{numbers(cell)}}}"

    def read(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (f"if (fread(row.{member}, sizeof row.{member}, 1, stdin) != 1) return 0;",)

    def write(self, cell: Any) -> bytes:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return np.asarray(cell, np.float32).tobytes()
