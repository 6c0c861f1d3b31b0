"""Tables of a folder or of a pattern."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from tagship_runtime.files.open_table import READ, last_suffix


def is_several(data: str) -> bool:
    """Tell whether it means several tables: a folder, or a pattern that is not itself the name of a file."""
    path = Path(data)
    return path.is_dir() or (glob.has_magic(data) and not path.exists())


def find_tables(data: str) -> tuple[str, list[str]]:
    """Return the folder that names of tables are counted from, and the tables of all known kinds, sorted by path.

    Args:
        data: A folder, or a pattern, as in ``rows/**/*.parquet``.
    """
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
