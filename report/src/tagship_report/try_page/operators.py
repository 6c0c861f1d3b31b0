"""Models that the page's engine in plain JavaScript can run."""

from __future__ import annotations

from collections.abc import Sequence

from tagship_report.errors import ReportError
from tagship_runtime.engines.onnx_graph import Node, read_graph

OPERATORS = frozenset({
    "Add", "Cast", "Clip", "Concat", "Constant", "DequantizeLinear", "Div", "Exp", "Gather", "Gemm", "Identity", "Log",
    "MatMul", "Max", "Mean", "Min", "Mul", "Neg", "Pad", "QuantizeLinear", "ReduceSum", "Relu", "Sigmoid", "Slice",
    "Sqrt", "Sub", "Sum", "Tanh",
})  # fmt: skip
"""Names of runtime/javascript/src/engines/plain/operations.ts."""


class _NamesReadError(Exception):
    """Ends the reading of a graph once its operators are known; their weights are read in the browser."""


def check_operators(payload: bytes) -> None:
    """Refuse a model with an operator that the page's engine does not have.

    Raises:
        ReportError: It has one.
        EngineError: The graph is damaged.
    """
    names: set[str] = set()

    def note(nodes: Sequence[Node]) -> None:
        names.update(node.operator for node in nodes)
        raise _NamesReadError

    try:
        read_graph(payload, note)
    except _NamesReadError:
        lacking = sorted(names - OPERATORS)
    if lacking:
        raise ReportError(
            f"a page runs dense networks, and has no {', '.join(lacking)}; examples/web shows how an application runs "
            "such a model through ONNX Runtime"
        )
