"""Options that several commands share."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence

from tagship_runtime.errors import UsageError
from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.thresholds import Thresholds


def add_artifact_options(parser: argparse.ArgumentParser) -> None:
    """Declare ``--labels``, ``--threshold``, ``--sha256`` and ``--allow-loops``, for :func:`load_artifact`."""
    parser.add_argument("--labels", metavar="A,B", help="names of the scores, for a model without a contract")
    parser.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="[LABEL=]X",
        help="another threshold, for one label or for all; may be repeated",
    )
    parser.add_argument("--sha256", metavar="HEX", help="refuse every file but the one with this digest")
    parser.add_argument(
        "--allow-loops",
        action="store_true",
        help="run a model that may never end, or reads other files; not a stranger's",
    )


def load_artifact(path: str, options: argparse.Namespace, threads: int = 1) -> Predictor:
    """Load the artifact that a command was given."""
    labels = None if options.labels is None else names(options.labels)
    with quiet():  # LiteRT announces its delegates on stderr
        model = load(path, labels=labels, threads=threads, sha256=options.sha256, loops=options.allow_loops)
    for threshold in options.threshold:
        model = model.with_thresholds(_threshold(threshold))
    return model


def names(text: str) -> Sequence[str]:
    """Return the names of a list with commas; one that holds a comma stands in quotes, as in CSV."""
    return [
        name for name in (part.strip() for row in csv.reader([text], skipinitialspace=True) for part in row) if name
    ]


def _threshold(text: str) -> Thresholds:
    label, _, value = text.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        raise UsageError(f"--threshold is {text!r}; give a number such as 0.4, or LABEL=0.4") from None
    return {label: number} if label else number
