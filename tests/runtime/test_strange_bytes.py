"""Whatever bytes and cells come, the answer is a result or one of tagship's own errors."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tagship_runtime.container import attach, unpack
from tagship_runtime.contract import (
    CategoryFeature,
    Contract,
    Feature,
    Golden,
    NumericFeature,
    OffsetFeature,
    TensorSpec,
)
from tagship_runtime.errors import ArtifactError, ContractError, DataError, InputError
from tagship_runtime.features import encoder
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.readers import csv_rows, json_lines

EXECUTIONS, MANY = 2_000, 200_000
"""Of each of the five, in every run and behind ``-m slow``."""

FEATURES: tuple[Feature, ...] = (
    NumericFeature(name="age", fill=40.5, indicator=True),
    CategoryFeature(name="colour", values=("red", "grün", "")),
    OffsetFeature(name="time", offset=1.7e9),
)
CONTRACT = Contract(
    labels=("large", "round"),
    thresholds=(0.5, 0.25),
    features=FEATURES,
    input=TensorSpec(name="features", dtype="int8", shape=(None, 6), scale=0.5, zero_point=-3),
    output=TensorSpec(name="scores", dtype="float32", shape=(None, 2)),
    recipe="float32",
    source={"sha256": "00"},
    golden=Golden(rows=([1.5, "red", 1.7e9],), scores=((0.1, 0.9),), decisions=((False, True),), tolerance=1e-5),
)
STORED = CONTRACT.to_json()
PAYLOADS = (b"\x1c\0\0\0TFL3" + bytes(56), b"\x08\x08\x3a\x03abc\x42\x02\x10\x11" + b"\x12\x01x" * 8)
ARTIFACTS = tuple(attach(payload, CONTRACT) for payload in PAYLOADS)
TABLE = b'age,colour,time\n1.5,red,1700000001\n,"gr\xc3\xbcn",NA\n1_3,"a\nb",0x1f\n'
LINES = (
    b'{"age": 1.5, "colour": "red", "time": 1700000001}\n{"age": null, "colour": true, "time": [1]}\n\n{"age": "x"}\n'
)
PIECES = (
    *(b"", b"\0", b"\xff", b"\xed\xa0\x80", b'"', b"{", b"}", b"[" * 200, b",", b":", b"\n", b"\r", b"\\ud800", b"-"),
    *(b"9" * 20, b"NaN", b"1e999", b"null", b"true", b'"x":1,', b"PK\5\6", b"PK\1\2", b"\x80" * 12, b"\x72\x7f"),
)
CELLS: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**53 + 1, 2**70, 10**5000, 0.5, float("nan"), float("inf"), 1e300, np.float32(1), np.int8(1)),
    *("", "NA", "x", "\ud800", "1_3", b"1", [], [1], {}, {"a": 1}, (1, 2), 1j),
    *(np.datetime64("2020"), np.array([1]), object()),
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A copy in which a few stretches are replaced, repeated, cut or flipped."""
    copy = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(copy) + 1)
        stop = min(len(copy), start + chance.choice((0, 1, 1, 2, 8, 64)))
        match chance.randrange(4):
            case 0:
                copy[start:stop] = chance.choice(PIECES)
            case 1:
                copy[start:stop] = copy[start:stop] * chance.choice((2, 3))
            case 2:
                copy[start:start] = copy[chance.randrange(len(copy) + 1) :][:64]
            case _:
                copy[start:stop] = bytes(byte ^ 1 << chance.randrange(8) for byte in copy[start:stop])
    return bytes(copy)


def contract(chance: random.Random) -> None:
    Contract.from_json(mutated(STORED, chance)).to_json()


def sealed(chance: random.Random) -> None:
    """A contract that was changed before the digest was computed, as whoever writes a file can."""
    changed = replace(CONTRACT, source={"x": mutated(b"text", chance).decode("latin-1")})
    found = unpack(attach(chance.choice(PAYLOADS), changed)).contract
    assert found is not None
    assert replace(found, digest=None) == changed


def container(chance: random.Random) -> None:
    original = chance.choice(ARTIFACTS)
    changed = mutated(original, chance)
    found = unpack(changed)
    assert changed == original or found.contract is None, "a changed file passed for the original"


def text(data: bytes) -> Any:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors="surrogateescape", newline="")


def table(chance: random.Random) -> None:
    read, data = chance.choice(((csv_rows.parse, TABLE), (json_lines.parse, LINES)))
    names = tuple(feature.name for feature in FEATURES)
    skipped: list[DataError] = []
    reading = Reading(
        rows=chance.choice((1, 2, 100)),
        columns=names,
        skip=chance.choice((None, skipped.append)),
        live=chance.random() < 0.2,
    )
    encode = encoder(FEATURES, (None, 6))
    for batch in read(text(mutated(data, chance)), "data", reading):
        try:
            assert np.isfinite(encode.encode(encode.select(batch.columns, ()))).all()
        except InputError as error:
            assert str(error)


def cells(chance: random.Random) -> None:
    encode = encoder(chance.choice((FEATURES, FEATURES[:1], None)), (None, chance.choice((3, 6))))
    width = chance.choice((1, 3, 6))
    rows: Any = [[chance.choice(CELLS) for _ in range(width)] for _ in range(chance.randint(0, 3))]
    match chance.randrange(4):
        case 0:
            rows = [dict(zip(("age", "colour", "time"), row, strict=False)) for row in rows]
        case 1:
            rows = {feature.name: [chance.choice(CELLS) for _ in range(3)] for feature in FEATURES}
        case 2:
            rows = chance.choice((rows[:1], rows, *rows, chance.choice(CELLS)))
    try:
        matrix = encode.encode(rows)
    except InputError as error:
        assert str(error)
        raise
    assert matrix.dtype == np.float32
    assert np.isfinite(matrix).all()


TARGETS: Mapping[str, Callable[[random.Random], None]] = {
    "contract": contract,
    "sealed": sealed,
    "container": container,
    "table": table,
    "cells": cells,
}
ALLOWED = (ArtifactError, ContractError, DataError, InputError)


def run(name: str, executions: int, seed: int) -> int:
    """Run one of them, and return how often it was refused."""
    chance, refused = random.Random(seed), 0  # noqa: S311 - the same every time
    for number in range(executions):
        before = chance.getstate()
        try:
            TARGETS[name](chance)
        except ALLOWED:
            refused += 1
        except Exception as error:
            chance.setstate(before)
            raise AssertionError(f"execution {number} of {name} with seed {seed}: {error!r}") from error
    return refused


@pytest.mark.parametrize("name", TARGETS)
def test_a_result_or_an_error_of_our_own(name: str) -> None:
    refused = run(name, EXECUTIONS, seed=1)
    assert (0 if name == "sealed" else EXECUTIONS // 20) <= refused < EXECUTIONS


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_million_times(name: str) -> None:
    assert run(name, MANY, seed=2) < MANY


def test_pieces_are_what_they_are_meant_to_be() -> None:
    assert json.loads(STORED)["labels"] == ["large", "round"]
    assert all(unpack(data).contract is not None for data in ARTIFACTS)
