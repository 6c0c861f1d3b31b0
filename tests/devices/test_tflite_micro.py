"""TFLite Micro's interpreter: which recipes it takes, and how near it is to LiteRT."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

import tagship_runtime
from tagship_export.errors import ConversionError
from tagship_export.targets.litert.micro import MicroModel
from tagship_runtime import container

pytest.importorskip("tflite_micro", reason="tflite-micro is not installed (pip install 'tagship-export[micro]')")

NEAR = {
    "float32": (2e-6, 0),  # measured: 9.5e-7 and no flip of 9,900
    "int8": (0.15, 120),  # 0.094 and 57: its kernels round in another place
    "int8_io": (0.12, 20),  # 0.063 and 5
    "int16x8": (2e-3, 10),  # 6.0e-4 and none
}


@pytest.mark.parametrize("recipe", NEAR)
def test_scores_and_decisions(recipe: str, every_recipe: Path, article_run: Path) -> None:
    path = every_recipe / f"{recipe}.tflite"
    model = tagship_runtime.load(path)
    rows = pyarrow.parquet.read_table(article_run / "rows" / "test.parquet")
    names = [feature.name for feature in model.contract.features or ()]
    matrix = np.column_stack([rows[name].to_numpy() for name in names]).astype(np.float32)
    micro = MicroModel(container.unpack(path.read_bytes()).payload)
    scores = micro.scores(matrix)
    want = model.predict_proba(matrix)
    tolerance, flips = NEAR[recipe]
    assert scores.shape == want.shape
    assert np.abs(scores - want).max() <= tolerance
    assert np.count_nonzero(model.decide(scores) != model.decide(want)) <= flips
    assert 1000 < micro.arena_bytes < 8000
    assert "FULLY_CONNECTED" in micro.operations


@pytest.mark.parametrize("recipe", ["float16", "dynamic_int8"])
def test_recipes_that_it_does_not_take(recipe: str, every_recipe: Path) -> None:
    payload = container.unpack((every_recipe / f"{recipe}.tflite").read_bytes()).payload
    with pytest.raises(ConversionError, match="TFLite Micro does not take"):
        MicroModel(payload)


RESOLVER = """
#include "%(recipe)s.h"
struct Resolver {
  int added = 0;
  void AddFullyConnected() { ++added; }
  void AddLogistic() { ++added; }
  void AddQuantize() { ++added; }
  void AddDequantize() { ++added; }
};
int main() {
  Resolver resolver;
  %(recipe)s_add_operators(resolver);
  return resolver.added == %(recipe)s_operators && %(recipe)s_model[4] == 'T' && %(recipe)s_model[7] == '3' ? 0 : 1;
}
"""


def test_arrays_for_a_device(article_run: Path, tmp_path: Path, tagship: Callable[..., Any]) -> None:
    done = tagship(
        "export", article_run, "--out", tmp_path, "--formats", "tflite", "--recipes", "float32,float16,int8", "--micro"
    )
    assert done.code == 0, done.err
    assert "float16.tflite: TFLite Micro does not take the model" in done.err
    assert sorted(path.name for path in (tmp_path / "micro").iterdir()) == ["float32.h", "int8.h"]
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    for recipe in ("float32", "int8"):
        (tmp_path / "main.cpp").write_text(RESOLVER % {"recipe": recipe})
        command = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{tmp_path / 'micro'}"]
        subprocess.run([*command, tmp_path / "main.cpp", "-o", tmp_path / "program"], check=True)
        subprocess.run([tmp_path / "program"], check=True)


def test_micro_without_litert_is_a_usage_error(article_run: Path, tmp_path: Path, tagship: Callable[..., Any]) -> None:
    done = tagship("export", article_run, "--out", tmp_path / "out", "--formats", "onnx", "--micro")
    assert (done.code, done.err) == (2, "tagship: error: --micro is made from tflite; add it to --formats\n")
