"""An artifact's contract beside it, and digests of files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tagship_runtime.files.atomic_write import replacing


def contract_beside(path: Path) -> Path:
    """Return where the contract of an artifact lies as a file of its own."""
    return path.with_name(f"{path.name}.json")


def sha256_of_file(path: Path) -> str:
    """Return the digest of a file's content, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_artifact(path: Path, data: bytes, beside: Mapping[Path, bytes]) -> None:
    """Write an artifact and the files beside it; whenever the process ends, none of these is there without theirs.

    All are written before the first takes its name. Then what an earlier artifact had beside it goes, the artifact
    takes its name, and the others follow.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    with ExitStack() as stack:
        for file, content in (*beside.items(), (path, data)):  # left in the opposite order: the artifact first
            stack.enter_context(replacing(file)).write_bytes(content)
        for file in beside:
            file.unlink(missing_ok=True)
