"""Weights that are no numbers: whatever such a model is given, its scores are none either."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_export.errors import OriginalError


def check_weights(model: Any) -> None:
    """Refuse a model one of whose weights is NaN, as after a training that diverged.

    Raises:
        OriginalError: It names the first such weight.
    """
    for weight in getattr(model, "weights", ()):
        values = np.asarray(weight)
        if values.dtype.kind == "f" and (count := int(np.isnan(values).sum())):
            name = getattr(weight, "path", weight.name)
            raise OriginalError(
                f"{count:,} of the {values.size:,} numbers of {name!r} are NaN, so that its scores are none: its "
                "training diverged; train again with a smaller learning rate, or on inputs that are scaled"
            )
