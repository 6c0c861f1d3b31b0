"""Rows that a command is given beside an artifact, as the model takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tagship_runtime.cli.options import note
from tagship_runtime.errors import UsageError
from tagship_runtime.files import read_batches
from tagship_runtime.files.batch_reader import Reading
from tagship_runtime.files.label_columns import truth_columns
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.predictor import Predictor


def given_rows(model: Predictor, source: str, dialect: Dialect, most: int) -> Any:
    """Return the first rows of a table, or of an .npz file: an array, or a list of cells for each row.

    Args:
        model: Whose features they have to have.
        source: The file.
        dialect: How it is spelled, as far as that is given.
        most: So many rows at most.

    Raises:
        UsageError: There are none.
    """
    encode = model.encoder
    batch = next(read_batches(source, Reading.for_model(encode, dialect, rows=most, note=note)), None)
    if batch is None or not batch.size:
        raise UsageError(f"--data is {source}, which holds no rows; give some")
    truth = truth_columns(batch.columns, model.labels)
    rows = encode.select(batch.columns, truth) if batch.rows is None else batch.rows
    return rows[:most] if isinstance(rows, np.ndarray) else encode.row_list(rows)[:most]
