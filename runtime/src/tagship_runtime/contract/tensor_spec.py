"""A model's input or output, as contracts and engines describe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagship_runtime.errors import Shape
    from tagship_runtime.features.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """The model's input or output.

    Attributes:
        name: Of the signature (LiteRT) or graph (ONNX) entry.
        dtype: NumPy's name for it.
        shape: None where the batch is free.
        scale: For integers, ``real = (integer - zero_point) * scale``.
        zero_point: See ``scale``.
    """

    name: str
    dtype: str
    shape: Shape
    scale: float | None = None
    zero_point: int | None = None

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one row."""
        return tuple(size for size in self.shape[1:] if size is not None)

    @property
    def integers(self) -> str | None:
        """Name of its type where it holds integers that stand for themselves, as the numbers of words do."""
        return self.dtype if self.scale is None and "int" in self.dtype else None

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON object of the contract."""
        document: dict[str, Json] = {"name": self.name, "dtype": self.dtype, "shape": list(self.shape)}
        if self.scale is not None:
            document |= {"scale": self.scale, "zero_point": self.zero_point}
        return document
