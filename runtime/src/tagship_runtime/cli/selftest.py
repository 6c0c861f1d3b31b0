"""``tagship selftest``: golden rows replayed on this machine."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from tagship_runtime.cli.given_rows import given_rows
from tagship_runtime.cli.options import add_artifact_options, add_dialect_options, dialect_of, load_artifact
from tagship_runtime.errors import CheckFailedError
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.json import print_json
from tagship_runtime.terminal.table import wrap

HELP = "replay an artifact's golden rows on this machine; exit 1 if they come out differently"
EXAMPLES = ("tagship selftest model.tflite", "tagship selftest model.onnx --json")

MOST_ROWS = 1000
"""So many of the rows that are given are scored."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--data", metavar="FILE", help="rows (a table or .npz) to score alone and as a batch")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    add_artifact_options(parser)
    add_dialect_options(parser)


def run(options: argparse.Namespace) -> int:
    """Replay and report."""
    model = load_artifact(options.artifact, options)
    try:
        result = model.selftest()
    except CheckFailedError as error:
        if options.json:
            print_json({"passed": False, "error": str(error)})
        raise
    given = None if options.data is None else _alone_and_together(model, options, result.tolerance)
    if options.json:
        print_json(result.to_dict() | ({} if given is None else {"given": given}))
    else:
        sentence = (
            f"{'passed' if result.passed else 'FAILED'}: {result.finding}; {result.rows} golden rows, alone and as a "
            f"batch, max score difference {result.max_difference:.2g} (tolerance {result.tolerance:.2g}), "
            f"{result.flips} flips; {result.engine} on {result.machine}"
        )
        print("\n".join(wrap(sentence)))
        if given is not None:
            said = (
                f"{'passed' if given['passed'] else 'FAILED'}: {given['rows']} rows of {options.data}, alone and as a "
                f"batch, max score difference {given['max_difference']:.2g} (tolerance {result.tolerance:.2g})"
            )
            print("\n".join(wrap(said)))
    return 0 if result.passed and (given is None or given["passed"]) else 1


def _alone_and_together(model: Predictor, options: argparse.Namespace, tolerance: float) -> dict[str, Any]:
    """Score rows one by one and as a batch, which has to come to the same within the golden rows' tolerance."""
    rows = given_rows(model, options.data, dialect_of(options), MOST_ROWS)
    single = np.concatenate([model.predict_proba(rows[place : place + 1]) for place in range(len(rows))])
    difference = float(np.abs(model.predict_proba(rows) - single).max())
    return {"rows": len(rows), "max_difference": difference, "passed": difference <= tolerance}
