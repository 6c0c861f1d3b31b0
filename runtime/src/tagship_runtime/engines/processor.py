"""The processor's name, for reports of self-tests."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")

NAMED = ("model name", "Model", "Hardware")
"""Lines of /proc/cpuinfo that name the processor or its board, the best first."""

ARM = 0x41
"""Arm's own number as implementer, in MIDR_EL1 and so in /proc/cpuinfo."""

ARM_PARTS: Mapping[int, str] = {
    0xB76: "ARM1176",
    0xC05: "Cortex-A5",
    0xC07: "Cortex-A7",
    0xC08: "Cortex-A8",
    0xC09: "Cortex-A9",
    0xC0E: "Cortex-A17",
    0xC0F: "Cortex-A15",
    0xD01: "Cortex-A32",
    0xD03: "Cortex-A53",
    0xD04: "Cortex-A35",
    0xD05: "Cortex-A55",
    0xD07: "Cortex-A57",
    0xD08: "Cortex-A72",
    0xD09: "Cortex-A73",
    0xD0A: "Cortex-A75",
    0xD0B: "Cortex-A76",
    0xD0C: "Neoverse-N1",
    0xD0D: "Cortex-A77",
    0xD40: "Neoverse-V1",
    0xD41: "Cortex-A78",
    0xD44: "Cortex-X1",
    0xD46: "Cortex-A510",
    0xD47: "Cortex-A710",
    0xD48: "Cortex-X2",
    0xD49: "Neoverse-N2",
    0xD4D: "Cortex-A715",
    0xD4F: "Neoverse-V2",
    0xD80: "Cortex-A520",
    0xD81: "Cortex-A720",
}
"""Arm's cores by part number, as their technical reference manuals give it for MIDR_EL1."""


def processor_name() -> str:
    """Return the processor's name where the system tells it, by its part number where it tells that alone."""
    lines: dict[str, str] = {}
    with suppress(OSError):
        for line in CPUINFO.read_text(errors="replace").splitlines():
            key, _, value = line.partition(":")
            lines.setdefault(key.strip(), value.strip())
    for key in NAMED:
        if lines.get(key):
            return lines[key]
    return _arm_core(lines) or platform.processor() or "unknown processor"


def _arm_core(lines: Mapping[str, str]) -> str | None:
    """Return the name of an Arm core, or its numbers where the part is none of those that are known."""
    try:
        implementer, part = (int(lines[key], 16) for key in ("CPU implementer", "CPU part"))
    except (KeyError, ValueError):
        return None
    if implementer == ARM and part in ARM_PARTS:
        return ARM_PARTS[part]
    return f"CPU implementer {implementer:#04x}, part {part:#05x}"
