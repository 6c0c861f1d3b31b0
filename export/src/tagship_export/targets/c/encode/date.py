"""Dates: days since a reference date, month and weekday."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tagship_export.targets.c.text import comment
from tagship_runtime.contract import DateFeature
from tagship_runtime.features.date import PARTS
from tagship_runtime.features.moments import DAY, FIRST, LAST, parse

DAYS = f"""static int64_t days_of(int64_t milliseconds) {{
    return milliseconds / {DAY} - (milliseconds % {DAY} < 0);
}}
"""

PLACE = """static void set_place(float *inputs, int count, int place) {
    int i;
    for (i = 0; i < count; ++i) inputs[i] = i == place ? 1.0f : 0.0f;
}
"""

OF_PART = {
    "month": """/* From 0 for January (Hinnant's civil_from_days). */
static int month_of(int64_t days) {
    int32_t of_era = (int32_t)((days + 719468) % 146097);
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    return (int)(((5 * of_year + 2) / 153 + 2) % 12);
}
""",
    "weekday": """/* From 0 for Monday. */
static int weekday_of(int64_t days) {
    return (int)(((days + 3) % 7 + 7) % 7);
}
""",
}

MISSING = "INT64_MIN"


@dataclass(frozen=True, slots=True)
class DateInC:
    """Milliseconds since 1970, which INT64_MIN stands for where they are missing."""

    feature: DateFeature

    def declaration(self, member: str) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        fill = self.feature.fill
        missing = "has to be there" if fill is None else f"{MISSING} where missing, which counts as {comment(fill)}"
        return f"int64_t {member}; /* {comment(self.feature.name)}: milliseconds since 1970-01-01 00:00, {missing} */"

    def support(self) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        parts = self.feature.parts
        return (DAYS, PLACE, *(OF_PART[part] for part in parts)) if parts else ()

    def constants(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return ()

    def statements(self, member: str, position: int, number: int) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        feature, value = self.feature, f"row->{member}"
        absent = f"{value} == {MISSING}"
        outside = f"{value} < {_literal(FIRST)} || {value} >= {_literal(LAST)}"
        given = value if feature.fill is None else f"({absent} ? {_literal(parse(feature.fill, None))} : {value})"
        lines = [
            f"if ({outside}) return {number};" if feature.fill is None else
            f"if (!({absent}) && ({outside})) return {number};",
            f"inputs[{position}] = (float)((double)({given} - {_literal(feature.reference)}) / {DAY}.0);",
        ]  # fmt: skip
        position += 1
        if feature.indicator:
            lines.append(f"inputs[{position}] = {absent} ? 1.0f : 0.0f;")
            position += 1
        for part in feature.parts:
            place = f"{absent} ? -1 : {part}_of(days_of({value}))"
            lines.append(f"set_place(inputs + {position}, {PARTS[part]}, {place});")
            position += PARTS[part]
        return lines

    def initializer(self, cell: Any) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        moment = self._moment(cell)
        return MISSING if math.isnan(moment) else _literal(moment)

    def read(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (f"if (fread(&row.{member}, sizeof row.{member}, 1, stdin) != 1) return 0;",)

    def write(self, cell: Any) -> bytes:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        moment = self._moment(cell)
        return struct.pack("<q", np.iinfo(np.int64).min if math.isnan(moment) else int(moment))

    def _moment(self, cell: Any) -> float:
        return float(self.feature.read(np.array([cell], object))[0])


def _literal(milliseconds: float) -> str:
    return f"INT64_C({int(milliseconds)})"
