"""The contract: what an artifact says of itself, typed, and read from JSON."""

from typing import TYPE_CHECKING, Any

from tagship_runtime.contract.schema import (
    FORMAT_VERSION,
    Contract,
    Golden,
    TensorSpec,
    check_labels,
    check_thresholds,
)

if TYPE_CHECKING:
    from tagship_runtime.features.base import Feature
    from tagship_runtime.features.category import CategoryFeature
    from tagship_runtime.features.numeric import NumericFeature

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
]

_FEATURES = {"CategoryFeature": "category", "Feature": "base", "NumericFeature": "numeric"}


def __getattr__(name: str) -> Any:
    """Features read their part of a contract themselves, so their modules import this package first."""
    if name not in _FEATURES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"tagship_runtime.features.{_FEATURES[name]}"), name)
