"""The contract: what an artifact says of itself, typed, and read from JSON."""

from typing import TYPE_CHECKING, Any

from tagship_runtime.contract.decode import FORMAT_VERSION, read_features
from tagship_runtime.contract.golden import Golden, repeated
from tagship_runtime.contract.schema import Contract, check_labels, check_thresholds
from tagship_runtime.contract.tensor_spec import TensorSpec
from tagship_runtime.features.base import Feature
from tagship_runtime.features.kinds import class_in

if TYPE_CHECKING:
    from tagship_runtime.features.category import CategoryFeature
    from tagship_runtime.features.date import DateFeature
    from tagship_runtime.features.duration import DurationFeature
    from tagship_runtime.features.keras_text import KerasTextFeature
    from tagship_runtime.features.numeric import NumericFeature
    from tagship_runtime.features.offset import OffsetFeature
    from tagship_runtime.features.text import TextFeature

__all__ = [
    "FORMAT_VERSION",
    "CategoryFeature",
    "Contract",
    "DateFeature",
    "DurationFeature",
    "Feature",
    "Golden",
    "KerasTextFeature",
    "NumericFeature",
    "OffsetFeature",
    "TensorSpec",
    "TextFeature",
    "check_labels",
    "check_thresholds",
    "read_features",
    "repeated",
]

LATER = {
    "CategoryFeature": "category",
    "DateFeature": "date",
    "DurationFeature": "duration",
    "KerasTextFeature": "keras_text",
    "NumericFeature": "numeric",
    "OffsetFeature": "offset",
    "TextFeature": "text",
}
"""Classes of features that are imported where they are needed, and their modules."""


def __getattr__(name: str) -> Any:
    module = LATER.get(name)
    if module is not None:  # a device whose model takes no such feature starts without it
        return class_in(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
