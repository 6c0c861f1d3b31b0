"""JSON Lines: one object a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from tagship_runtime.errors import DataError
from tagship_runtime.files.open_table import is_text, not_text, open_text, title
from tagship_runtime.files.readers.batch import Batch, Reading
from tagship_runtime.files.spelling.numerals import POINT, Numerals


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON.

    Raises:
        ValueError: A key stands in it more than once, of which json would take the last.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {repeated!r} stands in it more than once")
    return found


DECODER = json.JSONDecoder(object_pairs_hook=_each_once)


def read(source: str, reading: Reading) -> Iterator[Batch]:
    """Stream a file."""
    with open_text(source, reading.dialect.encoding) as stream:
        yield from parse(stream, source, reading, partial(_keys_among, source, reading))


def _nowhere(absent: Sequence[str]) -> Sequence[str]:
    """Return none: a stream is read once, and cannot be searched for keys that come later."""
    return ()


def parse(
    lines: Iterable[str], source: str, reading: Reading, later: Callable[[Sequence[str]], Sequence[str]] = _nowhere
) -> Iterator[Batch]:
    """Yield batches of lines.

    Columns are the keys of the first batch, and those that are needed and come later; a row without one of them has a
    missing value there. Where no names are needed, and so all keys count, one that comes later is refused.

    Args:
        lines: Of the file.
        source: Its name.
        reading: How it is read.
        later: Returns those of some names that are keys anywhere in the file.
    """
    names: dict[str, None] = {}
    numerals = reading.numerals(title(source), POINT)
    chunk: list[dict[str, Any]] = []
    number = 0
    for line_number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        number += 1
        wrong: DataError | None = None
        try:
            place = f"{title(source)}, line {line_number}"
            row = _row(line, place)
            _check_keys(row, names, place, reading)
            chunk.append(row)
            full = len(chunk) == (1 if reading.live else reading.rows)
        except DataError as error:
            full, wrong = True, error
        if full and chunk:
            names = names or _names(chunk, reading, later)
            yield _batch(chunk, names, number - len(chunk) - (wrong is not None), reading, numerals)
            chunk = []
        if wrong is not None:
            reading.refuse(wrong)
    if chunk:
        names = names or _names(chunk, reading, later)
        yield _batch(chunk, names, number - len(chunk), reading, numerals)


def _names(
    rows: list[dict[str, Any]], reading: Reading, later: Callable[[Sequence[str]], Sequence[str]]
) -> dict[str, None]:
    """Return the first rows' keys; a row that is answered as it comes may lack some of those that are needed."""
    names = dict.fromkeys(name for row in rows for name in row)
    absent = [name for name in reading.columns or () if name not in names]
    return names | dict.fromkeys(absent if reading.live or not absent else later(absent))


def _check_keys(row: dict[str, Any], names: dict[str, None], place: str, reading: Reading) -> None:
    """Refuse a key that the first rows lack, where all keys are columns.

    Raises:
        DataError: There is one.
    """
    if reading.columns is None and names and (new := next((name for name in row if name not in names), None)):
        raise DataError(f"{place} has the key {new!r}, which the first rows lack; give each row the same keys")


def _keys_among(source: str, reading: Reading, absent: Sequence[str]) -> Sequence[str]:
    """Return those of some names that are keys in any line of a file; lines that cannot be read have none."""
    found: set[str] = set()
    with open_text(source, reading.dialect.encoding) as stream:
        for line in stream:
            if len(found) == len(absent):
                break
            try:
                found.update(_row(line, source).keys() & set(absent))
            except DataError:  # a blank line, or one that is refused once its turn comes
                continue
    return [name for name in absent if name in found]


def _row(line: str, place: str) -> dict[str, Any]:
    if not line.isascii() and not is_text(line):
        raise DataError(f"{place} {not_text(line)}")
    try:
        row = DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise DataError(f"{place} is {line.strip()[:40]!r}; an object is needed")
    if "\\u" in line and not is_text(json.dumps(row, ensure_ascii=False)):
        raise DataError(f"{place} holds half of a surrogate pair (\\ud800 to \\udfff), which is no text; escape both")
    return row


def _batch(rows: list[dict[str, Any]], names: Iterable[str], first: int, reading: Reading, numerals: Numerals) -> Batch:
    columns = {name: [row.get(name) for row in rows] for name in names}
    batch = reading.batch(columns, numerals, first, len(rows))
    numerals.tell_doubt()
    return batch
