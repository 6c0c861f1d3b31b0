"""Integers that the model's input rounds are told wherever rows are given: both sides get rounded ones and agree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Command = Callable[..., Any]

LARGE = 2**24 + 1
SAID = "column 'q' holds integers above 16,777,216, which float32, the type of the model's input, rounds by up to 1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tagship: Command) -> Path:
    """A model that tells odd from even, as far as its input does, its artifact, and tables."""
    import keras

    folder = tmp_path_factory.mktemp("large")
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(2, "sigmoid")(keras.ops.mod(inputs, 2.0)))
    model.save(folder / "model.keras")
    small = np.random.default_rng(0).integers(0, 100, (60, 2))
    (folder / "small.csv").write_text("p,q\n" + "".join(f"{p},{q}\n" for p, q in small))
    (folder / "large.csv").write_text("p,q\n" + "".join(f"{p},{q + LARGE}\n" for p, q in small // 2 * 2))
    (folder / "large.jsonl").write_text("".join(f'{{"p": {p}, "q": {LARGE}}}\n' for p, _ in small))
    np.savez(folder / "large.npz", x=small + LARGE)
    done = tagship("export", folder / "model.keras", "--out", folder / "out", "--data", folder / "small.csv", *LABELS)
    assert done.code == 0, done.err
    assert "above 16,777,216" not in done.out
    return folder


LABELS = ("--labels", "a,b", "--formats", "onnx")


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def test_export_tells(folder: Path, tagship: Command, tmp_path: Path) -> None:
    for data, said in (("large.csv", SAID), ("large.npz", SAID.replace("column 'q'", "the input"))):
        done = tagship("export", folder / "model.keras", "--out", tmp_path / data, "--data", folder / data, *LABELS)
        assert done.code == 0
        assert in_one_line(done.out).count(said) == 1
        assert json.loads((tmp_path / data / "export.json").read_text())["notes"][0].startswith(said)


@pytest.mark.parametrize(("data", "notes"), [("large.csv", [SAID]), ("small.csv", [])])
def test_verify_tells(folder: Path, tagship: Command, data: str, notes: list[str]) -> None:
    artifact = folder / "out" / "float32.onnx"
    done = tagship("verify", folder / "model.keras", artifact, "--data", folder / data, "--json")
    assert done.code == 0, done.out
    (verdict,) = json.loads(done.out)
    assert verdict["notes"] == notes
    assert verdict["parity"]["max_difference"] < 1e-6


@pytest.mark.parametrize("data", ["large.csv", "large.jsonl"])
def test_predict_tells(folder: Path, tagship: Command, tmp_path: Path, data: str) -> None:
    artifact = folder / "out" / "float32.onnx"
    done = tagship("predict", artifact, folder / data, "--out", tmp_path / "answers.csv")
    assert done.code == 0
    assert done.err.count(SAID) == 1
    quiet = tagship("predict", artifact, folder / "small.csv", "--out", tmp_path / "answers.csv")
    assert "above 16,777,216" not in quiet.err
