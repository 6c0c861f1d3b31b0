"""``tagship verify``: artifacts against the model that they come from."""

from __future__ import annotations

import argparse
import json

from tagship_export.commands.options import add_budget_options, add_original_options, import_keras
from tagship_runtime.loading import read_contract

HELP = "compare artifacts with the original model on rows that you give; exit 1 if one fails"
EXAMPLES = (
    "tagship verify run artifacts/float32.tflite artifacts/float32.onnx",
    "tagship verify run artifacts/float32.tflite --data held-out.csv --max-flip-rate 0.001",
    "tagship verify model.keras float32.onnx --data rows.parquet --json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("original", metavar="ORIGINAL", help="a run folder, or a .keras or .h5 file")
    parser.add_argument("artifacts", nargs="+", metavar="ARTIFACT", help=".tflite or .onnx files")
    parser.add_argument("--data", metavar="FILE", help="rows to compare on; default: the run's test rows")
    add_original_options(parser)
    add_budget_options(parser)


def run(options: argparse.Namespace) -> int:
    """Verify each artifact, print a table, and say with the exit code whether all of them passed."""
    for path in options.artifacts:
        read_contract(path)  # a wrong file is told before seconds go into importing TensorFlow
    import_keras()
    from tagship_export.original import open_original
    from tagship_export.report import show
    from tagship_export.verifier import verify

    original = open_original(options.original, logits=options.logits)
    verdicts = [
        verify(original, path, options.data, max_flip_rate=options.max_flip_rate, max_f1_drop=options.max_f1_drop)
        for path in options.artifacts
    ]
    if options.json:
        print(json.dumps([verdict.to_dict() for verdict in verdicts], indent=2))
    else:
        rows = options.data or "its test split"
        show(verdicts, title=f"against {options.original} on {verdicts[0].parity.rows:,} rows of {rows}")
    return 0 if all(verdict.passed for verdict in verdicts) else 1
