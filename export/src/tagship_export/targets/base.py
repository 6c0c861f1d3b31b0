"""Targets: formats that a model is exported to, one folder each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tagship_export.errors import ConversionError, ExportError
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.constants import Constant
from tagship_export.targets.runner import ArtifactRunner, Values

if TYPE_CHECKING:
    from pathlib import Path

    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Input of every recipe of a target.

    Attributes:
        model: Keras.
        float32: The same, converted as trained.
        calibration: Encoded rows (rows, ...) from which the ranges of activations are taken; None where a
            recipe needs none.
        batch: A fixed batch size, None for a free one.
    """

    model: Any
    float32: bytes
    calibration: Features | None
    batch: int | None


MakePayload = Callable[[Source], bytes]
"""One recipe of one target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFiles:
    """Files that a toolchain for devices takes, made from one artifact.

    Attributes:
        title: Name for people.
        entry: File or folder that people look for first.
        files: Contents by path.
        details: Figures for people.
    """

    title: str
    entry: str
    files: Mapping[str, str]
    details: str = ""


MakeDeviceFiles = Callable[[bytes, str], DeviceFiles]
"""Call that takes an artifact's bytes and the stem of its name."""


def as_trained(source: Source) -> bytes:
    """Return the model as it was converted; the recipe ``float32`` of every target."""
    return source.float32


class Target(ABC):
    """A format that a model is exported to. Nothing outside its folder knows how it is made, read or run."""

    name: ClassVar[str]
    """Name on the command line, and the suffix of its files."""

    title: ClassVar[str]
    """Name for people."""

    companions: ClassVar[tuple[str, ...]] = ()
    """Suffixes of files that stand beside the artifact under the same stem, such as ``.h``."""

    device_files: ClassVar[Mapping[str, MakeDeviceFiles]] = {}
    """Files for toolchains, by the option of ``export`` that asks for them and the folder that they go to."""

    unproven: str | None = None
    """Reason why what :meth:`runner` opens is not the artifact itself, in words; None where it is."""

    tools: ClassVar[tuple[str, ...]] = ("tagship-export",)
    """Distributions that make its files; the contract names their versions."""

    recipes: ClassVar[Mapping[str, MakePayload]]
    """Ways to store its numbers, by the recipe's name; ``float32`` is one of them."""

    other_processors: ClassVar[Mapping[str, str]] = {}
    """Warnings of recipes whose scores differ on other processors by more than rounding, by the recipe's name."""

    def file_name(self, recipe: str) -> str:
        """Return the name of the artifact by a recipe."""
        return f"{recipe}.{self.name}"

    def configured(self, *, prefix: str, proof: bool) -> Target:
        """Return the target with what is chosen about source code; itself, where its files are none.

        Args:
            prefix: Before every name that a linker sees.
            proof: Whether the code has to be compiled and run on this machine.

        Raises:
            ExportError: The prefix is none that functions can have.
        """
        return self

    def companion(self, suffix: str, data: bytes, contract: Contract) -> bytes:
        """Return the file beside an artifact that ends with one of :attr:`companions`."""
        raise NotImplementedError(suffix)

    @abstractmethod
    def convert(self, model: Any, batch: int | None) -> bytes:
        """Convert the model as trained; input ``features``, output ``scores``, builtin operations only.

        Raises:
            UnsupportedOpsError: An operation has no builtin there.
            ConversionError: The converter refuses the model.
        """

    @abstractmethod
    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """Count bytes of weights and other constants, by NumPy type name."""

    seeded_rows: ClassVar[bool] = True
    """True if what runs its files can repeat golden rows that a seed stands for."""

    def stored_recipe(self, payload: bytes) -> str | None:
        """Return the recipe that a payload's own tensors were made by; None where the target cannot tell."""
        return None

    def constants(self, payload: bytes) -> Iterator[Constant]:
        """Yield weights, biases and the constants of scaling; none where the target cannot replace them."""
        return iter(())

    def changeable(self, payload: bytes) -> tuple[Target, bytes]:
        """Return what computes the same and has :attr:`constants` to change: the payload, or what it was made from."""
        return self, payload

    @abstractmethod
    def layer_values(self, payload: bytes, rows: Features) -> Values:
        """Return every intermediate value for encoded rows.

        Raises:
            ValueError, RuntimeError: The engine cannot give them, such as where the batch is fixed.
        """

    @abstractmethod
    def runner(self, payload: bytes, contract: Contract | None = None) -> ArtifactRunner:
        """Open what computes the scores of a payload.

        Args:
            payload: The model's bytes.
            contract: Where the payload does not say how its integers are meant, the contract does.

        Raises:
            PackageMissingError: The package that runs it is not installed.
            EngineError: The payload is refused.
        """

    @abstractmethod
    def embed(self, payload: bytes, contract: Contract) -> bytes:
        """Return the artifact: the payload with its contract, digest included."""

    @abstractmethod
    def unpack(self, data: bytes) -> tuple[bytes, Contract | None]:
        """Take an artifact apart, every byte of it checked.

        Raises:
            ArtifactError: It is damaged, or its contract cannot be read.
        """

    @abstractmethod
    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """Return the payload of a file, and the JSON of a contract that is left in it, checked or not."""

    @abstractmethod
    def recognise(self, data: bytes) -> bool:
        """Tell whether these bytes are of this format, with a contract or without."""

    @abstractmethod
    def open(self, data: bytes) -> OpenArtifact:
        """Open an artifact as its users do, with every check that they have.

        Raises:
            ArtifactError: It is no such artifact, is damaged, or has no contract.
        """

    runs_in_node: ClassVar[bool] = False
    """True if the npm package may run its files in Node."""

    def in_node(
        self, artifact: OpenArtifact, data: bytes, folder: Path, on_skip: Callable[[str], None]
    ) -> Iterator[OpenArtifact]:
        """Yield an artifact once for each engine in Node that runs it.

        Args:
            artifact: As this target opened it.
            data: Its bytes.
            folder: Where npm has installed ``tagship``.
            on_skip: Told which engine does not run it, and why.

        Raises:
            ExportError: Node runs no such files, Node or the package is not there, or no engine runs the artifact.
            CheckFailedError: The package refuses the artifact, or golden rows come out differently.
        """
        raise ExportError(f"Node runs .onnx artifacts, not {self.title}; leave --node out for the others")

    def make(
        self,
        recipe: str,
        model: Any,
        *,
        calibration: Features | None = None,
        batch: int | None = None,
        float32: bytes | None = None,
    ) -> bytes:
        """Convert a model by a recipe.

        Args:
            recipe: One of :attr:`recipes`.
            model: Keras, one input, one output.
            calibration: Encoded rows; the recipes that quantize activations need them.
            batch: A fixed batch size, None for a free one.
            float32: What :meth:`convert` gave, if that is at hand.

        Raises:
            UnsupportedOpsError: An operation has no builtin there.
            ConversionError: The converter refuses the model, the target does not know the recipe, or the recipe finds
                nothing to change in the model.
        """
        if recipe not in self.recipes:
            raise ConversionError(f"{self.title} has no recipe {recipe!r}; there are {', '.join(self.recipes)}")
        as_converted = self.convert(model, batch) if float32 is None else float32
        return self.recipes[recipe](Source(model=model, float32=as_converted, calibration=calibration, batch=batch))
