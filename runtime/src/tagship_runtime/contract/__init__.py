"""The contract: what an artifact says of itself, typed and read from JSON."""

from tagship_runtime.contract.schema import (
    FORMAT_VERSION,
    CategoryFeature,
    Contract,
    Feature,
    Golden,
    NumericFeature,
    TensorSpec,
    check_labels,
    check_thresholds,
    read_features,
)

__all__ = [
    "FORMAT_VERSION",
    "CategoryFeature",
    "Contract",
    "Feature",
    "Golden",
    "NumericFeature",
    "TensorSpec",
    "check_labels",
    "check_thresholds",
    "read_features",
]
