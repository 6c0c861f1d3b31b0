"""The folder of a run, checked before minutes of work rather than after."""

from __future__ import annotations

import os
from pathlib import Path

from tagship_runtime.documents.run_folder import RUN
from tagship_training.errors import RunFolderError


def check_free(path: str | os.PathLike[str], *, force: bool) -> Path:
    """Return the folder to write, if it can be written and nothing would be lost but, with ``force``, a run.

    Raises:
        RunFolderError: Something is there already, or its parent cannot be written.
    """
    folder = Path(path).resolve()
    parent = next(parent for parent in folder.parents if parent.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise RunFolderError(f"cannot write {folder}: {parent} is not a folder that can be written")
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return folder
    if not (folder / RUN).is_file():
        raise RunFolderError(f"{folder} exists and is not a run; choose another --out")
    if not force:
        raise RunFolderError(f"{folder} holds a finished run; choose another --out, or --force to replace it")
    return folder
