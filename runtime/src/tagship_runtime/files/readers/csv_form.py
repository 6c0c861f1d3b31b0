"""Form of a text table: its separator and its numbers' spelling, given by the caller or found in its first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from tagship_runtime.files.open_table import title
from tagship_runtime.files.readers.batch import Reading
from tagship_runtime.files.spelling.numerals import POINT, Numerals
from tagship_runtime.files.spelling.separators import ROWS, SHOWN, find_separator

DECLARED = re.compile(r'"?sep=(.)"?[\s,;]*', re.IGNORECASE)
"""A first line by which a file tells Excel what stands between its cells."""

TABS = (".tsv", ".tab")
"""Ends of file names that say what stands between cells."""


@dataclass(frozen=True, slots=True)
class Form:
    """Meaning of a text table's bytes.

    Attributes:
        separator: Between cells.
        numerals: The spelling of its numbers.
        before: Lines before the header.
    """

    separator: str
    numerals: Numerals
    before: int = 0


def form_of(source: str, head: Sequence[str], reading: Reading) -> Form:
    """Return a table's form.

    Args:
        source: For messages, and for what its name says.
        head: Its first lines.
        reading: What the caller knows.

    Raises:
        DataError: Two separators would do.
    """
    given = reading.dialect
    declared = DECLARED.fullmatch(head[0]) if head else None
    separator = given.separator or (declared and declared[1])
    if separator is None:
        named = source.lower().removesuffix(".gz").endswith(TABS) and head and "\t" in head[0]
        separator = "\t" if named else find_separator(title(source), head)
        if separator != "," and not named and reading.note is not None:
            reading.note(f"{title(source)} is read with {SHOWN[separator]} between its cells")
    numerals = reading.numerals(title(source), POINT if separator == "," else None)
    return Form(separator, numerals, 1 if declared else 0)


def looked_ahead(lines: Iterable[str], *, live: bool = False) -> tuple[list[str], Iterator[str]]:
    """Return the first lines, and an iterator over all of them; where lines are awaited, the first alone is."""
    rest = iter(lines)
    head: list[str] = []
    for line in islice(rest, ROWS):
        head.append(line)
        if live and line.strip():
            break
    return head, chain(head, rest)
