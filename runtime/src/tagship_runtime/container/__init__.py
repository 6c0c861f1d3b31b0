"""Where the contract sits inside a file: bytes in, bytes out, no engine involved.

An artifact is the model's own bytes (the payload) followed by a tail that holds the contract. A reader
finds the contract in the tail, checks the digest over payload and contract, then rebuilds the tail from
the contract and compares it: every byte of the file is covered by one of the two checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from tagship_runtime.container import onnx, tflite
from tagship_runtime.contract import Contract
from tagship_runtime.digests import sha256
from tagship_runtime.errors import (
    ArtifactCorruptError,
    ContractError,
    ContractVersionError,
    NotAnArtifactError,
)


class Kind(StrEnum):
    """Kinds of model file; the value is the file name's suffix."""

    TFLITE = "tflite"
    ONNX = "onnx"


class Layout(Protocol):
    """How one kind of file carries a contract; each module of this package is one."""

    TRACES: tuple[bytes, ...]
    """Bytes of a tail that a model of somebody else does not contain."""

    def recognise(self, data: bytes) -> bool:
        """Whether these bytes are of this kind, going by how they begin."""

    def find_tail(self, data: bytes) -> tuple[int, bytes] | None:
        """Offset of the tail and the contract's JSON in it; None where there is no readable tail."""

    def is_whole(self, data: bytes) -> bool:
        """Whether a model without a contract looks complete, as far as that can be told."""

    def make_tail(self, offset: int, contract: Contract, stored: bytes) -> bytes:
        """The tail for a contract and its JSON, to stand at this offset."""


LAYOUTS: Mapping[Kind, Layout] = {Kind.TFLITE: tflite, Kind.ONNX: onnx}


class Unpacked(NamedTuple):
    """A file taken apart, every byte of it checked if it has a contract."""

    kind: Kind
    payload: bytes
    contract: Contract | None


def recognise(data: bytes) -> Kind:
    """Tell the kind of a model file by its first bytes.

    Raises:
        NotAnArtifactError: It is neither LiteRT nor ONNX.
    """
    for kind, layout in LAYOUTS.items():
        if layout.recognise(data):
            return kind
    what = f"{len(data)} bytes that start with {bytes(data[:8])!r}" if data else "an empty file"
    raise NotAnArtifactError(f"{what}; a .tflite or .onnx model is needed")


def unpack(data: bytes) -> Unpacked:
    """Take a model file apart and check every byte of it.

    Raises:
        NotAnArtifactError: It is neither LiteRT nor ONNX.
        ArtifactCorruptError: It carries a contract and differs from what was exported.
        ContractVersionError: Its contract is of a newer format.
    """
    kind = recognise(data)
    layout = LAYOUTS[kind]
    found = layout.find_tail(data)
    if found is None:
        if _has_traces(data, layout) or not layout.is_whole(data):
            raise ArtifactCorruptError(_CHANGED)
        return Unpacked(kind, data, None)
    offset, stored = found
    payload, (digest, rest) = data[:offset], _canonical(stored)
    if sha256(payload, rest).encode() != digest:
        raise ArtifactCorruptError(_CHANGED)
    contract = Contract.from_json(stored)
    if layout.make_tail(offset, contract, stored) != data[offset:]:
        raise ArtifactCorruptError(_CHANGED)
    return Unpacked(kind, payload, contract)


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
    kind = recognise(payload)
    if _has_traces(payload, LAYOUTS[kind]):
        raise ContractError("the file has a contract already; attach to the payload that unpack() gives")
    bare = contract.replace(digest=None)
    sealed = bare.replace(digest=sha256(payload, bare.to_json()))
    return payload + LAYOUTS[kind].make_tail(len(payload), sealed, sealed.to_json())


def _canonical(stored: bytes) -> tuple[bytes, bytes]:
    """The digest and the JSON without it, of a contract as stored: ``{"digest":"<64 hex digits>",`` and the rest."""
    opening, size = b'{"digest":"', 64
    closing = len(opening) + size
    if not stored.startswith(opening) or stored[closing : closing + 2] != b'",':
        raise ArtifactCorruptError("the contract is not in canonical form; export the model again")
    return stored[len(opening) : closing], b"{" + stored[closing + 2 :]


def _has_traces(data: bytes, layout: Layout) -> bool:
    """Whether there is, or was, a contract: damage to one place leaves the others."""
    return any(trace in data for trace in (*layout.TRACES, b'{"digest":"', b'"tagship":'))


_CHANGED = "the file is not as it was exported (damaged, cut short, or re-saved by another tool); export it again"

__all__ = [
    "LAYOUTS",
    "ArtifactCorruptError",
    "ContractVersionError",
    "Kind",
    "Layout",
    "Unpacked",
    "attach",
    "recognise",
    "unpack",
]
