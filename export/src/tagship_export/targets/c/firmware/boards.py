"""The boards that QEMU emulates, one per kind of core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A board of QEMU's.

    Attributes:
        name: QEMU's.
        flash: Bytes, from address 0.
        ram: Bytes.
        tick: Nanoseconds of QEMU's clock per tick of SysTick; at ``-icount shift=0`` an instruction takes one.
    """

    name: str
    flash: int
    ram: int
    tick: float


MICROBIT = Machine(name="microbit", flash=256 << 10, ram=16 << 10, tick=62.5)
AN385 = Machine(name="mps2-an385", flash=4 << 20, ram=4 << 20, tick=40)
AN386 = Machine(name="mps2-an386", flash=4 << 20, ram=4 << 20, tick=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A core, and what emulates it.

    Attributes:
        name: What ``--target`` takes.
        core: For people.
        options: Of the compiler, for the core and its floating point.
        machine: With this core.
        larger: What runs its code where the firmware is too large for the other.
    """

    name: str
    core: str
    options: tuple[str, ...]
    machine: Machine
    larger: Machine


CORTEX_M0 = Board(name="cortex-m0", core="Cortex-M0", options=("-mcpu=cortex-m0",), machine=MICROBIT, larger=AN385)
CORTEX_M3 = Board(name="cortex-m3", core="Cortex-M3", options=("-mcpu=cortex-m3",), machine=AN385, larger=AN385)
CORTEX_M4F = Board(
    name="cortex-m4f",
    core="Cortex-M4F",
    options=("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
    machine=AN386,
    larger=AN386,
)

BOARDS: Mapping[str, Board] = {board.name: board for board in (CORTEX_M0, CORTEX_M3, CORTEX_M4F)}
"""Every board by name."""
