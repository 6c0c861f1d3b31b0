"""Tables as they come, from the command to the answers of both formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Command = Callable[..., Any]


def test_a_table_as_it_comes(tagship: Command, shared_data: Path, tmp_path: Path) -> None:
    """Words, blanks and wild ranges, from the file to both formats' answers."""
    train_rows, test_rows = (shared_data / f"thyroid-{part}.csv.gz" for part in ("train", "test"))
    quick = ("--epochs", 2, "--hidden", 8, "--members", 2)
    done = tagship("train", train_rows, "--test", test_rows, "--out", tmp_path / "run", *quick)
    assert done.code == 0, done.err
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    kinds = {feature["name"]: feature for feature in document["features"]}
    assert kinds["sex"]["kind"] == "category"
    assert kinds["TSH"]["fill"] is not None
    assert tagship("export", tmp_path / "run", "--out", tmp_path / "artifacts").code == 0
    outputs = [tagship("predict", tmp_path / "artifacts" / f"float32.{kind}", test_rows) for kind in ("tflite", "onnx")]
    assert outputs[0].code == 0, outputs[0].err
    assert len(outputs[0].out.splitlines()) == 3028
    assert outputs[0].out == outputs[1].out


WORDS = ["02139", "10001", "7"]


@pytest.fixture
def spelled(tmp_path: Path) -> Path:
    """A CSV whose categories look like numbers and booleans, and decide the label."""
    random = np.random.default_rng(0)
    lines = ["code,flag,level,x,label:a,label:b"]
    for _ in range(240):
        code, flag, level = random.choice(WORDS), random.choice(["True", "False"]), random.choice(["1.0", "2.0"])
        lines.append(f"{code},{flag},{level},{random.normal():.3f},{int(code == '7')},{int(flag == 'True')}")
    path = tmp_path / "spelled.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_categories_are_read_as_they_are_spelled(tagship: Command, spelled: Path, tmp_path: Path) -> None:
    """Training, verification and prediction take one word for one, whatever it looks like."""
    rows = spelled.read_text().splitlines()
    plain = spelled.with_name("plain.csv")  # on its own, code would be read as a number here
    plain.write_text("\n".join([rows[0], *(row for row in rows[1:] if row.startswith("7"))]) + "\n")
    options = ("--categorical", "code,flag,level", "--test", plain, "--epochs", 4, "--members", 2, "--hidden", 8)
    done = tagship("train", spelled, "--out", tmp_path / "run", *options)
    assert done.code == 0, done.err
    assert "that the model" not in done.err
    features = {f["name"]: f for f in json.loads((tmp_path / "run" / "run.json").read_text())["features"]}
    assert features["code"]["values"] == sorted(WORDS)
    assert features["flag"]["values"] == ["False", "True"]
    assert features["level"]["values"] == ["1.0", "2.0"]
    assert tagship("export", tmp_path / "run", "--out", tmp_path / "artifacts", "--formats", "onnx").code == 0
    artifact = tmp_path / "artifacts" / "float32.onnx"
    predicted = tagship("predict", artifact, plain)
    assert (predicted.code, predicted.err) == (0, "")
    verified = json.loads(tagship("verify", tmp_path / "run", artifact, "--data", plain, "--json").out)[0]
    told = [[int(cell) for cell in row.split(",")] for row in predicted.out.splitlines()[1:]]
    truth = [[int(cell) for cell in row.split(",")[-2:]] for row in plain.read_text().splitlines()[1:]]
    wrong = float(np.mean(np.array(told) != np.array(truth)))
    assert verified["quality"]["artifact"]["hamming_loss"] == pytest.approx(wrong)


def test_one_blank_cell_anywhere_is_filled(tagship: Command, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = [f"{random.normal():.3f},{random.normal():.3f},{i % 2}" for i in range(60)]
    for blank in (0, 31, 59):
        table = tmp_path / "blank.csv"
        some = [f",{row.partition(',')[2]}" if i == blank else row for i, row in enumerate(rows)]
        table.write_text("\n".join(["a,b,label:y", *some]))
        quick = ("--epochs", 1, "--members", 2, "--hidden", 2, "--force")
        done = tagship("train", table, "--out", tmp_path / "run", *quick)
        assert done.code == 0, done.err
        features = json.loads((tmp_path / "run" / "run.json").read_text())["features"]
        assert [feature["fill"] is None for feature in features] == [False, True]
