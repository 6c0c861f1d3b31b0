"""Text that fits the terminal, or 80 columns where there is none: tables, and sentences in lines.

Figures are never cut. A table's first column, which holds names, gives way: a long name loses its middle, or is
folded where that would make two names alike or where it is asked for; where even that leaves no room, each row becomes
a few lines.
"""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

PAPER_WIDTH = 80
"""Width where there is no terminal to ask; what is piped reads the same."""

LEAST_NAME = 12
"""A column of names with less room than this is not worth reading."""

GAP, INDENT = "  ", "  "


def terminal_width() -> int:
    """Return the columns of the terminal behind stdout, or what COLUMNS says."""
    return max(shutil.get_terminal_size((PAPER_WIDTH, 24)).columns, LEAST_NAME)


def printable(text: str) -> str:
    """Return text with escapes for control characters: names in files must not steer the terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def cells(text: str) -> int:
    """Count the columns of a printable text: two for wide characters, none for those that combine."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def file_size(size: int) -> str:
    """Return bytes in three digits, such as ``274 KB``; decimal, as package registries and phones count."""
    if size < 1000:
        return f"{size} B"
    value, units = size / 1000, ["KB", "MB", "GB"]
    while value >= 999.5 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.{0 if value >= 99.95 else 1}f} {units[0]}"


def file_names(paths: Sequence[str]) -> list[str]:
    """Return the paths without their folders, if they can be told apart by that."""
    names = [Path(path).name for path in paths]
    return names if len(set(names)) == len(set(paths)) else list(paths)


def wrap(text: str, start: str = "", indent: str = "  ", width: int | None = None) -> list[str]:
    """Return the lines of a sentence; words that are too long for one are folded.

    Args:
        text: Any; control characters are shown as escapes.
        start: What stands before it on the first line.
        indent: What stands before the other lines.
        width: Of the lines; default: the terminal's.
    """
    return list(_fill(printable(text).split(" "), start, indent, width or terminal_width()))


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None, *, whole: bool = False
) -> list[str]:
    """Return the lines of a table.

    Args:
        headings: One per column.
        rows: A name, which may be long, and figures, which are set to the right.
        width: Of the lines; default: the terminal's.
        whole: Whether long names are folded, and never lose their middle, as those that are typed again.
    """
    width = width or terminal_width()
    names = [printable(text) for text in (headings[0], *(row[0] for row in rows))]
    figures = [list(headings[1:]), *(list(row[1:]) for row in rows)]
    widths = [max(cells(text) for text in column) for column in zip(*figures, strict=True)]
    room = width - sum(len(GAP) + size for size in widths)
    wanted = max(cells(name) for name in names)
    if room < min(wanted, LEAST_NAME):
        return list(_stacked(headings[1:], names[1:], figures[1:], width))
    room = min(room, wanted)
    lines = []
    for parts, texts in zip(_fitted(names, room, whole=whole), figures, strict=True):
        first = _padded(parts[0], room)
        right = [" " * (size - cells(text)) + text for text, size in zip(texts, widths, strict=True)]
        lines += [GAP.join([first, *right]).rstrip(), *parts[1:]]
    return lines


def _stacked(headings: Sequence[str], names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Return each name on lines of its own, its figures below."""
    for name, texts in zip(names, rows, strict=True):
        yield from _fold(name, width)
        figures = [f"{heading} {text}" for heading, text in zip(headings, texts, strict=True) if text]
        yield from _fill([f"{item};" for item in figures[:-1]] + figures[-1:], INDENT, INDENT, width)


def _fitted(names: Sequence[str], room: int, *, whole: bool) -> list[list[str]]:
    """Return each name's lines: one without its middle, or as many as it takes to tell names apart."""
    short = [_without_middle(name, room) for name in names]
    if len(set(short)) == len(set(names)) and not whole:
        return [[name] for name in short]
    return [list(_fold(name, room)) or [""] for name in names]


def _without_middle(name: str, room: int) -> str:
    if cells(name) <= room:
        return name
    tail = (room - 1) // 2
    head = room - 1 - tail
    first = next(_fold(name, head))
    last = next(_fold(name[::-1], tail))[::-1]
    return f"{first}…{last}"


def _fold(text: str, room: int) -> Iterator[str]:
    part, used = "", 0
    for character in text:
        size = cells(character)
        if used + size > room and part:
            yield part
            part, used = "", 0
        part, used = part + character, used + size
    if part:
        yield part


def _fill(words: Sequence[str], start: str, indent: str, width: int) -> Iterator[str]:
    line, used, empty = start, cells(start), True
    for word in words:
        for part in _fold(word, width - len(indent)):
            gap = "" if empty else " "
            if used + len(gap) + cells(part) > width and used > len(indent):
                yield line.rstrip()
                line, used, gap = indent, len(indent), ""
            line, used, empty = line + gap + part, used + len(gap) + cells(part), False
    yield line


def _padded(text: str, room: int) -> str:
    return text + " " * (room - cells(text))
