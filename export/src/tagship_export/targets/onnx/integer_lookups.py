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
    """A look-up among integers that all who take it read alike.

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
    for node in nodes:
        if node.op_type != "Gather" or node.input[0] not in stored or not takers[node.output[0]]:
            continue
        table, output = str(node.input[0]), str(node.output[0])
        if stored[table].dtype.itemsize > 1 or len(takers[table]) > 1:
            continue
        found = [_scaling(one, output, takers, makers, stored) for one in takers[output]]
        known = [one for one in found if one is not None]
        if len(known) == len(found) and all(one == known[0] for one in known):
            scale, zero = known[0]
            numbers = tuple(str(one.output[0]) for one in takers[output] if one.op_type == "DequantizeLinear")
            yield Lookup(table, output, np.asarray(scale), np.asarray(zero), numbers)


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
