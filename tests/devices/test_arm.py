"""Every artifact on emulated Arm: golden rows pass, and recipes that are equal everywhere are equal there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = 77


def test_artifacts_compute_on_emulated_arm_what_they_compute_here(article_run: Path, every_recipe: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "arm-check", article_run / "rows" / "test.parquet", every_recipe],
        capture_output=True,
        text=True,
        timeout=900,
        env=os.environ | {"PYTHON": sys.executable},
    )
    if done.returncode == SKIPPED:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if re.search(r"\.(tflite|onnx) +cortex", line)]
    artifacts = [path for suffix in ("tflite", "onnx") for path in every_recipe.glob(f"*.{suffix}")]
    assert len(lines) == 3 * len(artifacts) == 33
    refused = [line for line in lines if line.endswith(" refused")]
    assert {re.search(r"(\w+\.\w+) +(\S+)", line).groups() for line in refused} == {  # type: ignore[union-attr]
        ("dynamic_int8.tflite", "cortex-a7"),
        *((f"{recipe}.onnx", "cortex-a7") for recipe in ("dynamic_int8", "int8", "int16x8")),
    }
    assert all(" passed " in line for line in lines if line not in refused)
    for core in ("Cortex-A53, aarch64 Linux", "Cortex-A76, aarch64 Linux", "Cortex-A7, armv7l Linux"):
        assert core in done.stdout
    assert "tflite-runtime 2.14.0 on Cortex-A7" in done.stdout
    assert re.search(r"NumPy [\d.]+ on Cortex-A7", done.stdout)
