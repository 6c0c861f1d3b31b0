"""Features of kind ``duration``: how long something takes, or a time of day, as a number of seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tagship_runtime.features import spans
from tagship_runtime.features.numeric import NumericFeature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class DurationFeature(NumericFeature):
    """A duration in seconds, spelled as ``1:30:00``, as ISO 8601 spells it, or as a number; ``fill`` is in seconds."""

    kind: ClassVar[str] = "duration"
    textual: ClassVar[bool] = True
    noun: ClassVar[str] = "a duration in seconds"

    @property
    def in_seconds(self) -> bool:
        """See :class:`Feature`."""
        return True

    @property
    def unchanged_fill(self) -> float | None:
        """See :class:`Feature`; cells are texts."""
        return None

    def read(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """See :class:`NumericFeature`."""
        return spans.seconds(values, self.name, self.missing)
