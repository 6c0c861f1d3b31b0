"""Firmware on emulated Cortex-M cores decides as Keras does: golden rows, and 300 rows of the test split."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from export.models import mixed
from tagship_export import export, open_original
from tagship_export.errors import ExportError
from tagship_export.original.open_original import Original
from tagship_export.targets.c.firmware import emulated
from tagship_export.targets.c.firmware.boards import BOARDS, CORTEX_M3
from tagship_export.targets.c.firmware.emulated import Firmware, ToolMissingError
from tagship_runtime.errors import ArtifactError

ROWS = 300
NEAR = 2e-6  # measured, the most over all cores and models: 8.3e-7, the article's raw numbers
MODELS = ("article", "scaled", "mixed")


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm"):
        if shutil.which(tool) is None:
            pytest.skip(
                f"{tool} is not installed (apt install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm)"
            )


@pytest.fixture(scope="module")
def made(article_run: Path, scaled_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Artifact in C, its original and rows as callers have them, by model."""
    folder = tmp_path_factory.mktemp("firmware")
    model, table, features = mixed()
    originals: dict[str, tuple[Original, Any]] = {
        name: (open_original(run), pyarrow.parquet.read_table(run / "rows" / "test.parquet"))
        for name, run in (("article", article_run), ("scaled", scaled_run))
    }
    originals["mixed"] = replace(open_original(model, labels=["a", "b"]), features=features), table
    found = {}
    for name, (original, rows) in originals.items():
        (artifact,) = export(original, folder / name, formats=["c"], data=rows if name == "mixed" else None)
        found[name] = artifact.path, original, rows.slice(0, ROWS)
    return found


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("board", BOARDS)
def test_decides_as_keras(board: str, name: str, made: dict[str, Any]) -> None:
    path, original, table = made[name]
    names = [feature.name for feature in original.features]
    rows = [[row[name] for name in names] for row in table.to_pylist()]
    done = Firmware.of(path.read_bytes(), BOARDS[board]).run(rows)
    assert done.selftest == 0
    assert done.largest <= 1e-5
    want = original.scores(original.encoder.encode(table))
    np.testing.assert_allclose(done.scores, want, rtol=0, atol=NEAR, equal_nan=False)
    assert done.scores.shape == (ROWS, len(original.labels))
    np.testing.assert_array_equal(done.decisions, want >= np.array(original.thresholds, np.float32))


def test_benchmark_tells_what_a_device_needs(made: dict[str, Any], tagship: Callable[..., Any]) -> None:
    path = made["article"][0]
    done = tagship("benchmark", path, "--target", "cortex-m4f", "--json")
    assert done.code == 0, done.err
    (found,) = json.loads(done.out)
    assert found["selftest"] is True
    assert found["emulated_by"] == "QEMU mps2-an386"
    # 915 weights of 4 bytes and code; figures for each core are in docs/devices.md.
    assert 3660 < found["flash_bytes"] < 6000
    assert 0 < found["selftest_flash_bytes"] < 1500
    assert 100 < found["stack_bytes"] < 400
    assert 1000 < found["instructions"] < 10_000
    assert found["fits_kb"] == 16
    table = tagship("benchmark", path, "--target", "cortex-m4f")
    assert "emulated by QEMU mps2-an386" in table.out
    assert f"{found['flash_bytes']:,}" in table.out


def test_unknown_devices_and_other_files(
    made: dict[str, Any], artifacts: dict[tuple[str, str], Path], tagship: Callable[..., Any]
) -> None:
    done = tagship("benchmark", made["article"][0], "--target", "pdp-11")
    assert (done.code, "cortex-m0, cortex-m3, cortex-m4f" in done.err) == (2, True)
    done = tagship("benchmark", artifacts["plain", "onnx"], "--target", "cortex-m3")
    assert (done.code, "firmware is built from C alone" in done.err) == (2, True)
    changed = made["article"][0].read_bytes().replace(b"0.0f", b"0.1f", 1)
    with pytest.raises(ArtifactError):
        Firmware.of(changed, CORTEX_M3)


def test_tools_that_are_absent(made: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    firmware = Firmware.of(made["article"][0].read_bytes(), CORTEX_M3)
    monkeypatch.setattr(emulated, "COMPILER", "arm-none-eabi-absent")
    with pytest.raises(ToolMissingError, match="apt install gcc-arm-none-eabi"):
        firmware.footprint()
    monkeypatch.setattr(emulated, "COMPILER", "arm-none-eabi-gcc")
    monkeypatch.setattr(emulated, "STACK_PAINTED", 10)
    with pytest.raises(ExportError, match="more than 10 bytes of stack"):
        firmware.run([[1, 2, 3, 4, 5, 6]])
