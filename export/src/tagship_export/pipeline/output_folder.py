"""Where artifacts go: a folder that never holds half a file, nor one that was replaced by a rejection."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagship_runtime.container import unpack
from tagship_runtime.documents import EXPORT_FORMAT
from tagship_runtime.errors import OutputError
from tagship_runtime.files import replacing
from tagship_runtime.files.sidecar import contract_beside

REJECTED, TABLE = "rejected", "export.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file to write.

    Attributes:
        name: Of the file.
        data: The artifact.
        passed: Whether it kept its budget; if not it goes to ``rejected``.
        facts: Its line of the table.
    """

    name: str
    data: bytes
    passed: bool
    facts: Mapping[str, Any]


def save(
    folder: Path, entries: Sequence[Entry], keep: Collection[str], facts: Mapping[str, Any]
) -> tuple[dict[str, Path], dict[str, Any]]:
    """Write the artifacts whose names are in ``keep``, and the table of all.

    Args:
        folder: Where to; made if it is not there.
        entries: What was measured.
        keep: Names of those to write.
        facts: What the table says besides.

    Returns:
        Where each of them is, and the table.

    Raises:
        OutputError: The folder cannot be written, or the disk is full.
    """
    paths = {}
    for entry in entries:
        good, bad = folder / entry.name, folder / REJECTED / entry.name
        target, other = (good, bad) if entry.passed else (bad, good)
        _remove(other)
        if entry.name in keep:
            paths[entry.name] = target
            _write(target, entry.data)
        else:
            _remove(target)
    lines = [
        {**entry.facts, "path": paths[entry.name].relative_to(folder).as_posix() if entry.name in paths else None}
        for entry in entries
    ]
    table = {"tagship_export": EXPORT_FORMAT, "artifacts": lines, **facts}
    write_table(folder / TABLE, table)
    return paths, table


def write_table(path: Path, table: Mapping[str, Any]) -> None:
    """Write ``export.json``, all or nothing."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write(path: Path, data: bytes) -> None:
    """The artifact and its contract beside it, each all or nothing; the contract first."""
    contract = unpack(data).contract
    text = json.dumps(None if contract is None else contract.to_dict(), indent=2, ensure_ascii=False) + "\n"
    for target, content in ((contract_beside(path), text.encode()), (path, data)):
        with replacing(target) as temporary:
            temporary.write_bytes(content)


def _remove(path: Path) -> None:
    """What an earlier export left under this name."""
    try:
        for target in (path, contract_beside(path)):
            target.unlink(missing_ok=True)
        if path.parent.name == REJECTED and path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
    except NotADirectoryError:
        return  # writing will say so
    except OSError as error:
        raise OutputError(f"cannot remove {path}: {error.strerror or error}") from error
