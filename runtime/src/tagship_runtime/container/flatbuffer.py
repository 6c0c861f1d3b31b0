"""Reading tables of a FlatBuffer without packages; layout: flatbuffers.dev/internals."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table.

    Attributes:
        data: The whole buffer.
        position: Where the table begins.
    """

    data: bytes
    position: int

    @classmethod
    def root(cls, data: bytes) -> Table:
        """Return the table that the buffer begins with."""
        return cls(data=data, position=_unsigned(data, 0))

    def integer(self, field: int, form: str) -> int:
        """Return a number stored in the table, 0 where it is left out, by its ``struct`` format."""
        place = self._place(field)
        return 0 if place is None else int(struct.unpack_from(form, self.data, place)[0])

    def length(self, field: int) -> int:
        """Return the length of a vector, 0 where it is left out."""
        place = self._vector(field)
        return 0 if place is None else _unsigned(self.data, place)

    def start(self, field: int) -> int | None:
        """Return where the first item of a vector is; None where the vector is left out."""
        place = self._vector(field)
        return None if place is None else place + 4

    def numbers(self, field: int, form: str) -> list[int]:
        """Return a vector of numbers, by the ``struct`` format of one of them."""
        place, count = self._vector(field), self.length(field)
        return [] if place is None else list(struct.unpack_from(f"<{count}{form}", self.data, place + 4))

    def tables(self, field: int) -> list[Table]:
        """Return a vector of tables."""
        place, count = self._vector(field), self.length(field)
        if place is None:
            return []
        offsets = struct.unpack_from(f"<{count}I", self.data, place + 4)
        return [
            Table(data=self.data, position=place + 4 + 4 * number + offset) for number, offset in enumerate(offsets)
        ]

    def _vector(self, field: int) -> int | None:
        place = self._place(field)
        return None if place is None else place + _unsigned(self.data, place)

    def _place(self, field: int) -> int | None:
        """Return where a field is, by the table of offsets that each table points back to; None where it is absent."""
        offsets = self.position - int(struct.unpack_from("<i", self.data, self.position)[0])
        size = int(struct.unpack_from("<H", self.data, offsets)[0])
        entry = 4 + 2 * field
        if entry + 2 > size:
            return None
        offset = int(struct.unpack_from("<H", self.data, offsets + entry)[0])
        return self.position + offset if offset else None


def _unsigned(data: bytes, position: int) -> int:
    return int(struct.unpack_from("<I", data, position)[0])
