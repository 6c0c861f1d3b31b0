"""ONNX through NumPy alone, for dense graphs such as ``tagship train`` makes: where no engine installs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from tagship_runtime.engines.base import Session
from tagship_runtime.engines.onnx_graph import DTYPES, Graph, Node, read_graph
from tagship_runtime.errors import PackageMissingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Operation = Callable[..., Any]


class NumpyEngine:
    """The graph as NumPy calls; sessions share its constants, which nothing writes."""

    name = "NumPy"
    fallback = True

    def __init__(self, payload: bytes) -> None:
        self.model_bytes = len(payload)
        graph = read_graph(payload, _check_operators)
        self.input, self.output = graph.input, graph.output
        self._constants, self._steps = _plan(graph)

    @property
    def version(self) -> str:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        return np.__version__

    def session(self, rows: int) -> Session:
        """See :class:`tagship_runtime.engines.base.Engine`."""
        return _Session(self, rows)

    def close(self) -> None:
        """See :class:`tagship_runtime.engines.base.Engine`."""

    def reopen(self) -> None:
        """See :class:`tagship_runtime.engines.base.Engine`."""

    def compute(self, features: NDArray[Any]) -> NDArray[Any]:
        """Return the scores of rows."""
        values = dict(self._constants)
        values[self.input.name] = features
        with np.errstate(over="ignore"):  # exp(-x) of a large negative logit; its sigmoid is 0, as it should be
            for operation, inputs, output in self._steps:
                values[output] = operation(*[values[name] for name in inputs])
        scores: NDArray[Any] = values[self.output.name]
        return scores


def load(payload: bytes) -> NumpyEngine:
    """Open a .onnx model's bytes.

    Raises:
        PackageMissingError: The graph has operations that need ONNX Runtime.
        EngineError: The graph cannot be read.
    """
    return NumpyEngine(payload)


class _Session:
    def __init__(self, engine: NumpyEngine, rows: int) -> None:
        self._engine = engine
        self.resize(rows)

    def resize(self, rows: int) -> None:
        self.rows = rows
        self.input: NDArray[Any] = np.zeros((rows, *self._engine.input.row_shape), self._engine.input.dtype)
        self.output: NDArray[Any] = np.zeros((rows, *self._engine.output.row_shape), self._engine.output.dtype)

    def invoke(self) -> None:
        self.output[...] = self._engine.compute(self.input)


def _check_operators(nodes: Sequence[Node]) -> None:
    unknown = sorted({node.operator for node in nodes} - OPERATIONS.keys())
    if unknown:
        raise PackageMissingError("onnxruntime", "onnx", f"NumPy alone computes no {', '.join(unknown)}")


def _plan(graph: Graph) -> tuple[dict[str, NDArray[Any]], list[tuple[Operation, tuple[str, ...], str]]]:
    """Return constants, those that are computed from constants included, and the steps that are left."""
    constants = dict(graph.constants)
    steps = []
    for node in graph.nodes:
        inputs = tuple(name for name in node.inputs if name)
        operation = OPERATIONS[node.operator](node)
        if constants.keys() >= set(inputs):
            constants[node.output] = operation(*[constants[name] for name in inputs])
        else:
            steps.append((operation, inputs, node.output))
    used = {name for _, inputs, _ in steps for name in inputs}
    return {name: values for name, values in constants.items() if name in used}, steps


def _gemm(node: Node) -> Operation:
    given = node.attributes
    alpha, beta = np.float32(given.get("alpha", 1.0)), np.float32(given.get("beta", 1.0))

    def compute(rows: Any, weights: Any, bias: Any = None) -> Any:
        left = rows.T if given.get("transA") else rows
        product = np.dot(left, weights.T if given.get("transB") else weights)
        if alpha != 1:
            product = product * alpha
        return product if bias is None else product + (bias if beta == 1 else bias * beta)

    return compute


def _all_of(operation: Operation, *values: Any) -> Any:
    return reduce(operation, values)  # a third argument of NumPy's own would be written to


def _relu(values: Any) -> Any:
    return np.maximum(values, 0)


def _sigmoid(values: Any) -> Any:
    return 1 / (1 + np.exp(-values))


def _clip(values: Any, low: Any = -np.inf, high: Any = np.inf) -> Any:
    return np.minimum(np.maximum(values, low), high)


def _take(node: Node) -> Operation:
    axis = node.attributes.get("axis", 0)
    return lambda values, places: np.take(values, places, axis=axis)


def _slice(node: Node) -> Operation:
    del node

    def compute(values: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:
        places = [slice(None)] * values.ndim
        own = range(len(starts)) if axes is None else axes.tolist()
        by = np.ones_like(starts) if steps is None else steps
        for axis, start, end, step in zip(own, starts.tolist(), ends.tolist(), by.tolist(), strict=True):
            places[axis] = slice(start, end, step)  # Python bounds and counts from the end as ONNX does
        return values[tuple(places)]

    return compute


def _concatenate(node: Node) -> Operation:
    axis = node.attributes["axis"]
    return lambda *parts: np.concatenate(parts, axis=axis)


def _cast(node: Node) -> Operation:
    dtype = DTYPES[node.attributes["to"]]
    return lambda values: values.astype(dtype)


def _sum(node: Node) -> Operation:
    keep = bool(node.attributes.get("keepdims", 1))

    def compute(values: Any, axes: Any = None) -> Any:
        return np.sum(values, axis=None if axes is None or not axes.size else tuple(axes.tolist()), keepdims=keep)

    return compute


def _always(operation: Operation) -> Callable[[Node], Operation]:
    return lambda node: operation


OPERATIONS: Mapping[str, Callable[[Node], Operation]] = {
    "Add": _always(np.add),
    "Cast": _cast,
    "Clip": _always(_clip),
    "Concat": _concatenate,
    "Div": _always(np.divide),
    "Gather": _take,
    "Gemm": _gemm,
    "Identity": _always(lambda values: values),
    "Log": _always(np.log),
    "MatMul": _always(np.matmul),
    "Max": _always(partial(_all_of, np.maximum)),
    "Min": _always(partial(_all_of, np.minimum)),
    "Mul": _always(np.multiply),
    "Neg": _always(np.negative),
    "ReduceSum": _sum,
    "Relu": _always(_relu),
    "Sigmoid": _always(_sigmoid),
    "Slice": _slice,
    "Sqrt": _always(np.sqrt),
    "Sub": _always(np.subtract),
    "Tanh": _always(np.tanh),
}
"""Computations by the operator's ONNX name."""
