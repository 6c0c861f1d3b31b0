"""The contract: what an artifact says of itself, typed, and read from JSON."""

from tagship_runtime.contract.decode import FORMAT_VERSION, read_features
from tagship_runtime.contract.golden import Golden, repeated
from tagship_runtime.contract.schema import Contract, check_labels, check_thresholds
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.features.base import Feature
from tagship_runtime.features.category import CategoryFeature
from tagship_runtime.features.numeric import NumericFeature
from tagship_runtime.features.offset import OffsetFeature

__all__ = [
    "FORMAT_VERSION",
    "CategoryFeature",
    "Contract",
    "Feature",
    "Golden",
    "NumericFeature",
    "OffsetFeature",
    "TensorSpec",
    "check_labels",
    "check_thresholds",
    "read_features",
    "repeated",
]
