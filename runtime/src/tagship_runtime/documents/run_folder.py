"""Names in the folder of a run, which training writes and export and report read."""

from __future__ import annotations

RUN = "run.json"
"""Description of what was trained, with every figure: :class:`tagship_runtime.documents.RunDocument`."""

CURVES = "curves.json"
"""Counts that plots are drawn from: :class:`tagship_runtime.documents.CurvesDocument`."""

HISTORY = "history.csv"
"""Losses after each epoch."""

MODEL = "model.keras"
"""The model that ships."""

SIZES = "sizes"
"""Folder of the other models of the ladder, ``NAME.keras`` each."""

FEATURES_SUFFIX = ".features.json"
"""End of the name, beside such a model, of a file with features of its own."""

ROWS = "rows"
"""Folder of the rows by purpose, ``NAME.parquet`` each."""

EXPORT = "export.json"
"""Artifacts and their comparison: :class:`tagship_runtime.documents.ExportDocument`; of an export into the run."""
