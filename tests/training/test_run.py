"""Runs hold to their typed documents, and are read and checked without starting TensorFlow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tagship_training import Config, Run, train

MODULES = ("run", "config", "cli.train", "cli.show", "data.tables", "data.columns", "thresholds.tune")


@pytest.mark.parametrize("module", MODULES)
def test_tensorflow_starts_only_when_networks_are_trained(module: str) -> None:
    """Refusals come at once, and TensorFlow's greeting is silenced where it starts."""
    code = f"import sys, tagship_training.{module}; sys.exit(bool({{'keras', 'tensorflow'}} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def small() -> Run:
    rows = [[i % 7, (i * 5) % 11] for i in range(60)]
    labels = [[row[0] > 3, row[1] > 4] for row in rows]
    return train(rows, labels, config=Config(hidden=(2,), members=2, epochs=2))


def test_names_of_version_0_1_stay(small: Run) -> None:
    assert small.plans == small.architectures
    assert [group.name for group in small.plans] == ["wide", "narrow"]
    assert small.metrics is small.figures.metrics
    assert small.intervals is small.figures.intervals
    assert small.per_label is small.figures.per_label
    assert small.diagnosis is small.figures.diagnosis
    assert (small.baselines, small.baseline_verdict) == ((), None)
    assert small.curves is small.figures.curves


def test_a_saved_run_is_what_it_says_it_is(small: Run, tmp_path: Path) -> None:
    folder = small.save(tmp_path / "run")
    assert json.loads((folder / "run.json").read_text()) == json.loads(json.dumps(small.to_dict()))
    assert json.loads((folder / "curves.json").read_text()) == json.loads(json.dumps(small.curves))
    document = small.to_dict()
    assert [network["share"] for network in document["networks"]] == list(small.shares)
    assert document["rows"] == {name: len(rows) for name, rows in small.rows.items()}
    assert document["configuration"]["hidden"] == [2]
