"""Plot of what each trained size costs and how well it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tagship_report.formatting import size as size_of_file
from tagship_report.plots.svg import ACCENT, MUTED, canvas, inline
from tagship_runtime.documents import SizeDocument

SIZE = (360.0, 220.0)

HOLLOW: Mapping[str, Any] = {"markersize": 5, "markerfacecolor": "none"}


def draw(ladder: Sequence[SizeDocument]) -> str:
    """Draw held-out and test log loss by size of the file; the dot of the size that ships is filled.

    Args:
        ladder: All sizes, from small to large, at least one.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator

    width, height = SIZE
    with canvas(*SIZE) as figure:
        axes = figure.add_axes((50 / width, 34 / height, 296 / width, 176 / height))
        sizes = [one["bytes"] for one in ladder]
        for colour, style, words, losses in (
            (MUTED, (0, (4, 2)), "test", [one["metrics"]["test"]["log_loss"] for one in ladder]),
            (ACCENT, "solid", "held out", [one["metrics"]["held_out"]["log_loss"] for one in ladder]),
        ):
            axes.plot(sizes, losses, "o", color=colour, linestyle=style, linewidth=0.8, label=words, **HOLLOW)
            for one, loss in zip(ladder, losses, strict=True):
                if one["chosen"]:
                    axes.plot([one["bytes"]], [loss], "o", markersize=7, color=colour)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(base=10, numticks=6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda count, _: size_of_file(round(count))))
        axes.minorticks_off()
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("size of the float32 file", labelpad=2)
        axes.set_ylabel("log loss", labelpad=3)
        axes.legend(frameon=False, loc="upper right", labelcolor=MUTED)
        smallest, largest = ladder[0], ladder[-1]
        return inline(figure, f"Log loss by size of the file, from {_said(smallest)} to {_said(largest)}")


def _said(one: SizeDocument) -> str:
    return f"{one['metrics']['held_out']['log_loss']:.4f} in {size_of_file(one['bytes'])}"
