"""Firmware from a generated model: build, measure, run."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from tagship_export.errors import ExportError
from tagship_export.targets.c.firmware.boards import Board, Machine
from tagship_export.targets.c.firmware.program import NOTHING, STACK_PAINTED, TIMES, measuring, only_predicting
from tagship_export.targets.c.harness import rows_as_bytes
from tagship_export.targets.c.names import Names, names_of
from tagship_export.targets.c.source import header
from tagship_runtime.container import C, unpack
from tagship_runtime.contract import Contract
from tagship_runtime.errors import ArtifactError
from tagship_runtime.typing import Decisions, Scores

COMPILER, SIZE, QEMU = "arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-system-arm"
OPTIONS = ("-Os", "-std=c99", "-mthumb", "-ffunction-sections", "-fdata-sections", "-ffp-contract=off")
LINKING = ("-Wl,--gc-sections", "-Tlink.ld")
WITH_FILES = ("--specs=rdimon.specs",)
WITHOUT_FILES = ("--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles")
QUIET = ("-display", "none", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native")
SECONDS = 300


class ToolMissingError(ExportError):
    """A program that builds or runs firmware is not installed."""

    def __init__(self, tool: str) -> None:
        super().__init__(tool)
        self.tool = tool

    def __str__(self) -> str:
        return (
            f"{self.tool} is not installed, and firmware needs it; on Debian: apt install gcc-arm-none-eabi "
            "libnewlib-arm-none-eabi qemu-system-arm"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Memory and instructions of a model on a device, its C library and floating point routines included.

    Attributes:
        flash: Bytes that a firmware grows by when it predicts.
        selftest_flash: Bytes that it grows by once more when it also replays golden rows.
        ram: Bytes of variables, all of them the C library's.
    """

    flash: int
    selftest_flash: int
    ram: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareRun:
    """Findings of an emulated board.

    Attributes:
        selftest: 0, or the number of the golden row that came out differently.
        largest: Difference to a golden score.
        stack: Bytes that encoding, scoring and deciding one row took.
        instructions: Of the scores of one row.
        scores: (rows, labels).
        decisions: (rows, labels).
        machine: What emulated it.
    """

    selftest: int
    largest: float
    stack: int
    instructions: float
    scores: Scores
    decisions: Decisions
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """An artifact in C and the board that it is to run on.

    Attributes:
        source: The artifact.
        contract: In it.
        names: Of its files and functions.
        board: The core.
    """

    source: bytes
    contract: Contract
    names: Names
    board: Board

    @classmethod
    def of(cls, data: bytes, board: Board) -> Firmware:
        """Take an artifact, every byte of it checked.

        Raises:
            ArtifactError: It is damaged, or none in C.
        """
        found = unpack(data)
        if found.format is not C or found.contract is None:
            raise ArtifactError(f"a model in {found.format.title} is given; firmware is built from C alone")
        return cls(source=data, contract=found.contract, names=names_of(data), board=board)

    def footprint(self) -> Footprint:
        """Build it with and without the model, and compare.

        Raises:
            ToolMissingError: There is no compiler for it.
            ExportError: The compiler refuses it.
        """
        prefix, stem = self.names.prefix, self.names.stem
        nothing = self._size(NOTHING, with_model=False)
        predicting = self._size(only_predicting(prefix, stem))
        replaying = self._size(only_predicting(prefix, stem, selftest=True))
        return Footprint(
            flash=predicting[0] - nothing[0],
            selftest_flash=replaying[0] - predicting[0],
            ram=predicting[1] - nothing[1],
        )

    def run(self, rows: Sequence[Any]) -> FirmwareRun:
        """Score rows, as they stand in golden rows, on the emulated board.

        Raises:
            ToolMissingError: There is no compiler for it, or no emulator.
            ExportError: It does not run to its end.
        """
        program = measuring(self.contract, self.names.prefix, self.names.stem)
        with tempfile.TemporaryDirectory(prefix="tagship-") as name:
            folder, machine = Path(name), self.board.machine
            (folder / "rows.bin").write_bytes(rows_as_bytes(self.contract, rows))
            self._build(folder, program, self.board.larger, "_start", WITH_FILES)
            if self._sizes(folder)[0] > machine.flash:
                machine = self.board.larger
            else:
                self._build(folder, program, machine, "_start", WITH_FILES)
            command = [QEMU, "-M", machine.name, "-icount", "shift=0", "-kernel", "firmware.elf"]
            return self._read(folder, _run([*command, *QUIET], folder), machine)

    def _size(self, program: str, *, with_model: bool = True) -> tuple[int, int]:
        with tempfile.TemporaryDirectory(prefix="tagship-") as name:
            self._build(Path(name), program, self.board.larger, "main", WITHOUT_FILES, with_model=with_model)
            return self._sizes(Path(name))

    def _sizes(self, folder: Path) -> tuple[int, int]:
        """Bytes of flash and of RAM."""
        text, data, bss = map(int, _run([SIZE, "firmware.elf"], folder).splitlines()[-1].split()[:3])
        return text + data, data + bss

    def _build(
        self,
        folder: Path,
        program: str,
        machine: Machine,
        start: str,
        libraries: Sequence[str],
        *,
        with_model: bool = True,
    ) -> None:
        for name in ("start.c", "link.ld"):
            (folder / name).write_bytes((files(__package__) / name).read_bytes())
        stem = self.names.stem
        (folder / f"{stem}.c").write_bytes(self.source)
        (folder / f"{stem}.h").write_text(header(self.contract, self.names.prefix, stem), encoding="utf-8")
        (folder / "main.c").write_text(program, encoding="utf-8")
        sizes = (f"-Wl,--defsym=FLASH_SIZE={machine.flash}", f"-Wl,--defsym=RAM_SIZE={machine.ram}")
        model = [f"{stem}.c"] if with_model else []
        command = [COMPILER, *OPTIONS, *self.board.options, f"-DSTART={start}", "start.c", "main.c", *model]
        _run([*command, *LINKING, *sizes, *libraries, "-lm", "-o", "firmware.elf"], folder)

    def _read(self, folder: Path, said: str, machine: Machine) -> FirmwareRun:
        found = re.search(r"selftest (-?\d+) (\w{8})\nstack (\d+)\nticks (\d+)\nrows (\d+)", said)
        if found is None:
            raise ExportError(f"the firmware did not run to its end on {machine.name}: {said.strip()[-200:]!r}")
        labels = len(self.contract.labels)
        row = np.dtype([("scores", np.float32, labels), ("decisions", np.uint8, labels)])
        results = np.frombuffer((folder / "scores.bin").read_bytes(), row)
        stack = int(found[3])
        if stack > STACK_PAINTED:
            raise ExportError(f"the model takes more than {STACK_PAINTED:,} bytes of stack, which is not measured")
        return FirmwareRun(
            selftest=int(found[1]),
            largest=struct.unpack(">f", bytes.fromhex(found[2]))[0],
            stack=stack,
            instructions=round(int(found[4]) * machine.tick / TIMES),
            scores=results["scores"],
            decisions=results["decisions"].astype(bool),
            machine=machine.name,
        )


def _run(command: Sequence[str], folder: Path) -> str:
    if shutil.which(command[0]) is None:
        raise ToolMissingError(command[0])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"{command[0]} did not end within {SECONDS} s") from error
    if done.returncode:
        wrong = next(
            (line for line in done.stderr.splitlines() if re.search("overflowed|undefined|multiple|error", line)),
            done.stderr,
        )
        raise ExportError(f"{command[0]} failed: {' '.join((wrong or done.stdout).split())[:300]}")
    return done.stdout + done.stderr
