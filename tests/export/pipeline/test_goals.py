"""What a run's thresholds are for goes with every file of it, and what no threshold reaches is said at export."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tagship_export import export, open_original, verify
from tagship_runtime import container

GOAL = {"objective": "precision=0.9", "confidence": 0.95, "goal_missed_by": ["class_0"]}
NOTICE = "label 'class_0': no threshold is sure to reach precision 0.9"


@pytest.fixture
def careful(article_run: Path, tmp_path: Path) -> Path:
    """The run as if its thresholds had been tuned for a goal, of which its only size misses one label."""
    run = tmp_path / "run"
    shutil.copytree(article_run, run)
    document: dict[str, Any] = json.loads((run / "run.json").read_text())
    document["configuration"] |= {name: GOAL[name] for name in ("objective", "confidence")}
    document["goal_missed_by"] = GOAL["goal_missed_by"]
    size = {"name": "32-16-8", "chosen": True, "thresholds": document["thresholds"], "notices": [NOTICE]}
    size["goal_missed_by"] = GOAL["goal_missed_by"]
    document["ladder"] = [size]
    (run / "run.json").write_text(json.dumps(document))
    return run


def test_the_contract_names_the_goal(careful: Path, tmp_path: Path, article_run: Path) -> None:
    (made,) = export(careful, tmp_path / "made", formats=["tflite"])
    _, payload, contract = container.unpack(made.path.read_bytes())
    assert contract is not None
    assert {name: contract.source[name] for name in GOAL} == GOAL
    assert verify(careful, made.path).passed
    other = container.attach(payload, replace(contract, source={**contract.source, "confidence": 0.5}))
    assert verify(careful, other).faults == (
        "its thresholds are said to be for precision=0.9 (confidence 0.5), missed by ['class_0'], the original's are "
        "for precision=0.9 (confidence 0.95), missed by ['class_0']",
    )
    boast = {name: value for name, value in contract.source.items() if name != "goal_missed_by"}
    assert not verify(careful, container.attach(payload, replace(contract, source=boast))).passed
    assert verify(article_run, made.path).faults == (
        "its thresholds are said to be for precision=0.9 (confidence 0.95), missed by ['class_0'], the original's are "
        "for f1",
    )
    silent = {name: value for name, value in contract.source.items() if name not in GOAL}
    assert verify(careful, container.attach(payload, replace(contract, source=silent))).passed


def test_a_size_says_which_goals_it_may_miss(careful: Path) -> None:
    assert open_original(careful).notes == ()  # which training said
    assert open_original(careful, size="32-16-8").notes == (NOTICE,)


def test_thresholds_of_the_caller_are_for_no_goal(careful: Path, article_run: Path) -> None:
    assert open_original(article_run).goal == {}
    assert open_original(careful).goal == open_original(careful, size="32-16-8").goal == GOAL
    assert open_original(careful).deciding_by(0.5).goal == {}
