"""Files of a folder or a pattern, and the part of the output that each becomes."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tagship_runtime.errors import MissingFileError, UsageError
from tagship_runtime.files.open_table import READ, SUFFIXES, last_suffix, suffix_of


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


def is_several(data: str) -> bool:
    """Tell whether it means several tables: a folder, or a pattern that is not itself the name of a file."""
    path = Path(data)
    return path.is_dir() or (glob.has_magic(data) and not path.exists())


def plan_parts(data: str, kind: str | None) -> list[Part]:
    """Return a part for each table, sorted by path.

    Args:
        data: A folder, in which tables of all known kinds are taken, or a pattern, as in ``rows/**/*.parquet``.
        kind: Of the answers, such as ``.csv``; None for that of each table, CSV where such is not written.

    Raises:
        MissingFileError: There is no table.
        UsageError: Two tables would have the same answer.
    """
    base, sources = _found(data)
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


def _found(data: str) -> tuple[str, list[str]]:
    """Return the folder that answers are named from, and the tables."""
    if Path(data).is_dir():
        return data, sorted(_tables(data))
    files = [path for path in glob.glob(data, recursive=True) if Path(path).is_file()]  # noqa: PTH207
    fixed = Path(data)
    while glob.has_magic(str(fixed)):
        fixed = fixed.parent
    base = str(fixed)
    if not _is_hidden(os.path.relpath(data, base)):  # a pattern such as _*.csv means them
        files = [path for path in files if not _is_hidden(os.path.relpath(path, base))]
    return base, sorted(files)


def _is_hidden(path: str) -> bool:
    """Tell whether a name within a path says that this is no table, as ``_SUCCESS`` and ``.crc`` do."""
    return any(name[0] in "._" for name in Path(path).parts)


def _tables(folder: str) -> Iterator[str]:
    """Yield the tables of a folder and the folders in it, but for hidden ones."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        for name in files:
            if not _is_hidden(name) and last_suffix(name) in READ:
                yield os.path.join(parent, name)  # noqa: PTH118 - as os.walk spells them


def _answer(name: str, kind: str | None) -> str:
    """Return a table's path with the suffix of its answer."""
    path = Path(name)
    packed = path.suffix.lower() == ".gz"
    stem = path.with_suffix("") if packed else path
    wanted = kind or suffix_of(name) or ".csv"
    return str(stem.with_suffix(wanted)) + (".gz" if packed and wanted in PACKED else "")


PACKED = frozenset(SUFFIXES) - {".parquet"}
"""Kinds of answers that are written packed where the table was."""
