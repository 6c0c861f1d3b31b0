"""Plot of how often scores come true."""

from __future__ import annotations

from collections.abc import Sequence

from tagship_report.plots.axes import Box, count_by_decades, unit_square
from tagship_report.plots.svg import ACCENT, MUTED, SECOND, canvas, inline
from tagship_runtime.documents import CalibrationBin

SIZE = (360.0, 300.0)
BOX = Box(38, 10, 310, 190)


def draw(bins: Sequence[CalibrationBin]) -> str:
    """Draw observed frequencies against scores, and how many decisions lie behind each."""
    width, height = SIZE
    with canvas(*SIZE) as figure:
        axes = unit_square(figure, SIZE, BOX)
        axes.set_ylabel("share that is positive", labelpad=2)
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        scores = [one["mean_score"] for one in bins]
        shares = [one["positives"] / one["cells"] for one in bins]
        axes.vlines(scores, *zip(*(one["interval"] for one in bins), strict=True), color=ACCENT, linewidth=1.4)
        axes.plot(scores, shares, "o", color=ACCENT, markersize=4.5, clip_on=False)
        below = figure.add_axes((BOX.left / width, 36 / height, BOX.width / width, 52 / height), sharex=axes)
        below.bar(
            [(one["low"] + one["high"]) / 2 for one in bins],
            [one["cells"] for one in bins],
            width=0.088,
            color=SECOND,
        )
        below.set_yscale("log")
        below.set_ylim(bottom=0.5)
        below.grid(visible=False)
        count_by_decades(below, 3)
        below.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
        axes.tick_params(labelbottom=False)
        below.set_xlabel("score", labelpad=2)
        below.set_ylabel("decisions", labelpad=2, fontsize=8)
        return inline(figure, "Share of positives against the score, in ten bins, with 95% intervals")
