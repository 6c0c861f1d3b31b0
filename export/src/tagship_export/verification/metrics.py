"""Quality of decisions where the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

from tagship_runtime.documents import QualityDocument
from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_runtime.typing import Decisions, Targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Figures of one set of decisions; a label without positives and decisions has F1 0."""

    micro_f1: float
    macro_f1: float
    worst_label_f1: float
    hamming_loss: float
    subset_accuracy: float

    def to_dict(self) -> QualityDocument:
        """Return the figures by name."""
        return {
            "micro_f1": self.micro_f1,
            "macro_f1": self.macro_f1,
            "worst_label_f1": self.worst_label_f1,
            "hamming_loss": self.hamming_loss,
            "subset_accuracy": self.subset_accuracy,
        }


def measure(targets: Targets, decisions: Decisions) -> Quality:
    """Compare decisions with the truth, both (rows, labels)."""
    metrics = decision_metrics(targets, decisions)
    return Quality(
        micro_f1=metrics["micro_f1"],
        macro_f1=metrics["macro_f1"],
        worst_label_f1=metrics["worst_label_f1"],
        hamming_loss=metrics["hamming_loss"],
        subset_accuracy=metrics["subset_accuracy"],
    )
