"""Fast thresholded predictions from a LiteRT or ONNX artifact, without TensorFlow.

>>> import tagship_runtime
>>> model = tagship_runtime.load("model.tflite")
>>> model.predict_labels([[1.0, 2.0, 3.0]])
"""

from typing import TYPE_CHECKING, Any

import numpy  # noqa: F401 - loaded from deep within other imports, it takes 11 ms longer to load

from tagship_runtime.contract import Contract
from tagship_runtime.errors import (
    ArtifactCorruptError,
    ArtifactError,
    CheckFailedError,
    ContractError,
    ContractVersionError,
    DataError,
    EngineError,
    InputError,
    InputShapeError,
    InputValueError,
    LabelError,
    MissingColumnError,
    MissingFileError,
    NoContractError,
    NotAnArtifactError,
    NotAScoreError,
    OutputError,
    PackageMissingError,
    RoundingWarning,
    SignatureError,
    TagshipError,
    UsageError,
    WorkerKilledError,
)
from tagship_runtime.loading import load
from tagship_runtime.predictor import Answer, Predictor

if TYPE_CHECKING:
    from tagship_runtime.selftest import SelfTest

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "ArtifactCorruptError",
    "ArtifactError",
    "CheckFailedError",
    "Contract",
    "ContractError",
    "ContractVersionError",
    "DataError",
    "EngineError",
    "InputError",
    "InputShapeError",
    "InputValueError",
    "LabelError",
    "MissingColumnError",
    "MissingFileError",
    "NoContractError",
    "NotAScoreError",
    "NotAnArtifactError",
    "OutputError",
    "PackageMissingError",
    "Predictor",
    "RoundingWarning",
    "SelfTest",
    "SignatureError",
    "TagshipError",
    "UsageError",
    "WorkerKilledError",
    "__version__",
    "load",
]


def __getattr__(name: str) -> Any:
    if name == "SelfTest":  # a device that starts for one decision does not need it
        from tagship_runtime.selftest import SelfTest

        return SelfTest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
