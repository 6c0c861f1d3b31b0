"""Kinds of features, each as C."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class FeatureInC(Protocol):
    """One feature of a row.

    ``member`` is its name in the row, ``position`` where its columns begin in the network's inputs, and ``number``
    its place among the features, from 1.
    """

    def declaration(self, member: str) -> str:
        """The member of the row and a comment that says what it takes."""

    def support(self) -> Sequence[str]:
        """Static functions and macros that the statements use, each once per file."""

    def constants(self, member: str) -> Sequence[str]:
        """Static constants of this feature."""

    def statements(self, member: str, position: int, number: int) -> Sequence[str]:
        """Statements that write the inputs of ``row``, or ``return`` the number."""

    def initializer(self, cell: Any) -> str:
        """A constant expression for a cell as it stands in golden rows."""

    def read(self, member: str) -> Sequence[str]:
        """Statements of a program that reads ``row`` from a file, for the proof."""

    def write(self, cell: Any) -> bytes:
        """A cell for such a file."""
