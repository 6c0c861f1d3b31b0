"""LiteRT models that end before their last sigmoids: the same file, but for the number of its output.

Fields of tables are from schema.fbs, messages Model, SubGraph, Operator, OperatorCode, Tensor and Buffer.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from tagship_runtime.container.ending import Graph, sigmoids
from tagship_runtime.container.flatbuffer import Table

_CODES, _SUBGRAPHS, _BUFFERS = 1, 2, 4
_TENSORS, _OUTPUTS, _OPERATORS = 0, 2, 3
_CODE, _TAKES, _GIVES = 0, 1, 2
_EARLY_BUILTIN, _BUILTIN = 0, 3
_TYPE, _BUFFER, _DATA, _FLOAT32 = 1, 2, 0, 0

_KINDS: Mapping[int, str] = {
    0: "sum",  # ADD
    6: "same",  # DEQUANTIZE
    14: "sigmoid",  # LOGISTIC
    18: "product",  # MUL
    42: "quotient",  # DIV
    106: "sum",  # ADD_N
    114: "same",  # QUANTIZE
}
"""Kinds of operations by BuiltinOperator."""


def before_sigmoids(payload: bytes) -> list[tuple[float, bytes]]:
    """Return, for each sigmoid at the end, its share in the scores, and a model that gives what it takes.

    Raises:
        ValueError: The model is damaged.
    """
    try:
        model = Table.root(payload)
        graph = model.tables(_SUBGRAPHS)[0]
        place = graph.start(_OUTPUTS)
        outputs = graph.numbers(_OUTPUTS, "i")
        if place is None or len(outputs) != 1:
            return []
        found = sigmoids(_graph(model, graph, outputs[0]))
    except (struct.error, IndexError) as error:
        raise ValueError(f"the model is damaged: {error}") from error
    return [(share, payload[:place] + struct.pack("<i", tensor) + payload[place + 4 :]) for share, tensor in found]


def _graph(model: Table, graph: Table, output: int) -> Graph[int]:
    codes = [max(code.integer(_EARLY_BUILTIN, "<b"), code.integer(_BUILTIN, "<i")) for code in model.tables(_CODES)]
    tensors, buffers = graph.tables(_TENSORS), model.tables(_BUFFERS)

    def constant(number: int) -> float | None:
        tensor = tensors[number]
        buffer = buffers[tensor.integer(_BUFFER, "<I")]
        place = buffer.start(_DATA)
        if tensor.integer(_TYPE, "<b") != _FLOAT32 or buffer.length(_DATA) != 4 or place is None:
            return None
        return float(struct.unpack_from("<f", model.data, place)[0])

    return Graph(output=output, producers=dict(_producers(graph, codes)), constant=constant)


def _producers(graph: Table, codes: list[int]) -> Iterator[tuple[int, tuple[str, tuple[int, ...]]]]:
    for operator in graph.tables(_OPERATORS):
        kind = _KINDS.get(codes[operator.integer(_CODE, "<I")])
        if kind is not None:
            yield operator.numbers(_GIVES, "i")[0], (kind, tuple(operator.numbers(_TAKES, "i")))
