"""The plots of the page, by matplotlib. No name that a user chose goes into one; names stand beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagship_report.formatting import SUPERSCRIPTS
from tagship_report.plots.svg import ACCENT, MUTED, SECOND, WARN, canvas, inline


@dataclass(frozen=True, slots=True)
class Box:
    """Where the unit square lies within a figure, in its units from the top left."""

    left: float
    top: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the square is drawn."""
        return round(self.left + x * self.width, 1), round(self.top + (1 - y) * self.height, 1)


CURVE_SIZE = (240.0, 200.0)
CURVE_BOX = Box(34, 8, 198, 156)


def curve(points: Sequence[tuple[float, float]], share: float, tuned: tuple[float, float] | None) -> str:
    """Precision against recall of one label.

    Args:
        points: Recall and precision by rising threshold.
        share: Of positives; the precision of switching on at random.
        tuned: Recall and precision at the chosen threshold.
    """
    with canvas(*CURVE_SIZE) as figure:
        axes = _square(figure, CURVE_SIZE, CURVE_BOX)
        axes.set_xlabel("recall", labelpad=2)
        axes.set_ylabel("precision", labelpad=1)
        axes.axhline(share, color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        axes.plot(*zip(*points, strict=True), color=ACCENT, clip_on=False)
        marks = ""
        if tuned is not None:
            x, y = CURVE_BOX.at(*tuned)
            marks = f'<circle class="tuned" cx="{x}" cy="{y}" r="5.5"/><circle class="now" cx="{x}" cy="{y}" r="3"/>'
        said = "" if tuned is None else f"; the tuned threshold is at recall {tuned[0]:.2f}, precision {tuned[1]:.2f}"
        return inline(figure, f"Precision against recall{said}", marks)


def calibration(bins: Sequence[Mapping[str, Any]]) -> str:
    """Observed frequencies against scores, and how many decisions lie behind each."""
    size = (360.0, 300.0)
    with canvas(*size) as figure:
        axes = _square(figure, size, Box(38, 10, 310, 190))
        axes.set_ylabel("share that is positive", labelpad=2)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        scores = [one["mean_score"] for one in bins]
        shares = [one["positives"] / one["cells"] for one in bins]
        axes.vlines(scores, *zip(*(one["interval"] for one in bins), strict=True), color=ACCENT, linewidth=1.4)
        axes.plot(scores, shares, "o", color=ACCENT, markersize=4.5, clip_on=False)
        below = figure.add_axes((38 / 360, 36 / 300, 310 / 360, 52 / 300), sharex=axes)
        below.bar(
            [(one["low"] + one["high"]) / 2 for one in bins],
            [one["cells"] for one in bins],
            width=0.088,
            color=SECOND,
        )
        below.set_yscale("log")
        below.set_ylim(bottom=0.5)
        below.grid(visible=False)
        _decades(below, 3)
        below.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        axes.tick_params(labelbottom=False)
        below.set_xlabel("score", labelpad=2)
        below.set_ylabel("decisions", labelpad=2, fontsize=8)
        return inline(figure, "Share of positives against the score, in ten bins, with 95% intervals")


def learning(name: str, epochs: Sequence[Mapping[str, float]]) -> str:
    """Losses by epoch of one group of networks."""
    size = (360.0, 220.0)
    with canvas(*size) as figure:
        axes = figure.add_axes((44 / 360, 34 / 220, 304 / 360, 176 / 220))
        numbers = [one["epoch"] for one in epochs]
        for key, colour, style, words in (
            ("loss", MUTED, (0, (4, 2)), "while learning"),
            ("val_loss", ACCENT, "solid", "held out"),
        ):
            axes.plot(numbers, [one[key] for one in epochs], color=colour, linestyle=style, label=words)
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("epoch", labelpad=2)
        axes.set_ylabel("log loss", labelpad=3)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False, loc="upper right", labelcolor=MUTED)
        last = epochs[-1]
        return inline(
            figure,
            f"Log loss by epoch of the {name} networks; after the last {last['loss']:.4f} while learning, "
            f"{last['val_loss']:.4f} held out",
        )


def differences(counts: Sequence[int], zero: int, exponents: Sequence[float], tolerance: float) -> str:
    """A histogram of absolute score differences on a log axis.

    Args:
        counts: Cells by bin.
        zero: Cells without any difference.
        exponents: Edges of the bins, powers of ten; one more than counts.
        tolerance: Of the recipe.
    """
    import numpy as np

    size = (240.0, 150.0)
    with canvas(*size) as figure:
        axes = figure.add_axes((34 / 240, 34 / 150, 198 / 240, 106 / 150))
        widths = np.diff(exponents)
        axes.bar(exponents[:-1], counts, width=widths * 0.9, align="edge", color=ACCENT)
        none_at = exponents[0] - 1.2
        axes.bar([none_at], [zero], width=0.8, color=SECOND)
        axes.set_yscale("log")
        axes.set_ylim(0.5, max(10.0, 2.0 * max([*counts, zero])))
        axes.set_xlim(none_at - 0.8, exponents[-1] + 0.2)
        ticks = [at for at in range(int(exponents[0]), 1) if at % 3 == 0]
        axes.set_xticks([none_at, *ticks], ["0", *(_power(at) for at in ticks)])
        _decades(axes, 4)
        axes.grid(visible=False, axis="x")
        axes.axvline(np.log10(tolerance), color=WARN, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_xlabel("difference of scores", labelpad=2)
        axes.set_ylabel("decisions", labelpad=1)
        return inline(figure, "How many scores differ from the original's by how much, on logarithmic axes")


def flips(edges: Sequence[float], counts: Sequence[int]) -> str:
    """Changed decisions by how far the original's score was from its threshold."""
    size = (240.0, 150.0)
    with canvas(*size) as figure:
        axes = figure.add_axes((34 / 240, 34 / 150, 198 / 240, 106 / 150))
        axes.bar(range(len(counts)), counts, width=0.86, color=ACCENT)
        axes.set_xlim(-0.6, len(counts) - 0.4)
        axes.set_ylim(0, max(4, 1.15 * max(counts)))
        axes.set_xticks([at - 0.5 for at in range(len(edges))], [f"{edge:g}" for edge in edges], fontsize=8)
        axes.yaxis.get_major_locator().set_params(integer=True, nbins=4)
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("distance of the original's score", labelpad=2)
        axes.set_ylabel("flips", labelpad=1)
        return inline(figure, "Changed decisions by distance of the original's score from its threshold")


def _square(figure: Any, size: tuple[float, float], box: Box) -> Any:
    """Axes from 0 to 1 that lie where the box says."""
    width, height = size
    bottom = height - box.top - box.height
    axes = figure.add_axes((box.left / width, bottom / height, box.width / width, box.height / height))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    return axes


def _decades(axes: Any, most: int) -> None:
    """A logarithmic axis of counts with few, plainly written ticks."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    axes.yaxis.set_major_locator(LogLocator(base=10, numticks=most))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: _power(round(math.log10(count)))))
    axes.minorticks_off()


def _power(exponent: int) -> str:
    return str(10**exponent) if 0 <= exponent < 2 else f"10{str(exponent).translate(SUPERSCRIPTS)}"
