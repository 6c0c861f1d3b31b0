"""Numbers, with a fill and an indicator for missing ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_export.targets.c.text import comment, number
from tagship_runtime.contract import NumericFeature

FINITE = """/* Looks at the bits, so that options such as -ffast-math do not make NaN pass for a number. */
static int is_finite(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x7f800000u) != 0x7f800000u;
}
"""

MISSING = """static int is_missing(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x7fffffffu) > 0x7f800000u;
}
"""


@dataclass(frozen=True, slots=True)
class NumericInC:
    """A float that is NAN where it is missing."""

    feature: NumericFeature

    def declaration(self, member: str) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        fill = self.feature.fill
        missing = "has to be there" if fill is None else f"NAN where missing, which counts as {number(fill)}"
        return f"float {member}; /* {comment(self.feature.name)}: {self.feature.noun}, {missing} */"

    def support(self) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (FINITE,) if self.feature.fill is None and not self.feature.indicator else (FINITE, MISSING)

    def constants(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return ()

    def statements(self, member: str, position: int, number_: int) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        fill, value = self.feature.fill, f"row->{member}"
        if fill is not None:
            value = f"is_missing({value}) ? {number(fill)} : {value}"
        yield_ = [f"inputs[{position}] = {value};"]
        if self.feature.indicator:
            yield_.append(f"inputs[{position + 1}] = is_missing(row->{member}) ? 1.0f : 0.0f;")
        return (*yield_, f"if (!is_finite(inputs[{position}])) return {number_};")

    def initializer(self, cell: Any) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return number(self._value(cell))

    def read(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (f"if (fread(&row.{member}, sizeof row.{member}, 1, stdin) != 1) return 0;",)

    def write(self, cell: Any) -> bytes:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return np.float32(self._value(cell)).tobytes()

    def _value(self, cell: Any) -> float:
        return float(self.feature.numbers(np.array([cell], object))[0])
