"""Models that may never end are refused before an engine sees them, unless the caller lets them in."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import tagship_runtime
from tagship_runtime.container.onnx_functions import costs
from tagship_runtime.container.onnx_loops import MOST_STEPS, unbounded
from tagship_runtime.container.onnx_parts import DEEPEST, MOST_OPERATIONS, FoundError, parts
from tagship_runtime.errors import ArtifactError

Command = Callable[..., Any]
FLOAT, INTEGER, BOOLEAN = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name: str, kind: int = FLOAT, shape: Any = ("batch", 2)) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name: str, number: int) -> Any:
    return numpy_helper.from_array(np.array(number, np.int64), name)


def body(inner: list[Any] | None = None) -> Any:
    """A step that keeps its condition and its value."""
    outer, nodes = ("outer ", inner) if inner else ("", [helper.make_node("Identity", ["before"], ["after"])])
    nodes = [helper.make_node("Identity", [f"{outer}go"], [f"{outer}go on"]), *nodes]
    inputs = [value(f"{outer}step", INTEGER, ()), value(f"{outer}go", BOOLEAN, ()), value(f"{outer}before")]
    return helper.make_graph(nodes, "body", inputs, [value(f"{outer}go on", BOOLEAN, ()), value(f"{outer}after")])


def loop(count: str, into: str = "features", out: str = "looped", inner: list[Any] | None = None) -> Any:
    return helper.make_node("Loop", [count, "yes", into], [out], body=body(inner))


def model(nodes: list[Any], *constants: Any, functions: Any = ()) -> Any:
    last = helper.make_node("Sigmoid", ["looped"], ["scores"])
    yes = numpy_helper.from_array(np.array(True), "yes")
    graph = helper.make_graph(
        [*nodes, last], "g", [value("features")], [value("scores")], initializer=[yes, *constants]
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, ir_version=8, opset_imports=opsets, functions=functions)


NESTED = [loop("n", "outer before", "outer after")]
IN_BRANCH = helper.make_graph(
    [helper.make_node("Identity", ["looped in a branch"], ["out"]), loop("", out="looped in a branch")],
    "branch",
    [],
    [value("out")],
)
FUNCTION = helper.make_function(
    "own",
    "F",
    ["x", "yes"],
    ["y"],
    [helper.make_node("Loop", ["", "yes", "x"], ["y"], body=body())],
    [helper.make_opsetid("", 17)],
)
EXTERNAL = numpy_helper.from_array(np.ones((2, 2), np.float32), "w")
EXTERNAL.data_location = TensorProto.EXTERNAL
EXTERNAL.ClearField("raw_data")
EXTERNAL.external_data.add(key="location", value="weights.bin")

HALF = 1 << 19
"""Steps of a loop of which a model may have two."""


def in_branches(*loops: Any) -> Any:
    """A condition with a loop in each branch."""
    branches = [
        helper.make_graph(
            [*loops[:-1], one, helper.make_node("Identity", [one.output[0]], ["out"])], "b", [], [value("out")]
        )
        for one in loops
    ]
    return helper.make_node("If", ["yes"], ["looped"], then_branch=branches[0], else_branch=branches[1])


def chain(*, calls: int, levels: int) -> Any:
    """Functions each of which calls the one before several times."""
    names = [f"F{level}" for level in range(levels)]
    made: list[Any] = []
    for before, name in zip(["Identity", *names], names, strict=False):
        domain = "own" if made else ""
        values = ["x", *(f"x{place}" for place in range(1, calls)), "y"]
        nodes = [helper.make_node(before, [one], [other], domain=domain) for one, other in pairwise(values)]
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
        made.append(helper.make_function("own", name, ["x"], ["y"], nodes, opsets))
    return model([helper.make_node(names[-1], ["features"], ["looped"], domain="own")], functions=made)


def itself() -> Any:
    """A function that calls itself."""
    node = helper.make_node("F", ["x"], ["y"], domain="own")
    function = helper.make_function("own", "F", ["x"], ["y"], [node], [helper.make_opsetid("own", 1)])
    return model([helper.make_node("F", ["features"], ["looped"], domain="own")], functions=[function])


def scanned() -> Any:
    """A Scan, whose steps are the rows of what it gets: there may be any number of rows of no columns."""
    step = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "s", [value("a", FLOAT, (2,))],
                             [value("b", FLOAT, (2,))])  # fmt: skip
    return model([helper.make_node("Scan", ["features"], ["looped"], num_scan_inputs=1, body=step)])


def busy() -> Any:
    """A loop of many operations, each of which is one step's."""
    names = ["outer before", *(f"v{place}" for place in range(40)), "outer after"]
    inner = [helper.make_node("Neg", [one], [other]) for one, other in pairwise(names)]
    return model([loop("n", inner=inner)], constant("n", HALF))


def training() -> Any:
    """A model with a graph for training."""
    made = model([helper.make_node("Identity", ["features"], ["looped"])])
    made.training_info.add().algorithm.node.extend([loop("")])
    return made


def searching(name: str) -> Any:
    """An operator of ONNX Runtime that decodes texts, with the graph of a step."""
    step = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "s", [value("a")], [value("b")])
    return model([helper.make_node(name, ["features"], ["looped"], domain="com.microsoft", decoder=step)])


def unnamed() -> Any:
    """A node with a graph of its own that does not say what it does with it."""
    made = searching("")
    made.graph.initializer.append(constant("Loop", 1))
    return made


ENDLESS = {
    "a beam search": (searching("BeamSearch"), "a BeamSearch with a graph of its own"),
    "a greedy search": (searching("GreedySearch"), "a GreedySearch with a graph of its own"),
    "sampling": (searching("Sampling"), "a Sampling with a graph of its own"),
    "a map over a sequence": (searching("SequenceMap"), "a SequenceMap with a graph of its own"),
    "a node without an operator": (unnamed(), "a node without an operator with a graph of its own"),
    "a count that fills a shape": (
        model(
            [
                helper.make_node("Shape", ["features"], ["shape"]),
                helper.make_node("ConstantOfShape", ["shape"], ["n"], value=numpy_helper.from_array(np.array([3]), "")),
                loop("n"),
            ]
        ),
        "never end",
    ),
    "a count that a loop passes in under a name that is a constant outside": (
        model(
            [loop("n", inner=[loop("outer step", "outer before", "outer after")])],
            constant("n", 3),
            constant("outer step", 3),
        ),
        "never end",
    ),
    "many loops, each within the bound": (
        model(
            [
                loop("n", into=f"v{place}" if place else "features", out="looped" if place == 2 else f"v{place + 1}")
                for place in range(3)
            ],
            constant("n", HALF),
        ),
        "1,572,864 steps together",
    ),
    "many loops in branches": (
        model(
            [loop("n", out="v"), loop("n", "v", "w"), in_branches(loop("n", "w", "a"), loop("n", "w", "b"))],
            constant("n", HALF // 2),
        ),
        "steps together",
    ),
    "many operations in a loop": (busy(), "operations and more"),
    "functions of functions": (chain(calls=10, levels=12), "functions of"),
    "a function that calls itself": (itself(), "calls itself"),
    "functions in a deep chain": (chain(calls=1, levels=40), "functions within functions"),
    "a scan": (scanned(), "a Scan with a graph of its own"),
    "training": (training(), "graphs for training"),
    "no count": (model([loop("")]), "never end"),
    "a count that is computed": (
        model(
            [
                helper.make_node("Shape", ["features"], ["shape"]),
                helper.make_node("ReduceProd", ["shape"], ["n"], keepdims=0),
                loop("n"),
            ]
        ),
        "never end",
    ),
    "a count that is huge": (model([loop("n")], constant("n", 2**63 - 1)), "9,223,372,036,854,775,807 steps"),
    "a count in a node": (
        model([helper.make_node("Constant", [], ["n"], value=constant("", 1 << 40)), loop("n")]),
        "1,099,511,627,776 steps",
    ),
    "loops in loops": (model([loop("n", inner=NESTED)], constant("n", 2000)), "4,002,000 steps together"),
    "a loop in a branch": (
        model([helper.make_node("If", ["yes"], ["looped"], then_branch=IN_BRANCH, else_branch=IN_BRANCH)]),
        "never end",
    ),
    "a loop in a function": (
        model([helper.make_node("F", ["features", "yes"], ["looped"], domain="own")], functions=[FUNCTION]),
        "Loop in a function",
    ),
    "numbers in another file": (
        model([helper.make_node("MatMul", ["features", "w"], ["looped"])], EXTERNAL),
        "another file",
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_refused_unless_asked(name: str) -> None:
    made, said = ENDLESS[name]
    payload = made.SerializeToString()
    found = unbounded(payload)
    assert found is not None
    assert said in found
    with pytest.raises(ArtifactError, match=said) as refused:
        tagship_runtime.load(payload, labels=["a", "b"])
    advice = "save it as one file" if name == "numbers in another file" else "--allow-loops"
    assert advice in str(refused.value)


def test_numbers_in_another_file_are_refused_whatever_is_allowed() -> None:
    made, said = ENDLESS["numbers in another file"]
    with pytest.raises(ArtifactError, match=said) as refused:
        tagship_runtime.load(made.SerializeToString(), labels=["a", "b"], loops=True)
    assert "--allow-loops" not in str(refused.value)


def test_the_graph_twice_is_the_graph_of_both() -> None:
    """A field that stands twice is merged by those who read it."""
    harmless = model([loop("n")], constant("n", 3)).SerializeToString()
    assert unbounded(harmless) is None
    more = onnx.ModelProto(graph=onnx.GraphProto(node=[loop("", out="other")]))
    found = unbounded(harmless + more.SerializeToString())
    assert found is not None
    assert "never end" in found


def test_what_cannot_be_read_is_not_let_in() -> None:
    """Engines skip fields that they do not know, also those of a kind that has gone out of use."""
    group = bytes([100 << 3 & 0x7F | 3 | 0x80, 100 >> 4, 100 << 3 & 0x7F | 4 | 0x80, 100 >> 4])
    made, _ = ENDLESS["no count"]
    found = unbounded(group + made.SerializeToString())
    assert found is not None
    assert "cannot be searched" in found


def of_a_standard_name() -> Any:
    """A function of another domain that is called as the operator in it."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    inner = helper.make_node("Identity", ["x"], ["y"])
    function = helper.make_function("own", "Identity", ["x"], ["y"], [inner], opsets)
    return model([helper.make_node("Identity", ["features"], ["looped"], domain="own")], functions=[function])


BOUNDED = {
    "a count": model([loop("n")], constant("n", 1000)),
    "a count in a node": model([helper.make_node("Constant", [], ["n"], value=constant("", 5)), loop("n")]),
    "loops in loops": model([loop("n", inner=NESTED)], constant("n", 30)),
    "functions": chain(calls=2, levels=3),
    "a function of a standard name": of_a_standard_name(),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_loops_that_state_their_steps_run(name: str) -> None:
    loaded = tagship_runtime.load(BOUNDED[name].SerializeToString(), labels=["a", "b"])
    rows = np.array([[0, 1], [2, 3]], np.float32)
    np.testing.assert_allclose(loaded.predict_proba(rows), 1 / (1 + np.exp(-rows)), rtol=1e-6)


def test_asked_for(tagship: Command, tmp_path: Path) -> None:
    short = model([loop("")])
    del short.graph.node[:]  # the condition ends it at once
    short.graph.node.extend([helper.make_node("Not", ["yes"], ["no"]), loop("")])
    short.graph.node[1].input[1] = "no"
    short.graph.node.append(helper.make_node("Sigmoid", ["looped"], ["scores"]))
    loaded = tagship_runtime.load(short.SerializeToString(), labels=["a", "b"], loops=True)
    assert loaded.predict([[-1.0, 1.0]]).tolist() == [[False, True]]
    assert pickle.loads(pickle.dumps(loaded)).predict([[-1.0, 1.0]]).tolist() == [[False, True]]  # noqa: S301
    path, rows = tmp_path / "loop.onnx", tmp_path / "rows.csv"
    path.write_bytes(short.SerializeToString())
    rows.write_text("x,y\n-1,1\n")
    refused = tagship("predict", path, rows, "--labels", "a,b")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "never end" in refused.err
    asked = tagship("predict", path, rows, "--labels", "a,b", "--allow-loops")
    assert (asked.code, asked.out) == (0, "a,b\n0,1\n")


def called(made: Any, domain: bytes = b"own") -> dict[bytes, int]:
    """How many operations a call of each function of a domain is."""
    payload = made.SerializeToString()
    found = costs(payload, [(first, last) for number, first, last in parts(payload, 0, len(payload)) if number == 25])
    return {name: cost for (of, name), cost in found.items() if of == domain}


def nested(depth: int, innermost: str = "Identity") -> Any:
    """Conditions within each other."""
    node = helper.make_node(innermost, ["features"], ["v0"])
    for level in range(depth):
        branch = helper.make_graph([node], "b", [], [value(f"v{level}")])
        node = helper.make_node("If", ["yes"], [f"v{level + 1}"], then_branch=branch, else_branch=branch)
    return node


def in_function(*nodes: Any, name: str = "F") -> Any:
    """A model that calls a function of these nodes, and one that stands beside it."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    function = helper.make_function("own", name, ["features", "yes"], [nodes[-1].output[0]], nodes, opsets)
    return model([helper.make_node(name, ["features", "yes"], ["looped"], domain="own")], functions=[function])


def test_what_a_call_costs() -> None:
    assert called(chain(calls=3, levels=3)) == {b"F0": 4, b"F1": 13, b"F2": 40}
    assert called(in_function(nested(0), nested(2))) == {b"F": 1 + 1 + 1 + 2 + 4}  # branches count, each of them
    twice = chain(calls=2, levels=2)
    twice.functions.add().CopyFrom(twice.functions[0])  # another overload
    assert called(twice) == {b"F0": 5, b"F1": 11}
    twice.functions[-1].domain = "other"
    assert called(twice) == {b"F0": 3, b"F1": 7}
    assert called(twice, b"other") == {b"F0": 3}
    twice.functions[-1].domain = "ai.onnx"
    assert called(twice, b"") == {b"F0": 3}


def test_functions_as_deep_as_may_be_and_deeper() -> None:
    for turned in (False, True):
        deepest, deeper = chain(calls=1, levels=DEEPEST), chain(calls=1, levels=DEEPEST + 1)
        for made in (deepest, deeper) if turned else ():
            made.functions.sort(key=lambda function: -int(function.name[1:]))
        assert unbounded(deepest.SerializeToString()) is None
        assert "more than 16 deep" in (unbounded(deeper.SerializeToString()) or "")


def test_graphs_as_deep_as_may_be_and_deeper() -> None:
    for depth, refused in ((DEEPEST, False), (DEEPEST + 1, True)):
        payload = model([nested(depth), loop("n")], constant("n", 3)).SerializeToString()
        found = unbounded(payload)
        assert found == ("has graphs within graphs, more than 16 deep" if refused else None)
        assert unbounded(in_function(nested(depth)).SerializeToString()) == found


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_loop_in_a_function_however_deep(depth: int) -> None:
    found = unbounded(in_function(nested(depth, "Loop")).SerializeToString())
    assert found == "has a Loop in a function"


def test_steps_and_operations_up_to_the_bound() -> None:
    def found(count: int, *nodes: Any) -> str | None:
        return unbounded(model([loop("n"), *nodes], constant("n", count)).SerializeToString())

    assert found(MOST_STEPS) is None
    assert found(MOST_STEPS + 1) == f"has loops of {MOST_STEPS + 1:,} steps together"
    assert found(MOST_STEPS // 2, loop("n", "looped", "again")) is None
    assert found(MOST_STEPS // 2 + 1, loop("n", "looped", "again")) == f"has loops of {MOST_STEPS + 2:,} steps together"
    assert found(-5) is None  # none at all


def test_functions_and_calls_up_to_the_bound() -> None:
    cost = called(chain(calls=255, levels=3))[b"F2"]
    assert cost == 1 + 255 * (1 + 255 * 256) < MOST_OPERATIONS
    with pytest.raises(FoundError, match="operations and more"):
        called(chain(calls=256, levels=3))  # 1 + 256 * (1 + 256 * 257)
    again = chain(calls=255, levels=3)
    again.graph.node.insert(1, helper.make_node("F2", ["looped"], ["more"], domain="own"))
    assert unbounded(chain(calls=255, levels=3).SerializeToString()) is None
    assert unbounded(again.SerializeToString()) == (
        f"runs {2 * cost:,} operations and more, by its loops and functions"
    )
