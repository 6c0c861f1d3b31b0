"""From a table to a Keras multilabel model with tuned thresholds."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tagship_runtime.files.dataset import Dataset
    from tagship_training.config import PRESETS, Config, Kinds, Options
    from tagship_training.data.arrays import from_arrays
    from tagship_training.data.draw import draw
    from tagship_training.data.label_columns import LabelColumns
    from tagship_training.data.parts import open_parts
    from tagship_training.data.tables import from_table, read
    from tagship_training.errors import TrainingError
    from tagship_training.run import Run
    from tagship_training.scikit_learn import FittedClassifier, TagshipClassifier
    from tagship_training.thresholds.objectives import Objective
    from tagship_training.thresholds.tune import tune_thresholds
    from tagship_training.trainer import train

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "Config",
    "Dataset",
    "FittedClassifier",
    "Kinds",
    "LabelColumns",
    "Objective",
    "Options",
    "Run",
    "TagshipClassifier",
    "TrainingError",
    "__version__",
    "draw",
    "from_arrays",
    "from_table",
    "open_parts",
    "read",
    "train",
    "tune_thresholds",
]

_HOMES = {
    "Config": "tagship_training.config",
    "Dataset": "tagship_runtime.files.dataset",
    "FittedClassifier": "tagship_training.scikit_learn.fitted",
    "Kinds": "tagship_training.config",
    "LabelColumns": "tagship_training.data.label_columns",
    "Objective": "tagship_training.thresholds.objectives",
    "Options": "tagship_training.config",
    "PRESETS": "tagship_training.config",
    "Run": "tagship_training.run",
    "TagshipClassifier": "tagship_training.scikit_learn.classifier",
    "TrainingError": "tagship_training.errors",
    "draw": "tagship_training.data.draw",
    "from_arrays": "tagship_training.data.arrays",
    "from_table": "tagship_training.data.tables",
    "open_parts": "tagship_training.data.parts",
    "read": "tagship_training.data.tables",
    "train": "tagship_training.trainer",
    "tune_thresholds": "tagship_training.thresholds.tune",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that the command line can list its commands without TensorFlow and its like."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
