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

from tagship_runtime.contract import Feature
from tagship_runtime.errors import OutputError
from tagship_runtime.features import encoder
from tagship_runtime.files.draw_report import draw_report
from tagship_runtime.typing import Decisions, Scores
from tagship_training.config import Config
from tagship_training.data.dataset import Dataset
from tagship_training.evaluation.baselines import Baseline
from tagship_training.evaluation.diagnosis import Diagnosis
from tagship_training.network.architecture import Plan
from tagship_training.network.history import History

FORMAT_VERSION = 1
WRITE_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What training made.

    Attributes:
        model: The Keras model, encoded features (rows, width) to scores (rows, labels).
        labels: One name per score.
        features: The caller's columns, as the contract has them.
        thresholds: One per label, tuned on held-out rows.
        config: What was chosen.
        plans: The groups of networks that it came to.
        shares: How much each group counts in the scores.
        metrics: ``held_out`` and ``test``, each from metric name to value.
        intervals: 95% bootstrap intervals of the test metrics.
        per_label: Test figures of each label.
        diagnosis: Bias or variance.
        baselines: Simpler models on the same rows, where they were asked for.
        history: Losses after each epoch of each group.
        curves: From :func:`tagship_training.evaluation.curves.gather`: what each threshold would do on the test rows.
        rows: ``train``, ``test``, and ``validation`` where those are others than the training rows.
        repeated: How many rows have the features of a training row, by the names of ``rows``.
        notices: What a user should know, in sentences.
        versions: Of the packages that made it.
        seconds: How long training took.
    """

    model: Any
    labels: tuple[str, ...]
    features: tuple[Feature, ...]
    thresholds: tuple[float, ...]
    config: Config
    plans: tuple[Plan, ...]
    shares: tuple[float, ...]
    metrics: Mapping[str, Mapping[str, float]]
    intervals: Mapping[str, tuple[float, float]]
    per_label: Mapping[str, Mapping[str, float]]
    diagnosis: Diagnosis
    baselines: Sequence[Baseline]
    baseline_verdict: str | None
    history: History
    curves: Mapping[str, Any]
    rows: Mapping[str, Dataset]
    repeated: Mapping[str, int]
    notices: tuple[str, ...]
    versions: Mapping[str, str]
    seconds: float

    def predict_proba(self, rows: Any) -> Scores:
        """Scores for rows as the runtime takes them: array-like, dicts or a data frame; float32 (rows, labels)."""
        encode = encoder(self.features, (None, sum(feature.width for feature in self.features)))
        return scores(self.model, encode.encode(rows))

    def predict(self, rows: Any) -> Decisions:
        """Decisions at the tuned thresholds, bool (rows, labels)."""
        return self.predict_proba(rows) >= np.array(self.thresholds, np.float32)

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the run folder; it appears under its name only when it is complete. Then draw its report.

        Raises:
            OutputError: The folder holds a run already and ``force`` is not set, or cannot be written.
        """
        target = check_free(folder, force=force)
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
        draw_report(target)  # last, so that nothing that goes wrong with it can cost the run
        return target

    def _write(self, folder: Path) -> None:
        self.model.save(folder / "model.keras")
        with (folder / "history.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(self.history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.history)
        (folder / "rows").mkdir()
        for name, dataset in self.rows.items():
            _write_rows(dataset, folder / "rows" / f"{name}.parquet")
        text = json.dumps(self.curves, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (folder / "curves.json").write_text(text + "\n", encoding="utf-8")
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / "run.json").write_text(text + "\n", encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """The content of ``run.json``."""
        return {
            "tagship_run": FORMAT_VERSION,
            "labels": list(self.labels),
            "features": [feature.to_dict() for feature in self.features],
            "thresholds": list(self.thresholds),
            "objective": str(self.config.objective),
            "configuration": asdict(self.config) | {"objective": str(self.config.objective)},
            "networks": [asdict(plan) | {"share": share} for plan, share in zip(self.plans, self.shares, strict=True)],
            "parameters": int(sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)),
            "metrics": {name: dict(values) for name, values in self.metrics.items()},
            "intervals": {name: list(values) for name, values in self.intervals.items()},
            "per_label": {name: dict(values) for name, values in self.per_label.items()},
            "diagnosis": self.diagnosis.to_dict(),
            "baselines": [asdict(baseline) | {"as_good": baseline.as_good} for baseline in self.baselines],
            "baseline_verdict": self.baseline_verdict,
            "rows": {name: len(dataset) for name, dataset in self.rows.items()},
            "repeated_rows": dict(self.repeated),
            "epochs": len(self.history),
            "notices": list(self.notices),
            "versions": dict(self.versions),
            "seconds": round(self.seconds, 2),
        }


def scores(model: Any, features: Any) -> Scores:
    """What a Keras model gives for encoded rows, float32."""
    return np.asarray(model.predict(features, batch_size=4096, verbose=0), np.float32)


def check_free(path: str | os.PathLike[str], *, force: bool) -> Path:
    """The folder to write, if it can be written and nothing would be lost but, with ``force``, a run.

    Raises:
        OutputError: Something is there already, or its parent cannot be written.
    """
    folder = Path(path).resolve()
    parent = next(parent for parent in folder.parents if parent.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise OutputError(f"cannot write {folder}: {parent} is not a folder that can be written")
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return folder
    if not (folder / "run.json").is_file():
        raise OutputError(f"{folder} exists and is not a run; choose another --out")
    if not force:
        raise OutputError(f"{folder} holds a finished run; choose another --out, or --force to replace it")
    return folder


def _write_rows(dataset: Dataset, path: Path) -> None:
    """A part at a time, so that a table larger than half of the memory can still be written."""
    writer = None
    for start in range(0, len(dataset), WRITE_ROWS):
        part = dataset.take(np.arange(start, min(start + WRITE_ROWS, len(dataset)))).to_table()
        writer = writer or pyarrow.parquet.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()
