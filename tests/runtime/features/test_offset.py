"""Large numbers close together stay apart through an offset, which readers that do not know it refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagship_runtime.contract import OffsetFeature, read_features
from tagship_runtime.errors import ContractError, InputValueError
from tagship_runtime.features import encoder
from tagship_runtime.features.kinds import feature_from_dict

EPOCH = 1_700_000_000
TIME = OffsetFeature(name="t", fill=float(EPOCH + 5), indicator=True, offset=float(EPOCH))
STRICT = OffsetFeature(name="t", offset=float(EPOCH))


def encoded(rows: Any, feature: OffsetFeature = TIME) -> list[list[float]]:
    matrix: list[list[float]] = encoder((feature,), (None, feature.width)).encode(rows).tolist()
    return matrix


def test_seconds_stay_apart() -> None:
    assert encoded({"t": [EPOCH + 1, EPOCH + 2, None, "NA"]}) == [[1, 0], [2, 0], [5, 1], [5, 1]]
    assert encoded(np.array([[EPOCH + 1], [EPOCH + 2]], np.int64), STRICT) == [[1], [2]]
    assert encoded([[EPOCH + 0.25]], STRICT) == [[0.25]]


BEYOND = [2**53, 2**53 + 1, -(2**53) - 1, 2**60 + 127, 2**70, "9007199254740993", np.uint64(2**63 + 1), 1e17]
"""Numbers of which float64 may take several for one."""


@pytest.mark.parametrize("cell", BEYOND, ids=str)
def test_what_float64_may_merge_is_refused_whatever_way_it_comes(cell: Any) -> None:
    ways: list[Any] = [{"t": [EPOCH, cell]}, [{"t": EPOCH}, {"t": cell}], [[EPOCH], [cell]]]
    if not isinstance(cell, str) and abs(cell) < 2**63:
        ways.append(np.array([[EPOCH], [int(cell)]]))
    for rows in ways:
        with pytest.raises(InputValueError, match=r"row 1, column 't': .* beyond 9,007,199,254,740,991, up to which"):
            encoded(rows, STRICT)


def test_the_largest_integers_that_float64_tells_apart_are_taken() -> None:
    edge = OffsetFeature(name="t", offset=float(2**53 - 3))
    assert encoded([[2**53 - 1], ["9007199254740990"]], edge) == [[2], [1]]


@pytest.mark.parametrize("cell", [None, float("nan"), float("inf"), 1e300, "x"], ids=str)
def test_what_it_refuses(cell: Any) -> None:
    with pytest.raises(InputValueError, match="row 1, column 't'"):
        encoded({"t": [EPOCH, cell]}, STRICT)


def test_the_contract_keeps_it() -> None:
    document = json.loads(json.dumps(TIME.to_dict()))
    assert document == {"name": "t", "kind": "offset", "fill": EPOCH + 5, "indicator": True, "offset": EPOCH}
    assert read_features([document]) == (TIME,)
    for broken in (
        {"offset": None},
        {"offset": "1"},
        {"offset": float("nan")},
        {"fill": "x"},
        {"offset": 2**53},
        {"fill": -1e16},
    ):
        with pytest.raises(ContractError):
            read_features([document | broken])
    with pytest.raises(ContractError, match="no key 'offset'"):
        feature_from_dict({"name": "t", "kind": "offset", "fill": None})
    assert TIME.describe() == "number less 1700000000, missing becomes 1700000005 and is flagged"


def test_invented_cells_are_within_range_and_apart() -> None:
    values = np.array([EPOCH + second for second in range(1000)])
    cells = STRICT.sample(values, 100, np.random.default_rng(0))
    assert len(set(cells)) == 100
    assert all(EPOCH <= cell < EPOCH + 1000 for cell in cells)
    assert STRICT.from_cells(STRICT.to_cells(values)) == values.tolist()
    summary = STRICT.summarise((values - EPOCH).astype(np.float32)[:, None])
    assert EPOCH <= summary["low"] < summary["median"] < summary["high"] < EPOCH + 1000


def test_from_a_table_to_decisions(tagship: Callable[..., Any], tmp_path: Path) -> None:
    """A label that turns on at one second of the day is learned, exported, verified and predicted."""
    random = np.random.default_rng(0)
    seconds = random.permutation(600)
    rows = [f"{EPOCH + second},{random.normal():.3f},{int(second >= 300)}" for second in seconds.tolist()]
    data = tmp_path / "times.csv"
    data.write_text("\n".join(["t,x,label:late", *rows]) + "\n")
    quick = ("--epochs", 40, "--hidden", "8", "--members", 2)
    done = tagship("train", data, "--out", tmp_path / "run", *quick)
    assert done.code == 0, done.err
    assert "column 't'" not in done.err
    feature, _ = json.loads((tmp_path / "run" / "run.json").read_text())["features"]
    assert feature["kind"] == "offset"
    assert tagship("export", tmp_path / "run", "--out", tmp_path / "out", "--formats", "tflite,onnx").code == 0
    ask = tmp_path / "ask.csv"
    ask.write_text(f"t,x\n{EPOCH + 20},0\n{EPOCH + 580},0\n")
    for kind in ("tflite", "onnx"):
        artifact = tmp_path / "out" / f"float32.{kind}"
        assert tagship("predict", artifact, ask).out == "late\n0\n1\n"
        assert tagship("verify", tmp_path / "run", artifact).code == 0
        assert tagship("selftest", artifact).code == 0
