"""C source as a target: one row at a time, in float32, on the stack alone."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tagship_export.errors import ConversionError
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.base import MakeDeviceFiles, MakePayload, Target, as_trained
from tagship_export.targets.c.arduino import arduino_library
from tagship_export.targets.c.compiler import SECONDS, build
from tagship_export.targets.c.harness import host_program
from tagship_export.targets.c.names import PREFIX, Names, names_of
from tagship_export.targets.c.network import constant_bytes, network_of, shapes_of
from tagship_export.targets.c.runner import CRunner
from tagship_export.targets.c.source import body, header
from tagship_export.targets.engine_runner import EngineRunner
from tagship_export.targets.runner import ArtifactRunner, Values
from tagship_runtime.container import ONNX, C, attach, unpack
from tagship_runtime.engines.base import open_engine
from tagship_runtime.errors import ArtifactCorruptError

if TYPE_CHECKING:
    from tagship_runtime.contract import Contract
    from tagship_runtime.typing import Features

NO_PROOF = "none: the C was not compiled where it was exported; run its self-test before anything relies on it"
"""Words of a contract about C that nobody compiled."""

UNPROVEN = "the C was not compiled here, so nothing is proved of it; the figures are those of its graph in ONNX Runtime"
"""Words of a verdict on such C."""


class CTarget(Target):
    """See :class:`tagship_export.targets.base.Target`.

    Args:
        prefix: Before every name that a linker sees, so that two models fit into one program.
        proof: Whether what is made is compiled and run; without, scores are those of the graph that it is made from, in
            ONNX Runtime, and the contract has no parity.

    Raises:
        ExportError: It is none that C takes.
    """

    name = "c"
    title = "C"
    seeded_rows = False
    companions: ClassVar[tuple[str, ...]] = (".h",)
    device_files: ClassVar[Mapping[str, MakeDeviceFiles]] = {"arduino": arduino_library}
    tools = ("tensorflow", "tf2onnx", "onnx", "emx-onnx-cgen", "tagship-export")
    recipes: ClassVar[Mapping[str, MakePayload]] = {"float32": as_trained}

    def __init__(self, prefix: str = PREFIX, *, proof: bool = True) -> None:
        self.names, self.proof, self._graphs = Names.of(prefix), proof, dict[bytes, bytes]()
        self.unproven = None if proof else UNPROVEN

    def file_name(self, recipe: str) -> str:
        """See :class:`tagship_export.targets.base.Target`; there is one recipe alone."""
        return f"{self.names.stem}.c"

    def configured(self, *, prefix: str, proof: bool) -> CTarget:
        """See :class:`tagship_export.targets.base.Target`."""
        return CTarget(prefix, proof=proof)

    def convert(self, model: Any, batch: int | None) -> bytes:
        """See :class:`tagship_export.targets.base.Target`."""
        from tagship_export.targets.onnx.convert import convert

        if batch not in (None, 1):
            raise ConversionError(
                f"C takes one row at a time, not a batch of {batch}; leave out --batch or --formats c"
            )
        graph = convert(model, 1, floats=True)
        payload = network_of(graph).encode()
        self._graphs[payload] = graph
        return payload

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        """See :class:`tagship_export.targets.base.Target`."""
        return constant_bytes(payload.decode())

    def stored_recipe(self, payload: bytes) -> str:
        """See :class:`tagship_export.targets.base.Target`; all numbers of the network are float32."""
        return "float32"

    def changeable(self, payload: bytes) -> tuple[Target, bytes]:
        """See :class:`tagship_export.targets.base.Target`: the graph, since each change of C would be compiled."""
        from tagship_export.targets.onnx.target import OnnxTarget

        return (OnnxTarget(), self._graphs[payload]) if payload in self._graphs else (self, payload)

    def layer_values(self, payload: bytes, rows: Features) -> Values:
        """See :class:`tagship_export.targets.base.Target`."""
        raise ValueError("compiled C gives scores alone")

    def runner(self, payload: bytes, contract: Contract | None = None) -> ArtifactRunner:
        """See :class:`tagship_export.targets.base.Target`; the payload is the network alone."""
        if not self.proof:
            return EngineRunner(engine := open_engine(ONNX, self._graphs[payload]), engine.input, engine.output)
        network = payload.decode()
        shapes = shapes_of(network)
        checked = f"""
static int checked(const float *inputs, float *scores) {{
    int i;
    network(inputs, scores);
    for (i = 0; i < {shapes[1][0]}; ++i) {{
        if (!(scores[i] >= 0.0f && scores[i] <= 1.0f)) return -1;
    }}
    return 0;
}}
"""
        return CRunner({"library.c": network + checked}, "checked(inputs, scores)", shapes)

    def embed(self, payload: bytes, contract: Contract) -> bytes:
        """See :class:`tagship_export.targets.base.Target`; what is made is compiled, and replays its golden rows.

        Raises:
            ConversionError: A feature cannot be encoded in C, or the compiled file gives other golden scores.
        """
        if not self.proof:
            contract = replace(contract, parity=None, quality=None, source={**contract.source, "proof": NO_PROOF})
        text = body(payload.decode(), contract, self.names.prefix, self.names.stem)
        data = attach(text.encode(), contract)
        if self.proof and contract.golden is not None:
            self._replay(data, contract)
        return data

    def unpack(self, data: bytes) -> tuple[bytes, Contract | None]:
        """See :class:`tagship_export.targets.base.Target`; the payload is all of the source but its seal."""
        _, payload, contract = unpack(data)
        return payload, contract

    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        """See :class:`tagship_export.targets.base.Target`."""
        found = C.find_tail(data)
        return (data, None) if found is None else (data[: found[0]], found[1].decode(errors="replace"))

    def recognise(self, data: bytes) -> bool:
        """See :class:`tagship_export.targets.base.Target`."""
        return C.recognise(data)

    def companion(self, suffix: str, data: bytes, contract: Contract) -> bytes:
        """See :class:`tagship_export.targets.base.Target`."""
        names = names_of(data)
        return header(contract, names.prefix, names.stem).encode()

    def open(self, data: bytes) -> OpenArtifact:
        """See :class:`tagship_export.targets.base.Target`; the file is compiled as it is, its digest checked before."""
        payload, contract = self.unpack(data)
        if contract is None:
            raise ArtifactCorruptError("the C has no contract; export it again")
        names = names_of(data)
        files = {
            f"{names.stem}.h": header(contract, names.prefix, names.stem),
            f"{names.stem}.c": data.decode(),
            "library.c": f'#include "{names.stem}.c"\n',
        }
        runner = CRunner(files, f"{names.prefix}scores(inputs, scores)", shapes_of(payload.decode()))
        return OpenArtifact(
            size=len(data),
            contract=contract,
            runner=runner,
            stored_recipe=self.stored_recipe(payload),
            weight_bytes=self.weight_bytes(payload),
        )

    def _replay(self, data: bytes, contract: Contract) -> None:
        names = self.names
        with tempfile.TemporaryDirectory(prefix="tagship-") as folder:
            program = host_files(data, contract, names, Path(folder))
            done = subprocess.run([program, "selftest"], capture_output=True, text=True, timeout=SECONDS)
        number, _, largest = done.stdout.strip().partition(" ")
        if done.returncode or number != "0":
            raise ConversionError(
                f"the compiled C gives other scores than its network for golden row {number or '?'} (off by "
                f"{largest or '?'}), so its encoding of rows differs; report this with the model's features"
            )


def host_files(data: bytes, contract: Contract, names: Names, folder: Path) -> Path:
    """Build the program of :func:`tagship_export.targets.c.harness.host_program` in a folder."""
    (folder / f"{names.stem}.c").write_bytes(data)
    (folder / f"{names.stem}.h").write_text(header(contract, names.prefix, names.stem), encoding="utf-8")
    (folder / "main.c").write_text(host_program(contract, names.prefix, names.stem), encoding="utf-8")
    return build(folder, "main.c", "program")
