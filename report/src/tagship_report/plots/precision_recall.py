"""Plot of precision against recall, one label at a time."""

from __future__ import annotations

from collections.abc import Sequence

from tagship_report.plots.axes import Box, unit_square
from tagship_report.plots.svg import ACCENT, MUTED, canvas, inline

SIZE = (240.0, 200.0)
BOX = Box(34, 8, 198, 156)
"""Points of the curve; the slider moves its mark by it."""


def draw(points: Sequence[tuple[float, float]], share: float, tuned: tuple[float, float] | None) -> str:
    """Draw precision against recall of one label.

    Args:
        points: Recall and precision by rising threshold.
        share: Of positives; the precision of switching on at random.
        tuned: Recall and precision at the chosen threshold.
    """
    with canvas(*SIZE) as figure:
        axes = unit_square(figure, SIZE, BOX)
        axes.set_xlabel("recall", labelpad=2)
        axes.set_ylabel("precision", labelpad=1)
        axes.axhline(share, color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        axes.plot(*zip(*points, strict=True), color=ACCENT, clip_on=False)
        marks = ""
        if tuned is not None:
            x, y = BOX.at(*tuned)
            marks = f'<circle class="tuned" cx="{x}" cy="{y}" r="5.5"/><circle class="now" cx="{x}" cy="{y}" r="3"/>'
        said = "" if tuned is None else f"; the tuned threshold is at recall {tuned[0]:.2f}, precision {tuned[1]:.2f}"
        return inline(figure, f"Precision against recall{said}", marks)
