"""Modules that one payload enters on its way through its proof: ``python benchmarks/proof_path.py RUN``.

A module of tagship_export counts where any of its code runs between the call of ``prove`` for an int8 ONNX payload and
the finished candidate, properties and constructors included; a pair is one module that calls another.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from tagship_export.data.splits import split_rows
from tagship_export.original.open_original import open_original
from tagship_export.pipeline import prove
from tagship_export.pipeline.options import ExportOptions
from tagship_export.pipeline.reference import Reference

PACKAGE = "tagship_export."


class Path:
    """Modules that were entered, and which of them called which."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.pairs: set[tuple[str, str]] = set()

    def follow(self, frame: FrameType, event: str, _: Any) -> None:
        """Note a call; see :func:`sys.setprofile`."""
        module = name_of(frame)
        if event != "call" or not module.startswith(PACKAGE):
            return
        self.modules.add(module)
        caller = frame.f_back
        while caller is not None and not name_of(caller).startswith(PACKAGE):
            caller = caller.f_back
        if caller is not None and name_of(caller) != module:
            self.pairs.add((name_of(caller), module))


def name_of(frame: FrameType) -> str:
    """Name of the module that a frame runs in."""
    return str(frame.f_globals.get("__name__", ""))


def follow_payload(run: str) -> Path:
    """Prove one payload of a run, and follow it."""
    original, splits = split_rows(open_original(run))
    reference = Reference.of(original, splits)
    options = ExportOptions(formats=("onnx",), recipes=("int8",))
    (planned,) = options.plan
    float32 = planned.target.convert(original.model, None)
    payload = planned.target.make("int8", original.model, calibration=reference.calibration, float32=float32)
    path = Path()
    sys.setprofile(path.follow)
    try:
        candidate = prove.replay_golden(prove.prove(payload, planned, reference, options.golden_mode))
        prove.locate_divergence(candidate, reference)
    finally:
        sys.setprofile(None)
    return path


if __name__ == "__main__":
    found = follow_payload(sys.argv[1])
    direct = sum(caller == prove.__name__ for caller, _ in found.pairs)
    print("\n".join(sorted(found.modules)))
    print(f"{len(found.modules)} modules, {len(found.pairs)} pairs of caller and called, {direct} of them from prove")
