"""Tables of a folder or a pattern, and the part of the output that each becomes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tagship_runtime.errors import MissingFileError, UsageError
from tagship_runtime.files.open_table import READ, SUFFIXES, suffix_of
from tagship_runtime.files.several import find_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table to answer.

    Attributes:
        source: Its path.
        name: Path of the answer within the output folder.
    """

    source: str
    name: str

    def fingerprint(self) -> dict[str, int]:
        """Return by what a table is known that has changed since it was answered."""
        state = Path(self.source).stat()
        return {"bytes": state.st_size, "modified_ns": state.st_mtime_ns}


def plan_parts(data: str, kind: str | None) -> list[Part]:
    """Return a part for each table, sorted by path.

    Args:
        data: A folder, in which tables of all known kinds are taken, or a pattern, as in ``rows/**/*.parquet``.
        kind: Of the answers, such as ``.csv``; None for that of each table, CSV where such is not written.

    Raises:
        MissingFileError: There is no table.
        UsageError: Two tables would have the same answer.
    """
    base, sources = find_tables(data)
    if not sources:
        raise MissingFileError(f"no table is in {data}; {', '.join(READ)} are read")
    parts: dict[str, Part] = {}
    for source in sources:
        name = _answer(os.path.relpath(source, base), kind)
        if name in parts:
            raise UsageError(
                f"{parts[name].source} and {source} would both be answered in {name}; rename one, or give another "
                "pattern or --format"
            )
        parts[name] = Part(source=source, name=name)
    return list(parts.values())


def _answer(name: str, kind: str | None) -> str:
    """Return a table's path with the suffix of its answer."""
    path = Path(name)
    packed = path.suffix.lower() == ".gz"
    stem = path.with_suffix("") if packed else path
    wanted = kind or suffix_of(name) or ".csv"
    return str(stem.with_suffix(wanted)) + (".gz" if packed and wanted in PACKED else "")


PACKED = frozenset(SUFFIXES) - {".parquet"}
"""Kinds of answers that are written packed where the table was."""
