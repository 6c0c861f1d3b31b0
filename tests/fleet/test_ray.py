"""The scorer in Ray Data."""

from __future__ import annotations

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
