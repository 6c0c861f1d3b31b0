"""The mutants of one module, run one after the other."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutants.areas import ROOT, Area
from mutants.changes import Mutant, mutants, mutated
from mutants.equivalent import Key
from mutants.trial import run

PATIENCE = 5.0
"""A mutant may take so many times as long as the module itself, and ten seconds more; then it hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What became of a module's mutants.

    Attributes:
        module: Its name.
        path: Its file, below the repository.
        killed: Mutants that a test noticed.
        equivalent: Those that none could notice, by what somebody wrote down.
        survivors: Those that none noticed.
        stale: What is wrong with reasons that were written down, in words.
    """

    module: str
    path: str
    killed: tuple[Mutant, ...]
    equivalent: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]
    stale: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many mutants were run."""
        return len(self.killed) + len(self.equivalent) + len(self.survivors)

    def line(self) -> str:
        """Return one line on it."""
        return f"{self.module}: {len(self.killed)} of {self.count} killed"


def sample(found: Sequence[Mutant], count: int, seed: str) -> list[Mutant]:
    """Draw mutants by what they change, so that a new line elsewhere changes no one's lot; 0 draws all."""
    drawn = sorted(found, key=lambda mutant: hashlib.sha256("\0".join((seed, *mutant.key)).encode()).digest())
    return sorted(drawn[: count or None], key=lambda mutant: mutant.number)


def study(area: Area, count: int, seed: str, reasons: Mapping[Key, str], folder: Path) -> Study:
    """Run a sample of a module's mutants.

    Raises:
        SystemExit: The tests fail as things are, or never import the module.
    """
    source = area.path.read_text(encoding="utf-8")
    found = mutants(source)
    base = run(area, ast.parse(source), folder, 600.0, 6000.0)
    if not (base.passed and base.loaded):
        what = "fail" if base.loaded else "never import it"
        raise SystemExit(f"{area.module} as it is: its tests {what}\n{base.output}")
    killed: list[Mutant] = []
    equivalent: list[Mutant] = []
    survivors: list[Mutant] = []
    known = {key[1:] for key in reasons if key[0] == area.module}
    stale = [f"{area.module}: no such change: {key}" for key in known - {mutant.key for mutant in found}]
    limit = 10 + PATIENCE * base.seconds
    for mutant in sample(found, count, seed):
        if not run(area, mutated(source, mutant.number), folder, limit, 10 * limit).passed:
            killed.append(mutant)
            if mutant.key in known:
                stale.append(f"{area.module}: called equivalent, but a test notices: {mutant.key}")
        else:
            (equivalent if mutant.key in known else survivors).append(mutant)
    return Study(
        module=area.module,
        path=os.path.relpath(area.path, ROOT),
        killed=tuple(killed),
        equivalent=tuple(equivalent),
        survivors=tuple(survivors),
        stale=tuple(sorted(stale)),
    )
