"""Encodings of text tables, found from their first bytes where those leave no doubt."""

from __future__ import annotations

import codecs
import re

DEFAULT = "utf-8-sig"
"""UTF-8, with or without a byte order mark."""

GUESS = "cp1252"
"""Encoding that Windows saves in western Europe; shown as an example, never taken for granted."""

MARKS = {
    codecs.BOM_UTF8: DEFAULT,
    codecs.BOM_UTF32_LE: "utf-32",  # which begins as the next one does
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

SHOWN = 40
"""Letters of an example."""

MOSTLY = 0.7
"""Share of zeros among every other byte, from which on a text without a mark is UTF-16; UTF-8 has none."""

WIDE = {"utf-32-le": (2, 3), "utf-32-be": (0, 1)}
"""Bytes of each four that are zero in UTF-32, for letters of which people write tables."""


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text, by its byte order mark or the zeros of UTF-16 and UTF-32, else UTF-8.

    Args:
        head: The first bytes, the more the better.
    """
    for mark, name in MARKS.items():
        if head.startswith(mark):
            return name
    for name, zeros in WIDE.items():
        if len(head) >= 4 and all(set(head[place::4]) == {0} for place in zeros):
            return name
    even, odd = head[::2], head[1::2]
    if odd and odd.count(0) >= MOSTLY * len(odd) and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) >= MOSTLY * len(even) and not odd.count(0):
        return "utf-16-be"
    return DEFAULT


def example_of(text: str) -> str | None:
    """Return how Windows-1252 would read a text with bytes that were no UTF-8; None where it would not either.

    Args:
        text: Decoded with ``surrogateescape``.
    """
    cells = re.split(r'[,;\t|"\r\n]', text)
    strange = next((cell for cell in cells if re.search("[\udc80-\udcff]", cell)), None)
    if strange is None:
        return None
    try:
        return strange.encode("utf-8", "surrogateescape").decode(GUESS).strip()[:SHOWN]
    except UnicodeDecodeError:
        return None
