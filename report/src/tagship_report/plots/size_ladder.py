"""Plot of how small each recipe makes its file."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tagship_report.formatting import size as size_of_file
from tagship_report.plots.svg import ACCENT, INK, MUTED, SECOND, canvas, inline
from tagship_runtime.documents import ArtifactDocument

WIDTH, STEP, BELOW = 360.0, 17.0, 8.0
"""Width of the plot, height of one file's line, and what is left free around all of them."""

LEFT, RIGHT = 128.0, 54.0
"""Room for names, and for sizes."""


def draw(artifacts: Sequence[ArtifactDocument], recommended: Collection[str]) -> str:
    """Draw a line per file, from nothing to its size, the largest above.

    Names of files are those of recipes and formats, none of the user's.

    Args:
        artifacts: What was made, at least one.
        recommended: Names of the files to ship; their dots are filled.
    """
    ordered = sorted(artifacts, key=lambda one: one["bytes"])
    height = STEP * len(ordered) + 2 * BELOW
    with canvas(WIDTH, height) as figure:
        axes = figure.add_axes((LEFT / WIDTH, BELOW / height, 1 - (LEFT + RIGHT) / WIDTH, 1 - 2 * BELOW / height))
        axes.hlines(range(len(ordered)), 0, [one["bytes"] for one in ordered], color=SECOND, linewidth=1.2)
        for line, one in enumerate(ordered):
            chosen = one["artifact"] in recommended
            marker, filled = ("o", ACCENT if chosen else "none") if one["passed"] else ("x", MUTED)
            (dot,) = axes.plot([one["bytes"]], [line], marker, markersize=5.5, clip_on=False)
            dot.set(color=ACCENT if one["passed"] else MUTED, markerfacecolor=filled)
            axes.annotate(
                size_of_file(one["bytes"]),
                (one["bytes"], line),
                xytext=(7, 0),
                textcoords="offset points",
                verticalalignment="center",
                color=INK if chosen else MUTED,
                annotation_clip=False,
            )
        axes.set_xlim(0, ordered[-1]["bytes"])
        axes.set_ylim(-0.5, len(ordered) - 0.5)
        axes.set_yticks(range(len(ordered)), [one["artifact"] for one in ordered])
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        smallest, largest = ordered[0], ordered[-1]
        return inline(
            figure,
            f"Sizes of the files, from {largest['artifact']} with {size_of_file(largest['bytes'])} down to "
            f"{smallest['artifact']} with {size_of_file(smallest['bytes'])}",
        )
