"""Targets whose files the runtime loads: it has their format, and an engine that computes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.base import Target
from tagship_export.targets.engine_runner import EngineRunner
from tagship_export.targets.float_graph import FloatGraph
from tagship_export.targets.reconversion import Reconversion
from tagship_runtime.container import Format, attach, unpack
from tagship_runtime.engines.base import open_engine
from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.silence import quiet

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract


class RuntimeTarget(Target):
    """A target that packs, checks and runs its files with the runtime, as their users do."""

    format: ClassVar[Format]
    """Format of its files, which says where the contract sits."""

    @abstractmethod
    def float_graph(self, payload: bytes) -> FloatGraph:
        """Read a payload's operations and numbers, whichever way it stores those."""

    def runner(self, payload: bytes, contract: Contract | None = None) -> EngineRunner:
        """See :class:`Target`."""
        with quiet():
            engine = open_engine(self.format, payload)
        if contract is None:
            return EngineRunner(engine, engine.input, engine.output)
        return EngineRunner(engine, contract.input, contract.output)

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """See :class:`Target`."""
        return self.format.weight_bytes(payload)

    def embed(self, payload: bytes, contract: Contract) -> bytes:
        """See :class:`Target`."""
        return attach(payload, contract)

    def unpack(self, data: bytes) -> tuple[bytes, Contract | None]:
        """See :class:`Target`."""
        _, payload, contract = unpack(data)
        return payload, contract

    def recognise(self, data: bytes) -> bool:
        """See :class:`Target`."""
        return self.format.recognise(data)

    def open(self, data: bytes) -> OpenArtifact:
        """See :class:`Target`."""
        with quiet():
            predictor = load(data)
        return replace(self.opened(predictor), size=len(data))

    def opened(self, predictor: Predictor) -> OpenArtifact:
        """Return an artifact that is loaded already, computed by the same engine."""
        contract, payload = predictor.contract, predictor.payload
        return OpenArtifact(
            contract=contract,
            runner=EngineRunner(predictor.engine, contract.input, contract.output),
            layer_values=partial(self.layer_values, payload),
            stored_recipe=self.stored_recipe(payload),
            constants=partial(self.constants, payload),
            convert_again=partial(Reconversion, self, payload, contract.input.shape[0]),
            weight_bytes=self.weight_bytes(payload),
        )
