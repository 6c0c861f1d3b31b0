"""Plot of where decisions flip."""

from __future__ import annotations

from tagship_report.plots.svg import ACCENT, canvas, inline
from tagship_runtime.documents import FlipHistogram

SIZE = (240.0, 150.0)


def draw(histogram: FlipHistogram) -> str:
    """Draw changed decisions by how far the original's score was from its threshold."""
    width, height = SIZE
    edges, counts = histogram["edges"], histogram["flips"]
    with canvas(*SIZE) as figure:
        axes = figure.add_axes((34 / width, 34 / height, 198 / width, 106 / height))
        axes.bar(range(len(counts)), counts, width=0.86, color=ACCENT)
        axes.set_xlim(-0.6, len(counts) - 0.4)
        axes.set_ylim(0, max(4, 1.15 * max(counts)))
        axes.set_xticks([at - 0.5 for at in range(len(edges))], [f"{edge:g}" for edge in edges], fontsize=8)
        axes.yaxis.get_major_locator().set_params(integer=True, nbins=4)
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("distance of the original's score", labelpad=2)
        axes.set_ylabel("flips", labelpad=1)
        return inline(figure, "Changed decisions by distance of the original's score from its threshold")
