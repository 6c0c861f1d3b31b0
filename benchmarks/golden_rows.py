"""Share of single changes of a file that its golden rows show, for each size of a run, format and recipe.

    python benchmarks/golden_rows.py RUN [--size NAME ...] [--recipe NAME ...]

A change is one of the largest numbers of a constant negated, two neighbouring labels or features swapped, or a
threshold moved by 0.02, that shows on any of some thousand rows at all. Counted are those that a self-test fails for;
the line after a table's row names those that it does not, where they are few.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tagship_export import export_all
from tagship_export.errors import ConversionError
from tagship_runtime.documents import run_folder
from tagship_runtime.terminal.silence import quiet

FORMATS, NAMED = ("tflite", "onnx", "c"), 8


def main() -> None:
    """Print a table, each row as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--size", action="append", help="one of the run's sizes, may be repeated; default: all")
    parser.add_argument("--recipe", action="append", help="such as float32, may be repeated; default: all")
    options = parser.parse_args()
    print("| size | file | changes | caught | share |\n|---|---|--:|--:|--:|")
    for size in options.size or _sizes(options.run):
        for line in _measured(options.run, size, options.recipe or ["all"]):
            print(line, flush=True)


def _sizes(run: Path) -> list[str]:
    return [step["name"] for step in json.loads((run / run_folder.RUN).read_text(encoding="utf-8"))["ladder"]]


def _measured(run: Path, size: str, recipes: list[str]) -> Iterator[str]:
    """Yield a row for each artifact of a size, and what its golden rows do not show."""
    for kind in FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                with quiet():
                    done = export_all(run, folder, size=size, recipes=recipes, formats=[kind])
            except ConversionError as error:
                yield f"<!-- {size} {kind}: {error} -->"
                continue
        for candidate in done.candidates:
            golden = candidate.artifact.contract.golden
            if golden is None or golden.changes is None:
                continue
            caught, passed = golden.caught or 0, "" if candidate.verification.passed else " (rejected)"
            name = f"{candidate.planned.name}{passed}"
            yield f"| {size} | {name} | {golden.changes} | {caught} | {caught / golden.changes:.1%} |"
            if 0 < len(golden.missed) <= NAMED:
                yield f"<!-- not: {'; '.join(golden.missed)} -->"


if __name__ == "__main__":
    main()
