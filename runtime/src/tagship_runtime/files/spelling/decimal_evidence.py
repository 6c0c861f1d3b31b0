"""Cells of a file that tell which mark stands before fractions, or leave it in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tagship_runtime.files.spelling.number_texts import COMMA, POINT, may_be_versions, plain

FLAGS = {"1.0": "1.0", "0.0": "0.0", "1,0": "1.0", "0,0": "0.0"}
"""Spellings of 1 and 0 that can mean nothing else, as labels are written beside numbers with another mark."""

Cell: TypeAlias = tuple[str, str]
"""Column and text."""


@dataclass(slots=True)
class DecimalEvidence:
    """First cells of each sort.

    Attributes:
        sure: Numbers under one mark alone, by that mark.
        flags: Likewise spellings of 1 and 0, which are written so whatever mark numbers have.
        versions: Likewise cells of columns that may hold versions such as 2.10, whose points no number needs to have.
        unsure: A number under both marks, such as 1,234.
    """

    sure: dict[str, Cell] = field(default_factory=dict)
    flags: dict[str, Cell] = field(default_factory=dict)
    versions: dict[str, Cell] = field(default_factory=dict)
    unsure: Cell | None = None

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[str]], usual: str | None) -> DecimalEvidence:
        """Return what columns tell.

        Args:
            columns: Different texts by name.
            usual: The mark of such a file unless its cells say otherwise.
        """
        found = cls()
        for name, texts in columns.items():
            told = found.versions if may_be_versions(texts) else found.sure
            for text in texts:
                point, comma = plain(text, POINT), plain(text, COMMA)
                if point == comma:
                    continue
                if text.strip() in FLAGS:
                    found.flags.setdefault(COMMA if point is None else POINT, (name, text))
                elif point is None or comma is None:
                    told.setdefault(COMMA if point is None else POINT, (name, text))
                elif usual != POINT or COMMA in text:  # 1.234 is usual in a file with commas between cells
                    found.unsure = found.unsure or (name, text)
        return found

    @property
    def telling(self) -> dict[str, Cell]:
        """Cells that count, by the mark that they tell: others than sure ones where there is nothing better."""
        if not self.sure and self.unsure is not None:
            return self.flags if len(self.flags) == 1 else {}
        return {**self.versions, **self.sure}

    def advice(self) -> str:
        """Say what to do with a column that may hold versions."""
        name, text = next(iter(self.versions.values()), ("", ""))
        return f"; if column {name!r} holds versions, such as {text!r}, train with --categorical {name}" if text else ""
