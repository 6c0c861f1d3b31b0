"""Dialects of text tables: what stands between cells, how numbers are spelled, and in which encoding."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace

from tagship_runtime.errors import UsageError

NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "space": " "}
"""Separators that are awkward to type, by name."""

DECIMALS = {".": ".", ",": ",", "point": ".", "comma": ","}
"""Decimal marks, and their names."""

ORDERS = {"day-first": "day", "month-first": "month"}
"""Part of 03/04/2024 that stands first, by the option's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Spelling of a table, as far as the caller says it; None is found by looking at the file.

    Attributes:
        separator: Between cells, one character.
        decimal: Between a number's whole part and its fraction, ``.`` or ``,``.
        encoding: Of the text, by a name that Python knows.
        missing: Words that stand for a missing number, besides those that always do.
        sheet: Of a workbook, by name.
        dates: What stands first in dates such as 03/04/2024, ``day`` or ``month``.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    missing: tuple[str, ...] = ()
    sheet: str | None = None
    dates: str | None = None

    def with_missing(self, words: tuple[str, ...]) -> Dialect:
        """Return the dialect with more words that stand for a missing number."""
        return replace(self, missing=tuple(dict.fromkeys((*self.missing, *words))))

    @classmethod
    def parse(
        cls,
        *,
        separator: str | None = None,
        decimal: str | None = None,
        encoding: str | None = None,
        missing: tuple[str, ...] = (),
        sheet: str | None = None,
        dates: str | None = None,
    ) -> Dialect:
        """Return the dialect for options as they are typed.

        Raises:
            UsageError: One of them means nothing.
        """
        separator = None if separator is None else NAMED.get(separator, separator)
        if separator is not None and (len(separator) != 1 or separator.isalnum() or separator in '"\r\n\0'):
            raise UsageError(f"--separator is {separator!r}; give one character such as ';', or tab")
        if decimal is not None and decimal not in DECIMALS:
            raise UsageError(f"--decimal is {decimal!r}; give . or ,")
        if dates is not None and dates not in ORDERS:
            raise UsageError(f"--dates is {dates!r}; give day-first or month-first")
        if encoding is not None:
            encoding = _encoding(encoding)
        mark = None if decimal is None else DECIMALS[decimal]
        return cls(
            separator=separator,
            decimal=mark,
            encoding=encoding,
            missing=missing,
            sheet=sheet,
            dates=None if dates is None else ORDERS[dates],
        )


def _encoding(name: str) -> str:
    """Return Python's name of an encoding of text; of UTF-8 the one that takes a byte order mark for what it is."""
    try:
        found = codecs.lookup(name)
        "a".encode(name)  # others, such as hex, are encodings of bytes
    except (LookupError, ValueError):
        raise UsageError(
            f"--encoding is {name!r}, which is none that is known; give utf-8, utf-16, cp1252 or the like"
        ) from None
    return "utf-8-sig" if found.name == "utf-8" else found.name
