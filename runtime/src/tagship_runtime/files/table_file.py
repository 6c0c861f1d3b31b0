"""A table's file, with what a caller says of its spelling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tagship_runtime.files.spelling.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A file, where its name alone does not say all that is known of it.

    Attributes:
        path: Its name.
        dialect: How it is spelled.
        positive: Values of its label columns that mean on; none for the usual pairs.
        note: Told what was found by looking; None for nobody.
    """

    path: str
    dialect: Dialect = field(default_factory=Dialect)
    positive: tuple[str, ...] = ()
    note: Callable[[str], None] | None = None

    def __str__(self) -> str:
        return self.path
