"""The targets that there are."""

from __future__ import annotations

from collections.abc import Mapping

from tagship_export.targets.base import Target
from tagship_export.targets.litert.target import LiteRTTarget
from tagship_export.targets.onnx.target import OnnxTarget

TARGETS: Mapping[str, Target] = {target.name: target for target in (LiteRTTarget(), OnnxTarget())}
"""Every target by name; their modules import what converts only when it is needed."""
