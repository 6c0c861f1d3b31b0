"""The best size of a run of which a file fits into so many bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from tagship_export.errors import ExportError
from tagship_export.pipeline.results import Proved, Refusal
from tagship_runtime.documents import SizeDocument, run_folder

SMALLEST_SHARE = 5
"""No recipe makes a file smaller than a fifth of the float32 one."""


def sizes_by_loss(source: Any, most: int) -> list[str]:
    """Names of a run's sizes of which a file may have at most so many bytes, from the least held-out log loss.

    Args:
        source: A run folder.
        most: Bytes.

    Raises:
        ExportError: It is no run folder with several sizes, or all are too large in any recipe.
    """
    path = Path(fspath(source)) / run_folder.RUN if isinstance(source, str | PathLike) else None
    ladder: list[SizeDocument] = []
    if path is not None and path.is_file():
        ladder = json.loads(path.read_text(encoding="utf-8")).get("ladder") or []
    if not ladder:
        raise ExportError("a bound in bytes chooses among the sizes of a run, and the source has one model only")
    sizes = [size for size in ladder if size["bytes"] <= SMALLEST_SHARE * most]
    if not sizes:
        least = min(size["bytes"] for size in ladder)
        raise ExportError(
            f"the smallest size has {least:,} bytes in float32, of which no recipe makes {most:,}; train again with "
            "--max-bytes"
        )
    return [size["name"] for size in sorted(sizes, key=lambda size: size["metrics"]["held_out"]["log_loss"])]


def first_within(sizes: Sequence[str], most: int, prove: Callable[[str], Proved]) -> Proved:
    """Return the files that fit of the first size that has some which passed; the others are among its refusals.

    Args:
        sizes: Names, the best first.
        most: Bytes that a file may have.
        prove: Makes and proves the files of a size.

    Raises:
        ExportError: None has.
    """
    found: list[tuple[int, str]] = []
    for size in sizes:
        proved = prove(size)
        small = [one for one in proved.candidates if one.size <= most]
        if any(one.verification.passed for one in small):
            large = [
                Refusal(planned=one.planned, reason=f"it would have {one.size:,} bytes, more than {most:,}")
                for one in proved.candidates
                if one.size > most
            ]
            return replace(proved, candidates=small, refusals=[*proved.refusals, *large])
        found += [(one.size, f"{one.name} of {size}") for one in proved.candidates]
    least, name = min(found)
    raise ExportError(
        f"no file that passed has at most {most:,} bytes; the smallest, {name}, has {least:,}: add recipes (--recipes "
        "auto), or train with --max-bytes"
    )
