"""Cells that no model takes: lists and objects in JSON Lines, dates and times in Parquet."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tagship_runtime import container

NAMES = [f"feature_{i}" for i in range(6)]
Command = Callable[..., Any]
COMMAND = (sys.executable, "-m", "tagship_runtime", "predict")


@pytest.fixture(params=[False, True])
def model(request: pytest.FixtureRequest, artifact: Path, tmp_path: Path) -> tuple[str, ...]:
    """What comes before the data on the command line: an artifact, or its model without the contract."""
    if not request.param:
        return (str(artifact),)
    bare = tmp_path / artifact.name
    bare.write_bytes(container.unpack(artifact.read_bytes()).payload)
    return str(bare), "--labels", "x,y,z"


CELLS = {"a list": [1], "a longer list": [1, 2], "an object": {"x": 1}, "nothing": []}


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_rows_with_lists_in_cells_are_left_out(model: tuple[str, ...], cell: object, follow: bool) -> None:
    good = dict(zip(NAMES, range(1, 7), strict=True))
    lines = "".join(json.dumps(row) + "\n" for row in (good, good | {"feature_2": cell}, good))
    command = [*COMMAND, *model, "-", *["--follow"] * follow]
    stopped = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert stopped.returncode == 2
    assert stopped.stderr == (
        f"tagship: error: row 1, column 'feature_2': {cell!r} is not a number; a finite number is needed\n"
    )
    done = subprocess.run([*command, "--on-error", "skip"], input=lines, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 3
    assert "left out 1 of 3 rows; the first: row 1, column 'feature_2'" in done.stderr


TIMES = {
    "timestamp": pyarrow.array([1, 2], pyarrow.timestamp("ns")),
    "duration": pyarrow.array([1, None], pyarrow.duration("ns")),
    "time": pyarrow.array([1000, 2000], pyarrow.time64("ns")),
    "time in nanoseconds": pyarrow.array([1, 2], pyarrow.time64("ns")),
    "date": pyarrow.array([1, 2], pyarrow.date32()),
}


@pytest.mark.parametrize("column", TIMES.values(), ids=TIMES)
def test_dates_in_parquet_are_one_error(
    tagship: Command, model: tuple[str, ...], tmp_path: Path, column: pyarrow.Array
) -> None:
    columns = {name: [1.0, 2.0] for name in NAMES} | {"feature_1": column}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "in.parquet")
    done = tagship("predict", *model, tmp_path / "in.parquet")
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "column 'feature_1'" in done.err
    assert "needed" in done.err
