"""Artifacts as MLflow loads them: ``loader_module`` of the models that ``tagship_export.mlflow`` writes.

MLflow itself is not imported here: where a model is served, the runtime is all that tagship needs.
"""

from __future__ import annotations

from typing import Any

from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.scoring import prove
from tagship_runtime.terminal.silence import quiet


class PythonModel:
    """A predictor with the interface of a model of MLflow."""

    def __init__(self, model: Predictor) -> None:
        self.model = model

    def predict(self, rows: Any, params: object = None) -> Any:
        """Return decisions and scores as a pandas data frame, columns ``LABEL`` and ``score:LABEL`` for each label.

        Args:
            rows: A data frame or array, as MLflow passes it.
            params: Not used; MLflow passes it.

        Raises:
            InputError: Rows that the model cannot take.
        """
        import pandas

        scores = self.model.predict_proba(rows)
        decisions = dict(zip(self.model.labels, self.model.decide(scores).T, strict=True))
        by_label = {f"score:{label}": own for label, own in zip(self.model.labels, scores.T, strict=True)}
        return pandas.DataFrame(decisions | by_label)


def _load_pyfunc(path: str) -> PythonModel:
    """Load the artifact at a path; its golden rows are replayed, where it has some.

    Raises:
        ArtifactError: No artifact, or damaged.
        CheckFailedError: This machine computes something else than was exported.
    """
    with quiet():  # LiteRT announces its delegates on stderr
        model = load(path)
    if model.contract.golden is not None:
        prove(model)
    return PythonModel(model)
