"""An artifact's contract beside it, and digests of files."""

from __future__ import annotations

import hashlib
from pathlib import Path


def contract_beside(path: Path) -> Path:
    """Return where the contract of an artifact lies as a file of its own."""
    return path.with_name(f"{path.name}.json")


def sha256_of_file(path: Path) -> str:
    """Return the digest of a file's content, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
