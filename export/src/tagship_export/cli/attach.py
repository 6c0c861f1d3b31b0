"""``tagship attach``: a contract for a model file that has none."""

from __future__ import annotations

import argparse
from pathlib import Path

from tagship_export.cli.options import add_data_options, data_of, read_labels, read_thresholds
from tagship_runtime.errors import MissingFileError, UsageError
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.terminal.table import wrap

HELP = "give a contract to a .tflite or .onnx model made elsewhere, or back to one that was saved again"
EXAMPLES = (
    "tagship attach other.onnx --labels labels.txt --thresholds 0.4 --data rows.csv",
    "tagship attach resaved.tflite --contract float32.tflite.json --out float32.tflite",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--labels", metavar="A,B|FILE", help="names of the scores; default: an earlier contract's")
    parser.add_argument("--thresholds", metavar="X|FILE", help="one for all labels, or a JSON file; default: 0.5")
    parser.add_argument("--data", metavar="FILE", help="rows that say what features are called and how they range")
    parser.add_argument("--contract", metavar="FILE", help="the JSON that once stood beside the file")
    parser.add_argument("--out", metavar="FILE", help="where to write it; default: in place")
    add_data_options(parser)
    parser.add_argument("--json", action="store_true", help="print the contract as JSON")


def run(options: argparse.Namespace) -> int:
    """Attach, write, and say what is in it now."""
    source, target = Path(options.artifact), Path(options.out or options.artifact)
    if not source.is_file():
        raise MissingFileError(f"{source} does not exist, or is a folder; a .tflite or .onnx file is needed")
    labels, thresholds = read_labels(options.labels), read_thresholds(options.thresholds)
    contract = None
    if options.contract:
        try:
            contract = Path(options.contract).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--contract is {options.contract!r}, which cannot be read: {error}") from error
    with quiet():
        from tagship_export.pipeline.attach import attach, describe
        from tagship_runtime.files.sidecar import contract_beside, write_artifact

        data = attach(
            source.read_bytes(), labels=labels, thresholds=thresholds, rows=data_of(options), contract=contract
        )
        text = describe(data)
        write_artifact(target, data, {contract_beside(target): text.encode()})
    if options.json:
        print(text, end="")
    else:
        said = f"{target}: {len(data):,} bytes with contract; 'tagship inspect {target}' shows it"
        print("\n".join(wrap(said)))
    return 0
