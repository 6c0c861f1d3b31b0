"""Bias or variance, by the losses on learned, held-out and test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tagship_runtime.documents import DiagnosisDocument
from tagship_training.network.history import History

GAP = 0.15
"""A held-out loss larger than the loss on learned rows by this share of itself is mostly variance."""

NEAR = 0.05
"""A test loss within this share of the best possible one leaves nothing to gain."""

STEEP = 0.02
"""A loss that still falls by this share when rows are doubled says that more rows would help."""


UNFINISHED = 0.01
"""Training that ends while its last tenth still brought the held-out loss down by this share ended too soon."""


AGAINST_VARIANCE: Mapping[str | None, str] = {
    None: "more rows, more dropout or a smaller network may help",
    "smaller": "more rows or a smaller network may help",
}
AGAINST_BIAS: Mapping[str | None, str] = {
    None: "better features or a larger network may help",
    "larger": "better features or a larger network may help",
}
"""Advice by which other size of network did better; None where none was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Mean log losses, in nats.

    Attributes:
        learned: Of rows by the members that learned from them, without dropout.
        held_out: Of the same rows, or validation rows, by members that did not.
        test: Of the test rows by the shipped model.
        optimal: Of the test rows by the best scores there can be, where those are known.
        curve: Test loss by share of the training rows, where that was measured.
        falling: The share by which the last tenth of the epochs brought the held-out loss down; None after one epoch.
        better_size: ``smaller``, ``larger`` or ``none``: the networks whose held-out loss is lower; None where no other
            size was trained.
        leaks: Labels that columns held under another name, by the column's name; left out where others are there.
        deciding: Labels that columns decide alone, by the column's name.
    """

    learned: float
    held_out: float
    test: float
    optimal: float | None = None
    curve: Mapping[str, float] | None = None
    falling: float | None = 0.0
    better_size: str | None = None
    leaks: Mapping[str, str] = field(default_factory=dict)
    deciding: Mapping[str, str] = field(default_factory=dict)

    @property
    def unfinished(self) -> bool:
        """True if more epochs would probably help, or nothing says that they would not."""
        return self.falling is None or self.falling > UNFINISHED

    @property
    def gap(self) -> float:
        """Share of the held-out loss by which it exceeds the loss on learned rows."""
        return (self.held_out - self.learned) / self.held_out

    @property
    def more(self) -> float:
        """Share of the loss on learned rows by which the held-out loss exceeds it; 0 where it does not."""
        return max(self.held_out / self.learned - 1, 0.0) if self.learned else 0.0

    @property
    def verdict(self) -> str:
        """The diagnosis in a sentence."""
        leaks = [f"column {name!r} is the label {label!r} under another name" for name, label in self.leaks.items()]
        deciding = [
            f"column {name!r} alone decides the label {label!r}: is it known before the label?"
            for name, label in self.deciding.items()
        ]
        return "; ".join([self._by_losses, *leaks, *deciding])

    @property
    def _by_losses(self) -> str:
        parts = []
        if self.optimal is not None:
            regret = self.test - self.optimal
            parts.append(f"log loss is {regret:.4f} above the best possible {self.optimal:.4f}")
            if regret <= NEAR * self.optimal:
                return f"{parts[0]}: nothing to gain but noise"
        if self.unfinished:
            more = "; give more --epochs" if self.better_size is None else ""
            parts.append(f"training ended too soon: {falling_in_words(self.falling)}{more}")
        elif self.gap > GAP:
            parts.append(
                f"variance: held-out rows cost {self.more:.0%} more than learned ones; "
                f"{AGAINST_VARIANCE.get(self.better_size, 'more rows may help; no smaller network did better')}"
            )
        else:
            parts.append(
                f"bias or noise: held-out rows cost only {self.more:.0%} more than learned ones; "
                f"{AGAINST_BIAS.get(self.better_size, 'better features may help; no larger network did better')}"
            )
        if self.curve and {"50%", "100%"} <= self.curve.keys():
            fall = (self.curve["50%"] - self.curve["100%"]) / self.curve["50%"]
            more = "more rows would help" if fall > STEEP else "more rows would hardly help"
            parts.append(f"doubling the rows last changed the loss by {-fall:+.1%}: {more}")
        return "; ".join(parts)

    def to_dict(self) -> DiagnosisDocument:
        """Return the losses as ``run.json`` has them, with the verdict."""
        return {
            "learned": self.learned,
            "held_out": self.held_out,
            "test": self.test,
            "optimal": self.optimal,
            "curve": None if self.curve is None else dict(self.curve),
            "falling": self.falling,
            "gap": self.gap,
            "unfinished": self.unfinished,
            "verdict": self.verdict,
        }


def falling_in_words(falling: float | None) -> str:
    """Describe how much the held-out loss still fell at the end of training."""
    if falling is None:
        return "after a single epoch nothing says where the loss would go"
    return f"the held-out loss still fell by {falling:.1%} over the last tenth of the epochs"


def fall_of(history: History) -> float | None:
    """Largest share, over the groups, by which the last tenth of the epochs brought the held-out loss down."""
    losses: dict[str, list[float]] = {}
    for epoch in history:
        losses.setdefault(epoch["network"], []).append(epoch["val_loss"])
    falls = []
    for own in losses.values():
        last = max(1, len(own) // 10)
        if len(own) <= last:
            return None
        falls.append((own[-1 - last] - own[-1]) / own[-1 - last])
    return max(falls, default=0.0)
