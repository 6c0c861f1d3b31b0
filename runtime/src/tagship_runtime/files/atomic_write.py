"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import glob
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from tagship_runtime.errors import OutputError, TagshipError

TAKEN = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR})
"""Errors of a folder's renaming to a name that something has."""

MOST_OF_A_NAME = 100
"""Bytes of a name that temporary ones are made of."""

ATTEMPTS = 1000
"""Renamings that may find a name taken again before that is an error."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path in the same folder, renamed to ``path`` if the block succeeds and removed if not.

    Nobody can guess its name, and it is created for this alone, so two writers never share one and no planted link is
    followed. A file that is there keeps its mode, and a link its target, which is what is replaced. A pipe, or
    whatever else is no regular file, is written to directly.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    target = Path(os.path.realpath(path))  # as it is where links go in circles
    special = target.exists() and not target.is_file() and not target.is_dir()
    temporary = target if special else _unpredictable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.is_file() else None
        if not special:
            # While it grows, nobody reads it who could not read what it replaces.
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if mode is None else 0o600))
        yield temporary
        if mode is not None:
            temporary.chmod(mode)
        if not special:
            temporary.replace(target)
    except (TagshipError, BrokenPipeError):
        raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {os.strerror(error.errno) if error.errno else error}") from error
    finally:
        if not special:
            with suppress(OSError):  # it may be the folder itself that does not exist
                temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: str | os.PathLike[str], *, replace: bool = True) -> Iterator[Path]:
    """Give an empty folder beside ``path`` that takes its name if the block succeeds, and is removed if not.

    A folder that is there is set aside, and removed only when the new one has its name: whenever the process ends, the
    old one or the new one is there, under that name or beside it. Of several processes the last one's stays.

    Args:
        path: Of the folder.
        replace: Whether one that is there may be replaced. Otherwise the new one, if something has come there while it
            was filled, keeps a name of its own beside it.

    Raises:
        FileExistsError: Something is there and may not be replaced; ``filename2`` is where the new folder is.
        OSError: It cannot be written.
    """
    target = Path(os.path.realpath(path))
    temporary = _unpredictable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        yield temporary
        if replace:
            _swap(temporary, target)
        else:
            _place(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _swap(folder: Path, target: Path) -> None:
    """Give a folder its name, and remove what had it; whatever ends this earlier, such as a signal, leaves it there."""
    before: list[Path] = []
    placed = False
    try:
        for attempt in range(ATTEMPTS):
            before.append(_unpredictable(target))
            with suppress(FileNotFoundError):  # nothing is there, or another process has just set it aside
                target.rename(before[-1])
            try:
                folder.rename(target)
                placed = True
                break
            except OSError as error:
                if error.errno not in TAKEN or attempt == ATTEMPTS - 1:
                    raise
    finally:
        for aside in reversed(before):
            if not placed and not target.exists():
                with suppress(FileNotFoundError):
                    aside.rename(target)
        if placed or target.exists():
            for aside in before:
                shutil.rmtree(aside, ignore_errors=True)


def _place(folder: Path, target: Path) -> None:
    """Give a folder its name, or one beside it where that is taken.

    Raises:
        FileExistsError: It was.
    """
    names = (target, *(target.with_name(f"{_beginning(target.name)}-{number}") for number in range(2, ATTEMPTS)))
    for name in names:
        try:
            folder.rename(name)  # takes the place of an empty folder, and of nothing else
            break
        except OSError as error:
            if error.errno not in TAKEN or name is names[-1]:
                raise
    if name != target:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target), None, str(name))


def _unpredictable(target: Path) -> Path:
    """Return a name beside the target that is not too long where the target's is not."""
    return target.with_name(f".{_beginning(target.name)}.{token_hex(8)}.tmp")


def _beginning(name: str) -> str:
    """Return so much of a name that others can be made of it: file systems count bytes, 255 at most."""
    whole = os.fsencode(name)
    return name if len(whole) <= MOST_OF_A_NAME else whole[:MOST_OF_A_NAME].decode("utf-8", "ignore")


def remove_temporary(path: str | os.PathLike[str]) -> None:
    """Remove what :func:`replacing` left beside ``path`` in a process that was killed; nobody may be writing to it."""
    for left in left_beside(path):
        left.unlink(missing_ok=True)


def left_beside(path: str | os.PathLike[str]) -> list[Path]:
    """Return temporary files and folders for ``path``: of processes that were killed, or that are still writing."""
    target = Path(path)
    return _temporary(target.parent, glob.escape(_beginning(target.name)))


def left_inside(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the same for whatever is in a folder."""
    return _temporary(Path(folder), "*")


def _temporary(folder: Path, name: str) -> list[Path]:
    return sorted(folder.glob(f".{name}.{'[0-9a-f]' * 16}.tmp"))
