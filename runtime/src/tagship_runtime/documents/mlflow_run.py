"""Metrics and files logged into a run of MLflow, where one is active."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

RUN_ID = "MLFLOW_RUN_ID"
"""Variable by which MLflow names the run of a command."""


def log_to_active_run(metrics: Mapping[str, float], files: Sequence[Path]) -> None:
    """Log into the run that this process has started, or that ``MLFLOW_RUN_ID`` names; do nothing without one.

    What is logged is written by now, and no tracking is worth losing it, so what goes wrong here is only told.

    Args:
        metrics: By name; those that are not finite are left out.
        files: To be kept with the run; those that are not there are left out.
    """
    if "mlflow" not in sys.modules and RUN_ID not in os.environ:
        return
    try:
        import mlflow

        active = mlflow.active_run()
        if active is None and RUN_ID not in os.environ:
            return
        context: Any = mlflow.start_run() if active is None else nullcontext()
        with context:
            mlflow.log_metrics({name: value for name, value in metrics.items() if math.isfinite(value)})
            for file in files:
                if file.is_file():
                    mlflow.log_artifact(str(file))
    except Exception as error:  # MLflow's and its stores' have no common base but this
        print(f"tagship: note: nothing is logged to MLflow: {' '.join(str(error).split())}", file=sys.stderr)
