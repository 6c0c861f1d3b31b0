"""Artifacts as models of MLflow, which need the runtime alone where they are served."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tagship_runtime import __version__
from tagship_runtime.errors import PackageMissingError
from tagship_runtime.loading import read_contract
from tagship_runtime.mlflow_model import _load_pyfunc

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract

LOADER = "tagship_runtime.mlflow_model"


def log_model(artifact: str | os.PathLike[str], *, name: str = "model", **options: Any) -> Any:
    """Log an artifact as a ``pyfunc`` model: the file itself, its signature, golden rows as example, requirements.

    Args:
        artifact: A ``.tflite`` or ``.onnx`` file with a contract.
        name: Of the model within the run.
        **options: See ``mlflow.pyfunc.log_model``, such as ``registered_model_name``.

    Returns:
        What MLflow tells of the model, whose ``model_uri`` others load.

    Raises:
        PackageMissingError: MLflow is not installed.
        ArtifactError: No artifact, damaged, or without a contract.
    """
    mlflow = import_mlflow()
    format, contract = read_contract(artifact)
    example = golden_example(contract)
    chosen: dict[str, Any] = {
        "signature": signature(contract),
        "pip_requirements": [f"tagship-runtime[{format.engines[0]}]=={__version__}", "pandas"],
    }
    if example is not None:
        _load_pyfunc(os.fspath(artifact)).predict(example)  # what is logged works here
        chosen["input_example"] = example
    return mlflow.pyfunc.log_model(name=name, loader_module=LOADER, data_path=os.fspath(artifact), **(chosen | options))


def signature(contract: Contract) -> Any:
    """Return the contract's columns and labels as a signature of MLflow."""
    import numpy as np

    import_mlflow()
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema, TensorSpec

    if contract.features is None:
        inputs = Schema([TensorSpec(np.dtype(np.float32), (-1, *contract.input.row_shape))])
    else:
        inputs = Schema(
            [
                ColSpec("string" if feature.textual else "double", feature.name)  # a cell may be missing, no column
                for feature in contract.features
            ]
        )
    decisions = [ColSpec("boolean", label) for label in contract.labels]
    scores = [ColSpec("float", f"score:{label}") for label in contract.labels]
    return ModelSignature(inputs=inputs, outputs=Schema([*decisions, *scores]))


def golden_example(contract: Contract) -> Any:
    """Return the golden rows as a data frame, or as an array where features have no names; None without any."""
    import numpy as np
    import pandas

    if contract.golden is None or not contract.golden.rows:
        return None
    rows = contract.golden.values(contract.input)
    if contract.features is None:
        return np.array(rows, contract.input.integers or np.float32)
    frame = pandas.DataFrame(rows, columns=[feature.name for feature in contract.features])
    numbers = {feature.name: np.float64 for feature in contract.features if not feature.textual}
    return frame.astype(numbers)


def import_mlflow() -> Any:
    """Import MLflow, or raise the error that says how to get it."""
    try:
        import mlflow
        import mlflow.pyfunc
    except ModuleNotFoundError as error:
        raise PackageMissingError("mlflow", "mlflow", distribution="tagship-export") from error
    return mlflow
