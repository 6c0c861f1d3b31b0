"""A training run: the model, what it was trained on and how good it is; in memory and as a folder."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet

from tagship_runtime.arrays import Scores
from tagship_runtime.contract import Feature
from tagship_runtime.errors import OutputError
from tagship_training.config import Config
from tagship_training.errors import TrainingError
from tagship_training.fitting import History
from tagship_training.tables import Dataset

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What training made.

    Attributes:
        model: The Keras model, features (rows, width) to scores (rows, labels).
        labels: One name per score.
        features: The caller's columns, as the contract has them.
        thresholds: One per label, tuned on the validation rows.
        config: How the model was trained.
        metrics: ``validation`` and ``test``, each from metric name to value.
        history: Loss and binary accuracy after each epoch.
        rows: ``train``, ``validation`` and ``test``.
        versions: Of the packages that made it.
    """

    model: Any
    labels: tuple[str, ...]
    features: tuple[Feature, ...]
    thresholds: tuple[float, ...]
    config: Config
    metrics: Mapping[str, Mapping[str, float]]
    history: History
    rows: Mapping[str, Dataset]
    versions: Mapping[str, str]

    def predict_proba(self, rows: Dataset) -> Scores:
        """The Keras model's scores, float32 (rows, labels)."""
        return scores(self.model, rows.matrix(self.features))

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the run folder; it appears under its name only when it is complete.

        Raises:
            OutputError: The folder holds a run already and ``force`` is not set, or cannot be written.
        """
        target = Path(folder)
        check_free(target, force=force)
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            temporary.mkdir(parents=True)
            self._write(temporary)
            if target.exists():
                shutil.rmtree(target)
            temporary.replace(target)
        except OSError as error:
            raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return target

    def _write(self, folder: Path) -> None:
        self.model.save(folder / "model.keras")
        with (folder / "history.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(self.history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.history)
        (folder / "rows").mkdir()
        for name, dataset in self.rows.items():
            pyarrow.parquet.write_table(dataset.to_table(), folder / "rows" / f"{name}.parquet")
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "run.json").write_text(text + "\n", encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """The content of ``run.json``."""
        return {
            "tagship_run": FORMAT_VERSION,
            "labels": list(self.labels),
            "features": [feature.to_dict() for feature in self.features],
            "thresholds": list(self.thresholds),
            "configuration": asdict(self.config),
            "metrics": {name: dict(values) for name, values in self.metrics.items()},
            "rows": {name: len(dataset) for name, dataset in self.rows.items()},
            "parameters": int(self.model.count_params()),
            "epochs": len(self.history),
            "versions": dict(self.versions),
        }


def scores(model: Any, features: Any) -> Scores:
    """What a Keras model gives for encoded rows, float32."""
    return np.asarray(model.predict(features, batch_size=4096, verbose=0), np.float32)


def check_free(folder: Path, *, force: bool) -> None:
    """Refuse to write over anything but, with ``force``, a run.

    Raises:
        OutputError: Something is there already.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / "run.json").is_file():
        raise OutputError(f"{folder} exists and is not a run; choose another --out")
    if not force:
        raise OutputError(f"{folder} holds a finished run; choose another --out, or --force to replace it")


def check_labels(found: Sequence[str], wanted: Sequence[str], where: str) -> None:
    """Refuse rows whose labels are not those that are trained for."""
    if list(found) != list(wanted):
        raise TrainingError(f"{where} has the labels {list(found)}, the training rows have {list(wanted)}")
