"""Rewriting of the program: less flash, less stack, fewer instructions, and the same numbers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from tagship_export.targets.c.program import Call, Function, Program

COPIES = frozenset({"Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"})
"""Operators that give the same elements in the same order."""

_ASSIGNMENT = re.compile(r"^(?P<left>\s+output(?:\[\w+\])+ = )(?P<right>.+);$", re.M)
_APPLIED = re.compile(r"^(?P<function>\w+)\(input0(?:\[\w+\])+\)$")


def optimise(program: Program) -> Program:
    """Every pass, in the order in which one makes room for the next."""
    return share_functions(fuse_activations(drop_copies(program))).used()


def drop_copies(program: Program) -> Program:
    """Leave out what only gives a value another shape: a pointer has none."""
    same: dict[str, str] = {}
    calls = []
    for call in program.calls:
        function = program.functions[call.function]
        arguments = tuple(same.get(name, name) for name in call.arguments)
        source, result = arguments[0], arguments[-1]
        if (
            function.operator in COPIES
            and len(function.outputs) == 1
            and source in program.locals
            and result in program.locals
        ):
            same[result] = source
        else:
            calls.append(replace(call, arguments=arguments))
    return replace(program, calls=tuple(calls))


def fuse_activations(program: Program) -> Program:
    """Apply an activation where the matrix product writes its result, instead of in a loop of its own."""
    uses = Counter(name for call in program.calls for name in call.arguments)
    functions = dict(program.functions)
    calls: list[Call] = []
    for call in program.calls:
        activation = _activation(functions[call.function])
        if calls and activation and calls[-1].arguments[-1] == call.arguments[0] and uses[call.arguments[0]] == 2:
            product = functions[calls[-1].function]
            fused = _apply(product, activation, functions[call.function])
            if fused is not None:
                functions[fused.name] = fused
                calls[-1] = Call(function=fused.name, arguments=(*calls[-1].arguments[:-1], call.arguments[-1]))
                continue
        calls.append(call)
    return replace(program, functions=functions, calls=tuple(calls))


def _activation(function: Function) -> str | None:
    """The scalar function that it applies to each element, if that is all it does."""
    found = _ASSIGNMENT.findall(function.body)
    applied = _APPLIED.match(found[0][1]) if len(found) == 1 and len(function.parameters) == 2 else None
    return applied["function"] if applied else None


def _apply(product: Function, activation: str, then: Function) -> Function | None:
    found = list(_ASSIGNMENT.finditer(product.body))
    result = product.parameters[-1]
    if (
        len(found) != 1
        or product.outputs != (len(product.parameters) - 1,)
        or result.shape != then.parameters[-1].shape
    ):
        return None
    body = _ASSIGNMENT.sub(lambda line: f"{line['left']}{activation}({line['right']});", product.body)
    return replace(product, name=f"{product.name}_{then.name.split('_', 1)[-1]}", body=body)


def share_functions(program: Program) -> Program:
    """One function for all nodes that do the same, as in the members of an ensemble; named anew in order."""
    names: dict[tuple[object, str], str] = {}
    functions: dict[str, Function] = {}
    counts: Counter[str] = Counter()
    calls = []
    for call in program.calls:
        function = program.functions[call.function]
        key = (function.parameters, function.body)
        if key not in names:
            kind = re.sub(r"^node\d+_", "", function.name)
            kind = re.sub(r"_node\d+", "", kind)
            counts[kind] += 1
            names[key] = f"{kind}_{counts[kind]}"
            functions[names[key]] = replace(function, name=names[key])
        calls.append(replace(call, function=names[key]))
    return replace(program, functions=functions, calls=tuple(calls))


def short_names(program: Program) -> dict[str, str]:
    """Short names for the constants, in the order of their use."""
    used = dict.fromkeys(name for call in program.calls for name in call.arguments if name in program.constants)
    return {name: f"weights_{number}" for number, name in enumerate(used, start=1)}
