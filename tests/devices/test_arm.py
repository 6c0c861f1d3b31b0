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
    assert len(lines) == 2 * len(artifacts) == 22
    assert all(" passed " in line for line in lines)
    assert "Cortex-A53, aarch64 Linux" in done.stdout
    assert "Cortex-A76, aarch64 Linux" in done.stdout
