"""Three ``metadata_props`` as the last fields of the ModelProto: thresholds, labels, tagship.

Protocol Buffers lets a repeated field be appended to a serialized message, so neither protobuf nor onnx is
needed here. Field numbers: onnx.proto, messages ModelProto and StringStringEntryProto.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from math import prod

from tagship_runtime.container.base import Format
from tagship_runtime.container.protobuf import delimited, fields, varint
from tagship_runtime.contract import Contract
from tagship_runtime.errors import ArtifactCorruptError

_IR_VERSION, _GRAPH, _OPSETS, _METADATA = 1, 7, 8, 14
_INITIALIZER, _DIMS, _DATA_TYPE = 5, 1, 2
_TYPES: Mapping[int, tuple[str, int]] = {
    1: ("float32", 4),
    2: ("uint8", 1),
    3: ("int8", 1),
    4: ("uint16", 2),
    5: ("int16", 2),
    6: ("int32", 4),
    7: ("int64", 8),
    9: ("bool", 1),
    10: ("float16", 2),
    11: ("float64", 8),
    12: ("uint32", 4),
    13: ("uint64", 8),
}
"""Names and bytes of TensorProto.DataType."""


class OnnxFormat(Format):
    """ONNX models, whose contract stands in the last fields of the file."""

    name = "onnx"
    title = "ONNX"
    engines = ("onnx", "numpy_onnx")
    entries = ("thresholds", "labels", "tagship")
    contract_entry = entries[-1]
    traces = (b"\n\x07tagship\x12", b"\n\x0athresholds\x12")

    def recognise(self, data: bytes) -> bool:
        """See :class:`Format`; ONNX has no magic number, its writers put the IR version, a small number, first."""
        return len(data) > 2 and data[0] == _IR_VERSION << 3 and 0 < data[1] < 0x40

    def find_tail(self, data: bytes) -> tuple[int, bytes] | None:
        """Return the offset of the three entries and the value of the last, if the file ends with them."""
        try:
            last = deque(fields(data, 0, len(data)), maxlen=len(self.entries))
            if [number for number, *_ in last] != [_METADATA] * len(self.entries):
                return None
            entries = [dict(_entry(data, start, end)) for _, _, start, end in last]
        except ValueError:
            return None
        if [entry.get(1) for entry in entries] != [name.encode() for name in self.entries]:
            return None
        return last[0][1], entries[-1].get(2, b"")

    def is_whole(self, data: bytes) -> bool:
        """Tell whether all fields are whole, a graph and the operator sets that writers put last among them."""
        try:
            numbers = {number for number, *_ in fields(data, 0, len(data))}
        except ValueError:
            return False
        return {_GRAPH, _OPSETS} <= numbers

    def unbounded(self, payload: bytes) -> str | None:
        """Tell of loops that may not end, and of numbers in other files; see :class:`Format`."""
        from tagship_runtime.container.onnx_loops import unbounded  # which no other format needs

        return unbounded(payload)

    def before_sigmoids(self, payload: bytes) -> list[tuple[float, bytes]]:
        """See :class:`Format`."""
        from tagship_runtime.container.onnx_ending import before_sigmoids  # which explanations alone need

        return before_sigmoids(payload)

    def make_tail(self, offset: int, contract: Contract, stored: bytes) -> bytes:
        """Return the three entries; they do not depend on where they stand."""
        labels = json.dumps(list(contract.labels), ensure_ascii=False).encode()
        thresholds = json.dumps(list(contract.thresholds)).encode()
        tail = bytearray()
        for key, value in zip(map(str.encode, self.entries), (thresholds, labels, stored), strict=True):
            tail += delimited(_METADATA, delimited(1, key) + delimited(2, value))
        return bytes(tail)

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """See :class:`Format`."""
        found: dict[str, int] = {}
        try:
            for number, _, start, end in fields(payload, 0, len(payload)):
                if number == _GRAPH:
                    for kind, size in _initializers(payload, start, end):
                        found[kind] = found.get(kind, 0) + size
        except ValueError as error:
            raise ArtifactCorruptError(f"the model is damaged: {error}") from error
        return found


ONNX: Format = OnnxFormat()


def _initializers(data: bytes, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the type and the bytes of each constant of a graph."""
    for number, _, tensor_start, tensor_end in fields(data, start, end):
        if number != _INITIALIZER:
            continue
        sizes, kind = [], 0
        for part, begin, value_start, value_end in fields(data, tensor_start, tensor_end):
            if part == _DATA_TYPE:
                kind, _ = varint(data, value_start, value_end)
            elif part == _DIMS:
                packed = data[begin] & 7 == 2
                while value_start < value_end:
                    size, value_start = varint(data, value_start, value_end)
                    sizes.append(size)
                    if not packed:
                        break
        name, width = _TYPES.get(kind, (f"type {kind}", 1))
        yield name, prod(sizes) * width


def _entry(data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    for number, _, value_start, value_end in fields(data, start, end):
        yield number, data[value_start:value_end]
