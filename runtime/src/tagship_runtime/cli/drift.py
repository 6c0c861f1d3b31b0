"""``tagship drift``: counts of several devices, workers or days, added up."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from tagship_runtime.cli.options import note
from tagship_runtime.cli.predict_table import drift_file
from tagship_runtime.errors import DataError, MissingFileError
from tagship_runtime.features import repeated_in
from tagship_runtime.loading import read_contract
from tagship_runtime.monitoring.drift import Drift
from tagship_runtime.terminal.json import print_json

HELP = "add up counts that predict --drift, model.drift() and scorers of a cluster wrote, and say what is shifted"
EXAMPLES = (
    "tagship drift model.tflite monday.json tuesday.json",
    "tagship drift model.tflite counts/ --out fleet.json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="the file whose answers were counted")
    parser.add_argument("counts", metavar="FILE", nargs="+", help="counts, or a folder of .json files that hold some")
    parser.add_argument("--out", metavar="FILE", help="write the sum, which is such a file itself")
    parser.add_argument("--json", action="store_true", help="print the sum as JSON")


def run(options: argparse.Namespace) -> int:
    """Add up, and say what is distributed otherwise; no engine is needed."""
    contract = read_contract(options.artifact)[1]
    total, named = Drift(contract), _files(options.counts)
    files = list({path.resolve(): path for path in reversed(named)}.values())[::-1]
    if len(files) < len(named):
        twice = repeated_in([str(path.resolve()) for path in named])
        note(f"{twice} is named more than once, and counted once: files are {len(files):,}, not {len(named):,}")
    for path in files:
        try:
            total.merge(Drift.from_dict(_document(path), contract))
        except DataError as error:
            raise DataError(f"{path}: {error}") from error
    with drift_file(options.out) as write:
        write(total)
    if options.json:
        print_json(total.to_dict())
        return 0
    many = "1 file" if len(files) == 1 else f"{len(files):,} files"
    print(f"{total.rows:,} rows of {many}")
    print("\n".join(total.shifted() or ["nothing is distributed otherwise than before by more than chance"]))
    return 0


def _files(given: Sequence[str]) -> list[Path]:
    """Return files as they are named, those of folders sorted by name.

    Raises:
        MissingFileError: One is not there, or a folder has none.
    """
    found: list[Path] = []
    for path in map(Path, given):
        own = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not own or not own[0].is_file():
            raise MissingFileError(
                f"{path} {'has no .json file' if path.is_dir() else 'does not exist'}; counts are needed"
            )
        found += own
    return found


def _document(path: Path) -> dict[str, object]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"it is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise DataError("it holds no counts; give what --drift wrote")
    return document
