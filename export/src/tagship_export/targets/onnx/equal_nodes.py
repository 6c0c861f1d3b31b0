"""Names of nodes that compute the same: tools merge such nodes, and which of their names is left is chance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

HIDDEN = ("_output_shapes", "_class", "_XlaHasReferenceVars")
"""Attributes that say nothing of what a node computes."""

COUNTER = re.compile(r"(__\d+)*(:\d+)?$")
LAST_COUNTER = re.compile(r"(?<=[A-Za-z0-9])_\d+$")


def first_names(graph: Any) -> Mapping[str, str]:
    """Return for each node of a GraphDef the first, in order of letters, of those that compute the same.

    Two nodes do if operation, attributes and inputs are the same, the inputs' inputs likewise; constants by value.
    """
    nodes = {node.name: node for node in graph.node}
    keys: dict[str, str] = {}
    for name in nodes:
        _find_key(name, nodes, keys)
    groups: dict[str, str] = {}
    for name, key in keys.items():
        groups[key] = min(name, groups.get(key, name))
    return {name: groups[key] for name, key in keys.items()}


def rename_equal(proto: Any, names: Mapping[str, str]) -> None:
    """Name each value of an ONNX graph after the first node that computes the same, without counters; in place."""
    new: dict[str, str] = {}
    taken = {value.name for value in (*proto.graph.input, *proto.graph.output, *proto.graph.initializer)}
    kept = set(taken)
    for node in proto.graph.node:
        for name in node.output:
            if name and name not in kept:
                stem = COUNTER.sub("", name)
                new[name] = _fresh(LAST_COUNTER.sub("", _first_name(stem, names)), taken)
    for node in proto.graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
    for value in proto.graph.value_info:
        value.name = new.get(value.name, value.name)


def _first_name(stem: str, names: Mapping[str, str]) -> str:
    """Return the first name of the nodes that compute the same, also where a tool put something behind it."""
    if stem in names:
        return names[stem]
    node, _, behind = stem.rpartition("_")
    return f"{names[node]}_{behind}" if node in names else stem


def _fresh(name: str, taken: set[str]) -> str:
    """Return the name, with a number behind it that is taken off again, if another value has it."""
    number, new = 1, name
    while new in taken:
        number += 1
        new = f"{name}__{number}"
    taken.add(new)
    return new


def _find_key(name: str, nodes: Mapping[str, Any], keys: dict[str, str]) -> None:
    """Find the digest of what a node computes, after those of its inputs; without recursion, since graphs are deep."""
    waiting = [name]
    while waiting:
        node = nodes[waiting[-1]]
        inputs = [part.split(":") for part in node.input if not part.startswith("^")]
        unknown = [source for source, *_ in inputs if source not in keys and source in nodes]
        if unknown:
            waiting += unknown
            continue
        waiting.pop()
        digest = sha256(node.op.encode())
        if node.op == "Placeholder":
            digest.update(node.name.encode())
        for key in sorted(set(node.attr) - set(HIDDEN)):
            digest.update(key.encode() + node.attr[key].SerializeToString(deterministic=True))
        for source, *port in inputs:
            digest.update(f"{keys.get(source, source)}:{port or ['0']}".encode())
        keys[node.name] = digest.hexdigest()
