"""The training as an estimator."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from tagship_runtime.container import FORMATS
from tagship_runtime.errors import PackageMissingError
from tagship_runtime.files import replacing
from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Columns, Scores
from tagship_training.config import Config, Kinds, Options
from tagship_training.data.arrays import default_names, from_arrays
from tagship_training.data.sparse_table import SparseTable
from tagship_training.scikit_learn.targets import TargetForm
from tagship_training.thresholds.objectives import Objective

EXPORTS = "tagship.exports"
"""Group of entry points by which export is found; the two packages do not import each other."""


class TagshipClassifier(ClassifierMixin, BaseEstimator):
    """A multilabel classifier with a threshold for each label, as ``tagship train`` makes it.

    Unless told otherwise it sets a third of its rows aside: ``run_`` has figures on them, and :meth:`export` proves
    artifacts on them. Words, blanks and numbers of any range are taken as data frames have them.

    Args:
        hidden: Units of the hidden layers; None for a ladder of sizes, of which ``prefer`` and the bounds choose.
        members: See :class:`tagship_training.Config`, as for all up to ``calibrate``.
        dropout: Share of hidden units dropped while training.
        epochs: Passes over the training rows.
        batch_size: Rows per step.
        learning_rate: Of the optimizer, at its peak.
        class_weights: ``none`` or ``balanced``.
        prefer: ``balance``, ``quality`` or ``size``.
        max_parameters: The most that the model may have.
        max_bytes: The most that its float32 LiteRT file may have.
        objective: The goal that thresholds are tuned for, as ``--objective`` has it, such as ``precision=0.9``.
        confidence: Chance that new rows reach a precision or recall.
        calibrate: Whether scores are corrected to match observed frequencies.
        preset: ``default`` or ``article``.
        hold_out: Whether a third of the rows is set aside. Without, as a cross-validation wants it, all are learned
            from, and the figures of ``run_`` say nothing of new rows.
        categorical: Names of columns to take as words.
        numeric: Names of columns to take as numbers.
        random_state: Seed, or a generator to draw one from.

    Attributes:
        classes_: Names of the labels; their numbers where targets have none; the two classes of a target of one column.
        thresholds_: One for each label, float32.
        labels_: Names of the labels in artifacts.
        run_: What training gave; ``run_.save(folder)`` writes it with its report.
        n_features_in_: Number of columns.
        feature_names_in_: Their names, where they have some.
    """

    def __init__(
        self,
        *,
        hidden: Sequence[int] | None = None,
        members: int | None = None,
        dropout: float | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        class_weights: str = "none",
        prefer: str = "balance",
        max_parameters: int | None = None,
        max_bytes: int | None = None,
        objective: str = "f1",
        confidence: float | None = None,
        calibrate: bool = False,
        preset: str = "default",
        hold_out: bool = True,
        categorical: Sequence[str] = (),
        numeric: Sequence[str] = (),
        random_state: Any = 42,
    ) -> None:
        self.hidden = hidden
        self.members = members
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.class_weights = class_weights
        self.prefer = prefer
        self.max_parameters = max_parameters
        self.max_bytes = max_bytes
        self.objective = objective
        self.confidence = confidence
        self.calibrate = calibrate
        self.preset = preset
        self.hold_out = hold_out
        self.categorical = categorical
        self.numeric = numeric
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 - scikit-learn's name
        """Train.

        Args:
            X: Numbers (rows, features), dense or a sparse matrix of scipy's, or a data frame.
            y: 0 and 1, (rows, labels), an array or a data frame whose columns name the labels; or one column of two
                classes.

        Raises:
            TableError: Rows that cannot be learned from.
            ConfigError: A parameter that is out of range.
        """
        from tagship_training.trainer import train

        table = self._table(X, reset=True, y=y)
        self._form, targets = TargetForm.of(y)
        rows = from_arrays(table, targets, labels=self._form.labels)
        self.run_ = train(
            rows,
            config=self._config(),
            test=None if self.hold_out else rows,
            options=Options(
                kinds=Kinds(categorical=tuple(self.categorical), numeric=tuple(self.numeric)), baselines=False
            ),
        )
        self.classes_, self.labels_ = self._form.classes, self.run_.labels
        self.thresholds_ = np.array(self.run_.thresholds, np.float32)
        return self

    def predict_proba(self, X: Any) -> Scores:  # noqa: N803
        """Scores, float32 (rows, labels); for a target of two classes, a column for each class."""
        check_is_fitted(self)
        return self._form.probabilities(self._scores(X))

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """Decisions at the tuned thresholds: 0 and 1, (rows, labels); or classes, (rows,)."""
        check_is_fitted(self)
        return self._form.predictions(decide(self._scores(X), self.thresholds_))

    def export(self, path: str | os.PathLike[str], **options: Any) -> list[Any]:
        """Make artifacts, proved on the rows that were set aside.

        Args:
            path: A folder, or one file whose name ends in ``.tflite`` or ``.onnx``.
            **options: See :func:`tagship_export.export`.

        Returns:
            What :func:`tagship_export.export` gives.

        Raises:
            PackageMissingError: tagship-export is not installed.
        """
        check_is_fitted(self)
        export = _exporter()
        suffix = Path(path).suffix.lower()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            self.run_.save(folder / "run")
            if suffix.removeprefix(".") not in FORMATS:
                return list(export(folder / "run", path, **options))
            made = export(folder / "run", folder / "made", formats=[suffix[1:]], **options)
            with replacing(path) as temporary:
                temporary.write_bytes(made[0].path.read_bytes())
            return [made[0]]

    def _scores(self, X: Any) -> Scores:  # noqa: N803
        return self.run_.predict_proba(self._table(X, reset=False))

    def _table(self, X: Any, *, reset: bool, y: Any = None) -> Any:  # noqa: N803
        """Return rows by column name, checked as scikit-learn checks them."""
        given = {} if y is None else {"y": y}
        if hasattr(X, "columns"):
            validate_data(self, X, reset=reset, skip_check_array=True)
            return X
        numbers = validate_data(
            self, X, reset=reset, dtype="numeric", accept_sparse="csr", ensure_all_finite="allow-nan",
            ensure_min_samples=2 if reset else 1, **({"multi_output": True, **given} if given else {}),
        )  # fmt: skip
        numbers = numbers[0] if given else numbers
        if reset:
            return numbers
        names = default_names(numbers.shape[1])
        if sparse.issparse(numbers):
            return SparseTable(numbers, names)
        columns: Columns = {name: numbers[:, place] for place, name in enumerate(names)}
        return columns

    def _config(self) -> Config:
        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(2**31)
        return Config(
            preset=self.preset,
            hidden=None if self.hidden is None else tuple(self.hidden),
            members=self.members,
            dropout=self.dropout,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            class_weights=self.class_weights,
            prefer=self.prefer,
            max_parameters=self.max_parameters,
            max_bytes=self.max_bytes,
            objective=Objective.parse(self.objective),
            confidence=self.confidence,
            calibrate=self.calibrate,
            seed=int(seed),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "run_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.multi_class = False
        tags.target_tags.multi_output = True
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = True
        return tags


def _exporter() -> Any:
    found = {entry.name: entry for entry in entry_points(group=EXPORTS)}
    if "artifacts" not in found:
        raise PackageMissingError("tagship-export", "", distribution="tagship-export")
    return found["artifacts"].load()
