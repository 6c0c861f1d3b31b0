"""The scorer in Spark."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow
import pytest

import tagship_runtime
from tagship_runtime.arrow import scorer

pytestmark = pytest.mark.filterwarnings("ignore")  # Spark warns of the pandas that is here, and of its own ways

LABELS = ("fragile", "heavy", "humid")


def by_part(frame: Any) -> dict[str, Any]:
    return {row["part"]: row for row in frame.collect()}


def test_decisions_are_those_of_the_file(spark: Any, folder: Path, table: pyarrow.Table) -> None:
    frame = spark.read.parquet(str(folder / "parcels"))
    score = scorer(folder / "model.tflite", keep=frame.select("part").schema, scores=True)
    out = frame.repartition(3).mapInArrow(score, score.spark_schema)
    assert out.columns == ["part", *LABELS, *(f"score:{label}" for label in LABELS)]
    found, model = by_part(out), tagship_runtime.load(folder / "model.tflite")
    assert out.count() == len(found) == len(table)
    scores = model.predict_proba(table)
    for place, part in enumerate(table["part"].to_pylist()):
        row = found[part]
        for number, label in enumerate(LABELS):
            assert row[f"score:{label}"] == pytest.approx(float(scores[place, number]), abs=1e-6)
            assert row[label] == (row[f"score:{label}"] >= model.thresholds[number])


def test_tags_in_sql(spark: Any, folder: Path, table: pyarrow.Table) -> None:
    spark.read.parquet(str(folder / "parcels")).createOrReplaceTempView("parcels")
    spark.udf.register("tags", scorer(folder / "model.tflite").spark_udf)
    rows = spark.sql("SELECT part, tags(weight, humidity, surface) AS tags FROM parcels").collect()
    names = tagship_runtime.load(folder / "model.tflite").predict_labels(table)
    assert {row["part"]: tuple(row["tags"]) for row in rows} == dict(zip(table["part"].to_pylist(), names, strict=True))


@pytest.mark.parametrize("on_error", ["raise", "skip", "null"])
def test_a_bad_row(spark: Any, folder: Path, table: pyarrow.Table, on_error: str) -> None:
    frame = spark.read.parquet(str(folder / "parcels"))
    spoiled = frame.selectExpr("part", "IF(part = 'part-4321', NULL, weight) AS weight", "humidity", "surface")
    score = scorer(folder / "model.tflite", keep={"part": "string"}, on_error=on_error)
    out = spoiled.mapInArrow(score, score.spark_schema)
    if on_error == "raise":
        with pytest.raises(Exception, match=r"column 'weight': the value is missing .*, where part is 'part-4321'"):
            out.collect()
        return
    found = by_part(out)
    assert set(table["part"].to_pylist()) - set(found) == ({"part-4321"} if on_error == "skip" else set())
    assert sum(row["heavy"] is None for row in found.values()) == (on_error == "null")


def test_another_file_on_a_node(spark: Any, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    shutil.copy(folder / "model.tflite", path)
    frame = spark.read.parquet(str(folder / "parcels"))
    score = scorer(path, by_path=True)
    out = frame.mapInArrow(score, score.spark_schema)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])  # before a process has loaded it: from then on that keeps what it has proved
    with pytest.raises(Exception, match=r"ArtifactCorruptError: .*the file has SHA-256 .*, the one that is wanted"):
        out.collect()
    path.write_bytes(whole)
    assert out.count() == 5000


KILL = """
import os, signal

def kill_once(batches):
    for batch in batches:
        if not os.path.exists({mark!r}) and "part-4000" in batch["part"].to_pylist():
            open({mark!r}, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        yield batch
"""


def test_a_killed_worker_costs_no_row(folder: Path, tmp_path: Path) -> None:
    """In a session of its own, whose tasks may fail."""
    pytest.importorskip("pyspark", reason="pyspark is not in this environment; run make fleet")
    import subprocess
    import sys

    program = (
        KILL.format(mark=str(tmp_path / "killed"))
        + f"""
import sys
os.environ["PYSPARK_PYTHON"] = sys.executable
from pyspark.sql import SparkSession
from tagship_runtime.arrow import scorer
spark = SparkSession.builder.master("local[2, 4]").config("spark.ui.enabled", "false").getOrCreate()
frame = spark.read.parquet({str(folder / "parcels")!r})
score = scorer({str(folder / "model.tflite")!r}, keep=frame.select("part").schema)
out = frame.mapInArrow(kill_once, frame.schema).mapInArrow(score, score.spark_schema)
parts = [row["part"] for row in out.collect()]
print("counted", len(parts), len(set(parts)))
"""
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "counted 5000 5000" in done.stdout, done.stderr[-2000:]
    assert (tmp_path / "killed").exists()
