"""JSON Lines: one object a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.files.batch import Batch, Reading
from tagship_runtime.files.open_table import is_text, not_text, open_text, title


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Stream a file."""
    with open_text(source, reading.dialect.encoding) as stream:
        yield from parse(stream, source, reading)


def parse(lines: Iterable[str], source: str, reading: Reading) -> Iterator[Batch]:
    """Yield batches of lines.

    The keys of the first batch are the table's columns; a later row without one of them has a missing value there.
    """
    names: dict[str, None] = {}
    chunk: list[dict[str, Any]] = []
    number = 0
    for line_number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        number += 1
        wrong: DataError | None = None
        try:
            chunk.append(_row(line, f"{title(source)}, line {line_number}"))
            full = len(chunk) == (1 if reading.live else reading.rows)
        except DataError as error:
            full, wrong = True, error
        if full and chunk:
            names = names or _names(chunk, reading)
            yield _batch(chunk, names, number - len(chunk) - (wrong is not None))
            chunk = []
        if wrong is not None:
            reading.refuse(wrong)
    if chunk:
        names = names or _names(chunk, reading)
        yield _batch(chunk, names, number - len(chunk))


def _names(rows: list[dict[str, Any]], reading: Reading) -> dict[str, None]:
    """Return the first rows' keys; a row that is answered as it comes may lack some of those that are needed."""
    needed = reading.columns or () if reading.live else ()
    return dict.fromkeys([*(name for row in rows for name in row), *needed])


def _row(line: str, place: str) -> dict[str, Any]:
    if not line.isascii() and not is_text(line):
        raise DataError(f"{place} {not_text(line)}")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise DataError(f"{place} is {line.strip()[:40]!r}; an object is needed")
    if "\\u" in line and not is_text(json.dumps(row, ensure_ascii=False)):
        raise DataError(f"{place} holds half of a surrogate pair (\\ud800 to \\udfff), which is no text; escape both")
    return row


def _batch(rows: list[dict[str, Any]], names: Iterable[str], first: int) -> Batch:
    return Batch(first=first, size=len(rows), columns={name: [row.get(name) for row in rows] for name in names})
