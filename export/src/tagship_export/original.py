"""The model that artifacts are made from and compared with: a run folder or a Keras file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tagship_export.errors import OriginalError
from tagship_runtime.arrays import Features, Scores
from tagship_runtime.contract import Feature, check_labels, check_thresholds, read_features
from tagship_runtime.errors import ContractError, MissingFileError

RUN_FORMAT = 1
PREDICT_ROWS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A Keras model and what is known about it.

    Attributes:
        model: One input (rows, ...), one sigmoid output (rows, labels).
        sha256: Of the model file, in hex.
        labels: Names of the scores; None where only the Keras file is known.
        thresholds: One per label, likewise.
        features: The caller's columns; None for other inputs, or where only the Keras file is known.
        rows: Tables by purpose: ``train``, ``validation``, ``test``.
    """

    model: Any
    sha256: str
    labels: tuple[str, ...] | None = None
    thresholds: tuple[float, ...] | None = None
    features: tuple[Feature, ...] | None = None
    rows: Mapping[str, Path]

    def scores(self, features: Features) -> Scores:
        """What Keras gives for encoded rows, float32 (rows, labels)."""
        return np.asarray(self.model.predict(features, batch_size=PREDICT_ROWS, verbose=0), np.float32)


def open_original(source: str | os.PathLike[str]) -> Original:
    """Load a run folder or a ``.keras`` file.

    Raises:
        MissingFileError: Nothing is there.
        OriginalError: It is neither, or its parts do not fit together.
    """
    path = Path(source)
    if not path.exists():
        raise MissingFileError(f"{source} does not exist; a run folder or a .keras file is needed")
    if path.is_file():
        return Original(model=_load_model(path), sha256=_sha256(path), rows={})
    if not (path / "run.json").is_file():
        raise OriginalError(f"{source} is a folder without run.json; 'tagship train' makes one, or give a .keras file")
    return _open_run(path)


def _open_run(folder: Path) -> Original:
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if run["tagship_run"] != RUN_FORMAT:
            raise OriginalError(
                f"{folder} has run format {run['tagship_run']!r}, this tagship-export reads {RUN_FORMAT}; update it"
            )
        labels, thresholds = tuple(run["labels"]), tuple(run["thresholds"])
        check_labels(labels)
        check_thresholds(thresholds, labels)
        features = read_features(run["features"])
    except (ValueError, KeyError, TypeError, ContractError) as error:
        if isinstance(error, OriginalError):
            raise
        raise OriginalError(f"{folder / 'run.json'} is damaged ({error!r}); train again") from error
    model_file = folder / "model.keras"
    if not model_file.is_file():
        raise OriginalError(f"{folder} has no model.keras; train again")
    model = _load_model(model_file)
    if model.output_shape[-1] != len(labels):
        raise OriginalError(f"{folder} has {len(labels)} labels for a model with output {model.output_shape}")
    width = sum(feature.width for feature in features)
    if model.input_shape[1:] != (width,):
        raise OriginalError(f"{folder} has features of {width} columns for a model with input {model.input_shape}")
    rows = {path.stem: path for path in sorted((folder / "rows").glob("*.parquet"))}
    return Original(
        model=model,
        sha256=_sha256(model_file),
        labels=labels,
        thresholds=thresholds,
        features=features,
        rows=rows,
    )


def _load_model(path: Path) -> Any:
    import keras

    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its parts raise
        reason = " ".join(str(error).split())
        raise OriginalError(f"{path} cannot be loaded as a Keras model: {reason[:300]}") from error
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise OriginalError(
            f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; one of each is needed"
        )
    return model


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
