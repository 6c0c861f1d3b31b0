"""Small changes of a module's code, each of which a test should notice (DeMillo, Lipton & Sayward 1978).

Messages, annotations, docstrings and ``strict=`` are left alone: they decide nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""Where order matters, the bound itself is tried as well as the contrary."""

COMPUTE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}

CALLS = {
    "min": "max",
    "max": "min",
    "sum": "max",
    "mean": "max",
    "any": "all",
    "all": "any",
    "argmin": "argmax",
    "argmax": "argmin",
    "minimum": "maximum",
    "maximum": "minimum",
    "floor": "ceil",
    "ceil": "floor",
    "rint": "floor",
    "greater": "greater_equal",
    "greater_equal": "greater",
    "isinf": "isnan",
    "isnan": "isinf",
}
"""Functions and methods that stand in for another."""

DROPPED = frozenset({"abs", "sorted", "unique", "nan_to_num"})
"""Functions of which only the argument is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one module.

    Attributes:
        number: Its place among the module's changes.
        line: Where it is.
        where: Function or class that it is in, dotted; empty at the top of the module.
        was, now: The statement before and after, as ``ast.unparse`` writes it; of a block only its head.
    """

    number: int
    line: int
    where: str
    was: str
    now: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it although lines move."""
        return self.where, self.was, self.now


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node hangs: a field of its parent, or an item of a list there."""

    parent: ast.AST
    field: str
    item: int | None = None

    def put(self, node: ast.AST) -> None:
        """Hang another node there."""
        if self.item is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.item] = node


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutant changes in a syntax tree."""

    place: Place
    old: ast.AST
    new: ast.AST
    where: str
    statement: ast.stmt
    line: int


def mutants(source: str) -> list[Mutant]:
    """List every change of a module that can be made."""
    found = []
    for number, change in enumerate(_changes(ast.parse(source))):
        was = _head(change.statement)
        change.place.put(change.new)
        now = "pass" if change.old is change.statement else _head(change.statement)
        change.place.put(change.old)
        found.append(Mutant(number=number, line=change.line, where=change.where, was=was, now=now))
    return found


def mutated(source: str, number: int) -> ast.Module:
    """Return a module's syntax tree with one change made."""
    tree = ast.parse(source)
    change = list(_changes(tree))[number]
    change.place.put(ast.copy_location(change.new, change.old) if hasattr(change.old, "lineno") else change.new)
    return ast.fix_missing_locations(tree)


def _changes(tree: ast.Module) -> Iterator[Change]:
    for item, statement in enumerate(tree.body):
        yield from _of_statement(statement, Place(tree, "body", item), "")


def _of_statement(statement: ast.stmt, place: Place, where: str) -> Iterator[Change]:
    """Yield changes of a statement and of all that it holds."""
    if _decides_nothing(statement):
        return
    if _can_go(statement, where):
        yield Change(place, statement, ast.Pass(), where, statement, statement.lineno)
    inside = where
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        inside = f"{where}.{statement.name}".lstrip(".")
    for field, value in ast.iter_fields(statement):
        if field in ("annotation", "returns", "decorator_list", "bases", "keywords", "type_params"):
            continue
        for item, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            here = Place(statement, field, item)
            if isinstance(node, ast.stmt):
                yield from _of_statement(node, here, inside)
            elif isinstance(node, ast.ExceptHandler | ast.match_case):
                for within, child in enumerate(node.body):
                    yield from _of_statement(child, Place(node, "body", within), inside)
            elif isinstance(node, ast.AST):
                yield from _of_expression(node, here, inside, statement)


def _decides_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Assign(targets=[ast.Name(id="__slots__" | "__all__")]):
            return True
    return False


def _can_go(statement: ast.stmt, where: str) -> bool:
    """Tell whether a module without the statement still makes sense."""
    match statement:
        case ast.Expr() | ast.Raise():
            return True
        case ast.Assign(targets=[ast.Subscript()]):
            return True
        case ast.Assign(targets=[ast.Attribute()]):
            return not where.endswith("__init__")
    return False


def _of_expression(node: ast.AST, place: Place, where: str, statement: ast.stmt) -> Iterator[Change]:
    """Yield changes of an expression and of all that it holds."""
    if isinstance(node, ast.JoinedStr | ast.arg) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    line = getattr(node, "lineno", statement.lineno)
    for here, old, new in _replacements(node, place):
        yield Change(here, old, new, where, statement, line)
    for field, value in ast.iter_fields(node):
        for item, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_minus_one(node):
                yield from _of_expression(child, Place(node, field, item), where, statement)


def _replacements(node: ast.AST, place: Place) -> Iterator[tuple[Place, ast.AST, ast.AST]]:
    """Yield what to put where, for one node alone."""
    match node:
        case ast.Compare(ops=operators, comparators=sides):
            for item, (operator, side) in enumerate(zip(operators, sides, strict=True)):
                for other in COMPARE[type(operator)]:
                    yield Place(node, "ops", item), operator, other()
                for fewer in _fewer_letters(operator, side):
                    yield Place(node, "comparators", item), side, fewer
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in COMPUTE:
            yield Place(node, "op"), operator, COMPUTE[type(operator)]()
        case ast.BoolOp(op=operator, values=values):
            yield Place(node, "op"), operator, ast.Or() if isinstance(operator, ast.And) else ast.And()
            for item in range(len(values)):
                yield place, node, _without(operator, values, item)
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand) if not _is_minus_one(node):
            yield place, node, operand
        case ast.Call():
            yield from _other_calls(node, place)
        case ast.Constant(value=value):
            for other_value in _other_values(value):
                yield place, node, ast.Constant(other_value)
        case (
            ast.Set(elts=elements) | ast.Tuple(elts=elements, ctx=ast.Load()) | ast.List(elts=elements, ctx=ast.Load())
        ):
            if len(elements) > 1 and _is_a_choice(place, elements):
                yield from ((place, node, _of_elements(node, _but(elements, item))) for item in range(len(elements)))
        case ast.Dict(keys=keys, values=values) if len(keys) > 1 and place.field == "value":
            for item in range(len(keys)):
                yield place, node, ast.Dict(_but(keys, item), _but(values, item))
    if place.field in ("test", "ifs") and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.BinOp):
        yield place, node, ast.UnaryOp(ast.Not(), node)


def _is_a_choice(place: Place, elements: Sequence[ast.expr]) -> bool:
    """Tell whether elements are what something may be, rather than values that go together."""
    match place.parent:
        case ast.Compare() | ast.Call() | ast.AnnAssign() | ast.Assign(targets=[ast.Name()]):
            listed = True
        case _:
            listed = False
    return listed and all(isinstance(element, ast.Constant | ast.Name | ast.Starred) for element in elements)


def _of_elements(node: ast.Set | ast.Tuple | ast.List, elements: list[ast.expr]) -> ast.expr:
    return ast.Set(elements) if isinstance(node, ast.Set) else type(node)(elements, ast.Load())


def _is_minus_one(node: ast.AST) -> bool:
    """Tell whether a node is -1 as it stands in reshape and in indices: anything else is an error at once."""
    return isinstance(node, ast.UnaryOp) and ast.unparse(node) == "-1"


def _fewer_letters(operator: ast.cmpop, side: ast.AST) -> Iterator[ast.AST]:
    """Yield a text of kinds, as in ``kind in "fiu"``, with one of them left out."""
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(side, ast.Constant) and isinstance(side.value, str):
        for letter in range(len(side.value)):
            yield ast.Constant(side.value[:letter] + side.value[letter + 1 :])


def _without(operator: ast.boolop, values: Sequence[ast.expr], item: int) -> ast.expr:
    rest = _but(values, item)
    return rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)


def _but(items: Sequence[Any], item: int) -> list[Any]:
    return [*items[:item], *items[item + 1 :]]


def _other_calls(call: ast.Call, place: Place) -> Iterator[tuple[Place, ast.AST, ast.AST]]:
    """Yield another function to call, other arguments, or the argument alone."""
    function, arguments = call.func, call.args
    match function:
        case ast.Name(id=name) if name in CALLS:
            yield Place(call, "func"), function, ast.Name(CALLS[name], ast.Load())
        case ast.Attribute(value=value, attr=name) if name in CALLS:
            yield Place(call, "func"), function, ast.Attribute(value, CALLS[name], ast.Load())
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in DROPPED and len(arguments) == 1:
            yield place, call, arguments[0]
        case ast.Attribute(attr="clip") if len(arguments) == 3:
            values, low, high = arguments
            yield place, call, ast.Call(function, [values, high, low], call.keywords)


def _other_values(value: object) -> Iterator[float]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case float():
            yield 2 * value if value else 1.0


def _head(statement: ast.stmt) -> str:
    """Return a statement as text, of a block only its first line."""
    if not hasattr(statement, "body"):
        return ast.unparse(statement)
    block = copy(statement)
    for field in ("orelse", "finalbody", "decorator_list"):
        if hasattr(block, field):
            setattr(block, field, [])
    block.body = [ast.Pass()]
    return ast.unparse(block).removesuffix("pass").strip()
