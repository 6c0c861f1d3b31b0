"""SHA-256, from where it is cheapest to get."""

from __future__ import annotations

from importlib import import_module
from typing import Any

LARGE = 500_000
"""Bytes from which OpenSSL, at a tenth of the time a byte, makes up for the 3 ms that loading it takes."""


def sha256(*parts: bytes) -> str:
    """The digest of the parts, one behind the other; 64 hex digits."""
    digest = _algorithm(sum(len(part) for part in parts))()
    for part in parts:
        digest.update(part)
    found: str = digest.hexdigest()
    return found


def _algorithm(size: int) -> Any:
    if size < LARGE:
        for module in ("_sha2", "_sha256"):  # hashlib's own where there is no OpenSSL; since Python 3.12, and before
            try:
                return import_module(module).sha256
            except ImportError:
                continue
    from hashlib import sha256

    return sha256
