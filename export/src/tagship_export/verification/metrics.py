"""How good decisions are where the truth is known; computed by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, hamming_loss

from tagship_export.errors import ExportError
from tagship_runtime.features import columns_of
from tagship_runtime.typing import Decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Figures of one set of decisions; a label without positives and decisions has F1 0."""

    micro_f1: float
    macro_f1: float
    worst_label_f1: float
    hamming_loss: float
    subset_accuracy: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def measure(targets: NDArray[np.uint8], decisions: Decisions) -> Quality:
    """Compare decisions with the truth, both (rows, labels)."""
    per_label = [f1_score(truth, on, zero_division=0) for truth, on in zip(targets.T, decisions.T, strict=True)]
    return Quality(
        micro_f1=float(f1_score(targets.ravel(), decisions.ravel(), zero_division=0)),  # over all cells
        macro_f1=float(np.mean(per_label)),
        worst_label_f1=float(np.min(per_label)),
        hamming_loss=float(hamming_loss(targets, decisions)),
        subset_accuracy=float(accuracy_score(targets, decisions)),
    )


def targets_of(table: Any, labels: Sequence[str], prefix: str = "label:") -> NDArray[np.uint8] | None:
    """The truth in a table's columns ``label:NAME`` or ``NAME``; None where it has none of them.

    Raises:
        ExportError: Only some labels are there, or one holds something else than 0 and 1.
    """
    columns = columns_of(table) or {}
    found = [next((name for name in (prefix + label, label) if name in columns), None) for label in labels]
    if not any(found):
        return None
    absent = [label for label, name in zip(labels, found, strict=True) if name is None]
    if absent:
        raise ExportError(f"the table has columns for some labels but none for {absent[0]!r}; give all or none")
    targets = np.stack([columns[name] for name in found if name is not None], axis=1)
    if not np.isin(targets, (0, 1)).all():
        raise ExportError("a label column holds something else than 0 and 1")
    return targets.astype(np.uint8)
