"""``tagship report``: draw the report of a folder again."""

from __future__ import annotations

import argparse
from pathlib import Path

from tagship_runtime.terminal.table import printable

HELP = "write the report of a run or an export again, as one HTML file"
EXAMPLES = (
    "tagship report run",
    "tagship report artifacts",
    "tagship report run --out for-my-colleague.html",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("folder", metavar="RUN|DIR", help="what 'tagship train' or 'tagship export' wrote")
    parser.add_argument("--out", metavar="FILE", help="the page (default: report.html in the folder)")


def run(options: argparse.Namespace) -> int:
    """Write the page and print where it is."""
    from tagship_report.render import write_page

    print(printable(str(write_page(Path(options.folder), None if options.out is None else Path(options.out)))))
    return 0
