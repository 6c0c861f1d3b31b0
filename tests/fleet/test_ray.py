"""The scorer in Ray Data."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tagship_runtime.arrow import Scorer, scorer

pytestmark = pytest.mark.filterwarnings("ignore")  # Ray has warnings of its own


def wanted(folder: Path, table: pyarrow.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = scorer(folder / "model.tflite", keep="part")(table).to_pylist()
    return sorted(rows, key=lambda row: row["part"])


@pytest.mark.parametrize("actors", [False, True])
def test_decisions_are_those_of_the_file(ray: Any, folder: Path, table: pyarrow.Table, actors: bool) -> None:
    rows = ray.data.read_parquet(str(folder / "parcels"))
    options: dict[str, Any] = {"batch_format": "pyarrow", "batch_size": 700}
    if actors:
        options |= {
            "fn_constructor_args": [str(folder / "model.tflite")],
            "fn_constructor_kwargs": {"keep": "part"},
            "compute": ray.data.ActorPoolStrategy(size=2),
        }
        out = rows.map_batches(Scorer, **options)
    else:
        out = rows.map_batches(scorer(folder / "model.tflite", keep="part"), **options)
    found = sorted(out.take_all(), key=lambda row: row["part"])
    assert found == wanted(folder, table)


def test_a_bad_row_is_named(ray: Any, folder: Path, table: pyarrow.Table, tmp_path: Path) -> None:
    weight = [None if row == 4321 else cell for row, cell in enumerate(table["weight"].to_pylist())]
    bad = table.set_column(1, "weight", pyarrow.array(weight, pyarrow.float64()))
    pyarrow.parquet.write_table(bad, tmp_path / "bad.parquet")
    out = ray.data.read_parquet(str(tmp_path / "bad.parquet")).map_batches(
        scorer(folder / "model.tflite", keep="part"), batch_format="pyarrow"
    )
    with pytest.raises(Exception, match=r"column 'weight': the value is missing .*, where part is 'part-4321'"):
        out.take_all()


def test_another_file_on_a_node(ray: Any, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    shutil.copy(folder / "model.tflite", path)
    score = scorer(path, by_path=True, keep="part")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])  # before a process has loaded it
    rows = ray.data.read_parquet(str(folder / "parcels"))
    with pytest.raises(Exception, match=r"the file has SHA-256 .*, the one that is wanted"):
        rows.map_batches(score, batch_format="pyarrow").take_all()
    path.write_bytes(whole)
    assert rows.map_batches(score, batch_format="pyarrow").count() == 5000


def test_a_killed_worker_costs_no_row(ray: Any, folder: Path, table: pyarrow.Table, tmp_path: Path) -> None:
    mark = tmp_path / "killed"
    score = scorer(folder / "model.tflite", keep="part")

    def kill_once(rows: pyarrow.Table) -> pyarrow.Table:
        answered = score(rows)
        if not mark.exists() and "part-4000" in rows["part"].to_pylist():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return answered

    rows = ray.data.read_parquet(str(folder / "parcels"))
    found = sorted(rows.map_batches(kill_once, batch_format="pyarrow").take_all(), key=lambda row: row["part"])
    assert found == wanted(folder, table)
    assert mark.exists()
