"""``tagship predict``: rows in, decisions out."""

from __future__ import annotations

import argparse
import sys

from tagship_runtime.cli.options import add_artifact_options, add_dialect_options, load_artifact, note
from tagship_runtime.cli.predict_table import SKIP, STOP, drift_file, predict_table
from tagship_runtime.errors import UsageError
from tagship_runtime.files import STDIN
from tagship_runtime.files.open_table import TABLES, suffix_of
from tagship_runtime.files.several import is_several
from tagship_runtime.terminal.progress import Progress

HELP = "predict labels for the rows of a table"
EXAMPLES = (
    "tagship predict model.tflite rows.csv",
    "tagship predict model.onnx rows.parquet --scores --id-column part --out decisions.parquet",
    'tagship predict model.tflite "rows/*.parquet" --workers 2 --out decisions/',
    "cat rows.csv | tagship predict model.tflite - --labels-only --threshold sport=0.4",
    "sensor | tagship predict model.tflite - --follow --format jsonl --on-error skip",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    add("data", metavar="DATA", help=f"{TABLES}; a folder or pattern of them; - for CSV or JSON Lines on stdin")
    add(
        "--out",
        metavar="FILE",
        help="write here instead of to stdout; the suffix says CSV, JSON or Parquet; a folder for several",
    )
    add("--format", choices=("csv", "jsonl", "parquet"), help="of stdout (default: csv) or of a folder's files")
    add("--scores", action="store_true", help="add the scores, in columns score:LABEL")
    add("--labels-only", action="store_true", help="one column 'labels' with the names that are on, joined by ;")
    add("--top-k", type=int, metavar="K", help="the K labels with the highest scores, in columns top:1 to top:K")
    add(
        "--explain", action="store_true", help="add a column 'because': the words or columns that moved each label most"
    )
    add("--id-column", action="append", default=[], metavar="NAME", help="copy this column; may be repeated")
    add("--on-error", choices=(STOP, SKIP), default=STOP, help="leave out rows that cannot be used")
    add(
        "--drift",
        metavar="FILE",
        help="write as JSON how rows and scores are distributed, beside those that the model was made with",
    )
    add("--follow", action="store_true", help="answer each row on stdin as it comes")
    add("--threads", type=int, default=1, metavar="N", help="threads for a batch (default: 1)")
    add("--workers", type=int, metavar="N", help="processes that answer the tables of a folder (default: 1)")
    add_artifact_options(parser)
    add_dialect_options(parser)


def run(options: argparse.Namespace) -> int:
    """Predict and write."""
    if is_several(options.data):
        from tagship_runtime.cli.predict_folder import predict_folder

        return predict_folder(options)
    if options.workers is not None:
        raise UsageError(f"--workers divides the tables of a folder or a pattern; {options.data} is one table")
    if options.follow and options.data != STDIN:
        raise UsageError(f"--follow answers rows on standard input; give - instead of {options.data}")
    if options.format and options.out:
        raise UsageError("--format is for stdout; the suffix of --out says the format of a file")
    if options.format == "parquet":
        raise UsageError("Parquet cannot be written to stdout; name a file with --out")
    model = load_artifact(options.artifact, options, options.threads)
    kind = suffix_of(options.out) if options.out else f".{options.format or 'csv'}"
    if options.drift is not None and options.drift == options.out:
        raise UsageError(f"--out and --drift both name {options.drift}; give a file each")
    with drift_file(options.drift) as write_drift, Progress() as progress:
        summary = predict_table(model, options, options.data, options.out, kind, reach=progress.reach, tell=note)
        write_drift(summary.drift)
    for line in summary.lines(model):
        print(f"tagship: {line}", file=sys.stderr)
    return 0
