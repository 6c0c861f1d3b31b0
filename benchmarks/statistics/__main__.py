"""Do our statements about chance hold? Seeded simulations with known truth: claimed, held before, held now.

    python benchmarks/statistics [--only flips goals] [--seed 0]

"Before" is the rule of version 0.1 (in shrinkage, own cuts), "now" the present one, both computed in this run. One core
is enough.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping

import calibration
import differences
import flips
import goals
import intervals
import label_budgets
import missing
import real
import repeated
import shrinkage
import transfer
from lines import Line

CLAIMS: Mapping[str, tuple[str, Callable[[int], Iterator[Line]]]] = {
    "transfer": (transfer.TITLE, transfer.lines),
    "goals": (goals.TITLE, goals.lines),
    "intervals": (intervals.TITLE, intervals.lines),
    "differences": (differences.TITLE, differences.lines),
    "flips": (flips.TITLE, flips.lines),
    "label_budgets": (label_budgets.TITLE, label_budgets.lines),
    "missing": (missing.TITLE, missing.lines),
    "repeated": (repeated.TITLE, repeated.lines),
    "calibration": (calibration.TITLE, calibration.lines),
    "shrinkage": (shrinkage.TITLE, shrinkage.lines),
    "real": (real.TITLE, real.lines),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CLAIMS, default=list(CLAIMS))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in options.only:
        title, lines = CLAIMS[name]
        started = time.perf_counter()
        print(f"{title:<78}{'claimed':>16}{'before':>16}{'now':>16}")
        for line in lines(options.seed):
            print(f"  {line.case:<76}{line.claimed:>16}{line.before:>16}{line.after:>16}", flush=True)
        print(f"  ({time.perf_counter() - started:.0f} s)\n")


if __name__ == "__main__":
    main()
