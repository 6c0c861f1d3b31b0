"""The interface of formats of model files, as far as bytes go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract


ELSEWHERE = "keeps numbers in another file, which no digest covers"
"""Words of :meth:`Format.unbounded` about such a model, which nothing lets in."""


class Format(ABC):
    """One kind of model file, and how it carries a contract; see :data:`tagship_runtime.container.FORMATS`."""

    name: ClassVar[str]
    """As on the command line, and the suffix of its files."""

    title: ClassVar[str]
    """For people."""

    engines: ClassVar[tuple[str, ...]]
    """The modules of :mod:`tagship_runtime.engines` that run it: the one that artifacts are proved with, then
    those that stand in for it where it is not installed."""

    entries: ClassVar[tuple[str, ...]] = ()
    """Names of what the tail holds: of the contract, and of what makers of other programs look for."""

    contract_entry: ClassVar[str]
    """The one of :attr:`entries` that is the contract."""

    traces: ClassVar[tuple[bytes, ...]]
    """Bytes of a tail that a model of somebody else does not contain."""

    @abstractmethod
    def recognise(self, data: bytes) -> bool:
        """Tell whether these bytes are of this format, going by how they begin."""

    @abstractmethod
    def find_tail(self, data: bytes) -> tuple[int, bytes] | None:
        """Return the offset of the tail and the contract's JSON in it; None where there is no readable tail."""

    @abstractmethod
    def is_whole(self, data: bytes) -> bool:
        """Tell whether a model without a contract looks complete, as far as that can be told."""

    def unbounded(self, payload: bytes) -> str | None:
        """Tell what a model might do for ever, or read besides its own bytes; None where there is no such thing."""
        return None

    def before_sigmoids(self, payload: bytes) -> list[tuple[float, bytes]]:
        """Return models that give what the sigmoids take of which the scores are a mean, each with its share in it.

        None where the scores are, as far as bytes tell, no such mean.

        Raises:
            ValueError: The model is damaged.
        """
        return []

    @abstractmethod
    def make_tail(self, offset: int, contract: Contract, stored: bytes) -> bytes:
        """Return the tail for a contract and its JSON, to stand at this offset."""

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """Count bytes of weights and other constants in a model, by NumPy type name; empty where bytes do not tell.

        Raises:
            ArtifactCorruptError: The model is damaged.
        """
        return {}

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Format {self.name}>"

    def __reduce__(self) -> str:
        return self.name.upper()  # the name of the one object that its module has, also in another process
