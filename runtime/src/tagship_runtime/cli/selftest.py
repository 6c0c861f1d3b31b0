"""``tagship selftest``: golden rows replayed on this machine."""

from __future__ import annotations

import argparse

from tagship_runtime.cli.options import add_artifact_options, load_artifact
from tagship_runtime.errors import CheckFailedError
from tagship_runtime.terminal.json import print_json
from tagship_runtime.terminal.table import wrap

HELP = "replay an artifact's golden rows on this machine; exit 1 if they come out differently"
EXAMPLES = ("tagship selftest model.tflite", "tagship selftest model.onnx --json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    add_artifact_options(parser)


def run(options: argparse.Namespace) -> int:
    """Replay and report."""
    try:
        result = load_artifact(options.artifact, options).selftest()
    except CheckFailedError as error:
        if options.json:
            print_json({"passed": False, "error": str(error)})
        raise
    if options.json:
        print_json(result.to_dict())
    else:
        sentence = (
            f"{'passed' if result.passed else 'FAILED'}: {result.finding}; {result.rows} golden rows, alone and as a "
            f"batch, max score difference {result.max_difference:.2g} (tolerance {result.tolerance:.2g}), "
            f"{result.flips} flips; {result.engine} on {result.machine}"
        )
        print("\n".join(wrap(sentence)))
    return 0 if result.passed else 1
