"""The contract's place inside a file: bytes in, bytes out, no engine involved.

An artifact is the model's own bytes (the payload) followed by a tail that holds the contract. A reader
finds the contract in the tail, checks the digest over payload and contract, then rebuilds the tail from
the contract and compares it: every byte of the file is covered by one of the two checks.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import Any, NamedTuple

from tagship_runtime.container.base import Format
from tagship_runtime.container.c import C_BEGINNING, C
from tagship_runtime.container.formats import FORMATS, READABLE
from tagship_runtime.container.onnx import ONNX
from tagship_runtime.container.tflite import TFLITE
from tagship_runtime.contract import Contract
from tagship_runtime.errors import (
    ArtifactCorruptError,
    ContractError,
    ContractVersionError,
    NotAnArtifactError,
)

SMALL_BYTES = 1 << 20
"""Size of a file up to which it is hashed sooner than OpenSSL is there."""


class Unpacked(NamedTuple):
    """A file taken apart, every byte of it checked if it has a contract."""

    format: Format
    payload: bytes
    contract: Contract | None


def recognise(data: bytes) -> Format:
    """Tell the format of a model file by its first bytes.

    Raises:
        NotAnArtifactError: It is neither LiteRT nor ONNX.
    """
    for format in READABLE:
        if format.recognise(data):
            return format
    if data.startswith(b"version https://git-lfs"):
        raise NotAnArtifactError("a pointer of Git LFS, not the model itself; run: git lfs pull")
    what = f"{len(data)} bytes that start with {bytes(data[:8])!r}" if data else "an empty file"
    raise NotAnArtifactError(f"{what}; a .tflite or .onnx model is needed")


def unpack(data: bytes) -> Unpacked:
    """Take a model file apart and check every byte of it.

    Raises:
        NotAnArtifactError: It is neither LiteRT nor ONNX.
        ArtifactCorruptError: It carries a contract and differs from what was exported.
        ContractVersionError: Its contract is of a newer format.
    """
    format = recognise(data)
    found = format.find_tail(data)
    if found is None:
        if _has_traces(data, format) or not format.is_whole(data):
            raise ArtifactCorruptError(_CHANGED)
        return Unpacked(format, data, None)
    offset, stored = found
    payload, (digest, rest) = data[:offset], _canonical(stored)
    if digest_of(payload, rest).encode() != digest:
        raise ArtifactCorruptError(_CHANGED)
    contract = Contract.from_json(stored)
    if format.make_tail(offset, contract, stored) != data[offset:]:
        raise ArtifactCorruptError(_CHANGED)
    return Unpacked(format, payload, contract)


def attach(payload: bytes, contract: Contract) -> bytes:
    """Give a model file its contract, digest included.

    Args:
        payload: A whole model file without a contract.
        contract: What it promises; its ``digest`` is replaced.

    Returns:
        The artifact; the same arguments always give the same bytes.

    Raises:
        ContractError: The file has a contract already.
        NotAnArtifactError: It is neither LiteRT nor ONNX.
    """
    format = recognise(payload)
    if _has_traces(payload, format):
        raise ContractError("the file has a contract already; attach to the payload that unpack() gives")
    bare = replace(contract, digest=None)
    sealed = replace(bare, digest=digest_of(payload, bare.to_json()))
    return payload + format.make_tail(len(payload), sealed, sealed.to_json())


def digest_of(*parts: bytes) -> str:
    """Return the SHA-256 of the parts, one behind the other, as 64 hex digits."""
    digest = _sha256(sum(map(len, parts)))
    for part in parts:
        digest.update(part)
    return str(digest.hexdigest())


def _sha256(size: int) -> Any:
    """Return a SHA-256 for so many bytes: OpenSSL's is faster, but takes longer to import than a small file to hash."""
    if size <= SMALL_BYTES:
        for lean in ("_sha2", "_sha256"):  # of Python 3.12 and of 3.11, without OpenSSL
            with suppress(ImportError):
                return import_module(lean).sha256()
    return import_module("hashlib").sha256()


def _canonical(stored: bytes) -> tuple[bytes, bytes]:
    """Split a contract as stored, ``{"digest":"<64 hex digits>",`` and the rest, into digest and JSON without it."""
    opening, size = b'{"digest":"', 64
    closing = len(opening) + size
    if not stored.startswith(opening) or stored[closing : closing + 2] != b'",':
        raise ArtifactCorruptError("the contract is not in canonical form; export the model again")
    return stored[len(opening) : closing], b"{" + stored[closing + 2 :]


def _has_traces(data: bytes, format: Format) -> bool:
    """Tell whether there is, or was, a contract: damage to one place leaves the others."""
    return any(trace in data for trace in (*format.traces, b'{"digest":"', b'"tagship":'))


_CHANGED = "the file is not as it was exported (damaged, cut short, or re-saved by another tool); export it again"

__all__ = [
    "C_BEGINNING",
    "FORMATS",
    "ONNX",
    "READABLE",
    "TFLITE",
    "ArtifactCorruptError",
    "C",
    "ContractVersionError",
    "Format",
    "Unpacked",
    "attach",
    "digest_of",
    "recognise",
    "unpack",
]
