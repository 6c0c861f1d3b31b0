"""Copies of artifacts, damaged at random in many ways: each is refused before an engine opens."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from tagship_runtime import load
from tagship_runtime.errors import ArtifactCorruptError, NoContractError, NotAnArtifactError

Damage = Callable[[bytearray, random.Random], bytes]


def single_byte(data: bytearray, chance: random.Random) -> bytes:
    data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    return bytes(data)


def run_of_bytes(data: bytearray, chance: random.Random) -> bytes:
    start, size = chance.randrange(len(data)), chance.choice([2, 4, 16, 512, 4096])
    stop = min(len(data), start + size)
    data[start:stop] = chance.choice([bytes(stop - start), b"\xff" * (stop - start), chance.randbytes(stop - start)])
    return bytes(data)


def truncation(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def missing_piece(data: bytearray, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 2000)]
    return bytes(data)


def swapped_halves(data: bytearray, chance: random.Random) -> bytes:
    middle = chance.randrange(1, len(data))
    return bytes(data[middle:] + data[:middle])


def trailing_garbage(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data + chance.choice([b"\0", b"\n", chance.randbytes(chance.randrange(1, 5000)), bytes(data)]))


def oversized_length(data: bytearray, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) - 10)
    lengths = [b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\xff" * 9 + b"\x7f", b"\xff\xff\xff\xff\x0f"]
    length = chance.choice(lengths)
    data[start : start + len(length)] = length
    return bytes(data)


def oversized_length_in_the_tail(data: bytearray, chance: random.Random) -> bytes:
    """Where the ZIP's directory or the last metadata entries are."""
    start = len(data) - chance.randrange(4, 200)
    data[start : start + 4] = chance.choice(
        [b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\0", chance.randbytes(4)]
    )
    return bytes(data)


def inserted_piece(data: bytearray, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    data[start:start] = chance.randbytes(chance.randrange(1, 100))
    return bytes(data)


TRACES = (b"tagship.json", b"\n\x07tagship\x12", b'{"digest":"', b'"tagship":')

DAMAGES: tuple[Damage, ...] = (
    single_byte,
    run_of_bytes,
    truncation,
    missing_piece,
    swapped_halves,
    trailing_garbage,
    oversized_length,
    oversized_length_in_the_tail,
    inserted_piece,
)


@pytest.mark.parametrize("copies", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_damaged_copies_are_refused(artifact: Path, copies: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_engine(*_: object) -> None:
        pytest.fail("an engine saw damaged bytes")

    monkeypatch.setattr("tagship_runtime.loading.open_engine", open_engine)
    whole, chance = artifact.read_bytes(), random.Random(copies)  # noqa: S311
    refused = dict.fromkeys(DAMAGES, 0)
    tracemalloc.start()
    try:
        for number in range(copies):
            damage = DAMAGES[number % len(DAMAGES)]
            data = damage(bytearray(whole), chance)
            if data == whole:  # zeros over zeros
                continue
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            with pytest.raises((ArtifactCorruptError, NotAnArtifactError, NoContractError)) as caught:
                load(data)
            assert tracemalloc.get_traced_memory()[1] - before < 10 * len(data) + 65536
            if caught.type is NoContractError:  # the damage took the whole contract: nothing says that there was one
                assert not [trace for trace in TRACES if trace in data], damage
            refused[damage] += 1
    finally:
        tracemalloc.stop()
    assert all(count > copies / len(DAMAGES) * 0.8 for count in refused.values()), refused
