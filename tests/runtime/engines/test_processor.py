"""The processor's name, from what systems tell of it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from tagship_runtime.engines import processor

X86 = "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Processor\n"
PI = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\nModel\t\t: Raspberry Pi 5 Model B Rev 1.0\n"
BARE = "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd08\n"
APPLE = "processor\t: 0\nCPU implementer\t: 0x61\nCPU part\t: 0x022\n"
NEW = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xfff\n"


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        (X86, "Intel(R) Xeon(R) Processor"),
        (PI, "Raspberry Pi 5 Model B Rev 1.0"),
        (BARE, "Cortex-A72"),
        (APPLE, "CPU implementer 0x61, part 0x022"),
        (NEW, "CPU implementer 0x41, part 0xfff"),
    ],
)
def test_names(cpuinfo: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(cpuinfo)
    monkeypatch.setattr(processor, "CPUINFO", file)
    assert processor.processor_name() == name


@pytest.mark.parametrize("known", ["s390", ""])
def test_without_a_name(known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "absent")
    monkeypatch.setattr(platform, "processor", lambda: known)
    assert processor.processor_name() == (known or "unknown processor")
