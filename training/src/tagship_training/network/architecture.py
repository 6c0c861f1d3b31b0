"""Architecture of a group of networks, and how many parameters it has."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tagship_runtime.documents import NetworkDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One group of networks of the same make, trained at the same time.

    Attributes:
        name: Name of the group.
        members: Number of networks.
        hidden: Units of each hidden layer.
        scale: Whether inputs are centred and scaled inside the graph.
        keep_tails: Whether the scale is stretched until all but 1% of the values are within the clip.
        bins: Quantile bins per number; 0 for none.
        dropout_in: Share of encoded inputs dropped while training.
        dropout: Share of hidden units.
        epochs: Passes over the rows.
        batch_size: Rows per step.
        learning_rate: At its peak.
        weight_decay: Decoupled; None for plain Adam at a constant rate that keeps the last weights, otherwise
            AdamW with warm-up and cosine decay, and each member's best epoch is kept.
        ensemble: Members of the BatchEnsemble in each network; 1 for none.
        linear: Whether inputs lead straight to the labels as well, beside the hidden layers.
        unit_length: Whether encoded rows are divided by their length, as suits counts of words.
        final: Whether one network more learns from all rows; it ships instead of the members' average.
        patience: Epochs without a better one after which training ends, at a constant rate until then; None for the
            whole schedule.
        terms: The most n-grams of texts that are looked at, those that tell most of the labels; None for all.
    """

    name: str
    members: int
    hidden: tuple[int, ...]
    scale: bool
    keep_tails: bool
    bins: int
    dropout_in: float
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float | None
    ensemble: int = 1
    linear: bool = False
    unit_length: bool = False
    final: bool = False
    patience: int | None = None
    terms: int | None = None

    @property
    def networks(self) -> int:
        """Number of those that are trained at the same time."""
        return self.members + self.final

    def to_dict(self, share: float) -> NetworkDocument:
        """Return the group as ``run.json`` has it, with its share in the scores."""
        document: NetworkDocument = {
            "name": self.name,
            "members": self.members,
            "hidden": list(self.hidden),
            "scale": self.scale,
            "keep_tails": self.keep_tails,
            "bins": self.bins,
            "dropout_in": self.dropout_in,
            "dropout": self.dropout,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay,
            "linear": self.linear,
            "unit_length": self.unit_length,
            "final": self.final,
            "share": share,
        }
        if self.terms is not None:
            document["terms"] = self.terms
        return document


def count_parameters(group: Architecture, width: int, numeric: int, labels: int) -> int:
    """Return how many parameters a group ships at most; features with few distinct values have fewer bins."""
    encoded = width + group.bins * numeric
    sizes = (encoded, *group.hidden, labels)
    one = sum((a + 1) * b for a, b in pairwise(sizes)) + (encoded * labels if group.linear and group.hidden else 0)
    return one * (1 if group.final else group.members)
