"""The model that artifacts are made from and compared with: a run folder, a Keras file, or a live model."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np

from tagship_export.errors import OriginalError
from tagship_export.original.finite_weights import check_weights
from tagship_export.original.float32_copy import as_float32, other_policies
from tagship_export.original.kept import Kept, digest, state_of
from tagship_export.original.keras_file import load_keras
from tagship_export.original.keras_predict import predict
from tagship_export.original.output_layer import with_sigmoid
from tagship_export.original.text_vectorization import TextInput, take_texts_off
from tagship_export.original.tracing import OUTPUT, integers, row_shape, trace
from tagship_runtime.contract import Feature, check_labels, check_thresholds, read_features
from tagship_runtime.documents import (
    RUN_FORMAT,
    ConfigurationDocument,
    FeatureDocument,
    RunDocument,
    SizeDocument,
    run_folder,
)
from tagship_runtime.errors import ContractError, LabelError, MissingFileError
from tagship_runtime.features import Encoder, columns_of, encoder
from tagship_runtime.files import left_beside
from tagship_runtime.files.sidecar import sha256_of_file
from tagship_runtime.thresholds import Thresholds, resolve_thresholds
from tagship_runtime.typing import Features, Scores

PREDICT_ROWS, PREDICT_CELLS = 4096, 1 << 24
DEFAULT_THRESHOLD = 0.5

MOST_KEPT = 16 << 20
"""Bytes of scores beyond which those of a model are forgotten; until then they serve its next artifact, too."""

_SCORES: Kept[Scores] = Kept(lambda scores: scores.nbytes)


@dataclass(frozen=True, kw_only=True)
class Original:
    """A Keras model and what is known about it.

    Attributes:
        model: One input (rows, ...), one sigmoid output (rows, labels).
        sha256: Of the model file, or of a live model's weights, in hex.
        labels: Names of the scores; None where only the Keras file is known.
        thresholds: One per label, likewise.
        features: The caller's columns; None for other inputs, or where only the Keras file is known.
        rows: Tables by purpose: ``train``, ``validation``, ``test``.
        positive: Values of label columns that meant on in its training; none for the usual pairs.
        label_words: Values of each label's column in its training; none where they are not known.
        run: The run folder that it comes from, if it is one.
        size: Of the sizes of a run the one that it is; None where there are no others.
        file: The Keras file that it was loaded from; None for a model that was there already.
        texts: Where the model as it was given takes texts: what is known of them; ``model`` is then what follows.
        goal: What its thresholds were tuned for, as the contract's ``source`` names it; empty for F1, and where
            others were given.
        notes: What was done to it before anything is made of it, and what is known of its thresholds, in sentences.
    """

    model: Any
    sha256: str
    labels: tuple[str, ...] | None = None
    thresholds: tuple[float, ...] | None = None
    features: tuple[Feature, ...] | None = None
    rows: Mapping[str, Path]
    positive: tuple[str, ...] = ()
    label_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    run: Path | None = None
    size: str | None = None
    file: Path | None = None
    texts: TextInput | None = None
    goal: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def chosen(self) -> bool:
        """True if it is a run's own choice among its sizes, or there are no others."""
        return self.size is None or self.run is not None

    @cached_property
    def digests(self) -> frozenset[str]:
        """Digests that an artifact made from it may name as its source: of the file, or of its weights."""
        return frozenset({self.sha256, _sha256_of_weights(self.model)})

    @cached_property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of one encoded row."""
        return row_shape(self.model)

    @cached_property
    def integers(self) -> str | None:
        """Name of the input's type, if that is one of integers, such as the numbers of words."""
        return integers(self.model)

    @cached_property
    def width(self) -> int:
        """Number of scores that a row gets."""
        return int(trace(self.model).structured_outputs[OUTPUT].shape[-1])

    @cached_property
    def encoder(self) -> Encoder:
        """Encoder from rows as callers have them to the matrix that the model takes."""
        return encoder(self.features, (None, *self.row_shape), self.integers)

    def features_as(self, described: tuple[Feature, ...] | None) -> tuple[Feature, ...] | None:
        """Return the features, which are called as in a contract where the model does not tell; None without any."""
        if self.features is not None or self.texts is None or described is None or len(described) != 1:
            return self.features
        return self.texts.named(described[0].name)

    def called(self, labels: Sequence[str]) -> Original:
        """Return the same with these names for its scores; what is known of thresholds stays.

        Raises:
            OriginalError: It has other names, or another number of scores.
        """
        names = tuple(labels)
        if self.labels not in (None, names):
            raise OriginalError(
                f"labels {list(names)} were given, the run has {list(self.labels or ())}; leave them out"
            )
        try:
            check_labels(names)
        except ContractError as error:
            raise OriginalError(str(error)) from error
        if len(names) != self.width:
            raise OriginalError(f"{len(names)} labels for a model that gives {self.width} scores; one each is needed")
        return replace(self, labels=names)

    def deciding_by(self, thresholds: Thresholds) -> Original:
        """Return the same with these thresholds: one for all, one each, or by name.

        Raises:
            OriginalError: They do not fit the labels, or those are not known.
        """
        if self.labels is None:
            if isinstance(thresholds, Mapping):
                raise OriginalError("thresholds by name need names: the labels of the model's scores are not known")
            numbers = np.broadcast_to(np.asarray(thresholds, np.float64), (self.width,)).tolist()
            try:
                check_thresholds(tuple(numbers), tuple(str(place) for place in range(self.width)))
            except ContractError as error:
                raise OriginalError(str(error)) from error
            return replace(self, thresholds=tuple(numbers))
        try:
            chosen = resolve_thresholds(thresholds, self.labels)
        except LabelError as error:
            raise OriginalError(str(error)) from error
        return replace(self, thresholds=chosen, goal=self.goal if chosen == self.thresholds else {})

    def scores(self, features: Features) -> Scores:
        """Return scores by Keras for encoded rows, float32 (rows, labels)."""
        batch = max(1, min(PREDICT_ROWS, PREDICT_CELLS // int(np.prod(self.row_shape))))

        def scored() -> Scores:
            return np.asarray(predict(self.model, features, batch), np.float32)

        return _SCORES.once(self.model, (state_of(self.model), digest([features])), scored, MOST_KEPT).copy()

    def scores_of(self, rows: Any, features: Features, name: str | None = None) -> Scores:
        """Return scores of rows as callers have them: of their texts where the model takes texts, else encoded.

        Args:
            rows: A table, or an array.
            features: The same, encoded.
            name: Of the column of texts; default: the first feature's.
        """
        if self.texts is None:
            return self.scores(features)
        column = name or (self.features or (self.texts.feature,))[0].name
        columns = columns_of(rows)
        cells = np.asarray(rows)[:, 0] if columns is None else columns[column]
        return self.texts.scores(self.texts.feature.texts(cells))


def open_original(
    source: Any,
    *,
    labels: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    logits: bool = False,
    size: str | None = None,
    independent: bool = False,
) -> Original:
    """Load a run folder, a ``.keras`` or ``.h5`` file, or take a Keras model that is there.

    Args:
        source: A path, or a Keras model.
        labels: Names of the scores; a run folder has its own.
        thresholds: One for all, one each, or by name; default: the run's, or 0.5 once labels are known.
        logits: Whether the model lacks the sigmoid at its end, so that one is added.
        size: Name of one of the sizes that a run trained; default: the one that it chose.
        independent: Whether its scores are independent probabilities, whatever the end of its graph looks like.

    Raises:
        MissingFileError: Nothing is there.
        OriginalError: It is none of these, cannot be exported, or its parts do not fit together.
    """
    if not isinstance(source, str | os.PathLike):
        model, texts = _opened(source, logits=logits, independent=independent)
        live = Original(model=model, sha256=_sha256_of_weights(model), rows={}, texts=texts, notes=_notes(source))
        return _named(live, labels, thresholds)
    path = Path(source)
    if size is not None and path.is_file():
        raise OriginalError(f"size {size!r} was given for {source}, which is one model; a run folder has several")
    if not path.exists():
        raise MissingFileError(f"{source} does not exist; a run folder or a .keras file is needed{_killed(path)}")
    if path.is_file():
        loaded = load_keras(path)
        model, texts = _opened(loaded, logits=logits, independent=independent)
        sha256, notes = sha256_of_file(path), _notes(loaded)
        kept = Original(model=model, sha256=sha256, rows={}, file=path, texts=texts, notes=notes)
        return _named(kept, labels, thresholds)
    if not (path / run_folder.RUN).is_file():
        raise OriginalError(
            f"{source} is a folder without {run_folder.RUN}; 'tagship train' makes one, or give a .keras file"
        )
    run = _open_run(path, size, logits=logits, independent=independent)
    return _named(run, labels or run.labels, run.thresholds if thresholds is None else thresholds)


def _usable(model: Any, *, logits: bool, independent: bool) -> Any:
    """Return a model that gives scores; see :func:`tagship_export.original.output_layer.with_sigmoid`."""
    check_weights(model)
    return with_sigmoid(model, logits=logits, independent=independent)


def _opened(model: Any, *, logits: bool, independent: bool) -> tuple[Any, TextInput | None]:
    """Return the part of a model that takes numbers and gives scores, and the texts that it makes those of."""
    rest, texts = take_texts_off(as_float32(model), logits=logits)
    return _usable(rest, logits=logits, independent=independent), texts


def _notes(model: Any) -> tuple[str, ...]:
    """Say what artifacts are made from and judged by, where that is not the model as it computes by itself."""
    policies = other_policies(model)
    if not policies:
        return ()
    return (
        f"the model computes in {', '.join(policies)}; exported and compared with is a copy in float32 with the "
        "same weights",
    )


def _named(original: Original, labels: Sequence[str] | None, thresholds: Thresholds | None) -> Original:
    if labels is None:
        return original
    return original.called(labels).deciding_by(DEFAULT_THRESHOLD if thresholds is None else thresholds)


def _open_run(folder: Path, size: str | None, *, logits: bool, independent: bool) -> Original:
    try:
        run = cast(RunDocument, json.loads((folder / run_folder.RUN).read_text(encoding="utf-8")))
        if run["tagship_run"] != RUN_FORMAT:
            raise OriginalError(
                f"{folder} has run format {run['tagship_run']!r}, this tagship-export reads {RUN_FORMAT}; update it"
            )
        step = None if size is None else _step(run, size, folder)
        chosen = step is None or step["chosen"]
        name = size or next((one["name"] for one in run.get("ladder") or () if one["chosen"]), None)
        labels, thresholds = tuple(run["labels"]), tuple(run["thresholds"] if step is None else step["thresholds"])
        check_labels(labels)
        check_thresholds(thresholds, labels)
        positive = tuple(run["configuration"].get("positive", ()))
        words = {label: tuple(own) for label, own in dict(run.get("label_words", ())).items()}
        features = read_features(_features(folder, size) or run["features"])
        goal = _goal(run["configuration"], (run if step is None else step).get("goal_missed_by", []))
        notices = () if step is None else tuple(step.get("notices", ()))
    except (ValueError, KeyError, TypeError, ContractError) as error:
        if isinstance(error, OriginalError):
            raise
        raise OriginalError(f"{folder / run_folder.RUN} is damaged ({error!r}); train again") from error
    model_file = folder / (run_folder.MODEL if chosen else f"{run_folder.SIZES}/{size}.keras")
    if not model_file.is_file():
        raise OriginalError(f"{folder} has no {model_file.relative_to(folder)}; train again")
    original = Original(
        model=_usable(load_keras(model_file), logits=logits, independent=independent),
        sha256=sha256_of_file(model_file),
        labels=labels,
        thresholds=thresholds,
        features=features,
        rows={path.stem: path for path in sorted((folder / run_folder.ROWS).glob("*.parquet"))},
        positive=positive,
        label_words=words,
        run=folder if chosen else None,  # whose report is about the chosen size
        size=name,
        file=model_file,
        goal=goal,
        notes=notices,
    )
    if original.width != len(labels):
        raise OriginalError(f"{folder} has {len(labels)} labels for a model that gives {original.width} scores")
    width = sum(feature.width for feature in features)
    if original.row_shape != (width,):
        raise OriginalError(f"{folder} has features of {width} columns for a model of rows {original.row_shape}")
    return original


def _goal(configuration: ConfigurationDocument, missed_by: list[str]) -> dict[str, Any]:
    """Return what a run's thresholds were tuned for, and which labels miss it; nothing for F1, which is the default."""
    found = {
        "objective": configuration.get("objective", "f1"),
        "confidence": configuration.get("confidence"),
        "goal_missed_by": missed_by or None,
    }
    return {} if found["objective"] == "f1" else {name: value for name, value in found.items() if value is not None}


def _features(folder: Path, size: str | None) -> list[FeatureDocument] | None:
    """Features of a size that takes other words of texts than the run's own model; None where it takes the same."""
    path = folder / run_folder.SIZES / f"{size}{run_folder.FEATURES_SUFFIX}"
    if size is None or not path.is_file():
        return None
    return cast(list[FeatureDocument], json.loads(path.read_text(encoding="utf-8")))


def _killed(path: Path) -> str:
    """Name the runs that a training left beside, if it was killed as it replaced the run that is missed."""
    runs = [str(left) for left in left_beside(path) if (left / run_folder.RUN).is_file()]
    return f"; a training that was killed left {' and '.join(runs)}: rename the run that you want" if runs else ""


def _step(run: RunDocument, size: str, folder: Path) -> SizeDocument:
    """Entry of ``run.json`` about one size of the ladder."""
    steps = {step["name"]: step for step in run.get("ladder") or ()}
    if size not in steps:
        known = f"there are {', '.join(steps)}" if steps else "it holds one model only"
        raise OriginalError(f"{folder} has no size {size!r}; {known}")
    return steps[size]


def _sha256_of_weights(model: Any) -> str:
    digest = hashlib.sha256(json.dumps([[*weight.shape] for weight in model.weights]).encode())
    for weight in model.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()
