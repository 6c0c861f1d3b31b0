"""Ends of graphs: sigmoids and means of them are found, everything else is not taken for one."""

from __future__ import annotations

import pytest

from tagship_runtime.container import unpack
from tagship_runtime.container.ending import Graph, sigmoids
from tagship_runtime.container.onnx_ending import before_sigmoids as before_onnx
from tagship_runtime.container.tflite_ending import before_sigmoids as before_tflite

CONSTANTS = {"half": 0.5, "quarter": 0.25, "two": 2.0, "zero": 0.0, "minus": -0.5, "big": 1.5}
SIGMOIDS = {name: ("sigmoid", (name.upper(),)) for name in ("a", "b", "c")}
Producers = dict[str, tuple[str, tuple[str, ...]]]


def found(**producers: tuple[str, tuple[str, ...]]) -> list[tuple[float, str]]:
    graph: Graph[str] = Graph(output="y", producers={**SIGMOIDS, **producers}, constant=CONSTANTS.get)
    return sorted(sigmoids(graph), key=lambda one: one[1])


def test_one_sigmoid() -> None:
    assert found(y=("sigmoid", ("Z",))) == [(1.0, "Z")]
    assert found(y=("same", ("x",)), x=("same", ("a",))) == [(1.0, "A")]


def test_weighted_means() -> None:
    mean: Producers = {"s": ("sum", ("a", "b"))}
    assert found(y=("quotient", ("s", "two")), **mean) == [(0.5, "A"), (0.5, "B")]
    assert found(y=("product", ("half", "s")), **mean) == [(0.5, "A"), (0.5, "B")]
    blended: Producers = {"h": ("product", ("s", "quarter")), "k": ("product", ("c", "half"))}
    assert found(y=("sum", ("h", "k")), **mean, **blended) == [(0.25, "A"), (0.25, "B"), (0.5, "C")]


@pytest.mark.parametrize(
    "end",
    [
        ("", ()),
        ("sum", ("a", "b")),
        ("sum", ("a", "two")),
        ("product", ("a", "half")),
        ("product", ("a", "b")),
        ("product", ("a", "zero")),
        ("quotient", ("two", "a")),
        ("quotient", ("a", "zero")),
        ("sum", ("y", "a")),
        ("same", ("y",)),
        ("same", ("x",)),
    ],
)
def test_other_ends(end: tuple[str, tuple[str, ...]]) -> None:
    assert found(y=end) == []


def test_a_share_below_0_is_no_mean() -> None:
    assert found(y=("sum", ("m", "n")), m=("product", ("a", "minus")), n=("product", ("b", "big"))) == []


def test_bytes_that_are_no_graph(texts: dict[str, object]) -> None:
    from pathlib import Path

    for before, name in ((before_onnx, "onnx"), (before_tflite, "tflite")):
        _, payload, _ = unpack(Path(str(texts[name])).read_bytes())
        ((share, model),) = before(payload)
        assert share == 1
        assert model != payload
        if name == "tflite":
            assert sum(x != y for x, y in zip(model, payload, strict=True)) == 1
        for cut in range(0, len(payload) // 2, 7):
            try:
                assert len(before(payload[:cut])) <= 1
            except ValueError:
                continue
