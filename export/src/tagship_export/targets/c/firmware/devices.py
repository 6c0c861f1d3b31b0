"""Devices that ``tagship benchmark --target`` measures on; entry points name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagship_export.targets.c.firmware import boards
from tagship_export.targets.c.firmware.emulated import Firmware

PARTS = (16, 32, 64, 128, 256, 512, 1024)
"""Flash of common parts, in KB; a quarter is left to the rest of the firmware."""
SHARE = 0.75


@dataclass(frozen=True, slots=True)
class EmulatedDevice:
    """A board of QEMU's, as the command sees it."""

    board: boards.Board

    def measure(self, path: str) -> Mapping[str, Any]:
        """Build firmware from an artifact, run it, and tell what it takes.

        Raises:
            ArtifactError: The file is damaged, or none in C.
            ExportError: It cannot be built or run here.
        """
        firmware = Firmware.of(Path(path).read_bytes(), self.board)
        footprint = firmware.footprint()
        golden = firmware.contract.golden
        rows = list(golden.rows) if golden is not None else []
        run = firmware.run(rows) if rows else None
        return {
            "artifact": path,
            "device": self.board.core,
            "emulated_by": None if run is None else f"QEMU {run.machine}",
            "flash_bytes": footprint.flash,
            "selftest_flash_bytes": footprint.selftest_flash,
            "static_ram_bytes": footprint.ram,
            "stack_bytes": None if run is None else run.stack,
            "instructions": None if run is None else run.instructions,
            "selftest": None if run is None else run.selftest == 0,
            "fits_kb": next((part for part in PARTS if footprint.flash <= SHARE * 1024 * part), None),
        }


CORTEX_M0 = EmulatedDevice(boards.CORTEX_M0)
CORTEX_M3 = EmulatedDevice(boards.CORTEX_M3)
CORTEX_M4F = EmulatedDevice(boards.CORTEX_M4F)
