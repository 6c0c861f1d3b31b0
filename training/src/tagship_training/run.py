"""Training runs, in memory and as folders: the model, its rows and its figures."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow.parquet
from scipy import sparse

from tagship_runtime.contract import Feature
from tagship_runtime.documents import (
    RUN_FORMAT,
    CurvesDocument,
    Intervals,
    LabelFigures,
    Metrics,
    MetricsBySplit,
    RepeatedRows,
    RowCounts,
    RunDocument,
)
from tagship_runtime.documents.mlflow_run import log_to_active_run
from tagship_runtime.documents.report_page import draw_report
from tagship_runtime.documents.run_folder import CURVES, FEATURES_SUFFIX, HISTORY, MODEL, ROWS, RUN, SIZES
from tagship_runtime.features import encoder
from tagship_runtime.files import arrow_file, replacing_folder
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Decisions, Scores
from tagship_training.config import Config
from tagship_training.data.sparse_rows import rows_at_once
from tagship_training.data.sparse_table import SparseTable
from tagship_training.data.stream import Stream
from tagship_training.errors import RunFolderError
from tagship_training.evaluation.baselines import Baseline
from tagship_training.evaluation.diagnosis import Diagnosis
from tagship_training.evaluation.figures import Figures
from tagship_training.network.architecture import Architecture
from tagship_training.network.history import History
from tagship_training.network.keras_scores import scores_of
from tagship_training.run_folder import check_free as check_free

if TYPE_CHECKING:
    from tagship_training.sizes.train import Ladder

WRITE_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A model with its thresholds, its rows and its figures.

    Attributes:
        model: The Keras model, encoded features (rows, width) to scores (rows, labels).
        labels: One name per score.
        features: The caller's columns, as the contract has them.
        thresholds: One per label, tuned on held-out rows.
        config: Choices of the user.
        architectures: Architectures of the groups of networks in the model.
        shares: Weight of each group in the scores.
        figures: Figures on held-out and test rows.
        history: Losses after each epoch of each group.
        rows: ``train``, ``test``, and ``validation`` where those are others than the training rows.
        repeated: Numbers of rows that have the features of a training row, by the names of ``rows``.
        notices: Sentences for the user.
        missed_by: Names of the labels whose goal no threshold reaches, or is sure to reach.
        label_words: Values of each label's column as the table has them; none where they are not known.
        versions: Versions of the packages that trained it.
        seconds: Duration of the training.
        ladder: All sizes that were trained; None where the configuration describes one network.
        size_metrics: Test metrics of each size, by name.
        stream: The table that the rows were drawn from; None where they are all.
    """

    model: Any
    labels: tuple[str, ...]
    features: tuple[Feature, ...]
    thresholds: tuple[float, ...]
    config: Config
    architectures: tuple[Architecture, ...]
    shares: tuple[float, ...]
    figures: Figures
    history: History
    rows: Mapping[str, Dataset]
    repeated: Mapping[str, int]
    notices: tuple[str, ...]
    versions: Mapping[str, str]
    seconds: float
    missed_by: tuple[str, ...] = ()
    label_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ladder: Ladder | None = None
    size_metrics: Mapping[str, Metrics] = field(default_factory=dict)
    stream: Stream | None = None

    @property
    def metrics(self) -> MetricsBySplit:
        """Metrics on the held-out and the test rows."""
        return self.figures.metrics

    @property
    def intervals(self) -> Intervals:
        """95% intervals of the test metrics; None for macro-F1 where labels are too rare."""
        return self.figures.intervals

    @property
    def per_label(self) -> dict[str, LabelFigures]:
        """Test figures of each label."""
        return self.figures.per_label

    @property
    def diagnosis(self) -> Diagnosis:
        """Bias or variance."""
        return self.figures.diagnosis

    @property
    def baselines(self) -> tuple[Baseline, ...]:
        """Simpler models on the same rows, where they were asked for."""
        return self.figures.baselines

    @property
    def baseline_verdict(self) -> str | None:
        """Sentence that says whether a network was the right choice."""
        return self.figures.baseline_verdict

    @property
    def curves(self) -> CurvesDocument:
        """Counts that plots are drawn from."""
        return self.figures.curves

    @property
    def plans(self) -> tuple[Architecture, ...]:
        """Name of :attr:`architectures` in version 0.1."""
        return self.architectures

    def predict_proba(self, rows: Any) -> Scores:
        """Scores for rows, float32 (rows, labels).

        Args:
            rows: As the runtime takes them: array-like, dicts or a data frame; or a sparse matrix of scipy's with
                training's columns.
        """
        if sparse.issparse(rows):
            rows = SparseTable(rows, list(self.rows["train"].columns))
        if isinstance(rows, SparseTable):
            return scores_of(self.model, rows.encode(self.features))
        encode = encoder(self.features, (None, sum(feature.width for feature in self.features)))
        return scores_of(self.model, encode.encode(rows))

    def predict(self, rows: Any) -> Decisions:
        """Decisions at the tuned thresholds, bool (rows, labels)."""
        return decide(self.predict_proba(rows), self.thresholds)

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the run folder; it appears under its name only when it is complete. Then draw its report.

        Raises:
            RunFolderError: The folder holds a run already and ``force`` is not set, or cannot be written. One that
                came there while this was written stays, and this run gets a name beside it.
        """
        target = check_free(folder, force=force)
        try:
            with replacing_folder(target, replace=force) as temporary:
                self._write(temporary)
        except OSError as error:
            said = f"cannot write {target}: {error.strerror or error}"
            if isinstance(error, FileExistsError) and error.filename2 is not None:
                said = f"{target} was written to by another process meanwhile; this run is in {error.filename2}"
            raise RunFolderError(said) from error
        page = draw_report(target)  # last, so that nothing that goes wrong with it can cost the run
        test = self.metrics["test"]
        metrics = {f"test_{name}": value for name, value in test.items() if isinstance(value, float)}
        log_to_active_run(metrics, [target / RUN, *([] if page is None else [page])])
        return target

    def _write(self, folder: Path) -> None:
        self.model.save(folder / MODEL)
        for size in self.ladder.sizes if self.ladder is not None else ():
            if size.model is not self.model:
                (folder / SIZES).mkdir(exist_ok=True)
                size.model.save(folder / SIZES / f"{size.name}.keras")
                if size.features != self.features:
                    _write_features(size.features, folder / SIZES / f"{size.name}{FEATURES_SUFFIX}")
        with (folder / HISTORY).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(self.history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.history)
        (folder / ROWS).mkdir()
        for name, dataset in self.rows.items():
            _write_rows(dataset, folder / ROWS / f"{name}.parquet")
        text = json.dumps(self.curves, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (folder / CURVES).write_text(text + "\n", encoding="utf-8")
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        (folder / RUN).write_text(text + "\n", encoding="utf-8")

    def to_dict(self) -> RunDocument:
        """Return the content of ``run.json``."""
        document = self._document()
        if self.figures.words is not None:
            document["words"] = self.figures.words
        if self.figures.nearest is not None:
            document["nearest"] = self.figures.nearest
        if self.missed_by:
            document["goal_missed_by"] = list(self.missed_by)
        if self.label_words:
            document["label_words"] = {label: list(words) for label, words in self.label_words.items()}
        if self.stream is not None:
            document["stream"] = self.stream.to_dict()
        if self.ladder is not None:
            document["teachers"] = [{"name": name, "share": share} for name, share in self.ladder.teachers]
            document["ladder"] = self.ladder.to_dicts(self.size_metrics)
        return document

    def _document(self) -> RunDocument:
        return {
            "tagship_run": RUN_FORMAT,
            "labels": list(self.labels),
            "features": [feature.to_dict() for feature in self.features],
            "thresholds": list(self.thresholds),
            "objective": str(self.config.objective),
            "configuration": self.config.to_dict(),
            "networks": [group.to_dict(share) for group, share in zip(self.architectures, self.shares, strict=True)],
            "parameters": int(sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)),
            "metrics": self.metrics,
            "intervals": self.intervals,
            "frequent": self.figures.frequent,
            "per_label": self.per_label,
            "diagnosis": self.diagnosis.to_dict(),
            "baselines": [baseline.to_dict() for baseline in self.baselines],
            "baseline_verdict": self.baseline_verdict,
            "rows": cast(RowCounts, {name: len(dataset) for name, dataset in self.rows.items()}),
            "repeated_rows": cast(RepeatedRows, dict(self.repeated)),
            "repeated_test": self.figures.repeated,
            "epochs": len(self.history),
            "notices": list(self.notices),
            "versions": dict(self.versions),
            "seconds": round(self.seconds, 2),
        }


def _write_features(features: tuple[Feature, ...], path: Path) -> None:
    """Write what a size takes, where that is other words of texts than the run's own model takes."""
    text = json.dumps([feature.to_dict() for feature in features], ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _write_rows(dataset: Dataset, path: Path) -> None:
    """Write rows in parts, so that a table larger than half of the memory can still be written."""
    with ExitStack() as stack:
        writer = None
        at_once = rows_at_once(len(dataset.columns), WRITE_ROWS)
        for start in range(0, len(dataset), at_once):
            part = dataset.take(np.arange(start, min(start + at_once, len(dataset)))).to_table()
            if writer is None:
                file = stack.enter_context(arrow_file(path, "w"))
                writer = stack.enter_context(pyarrow.parquet.ParquetWriter(file, part.schema))
            writer.write_table(part)
