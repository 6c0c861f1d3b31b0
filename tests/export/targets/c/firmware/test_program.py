"""The main files of firmwares, as texts: for one model, and without what is not asked for."""

from __future__ import annotations

import re

import pytest

from tagship_export.targets.c.firmware.boards import BOARDS
from tagship_export.targets.c.firmware.program import STACK_PAINTED, TIMES, measuring, only_predicting
from tagship_runtime.contract import Contract, NumericFeature, TensorSpec

CONTRACT = Contract(
    labels=("on", "off"),
    thresholds=(0.5, 0.25),
    features=(NumericFeature(name="a"), NumericFeature(name="b")),
    input=TensorSpec(name="features", dtype="float32", shape=(1, 2)),
    output=TensorSpec(name="scores", dtype="float32", shape=(1, 2)),
    recipe="float32",
)


def test_only_what_is_asked_for_is_called() -> None:
    plain = only_predicting("m_", "motor")
    assert '#include "motor.h"' in plain
    assert set(re.findall(r"\bm_\w+\(", plain)) == {"m_predict("}
    assert set(re.findall(r"\bm_\w+\(", only_predicting("m_", "motor", selftest=True))) == {"m_predict(", "m_selftest("}


def test_a_measuring_program_has_no_blank_left_to_fill() -> None:
    text = measuring(CONTRACT, "m_", "motor")
    assert "${" not in text
    assert '#include "motor.h"' in text
    assert "static float inputs[M_INPUTS];" in text
    assert f"- {STACK_PAINTED}u)" in text
    assert f"ticks_of({TIMES}) - ticks_of(0)" in text
    assert {"m_encode(", "m_scores(", "m_decide(", "m_selftest("} <= set(re.findall(r"\bm_\w+\(", text))


def test_models_differ_by_their_names_alone() -> None:
    other = measuring(CONTRACT, "n_", "motor")
    assert measuring(CONTRACT, "m_", "motor").replace("m_", "n_").replace("M_", "N_") == other


@pytest.mark.parametrize("name", BOARDS)
def test_a_board_has_its_core_and_room_for_more(name: str) -> None:
    board = BOARDS[name]
    assert board.name == name
    assert f"-mcpu={name.removesuffix('f')}" in board.options
    assert board.larger.flash >= board.machine.flash
    assert board.larger.ram >= board.machine.ram > STACK_PAINTED
