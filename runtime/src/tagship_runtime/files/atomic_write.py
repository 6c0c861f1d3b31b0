"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tagship_runtime.errors import OutputError, TagshipError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path in the same folder, renamed to ``path`` if the block succeeds and removed if not.

    A file that is there keeps its mode, and a link its target, which is what is replaced. What is there and no
    regular file, such as a pipe or ``/dev/null``, is written to directly.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    target = Path(os.path.realpath(path))  # as it is where links go in circles
    special = target.exists() and not target.is_file() and not target.is_dir()
    temporary = target if special else target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.is_file() else None
        if mode is not None:
            temporary.touch(0o600)  # while it grows, nobody reads it who could not read what it replaces
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
