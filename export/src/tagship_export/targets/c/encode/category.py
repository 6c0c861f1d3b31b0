"""Words, one-hot."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tagship_export.errors import ConversionError
from tagship_export.targets.c.text import comment, string
from tagship_runtime.contract import CategoryFeature
from tagship_runtime.features.cells import word

ONE_HOT = """static void one_hot(const char *word, const char *const *words, int count, float *inputs) {
    int i;
    for (i = 0; i < count; ++i) inputs[i] = strcmp(word ? word : "", words[i]) == 0 ? 1.0f : 0.0f;
}
"""


@dataclass(frozen=True, slots=True)
class CategoryInC:
    """A string that is NULL or empty where it is missing; words that are not known set no input."""

    feature: CategoryFeature

    def __post_init__(self) -> None:
        if any("\0" in value for value in self.feature.values):
            raise ConversionError(f"feature {self.feature.name!r} has a word with a null character, where C texts end")

    def declaration(self, member: str) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        count = len(self.feature.values)
        return f"const char *{member}; /* {comment(self.feature.name)}: one of {count} words, NULL where missing */"

    def support(self) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (ONE_HOT,) if self.feature.values else ()

    def constants(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        if not self.feature.values:  # C has no empty arrays
            return ()
        values = ", ".join(map(string, self.feature.values))
        return (f"static const char *const words_{member}[{len(self.feature.values)}] = {{{values}}};",)

    def statements(self, member: str, position: int, number: int) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        if not self.feature.values:
            return ()
        return (f"one_hot(row->{member}, words_{member}, {len(self.feature.values)}, inputs + {position});",)

    def initializer(self, cell: Any) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        spelled = word(cell)
        return string(spelled) if spelled else "NULL"

    def read(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (f"if (!(row.{member} = read_text())) return 0;",)

    def write(self, cell: Any) -> bytes:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        spelled = word(cell).encode()
        return struct.pack("<I", len(spelled)) + spelled
