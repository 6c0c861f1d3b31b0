"""Clusters in local mode, and the folder that the page on fleets speaks of."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

PARCELS = Path(__file__).parents[1] / "data" / "v0_1" / "parcels" / "artifacts" / "float32.tflite"
ROWS = 5000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.fleet)


@pytest.fixture(scope="session")
def table() -> pyarrow.Table:
    random = np.random.default_rng(5)
    return pyarrow.table(
        {
            "part": [f"part-{row}" for row in range(ROWS)],
            "weight": random.uniform(0, 20, ROWS),
            "humidity": random.uniform(0, 100, ROWS),
            "surface": random.choice(["steel", "glass", "ice"], ROWS).tolist(),
        }
    )


@pytest.fixture(scope="session")
def folder(table: pyarrow.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``model.tflite``, and ``parcels/`` with rows in three files."""
    folder = tmp_path_factory.mktemp("fleet")
    shutil.copy(PARCELS, folder / "model.tflite")
    (folder / "parcels").mkdir()
    for start in range(0, ROWS, 2000):
        pyarrow.parquet.write_table(table.slice(start, 2000), folder / "parcels" / f"part-{start}.parquet")
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    pytest.importorskip("pyspark", reason="pyspark is not in this environment; run make fleet")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.execution.arrow.maxRecordsPerBatch": "700",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.task.maxFailures": "1",
        }
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(scope="session")
def ray() -> Iterator[Any]:
    ray = pytest.importorskip("ray", reason="ray is not in this environment; run make fleet")
    pytest.importorskip("ray.data", reason="ray.data is not in this environment; run make fleet")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(
            num_cpus=3,
            include_dashboard=False,
            logging_level="error",
            log_to_driver=False,
            _system_config={"worker_niceness": 0},  # by default 15: beside other work they do not get to run
        )
        ray.data.DataContext.get_current().enable_progress_bars = False
        yield ray
        ray.shutdown()
