"""``tagship page``: a page to try an artifact in."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "make one HTML page that predicts with an artifact in the browser, for people without Python"
EXAMPLES = (
    "tagship page run/artifacts/float32.onnx --out try.html",
    "tagship page float32.onnx --out try.html --run run",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="an .onnx file of dense layers, such as 'train' makes")
    parser.add_argument("--out", metavar="FILE", required=True, help="the page")
    parser.add_argument(
        "--run",
        dest="run_folder",
        metavar="RUN",
        help="run folder that ranges of the training rows are taken from (default: the one above ARTIFACT)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the page and print where it is."""
    from tagship_report.try_page.render import write_try_page

    folder = None if options.run_folder is None else Path(options.run_folder)
    print(write_try_page(Path(options.artifact), Path(options.out), folder))
    return 0
