"""A ZIP behind the FlatBuffer, as TensorFlow Lite's associated files: tagship.json, then labels.txt.

Android's metadata extractor, ``unzip`` and Python's zipfile read it. Entries are stored, dated 1980-01-01,
and written here byte by byte, because a reader rebuilds them: zipfile's output may change between Pythons.
Layout: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from tagship_runtime.container.base import Format
from tagship_runtime.contract import Contract
from tagship_runtime.errors import ArtifactCorruptError

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_VERSION, _UTF8, _STORED, _TIME, _DATE = 20, 0x800, 0, 0, (1 << 5) | 1
_SUBGRAPHS, _BUFFERS, _TENSORS = 2, 4, 0
_TYPE, _BUFFER, _DATA = 1, 2, 0
_TYPES = (
    *("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8", "float64"),
    *("complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4"),
)
"""Names of TensorType, in the order of its numbers; fields of tables likewise, from schema.fbs."""


class TFLiteFormat(Format):
    """LiteRT models, whose contract stands in a ZIP behind them."""

    name = "tflite"
    title = "LiteRT"
    engines = ("litert", "tflite_runtime")
    entries = ("tagship.json", "labels.txt")
    contract_entry = entries[0]
    traces = (contract_entry.encode(),)

    def recognise(self, data: bytes) -> bool:
        """See :class:`Format`; a FlatBuffer names its schema at byte 4."""
        return data[4:8] == b"TFL3"

    def find_tail(self, data: bytes) -> tuple[int, bytes] | None:
        """Return the offset of the ZIP and the content of its first entry, if that is ours."""
        if len(data) < _END.size + _CENTRAL.size or data[-_END.size :][:4] != b"PK\5\6":
            return None
        central = _END.unpack(data[-_END.size :])[6]
        if central + _CENTRAL.size > len(data):
            return None
        offset = _CENTRAL.unpack_from(data, central)[-1]
        if offset + _LOCAL.size > central:
            return None
        local = _LOCAL.unpack_from(data, offset)
        size, name_size = local[7], local[9]
        name_start = offset + _LOCAL.size
        start = name_start + name_size
        if data[name_start:start] != self.contract_entry.encode() or start + size > central:
            return None
        return offset, data[start : start + size]

    def is_whole(self, data: bytes) -> bool:
        """Tell whether the root table lies within, and the end is not the beginning of our ZIP."""
        return (
            int.from_bytes(data[:4], "little") < len(data)
            and b"PK\3\4" not in data[-_LOCAL.size - len(self.contract_entry) :]
        )

    def before_sigmoids(self, payload: bytes) -> list[tuple[float, bytes]]:
        """See :class:`Format`."""
        from tagship_runtime.container.tflite_ending import before_sigmoids  # which explanations alone need

        return before_sigmoids(payload)

    def make_tail(self, offset: int, contract: Contract, stored: bytes) -> bytes:
        """Return the ZIP, its offsets counted from the start of the whole file."""
        labels = "".join(f"{label}\n" for label in contract.labels).encode()
        local, central = bytearray(), bytearray()
        for name, content in zip(map(str.encode, self.entries), (stored, labels), strict=True):
            position = offset + len(local)
            crc, size = zlib.crc32(content), len(content)
            entry = (_VERSION, _UTF8, _STORED, _TIME, _DATE, crc, size, size, len(name), 0)
            local += _LOCAL.pack(b"PK\3\4", *entry) + name + content
            central += _CENTRAL.pack(b"PK\1\2", _VERSION, *entry, 0, 0, 0, 0, position) + name
        entries = len(self.entries)
        end = _END.pack(b"PK\5\6", 0, 0, entries, entries, len(central), offset + len(local), 0)
        return bytes(local + central + end)

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """See :class:`Format`."""
        from tagship_runtime.container.flatbuffer import Table

        found: dict[str, int] = {}
        try:
            model = Table.root(payload)
            sizes = [buffer.length(_DATA) for buffer in model.tables(_BUFFERS)]
            for tensor in (tensor for graph in model.tables(_SUBGRAPHS) for tensor in graph.tables(_TENSORS)):
                size = sizes[tensor.integer(_BUFFER, "<I")]
                if size:
                    number = tensor.integer(_TYPE, "<b")
                    name = _TYPES[number] if number < len(_TYPES) else f"type {number}"
                    found[name] = found.get(name, 0) + size
        except (struct.error, IndexError) as error:
            raise ArtifactCorruptError(f"the model is damaged: {error}") from error
        return found


TFLITE: Format = TFLiteFormat()
