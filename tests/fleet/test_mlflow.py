"""Artifacts as models of MLflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

import tagship_runtime
from repo.blocks import blocks

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow has warnings of its own


@pytest.fixture
def mlflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    mlflow = pytest.importorskip("mlflow", reason="mlflow is not in this environment; run make fleet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"file:{tmp_path}/mlruns")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("GIT_PYTHON_REFRESH", "quiet")
    mlflow.set_tracking_uri(f"file:{tmp_path}/mlruns")
    return mlflow


def frame(rows: int = 40) -> pandas.DataFrame:
    random = np.random.default_rng(2)
    humidity = random.uniform(0, 100, rows)
    humidity[::5] = np.nan
    return pandas.DataFrame(
        {
            "surface": random.choice(["steel", "glass"], rows),
            "weight": random.uniform(0, 20, rows),
            "humidity": humidity,
        }
    )


def test_a_logged_model_decides_as_the_file(mlflow: Any, folder: Path) -> None:
    from tagship_export.mlflow import log_model

    with mlflow.start_run():
        info = log_model(folder / "model.tflite", registered_model_name="parcels")
    loaded = mlflow.pyfunc.load_model("models:/parcels/1")
    rows, model = frame(), tagship_runtime.load(folder / "model.tflite")
    out = loaded.predict(rows)
    assert list(out) == [*model.labels, *(f"score:{label}" for label in model.labels)]
    np.testing.assert_array_equal(out[list(model.labels)].to_numpy(bool), model.predict(rows))
    np.testing.assert_array_equal(out.iloc[:, 3:].to_numpy(np.float32), model.predict_proba(rows))
    names = {column.name: (column.type.name, column.required) for column in info.signature.inputs}
    assert names == {"weight": ("double", True), "humidity": ("double", True), "surface": ("string", True)}
    with pytest.raises(mlflow.MlflowException, match=r"missing inputs \['humidity'\]"):
        loaded.predict(rows.drop(columns="humidity"))
    assert loaded.metadata.get_input_schema().input_names() == ["weight", "humidity", "surface"]


def test_requirements_are_those_of_the_runtime_alone(mlflow: Any, folder: Path) -> None:
    from tagship_export.mlflow import log_model

    with mlflow.start_run():
        info = log_model(folder / "model.tflite")
    path = Path(mlflow.artifacts.download_artifacts(info.model_uri))
    requirements = (path / "requirements.txt").read_text().split()
    assert requirements[-2:] == [f"tagship-runtime[litert]=={tagship_runtime.__version__}", "pandas"]
    assert {line.partition("==")[0] for line in requirements[:-2]} <= {"mlflow", "mlflow-skinny"}
    example = json.loads((path / "input_example.json").read_text())
    golden = tagship_runtime.load(folder / "model.tflite").contract.golden
    assert golden is not None
    assert example["columns"] == ["weight", "humidity", "surface"]
    cells = [[None if cell != cell else cell for cell in row] for row in example["data"]]
    assert cells == [list(row) if isinstance(row, list | tuple) else row for row in golden.rows]


def test_mlflow_models_predict(mlflow: Any, folder: Path, tmp_path: Path) -> None:
    from tagship_export.mlflow import log_model

    with mlflow.start_run():
        info = log_model(folder / "model.tflite")
    frame(6).to_csv(tmp_path / "rows.csv", index=False)
    command = [sys.executable, "-m", "mlflow", "models", "predict", "-m", info.model_uri, "--env-manager", "local"]
    command += ["-i", str(tmp_path / "rows.csv"), "-t", "csv", "-o", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = json.loads((tmp_path / "out.json").read_text())["predictions"]
    decided = [tuple(label for label in ("fragile", "heavy", "humid") if row[label]) for row in rows]
    assert decided == tagship_runtime.load(folder / "model.tflite").predict_labels(frame(6))


def test_a_damaged_file_is_not_logged(mlflow: Any, folder: Path, tmp_path: Path) -> None:
    from tagship_export.mlflow import log_model

    damaged = bytearray((folder / "model.tflite").read_bytes())
    damaged[1000] ^= 1
    (tmp_path / "damaged.tflite").write_bytes(damaged)
    with pytest.raises(tagship_runtime.ArtifactCorruptError):
        log_model(tmp_path / "damaged.tflite")
    assert not (tmp_path / "mlruns").exists()


def test_train_and_export_log_into_an_active_run(mlflow: Any, tmp_path: Path, rows: Any) -> None:
    from tagship_export import export
    from tagship_training import Config, train

    targets = np.stack([rows[:, 0] > 12, rows[:, 1] > 8], axis=1)[:200]
    finished = train(rows[:200, :3], targets.astype(int), config=Config(hidden=(4,), members=1, epochs=2))
    finished.save(tmp_path / "outside")
    with mlflow.start_run() as active:
        finished.save(tmp_path / "run")
        export(tmp_path / "run", tmp_path / "artifacts", formats=["onnx"])
    client = mlflow.MlflowClient()
    logged = client.get_run(active.info.run_id).data.metrics
    assert logged["test_log_loss"] == pytest.approx(finished.metrics["test"]["log_loss"])
    assert logged["float32.onnx_bytes"] == (tmp_path / "artifacts" / "float32.onnx").stat().st_size
    assert logged["float32.onnx_passed"] == 1
    assert logged["float32.onnx_max_difference"] < 1e-5
    files = {file.path for file in client.list_artifacts(active.info.run_id)}
    assert files == {"run.json", "report.html", "export.json"}


def test_the_program_on_the_page_with_what_mlflow_has_by_default(mlflow: Any, folder: Path, tmp_path: Path) -> None:
    """In an empty folder, without a variable that says where runs are kept."""
    page = Path(__file__).parents[2] / "docs" / "scikit-learn.md"
    (program,) = [block.body for block in blocks(page.read_text()) if block.reason is not None]
    shutil.copy(folder / "model.tflite", tmp_path)
    frame().to_json(tmp_path / "rows.json")
    lines = ["import mlflow, pandas", "rows = pandas.read_json('rows.json')", program]
    lines.append("print(mlflow.MlflowClient().get_registered_model('parcels').name)")
    (tmp_path / "page.py").write_text("\n".join(lines))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    done = subprocess.run(
        [sys.executable, "page.py"], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "parcels"
    assert (tmp_path / "mlflow.db").is_file()
