"""Axes that several plots have alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tagship_report.formatting import SUPERSCRIPTS


@dataclass(frozen=True, slots=True)
class Box:
    """Place of the unit square within a figure, in its units from the top left."""

    left: float
    top: float
    width: float
    height: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the square is drawn."""
        return round(self.left + x * self.width, 1), round(self.top + (1 - y) * self.height, 1)


def unit_square(figure: Any, size: tuple[float, float], box: Box) -> Any:
    """Add axes from 0 to 1 that lie where the box says."""
    width, height = size
    bottom = height - box.top - box.height
    axes = figure.add_axes((box.left / width, bottom / height, box.width / width, box.height / height))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    return axes


def count_by_decades(axes: Any, most: int) -> None:
    """Give a logarithmic axis of counts few, plainly written ticks."""
    from matplotlib.ticker import FuncFormatter, LogLocator

    axes.yaxis.set_major_locator(LogLocator(base=10, numticks=most))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: power_of_ten(round(math.log10(count)))))
    axes.minorticks_off()


def power_of_ten(exponent: int) -> str:
    """Write a power of ten, the smallest whole ones as numbers."""
    return str(10**exponent) if 0 <= exponent < 2 else f"10{str(exponent).translate(SUPERSCRIPTS)}"
