"""Counts of the processes of a cluster: a file for each process, in a folder that all of them see."""

from __future__ import annotations

import json
import os
import platform
import secrets
import threading
from typing import TYPE_CHECKING

from tagship_runtime.files import replacing
from tagship_runtime.monitoring.drift import Drift

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract

_LOCK = threading.Lock()
_TOTALS: dict[tuple[int, str, str | None], tuple[Drift, str]] = {}
"""By process, folder and artifact: what was counted so far, and the file; a forked process has its own."""


def add_counts(folder: str, counted: Drift) -> None:
    """Add counts to those of this process, and write these to its file, whole or not at all.

    Args:
        folder: In which each process has a file; it is made where it is not there.
        counted: What one call counted that came to its end.

    Raises:
        OutputError: The file cannot be written.
    """
    contract: Contract = counted.contract
    key = os.getpid(), folder, contract.digest
    with _LOCK:
        if key not in _TOTALS:
            name = f"{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}.json"
            _TOTALS[key] = Drift(contract), os.path.join(folder, name)  # noqa: PTH118 - a name that a cluster shares
        total, path = _TOTALS[key]
        total.merge(counted)
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        with replacing(path) as file:
            file.write_text(json.dumps(total.to_dict(), ensure_ascii=False) + "\n", encoding="utf-8")
