"""Matplotlib figures as inline SVG that takes its colours from the page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

INK, MUTED, GRID, ACCENT, SECOND, WARN = (f"#00000{number}" for number in range(1, 7))
"""Colours as matplotlib is told them; the page's style sheet says what they are."""

COLOURS = {INK: "ink", MUTED: "muted", GRID: "grid", ACCENT: "accent", SECOND: "second", WARN: "warn"}

SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tagship",
    "font.size": 9,
    "text.parse_math": False,
    "text.color": MUTED,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
}

NUMBERS = re.compile(r"-?\d+\.\d+")
FONT = re.compile(r"font:\s*(\d+(?:\.\d+)?)px[^;]*;?")


@contextmanager
def canvas(width: float, height: float) -> Iterator[Any]:
    """Yield an empty matplotlib figure of so many units, one per point."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        yield Figure(figsize=(width / 72, height / 72), dpi=72)


def inline(figure: Any, description: str, marks: str = "") -> str:
    """Turn a figure into an ``<svg>`` element for the page.

    What matplotlib writes for a file of its own goes: a style sheet that would hold for the whole page, metadata
    with the date, ids that would repeat. The same figure gives the same text.

    Args:
        figure: From :func:`canvas`.
        description: For who cannot see it; plain words.
        marks: SVG that goes on top, in the figure's units; trusted.
    """
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    root = ElementTree.fromstring(stream.getvalue())  # noqa: S314 - matplotlib wrote it just now
    _strip(root)
    used = set(re.findall(r"#([\w-]+)", " ".join(_references(root))))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        _restyle(element)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", description)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    text = ElementTree.tostring(root, encoding="unicode")
    text = re.sub(r">\s+<", "><", text)
    return text.replace("</svg>", f"{marks}</svg>") if marks else text


def _strip(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style", f"{{{SVG}}}title"):
                parent.remove(child)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}defs" and not len(child):
                parent.remove(child)


def _references(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        yield from (value for name, value in element.items() if name.endswith("href") or "url(#" in value)


def _restyle(element: ElementTree.Element) -> None:
    """Name colours, use the page's font, and round coordinates to a tenth of a unit."""
    style = element.get("style")
    if style is not None:
        for colour, name in COLOURS.items():
            style = style.replace(colour, f"var(--{name})")
        element.set("style", FONT.sub(r"font-size: \1px;", style).replace("; ", ";").replace(": ", ":"))
    for name in ("d", "x", "y", "transform", "points"):
        value = element.get(name)
        if value is not None:
            element.set(name, NUMBERS.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), value).strip())
    path = element.get("d")
    if path is not None:
        element.set("d", " ".join(path.split()))
