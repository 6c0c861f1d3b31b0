"""The network as a C program: constants, functions, and the calls that lead from the features to the scores.

Read from what emx-onnx-cgen writes, whose text is regular: a function per node, and one that calls them in order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tagship_export.errors import ConversionError

NAME = "tagship_network"
"""Name that the generator is told to give the function of the whole network."""

_CONSTANT = re.compile(
    r"^const EMX_UNUSED (?P<type>\w+) (?P<name>\w+)(?P<shape>(?:\[\d+\])+) = (?P<values>\{.*?^\};)", re.M | re.S
)
_SCALAR = re.compile(r"^static inline (?P<head>[^\n]*?\b(?P<name>\w+)\([^\n]*\)) (?P<body>\{.*?^\})", re.M | re.S)
_NODE = re.compile(
    r"^ \* OpType: (?P<operator>\w+)$(?:(?!^ \*/).)*?^ \*/\nEMX_NODE_FN void (?P<name>\w+)\((?P<parameters>[^)]*)\) "
    r"(?P<body>\{.*?^\})",
    re.M | re.S,
)
_ENTRY = re.compile(rf"^void {NAME}\((?P<parameters>[^)]*)\) \{{(?P<body>.*?)^\}}", re.M | re.S)
_LOCAL = re.compile(r"^    (?P<type>\w+) (?P<name>\w+)(?P<shape>(?:\[\d+\])+);$")
_CALL = re.compile(r"^    (?P<function>\w+)\((?P<arguments>[\w, ]+)\);$")
_PARAMETER = re.compile(r"^(?P<const>const )?(?P<type>\w+) (?P<name>\w+)(?P<shape>(?:\[\d+\])+)$")
_HEXADECIMAL = re.compile(r"-?0x[0-9a-fA-F]\.[0-9a-fA-F]*p[-+]?\d+f\b")
_BYTES = re.compile(r"(?<![\w)\]])(\w+|\((?:[^()]|\([^()]*\))*\)) \* sizeof\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """A tensor in memory: a constant, a parameter, or a value between two calls."""

    name: str
    type: str
    shape: tuple[int, ...]
    constant: bool = False

    @property
    def size(self) -> int:
        """Number of its elements."""
        return int(np.prod(self.shape))

    @property
    def pointer(self) -> str:
        """The type that a parameter of this shape has once it is passed."""
        const = "const " if self.constant else ""
        inner = "".join(f"[{size}]" for size in self.shape[1:])
        return f"{const}{self.type} (*){inner}" if inner else f"{const}{self.type} *"

    @property
    def declaration(self) -> str:
        """Parameter or variable of it, as C."""
        return f"{'const ' if self.constant else ''}{self.type} {self.name}{''.join(f'[{n}]' for n in self.shape)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One node's function; ``body`` is its text in braces."""

    name: str
    operator: str
    parameters: tuple[Array, ...]
    body: str

    @property
    def outputs(self) -> tuple[int, ...]:
        """Places of the parameters that it writes."""
        return tuple(place for place, array in enumerate(self.parameters) if not array.constant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One step of the network."""

    function: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """All of a network.

    Attributes:
        includes: Headers of the standard library that the functions need.
        constants: Weights by name, each with its values as text in braces.
        scalars: Functions of single numbers, by name, as text without ``static``.
        functions: By name.
        inputs: What the network takes and gives: ``features`` and ``scores``, the batch of one row.
        locals: Values between calls, by name.
        calls: In order.
    """

    includes: tuple[str, ...]
    constants: Mapping[str, tuple[Array, str]]
    scalars: Mapping[str, str]
    functions: Mapping[str, Function]
    inputs: tuple[Array, Array]
    locals: Mapping[str, Array]
    calls: tuple[Call, ...]

    def used(self) -> Program:
        """The same without what no call needs."""
        functions = {call.function: self.functions[call.function] for call in self.calls}
        arguments = {name for call in self.calls for name in call.arguments}
        wanted = " ".join(function.body for function in functions.values())
        scalars: dict[str, str] = {}
        for name, text in reversed(list(self.scalars.items())):  # each stands behind those that it calls
            if re.search(rf"\b{name}\(", wanted):
                scalars[name] = text
                wanted += text
        return replace(
            self,
            functions=functions,
            constants={name: constant for name, constant in self.constants.items() if name in arguments},
            scalars=dict(reversed(scalars.items())),
            locals={name: array for name, array in self.locals.items() if name in arguments},
        )


def read_program(text: str) -> Program:
    """Take the generator's text apart.

    Raises:
        ConversionError: It is not of the form that this understands, as of another version.
    """
    entry = _ENTRY.search(text)
    if entry is None:
        raise _unknown_form("it has no function of the whole network")
    inputs = _parameters(entry["parameters"])
    functions = {
        node["name"]: Function(
            name=node["name"],
            operator=node["operator"],
            parameters=_parameters(node["parameters"]),
            body=_portable(node["body"]),
        )
        for node in _NODE.finditer(text)
    }
    locals_: dict[str, Array] = {}
    calls: list[Call] = []
    for line in entry["body"].strip("\n").split("\n"):
        if local := _LOCAL.match(line):
            locals_[local["name"]] = _array(local)
        elif (call := _CALL.match(line)) and call["function"] in functions:
            calls.append(Call(function=call["function"], arguments=tuple(call["arguments"].split(", "))))
        else:
            raise _unknown_form(f"the network's function has the line {line.strip()!r}")
    if len(inputs) != 2 or [array.constant for array in inputs] != [True, False]:
        raise _unknown_form(f"the network takes {entry['parameters']!r}")
    constants = {
        found["name"]: (replace(_array(found), constant=True), _portable(found["values"].rstrip(";")))
        for found in _CONSTANT.finditer(text)
    }
    known = {array.name for array in inputs} | locals_.keys() | constants.keys()
    strangers = {name for call in calls for name in call.arguments} - known
    if strangers:
        raise _unknown_form(f"it passes {sorted(strangers)[0]!r}, which is declared nowhere")
    return Program(
        includes=tuple(dict.fromkeys(re.findall(r"^#include (<[\w.]+>)$", text, re.M))),
        constants=constants,
        scalars={found["name"]: f"{found['head']} {_portable(found['body'])}" for found in _SCALAR.finditer(text)},
        functions=functions,
        inputs=(inputs[0], inputs[1]),
        locals=locals_,
        calls=tuple(calls),
    ).used()


def _unknown_form(what: str) -> ConversionError:
    return ConversionError(f"emx-onnx-cgen writes C of another form than this version knows: {what}")


def _parameters(text: str) -> tuple[Array, ...]:
    found = [_PARAMETER.match(one) for one in text.split(", ")]
    if None in found:
        raise _unknown_form(f"parameters {text!r}")
    return tuple(_array(one) for one in found if one is not None)


def _array(found: re.Match[str]) -> Array:
    shape = tuple(int(size) for size in re.findall(r"\d+", found["shape"]))
    constant = bool(found.groupdict().get("const"))
    return Array(name=found["name"], type=_portable(found["type"]), shape=shape, constant=constant)


def _portable(text: str) -> str:
    """The same for C99 and C++ of every version: ``bool``, decimal numbers, sizes of a type that has no sign."""
    text = _HEXADECIMAL.sub(lambda found: decimal(float.fromhex(found[0].rstrip("f"))), text)
    text = re.sub(r"\b_Bool\b", "bool", text)
    text = re.sub(r"\bidx_t\b", "int32_t", text)
    return _BYTES.sub(r"(size_t)\1 * sizeof(", text)


def decimal(value: float) -> str:
    """The shortest decimal literal that gives exactly this float32."""
    return f"{np.float32(value)!s}f"
