"""Plot of how far an artifact's scores are from the original's."""

from __future__ import annotations

from tagship_report.plots.axes import count_by_decades, power_of_ten
from tagship_report.plots.svg import ACCENT, SECOND, WARN, canvas, inline
from tagship_runtime.documents import DifferenceHistogram

SIZE = (240.0, 150.0)


def draw(histogram: DifferenceHistogram, tolerance: float) -> str:
    """Draw a histogram of absolute score differences on a log axis, with the recipe's tolerance."""
    import numpy as np

    width, height = SIZE
    counts, zero, exponents = histogram["counts"], histogram["zero"], histogram["exponents"]
    with canvas(*SIZE) as figure:
        axes = figure.add_axes((34 / width, 34 / height, 198 / width, 106 / height))
        axes.bar(exponents[:-1], counts, width=np.diff(exponents) * 0.9, align="edge", color=ACCENT)
        none_at = exponents[0] - 1.2
        axes.bar([none_at], [zero], width=0.8, color=SECOND)
        axes.set_yscale("log")
        axes.set_ylim(0.5, max(10.0, 2.0 * max([*counts, zero])))
        axes.set_xlim(none_at - 0.8, exponents[-1] + 0.2)
        ticks = [at for at in range(int(exponents[0]), 1) if at % 3 == 0]
        axes.set_xticks([none_at, *ticks], ["0", *(power_of_ten(at) for at in ticks)])
        count_by_decades(axes, 4)
        axes.grid(visible=False, axis="x")
        axes.axvline(np.log10(tolerance), color=WARN, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_xlabel("difference of scores", labelpad=2)
        axes.set_ylabel("decisions", labelpad=1)
        return inline(figure, "How many scores differ from the original's by how much, on logarithmic axes")
