"""The search for counterexamples finds rows that sampling does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime
from tagship_export import open_original
from tagship_export.data.rows import read_rows

Command = Callable[..., Any]


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_the_search_finds_what_sampling_does_not(int8: Path, article_run: Path, tagship: Command, kind: str) -> None:
    done = tagship("verify", article_run, int8 / f"int8.{kind}", "--search", "--json")
    (entry,) = json.loads(done.out)
    found = entry["search"]["farthest"]
    difference = abs(found["original"] - found["artifact"])
    assert difference > 1.5 * entry["parity"]["max_difference"]
    original, artifact = open_original(article_run), tagship_runtime.load(int8 / f"int8.{kind}")
    label = artifact.labels.index(found["label"])
    replayed = original.scores(original.encoder.encode([found["row"]])), artifact.predict_proba([found["row"]])
    assert [float(scores[0, label]) for scores in replayed] == [found["original"], found["artifact"]]
    flip = entry["search"]["flip"]
    assert flip["flipped"]
    assert (flip["original"] >= flip["threshold"]) != (flip["artifact"] >= flip["threshold"])
    train = read_rows(str(article_run / "rows" / "train.parquet"), artifact.labels)
    for place, name in enumerate(f.name for f in artifact.contract.features or ()):
        column = train.table[name].to_numpy()
        assert column.min() <= found["row"][place] <= column.max()


def test_a_counter_example_among_the_golden_rows(
    int8: Path, article_run: Path, tagship: Command, tmp_path: Path
) -> None:
    path = tmp_path / "int8.tflite"
    shutil.copy(int8 / "int8.tflite", path)
    found = json.loads(tagship("verify", article_run, path, "--search", "--keep", "--json").out)[0]["search"]
    golden = tagship_runtime.load(path).contract.golden
    assert golden is not None
    assert golden.rows[-1] == found["farthest"]["row"]
    assert len(golden.rows) == 25
    assert tagship("selftest", path).code == 0
    assert tagship("verify", article_run, path, "--keep").code == 2
