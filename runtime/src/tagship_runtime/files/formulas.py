"""Texts in a CSV that a spreadsheet would compute."""

from __future__ import annotations

import re

_BLANK = r"[\x00-\x20\x7f-\xa0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
"""Blanks, marks of no width and control characters, which some programs skip before a formula."""

_SIGN = "[-=+@\uff0d\uff1d\uff0b\uff20\ufe63\ufe66\ufe62\ufe6b]"
"""First characters of a formula, also as wide and as small forms, which some programs take for the same."""

_FORMULA = re.compile(rf"[\t\r\n]|{_BLANK}*{_SIGN}")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def neutral(text: str) -> str:
    """Return a text for a CSV; if it might be a formula, with an apostrophe before it, so that it is text.

    The same goes for each part between semicolons, at which spreadsheets of many countries divide a line.
    """
    return ";".join(f"'{part}" if _is_formula(part) else part for part in text.split(";"))


def _is_formula(text: str) -> bool:
    return _FORMULA.match(text) is not None and not _NUMBER.fullmatch(text)
