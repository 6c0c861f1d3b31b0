"""Command `make mutants`: change the modules that decide, one place at a time, and see which tests notice."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

from mutants.areas import HEAVY, areas
from mutants.equivalent import read
from mutants.study import Study, study
from mutants.table import show

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Settings of the libraries that NumPy, SciPy and scikit-learn compute with."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 if too few mutants were noticed, or a reason is out of date."""
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="part of a module's name, such as parity; default: all")
    parser.add_argument(
        "--each", type=int, default=20, metavar="N", help="mutants of each module; 0: all (default: 20)"
    )
    parser.add_argument("--seed", default="0", help="of the sample (default: 0)")
    parser.add_argument("--least", type=float, default=0.85, help="share that has to be noticed (default: 0.85)")
    chosen = parser.parse_args(arguments)
    picked = [area for area in areas() if not chosen.modules or any(part in area.module for part in chosen.modules)]
    if not picked:
        parser.error(f"no module is called {' or '.join(chosen.modules)}")
    for name in THREADS:
        os.environ[name] = "1"  # many short processes
    for name in HEAVY:
        importlib.import_module(name)
    reasons = read(Path(__file__).parent / "equivalent.toml")
    studies: list[Study] = []
    with tempfile.TemporaryDirectory() as folder:
        for area in picked:
            studies.append(study(area, chosen.each, chosen.seed, reasons, Path(folder)))
            print(studies[-1].line(), file=sys.stderr, flush=True)
    text, good = show(studies, chosen.least)
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
