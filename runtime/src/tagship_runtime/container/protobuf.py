"""Fields of Protocol Buffers messages; wire format: protobuf.dev/programming-guides/encoding."""

from __future__ import annotations

from collections.abc import Iterator

MOST_FIELDS = 1 << 20
"""Most fields of a message; a model has a dozen, a graph as many as nodes and constants."""


def fields(data: bytes, position: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield each field's number, its start, and the start and end of its value."""
    for _ in range(MOST_FIELDS):
        if position >= end:
            return
        start = position
        tag, position = varint(data, position, end)
        match tag & 7:  # wire types: varint, 64 bits, length-delimited, 32 bits
            case 0:
                _, stop = varint(data, position, end)
            case 1:
                stop = position + 8
            case 2:
                size, position = varint(data, position, end)
                stop = position + size
            case 5:
                stop = position + 4
            case wire_type:
                raise ValueError(f"wire type {wire_type} at byte {start}")
        if stop > end:
            raise ValueError(f"the field at byte {start} is cut short")
        yield tag >> 3, start, position, stop
        position = stop
    raise ValueError(f"there are more than {MOST_FIELDS:,} fields")


def varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return a number and where it ends; seven bits a byte, least significant first, the top bit if more follow."""
    value = 0
    for shift in range(0, 64, 7):
        if position >= end:
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError(f"the number that ends at byte {position} is cut short or too long")


def integers(data: bytes, position: int, end: int) -> list[int]:
    """Return the signed integers of a packed field, or the one of another."""
    found = []
    while position < end:
        value, position = varint(data, position, end)
        found.append(value - (1 << 64) if value >> 63 else value)
    return found


def delimited(number: int, value: bytes) -> bytes:
    """Return a field that holds bytes."""
    head = bytearray()
    for rest in (number << 3 | 2, len(value)):
        while rest > 0x7F:
            head.append(rest & 0x7F | 0x80)
            rest >>= 7
        head.append(rest)
    return bytes(head) + value
