"""Arrays from .npz files on the command line: predictions, self-test, benchmark."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime

PARCELS = Path(__file__).parents[2] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
Command = Callable[..., Any]


@pytest.fixture
def rows() -> Any:
    return np.random.default_rng(0).uniform(0, 10, (300, 6)).round(3)


@pytest.mark.parametrize("key", ["x", "X", "features", "inputs"])
def test_predictions_are_those_of_the_table(
    key: str, rows: Any, tagship: Command, artifact: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "rows.npz", **{key: rows}, part=np.arange(300) + 7)
    names = ",".join(f"feature_{place}" for place in range(6))
    np.savetxt(tmp_path / "rows.csv", rows, "%.3f", ",", header=names, comments="")
    got = tagship("predict", artifact, tmp_path / "rows.npz", "--scores")
    assert got.code == 0, got.err
    assert got.out == tagship("predict", artifact, tmp_path / "rows.csv", "--scores").out
    passed_on = tagship("predict", artifact, tmp_path / "rows.npz", "--id-column", "part").out
    assert [line.split(",")[0] for line in passed_on.splitlines()[:3]] == ["part", "7", "8"]


def test_names_in_the_file_are_matched(rows: Any, tagship: Command, artifact: Path, tmp_path: Path) -> None:
    names = [f"feature_{place}" for place in range(6)]
    np.savez(tmp_path / "a.npz", x=rows, feature_names=names)
    np.savez(tmp_path / "b.npz", x=rows[:, ::-1], feature_names=names[::-1])
    first, second = (tagship("predict", artifact, tmp_path / name, "--scores").out for name in ("a.npz", "b.npz"))
    assert first == second
    assert len(first.splitlines()) == 301


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"z": np.ones((3, 6))}, "the features have to be called x"),
        ({"x": np.ones(6)}, "x has shape (6,)"),
        ({"x": np.ones((3, 5))}, "(3, 5)"),
        ({"x": np.ones((3, 6)), "feature_names": ["a"]}, "1 feature_names for x of shape (3, 6)"),
        ({"x": np.array([["a"] * 6])}, "'a' is not a number"),
    ],
)
def test_refused(arrays: dict[str, Any], said: str, tagship: Command, artifact: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", **arrays)
    done = tagship("predict", artifact, tmp_path / "rows.npz")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert said in done.err


def test_bad_rows_are_left_out(rows: Any, tagship: Command, artifact: Path, tmp_path: Path) -> None:
    rows[17, 2] = np.inf
    np.savez(tmp_path / "rows.npz", x=rows)
    done = tagship("predict", artifact, tmp_path / "rows.npz", "--on-error", "skip")
    assert (done.code, len(done.out.splitlines())) == (0, 300)
    assert "left out 1 of 300 rows" in done.err


def test_selftest_and_benchmark(rows: Any, tagship: Command, artifact: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", x=rows)
    done = tagship("selftest", artifact, "--data", tmp_path / "rows.npz", "--json")
    assert done.code == 0, done.err
    given = json.loads(done.out)["given"]
    assert (given["rows"], given["passed"]) == (300, True)
    model = tagship_runtime.load(artifact)
    alone = np.concatenate([model.predict_proba(row[None]) for row in rows])
    assert given["max_difference"] == pytest.approx(float(np.abs(alone - model.predict_proba(rows)).max()))
    assert "300 rows of" in tagship("selftest", artifact, "--data", tmp_path / "rows.npz").out
    done = tagship("benchmark", artifact, "--data", tmp_path / "rows.npz", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)[0]["rows_per_second"] > 0
    np.savez(tmp_path / "none.npz", x=rows[:0])
    done = tagship("selftest", artifact, "--data", tmp_path / "none.npz")
    assert (done.code, "holds no rows" in done.err) == (2, True)


@pytest.mark.parametrize("command", ["predict", "selftest", "benchmark"])
def test_columns_that_the_model_does_not_have_are_named(
    command: str, tagship: Command, artifact: Path, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text("q,r,s\n1,2,3\n")
    given = (tmp_path / "rows.csv",) if command == "predict" else ("--data", tmp_path / "rows.csv")
    done = tagship(command, artifact, *given)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "feature_0" in done.err


def test_unknown_words_of_rows_without_names_are_counted(tagship: Command, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([["2", "30", "odd"], ["3", "40", "ICE"]]))
    done = tagship("predict", PARCELS, tmp_path / "a.npz", "--labels-only")
    assert (done.code, len(done.out.splitlines())) == (0, 3)
    assert "2 of 2 cells of 'surface' hold a word that the model does not know" in done.err
