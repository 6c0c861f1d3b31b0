"""Plot of losses by epoch."""

from __future__ import annotations

from collections.abc import Sequence

from tagship_report.documents import Epoch
from tagship_report.plots.svg import ACCENT, MUTED, canvas, inline

SIZE = (360.0, 220.0)


def draw(name: str, epochs: Sequence[Epoch]) -> str:
    """Draw the losses of one group of networks."""
    width, height = SIZE
    with canvas(*SIZE) as figure:
        axes = figure.add_axes((44 / width, 34 / height, 304 / width, 176 / height))
        numbers = [one.epoch for one in epochs]
        for losses, colour, style, words in (
            ([one.loss for one in epochs], MUTED, (0, (4, 2)), "while learning"),
            ([one.val_loss for one in epochs], ACCENT, "solid", "held out"),
        ):
            axes.plot(numbers, losses, color=colour, linestyle=style, label=words)
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("epoch", labelpad=2)
        axes.set_ylabel("log loss", labelpad=3)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False, loc="upper right", labelcolor=MUTED)
        last = epochs[-1]
        return inline(
            figure,
            f"Log loss by epoch of the {name} networks; after the last {last.loss:.4f} while learning, "
            f"{last.val_loss:.4f} held out",
        )
