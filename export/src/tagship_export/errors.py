"""Errors of exporting and verifying; see :mod:`tagship_runtime.errors` for the tree."""

from __future__ import annotations

from tagship_runtime.errors import TagshipError


class ExportError(TagshipError, ValueError):
    """A model that cannot be exported, or data that does not fit it."""


class NothingComparedError(ExportError):
    """There is not one row, so that nothing would be proved."""

    def __init__(self) -> None:
        super().__init__("there are no rows to compare, so nothing would be proved; give some")


class NodePackageError(ExportError):
    """A package that is not installed where Node looks for it.

    Attributes:
        package: Its name.
        folder: Where it was looked for.
    """

    def __init__(self, package: str, folder: str) -> None:
        super().__init__(package, folder)
        self.package, self.folder = package, folder

    def __str__(self) -> str:
        return f"{self.folder} has no npm package {self.package}; run there: npm install {self.package}"


class OriginalError(ExportError):
    """The original is not a run folder or Keras model that can be used."""


class ConversionError(ExportError):
    """A converter refuses the model."""


class UnsupportedOpsError(ConversionError):
    """The model needs operations that the target's builtins do not have.

    Attributes:
        ops: Their names.
    """

    def __init__(self, target: str, ops: tuple[str, ...], reason: str = "") -> None:
        super().__init__(target, ops, reason)
        self.target, self.ops, self.reason = target, ops, reason

    def __str__(self) -> str:
        return (
            f"{self.target} has no builtin for {', '.join(self.ops)}{self.reason}: replace the layer that uses it, or "
            "leave this format out"
        )
