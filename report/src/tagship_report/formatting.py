"""Figures and names as they are written on the page."""

from __future__ import annotations

import math

NONE, MINUS, TIMES = "\u2013", "\u2212", "\u202f\u00d7\u202f"

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def isolated(name: str) -> str:
    """Keep a name inside a sentence from turning the words around it by its own direction of writing."""
    return f"\u2068{name}\u2069"


def count(value: float) -> str:
    """Write a whole number."""
    return f"{value:,.0f}"


def figure(value: float | None, digits: int = 3) -> str:
    """Write a share or score."""
    return NONE if value is None else f"{value:.{digits}f}"


def signed(value: float, digits: int = 3) -> str:
    """Write a difference, with its sign."""
    text = f"{abs(value):.{digits}f}"
    return f"{MINUS if value < 0 and text.strip('0.') else '+'}{text}"


def percent(share: float) -> str:
    """Write a share, with enough digits to see it."""
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{share:.{min(4, max(0, -math.floor(math.log10(share)) - 1))}%}"


def change(now: float, before: float) -> str:
    """Write by how much something grew or shrank."""
    share = round(100 * (now / before - 1))
    return "as large" if share == 0 else f"{'+' if share > 0 else MINUS}{abs(share)}%"


def power(value: float) -> str:
    """Write a small number as a multiple of a power of ten."""
    if value == 0 or 1e-3 <= abs(value) < 1000:
        return f"{value:.2g}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}{TIMES}10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def number(value: float) -> str:
    """Write a feature's value."""
    if 1000 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) < 1e6 else f"{value:.3g}"


def threshold(value: float) -> str:
    """Write a threshold, with the digits that tell it from its neighbours."""
    return f"{value:.3f}" if value >= 0.01 else f"{value:.2g}"


def size(count_of_bytes: int) -> str:
    """Write the size of a file."""
    if count_of_bytes < 1e4:
        return f"{count_of_bytes:,} B"
    return f"{count_of_bytes / 1e3:,.0f} kB" if count_of_bytes < 1e6 else f"{count_of_bytes / 1e6:,.2f} MB"


def microseconds(value: float) -> str:
    """Write a latency; 0 stands for none."""
    if not value:
        return "-"
    return f"{value:.1f} µs" if value < 100 else f"{value:,.0f} µs"


def falling(share: float | None) -> str:
    """Say what the end of a learning curve looks like; None after a single epoch."""
    if share is None:
        return "after a single epoch nothing says where the loss would go"
    return f"the held-out loss still fell by {share:.1%} over the last tenth of the epochs"
