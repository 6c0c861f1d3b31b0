"""Look-ups in tables of integers, which become numbers only where they are used: by a node, or by a product's scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.targets.onnx.canonical_names import needed_by


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A look-up in a table of integers that all who take some of it read alike.

    Attributes:
        table: Name of the constant.
        output: Name of what is found there.
        scale, zero_point: What makes a number of each integer.
        dequantized: Names of the numbers.
    """

    table: str
    output: str
    scale: NDArray[Any]
    zero_point: NDArray[Any]
    dequantized: tuple[str, ...]


def integer_lookups(nodes: Sequence[Any], stored: Mapping[str, NDArray[Any]]) -> Iterator[Lookup]:
    """Yield look-ups in tables of eight bits that nothing else takes.

    Args:
        nodes: Of a graph.
        stored: Its constants.
    """
    takers: dict[str, list[Any]] = defaultdict(list)
    for node in nodes:
        for name in needed_by(node):
            takers[name].append(node)
    makers = {name: node for node in nodes for name in node.output if name}
    for table in [name for name, values in stored.items() if values.dtype.itemsize == 1]:
        lookups = takers[table]
        if any(one.op_type != "Gather" or one.input[0] != table or not takers[one.output[0]] for one in lookups):
            continue
        taken = [(str(one.output[0]), taker) for one in lookups for taker in takers[one.output[0]]]
        found = {_scaling(taker, output, takers, makers, stored) for output, taker in taken}
        if len(found) != 1 or (known := found.pop()) is None:
            continue
        for output in dict.fromkeys(output for output, _ in taken):
            numbers = (one for name, one in taken if name == output and one.op_type == "DequantizeLinear")
            dequantized = tuple(str(one.output[0]) for one in numbers)
            yield Lookup(table, output, np.asarray(known[0]), np.asarray(known[1]), dequantized)


def _scaling(
    taker: Any,
    output: str,
    takers: Mapping[str, Sequence[Any]],
    makers: Mapping[str, Any],
    stored: Mapping[str, NDArray[Any]],
) -> tuple[float, float] | None:
    """Return the scale and the zero point by which a node takes integers; None where it takes them otherwise."""
    if taker.input[0] != output:
        return None
    if taker.op_type == "DequantizeLinear":
        scale = taker.input[1]
    elif taker.op_type == "MatMulInteger":
        scale = _scale_behind(taker, takers, makers)
    else:
        return None
    names = [scale, *(name for name in taker.input[2:3] if name)]
    if any(name not in stored or stored[name].size != 1 for name in names):
        return None
    step, *zero = (float(stored[name].item()) for name in names)
    return step, zero[0] if zero else 0.0


def _scale_behind(product: Any, takers: Mapping[str, Sequence[Any]], makers: Mapping[str, Any]) -> str:
    """Return the name of the scale that a product of integers is multiplied with for its rows; empty if by none."""
    casts = takers[product.output[0]]
    products = takers[casts[0].output[0]] if [one.op_type for one in casts] == ["Cast"] else []
    if [one.op_type for one in products] != ["Mul"]:
        return ""
    scales = [makers.get(name) for name in products[0].input if name != casts[0].output[0]]
    if len(scales) != 1 or scales[0] is None or scales[0].op_type != "Mul":
        return ""
    return str(scales[0].input[0])
