"""Mutants that were looked at and called equivalent, with the reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

Key = tuple[str, str, str, str]
"""Module, where in it, and the statement before and after."""


def read(path: Path) -> dict[Key, str]:
    """Read the reasons.

    Raises:
        ValueError: One has no reason, or is there twice.
    """
    reasons: dict[Key, str] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []):
        key = entry["module"], entry["where"], entry["was"], entry["now"]
        if not entry.get("reason", "").strip():
            raise ValueError(f"{path.name}: no reason is given for {key}")
        if key in reasons:
            raise ValueError(f"{path.name}: {key} is there twice")
        reasons[key] = entry["reason"]
    return reasons
