"""An original converted once more while an artifact of it is verified, for what the two have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from tagship_export.original.kept import Kept, digest, state_of
from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.runner import ArtifactRunner, Values
from tagship_runtime.terminal.silence import quiet

if TYPE_CHECKING:
    from tagship_runtime.typing import Features


MOST_KEPT = 64 << 20
"""Bytes of payloads beyond which those of a model are forgotten; until then the next artifact of it has them too."""

_KEPT: Kept[bytes] = Kept(len)


class Convertible(Protocol):
    """A target whose payloads can be read as graphs of numbers; see :class:`tagship_export.targets.base.Target`."""

    name: ClassVar[str]
    """Name of its format."""

    def convert(self, model: Any, batch: int | None) -> bytes:
        """Convert a model as trained."""

    def make(
        self,
        recipe: str,
        model: Any,
        *,
        calibration: Features | None = None,
        batch: int | None = None,
        float32: bytes | None = None,
    ) -> bytes:
        """Convert a model by a recipe."""

    def float_graph(self, payload: bytes) -> FloatGraph:
        """Read a payload's operations and numbers."""

    def layer_values(self, payload: bytes, rows: Features) -> Values:
        """Return every intermediate value for encoded rows."""

    def runner(self, payload: bytes) -> ArtifactRunner:
        """Open what computes the scores of a payload."""


class Reconversion:
    """A Keras model, converted as an artifact of it was.

    Args:
        target: Which converts.
        payload: The artifact's.
        batch: Its fixed batch size, None for a free one.
        model: Keras.
    """

    def __init__(self, target: Convertible, payload: bytes, batch: int | None, model: Any) -> None:
        self.target, self.payload, self.batch, self.model = target, payload, batch, model
        self._rounded: bytes | None = None

    def stored(self) -> FloatGraph:
        """Read the payload's operations and numbers."""
        return self._stored

    @cached_property
    def _stored(self) -> FloatGraph:
        return self.target.float_graph(self.payload)

    def as_trained(self) -> FloatGraph:
        """Read those of the model.

        Raises:
            ConversionError: The target cannot convert it.
        """
        return self.target.float_graph(self._float32)

    def layer_values(self, rows: Features) -> Values:
        """Return every intermediate value of the model as trained, for encoded rows.

        Raises:
            ValueError, RuntimeError: The engine gives none.
        """
        with quiet():
            return self.target.layer_values(self._float32, rows)

    def runner(self, recipe: str, calibration: Features) -> ArtifactRunner:
        """Open the model by a recipe.

        Raises:
            ConversionError: There is no such payload of it.
        """
        self._rounded = None
        float32 = self._float32
        made = self._once(
            lambda: self.target.make(recipe, self.model, calibration=calibration, batch=self.batch, float32=float32),
            (recipe, digest([calibration])),
        )
        self._rounded = made
        return self.target.runner(made)

    def rounded(self) -> FloatGraph | None:
        """Read those of the model by the recipe that was opened last; None where there is no such payload."""
        return None if self._rounded is None else self.target.float_graph(self._rounded)

    @cached_property
    def _float32(self) -> bytes:
        return self._once(lambda: self.target.convert(self.model, self.batch), None)

    def _once(self, make: Callable[[], bytes], what: Hashable) -> bytes:
        """Return a payload, which is made once of a model with these layers and weights."""

        def quietly() -> bytes:
            with quiet():
                return make()

        return _KEPT.once(self.model, (self.target.name, self.batch, self._state, what), quietly, MOST_KEPT)

    @cached_property
    def _state(self) -> Hashable:
        return state_of(self.model)
