"""``tagship predict``: rows in, decisions out."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import IO, Any

import numpy as np

from tagship_runtime.arrays import Scores
from tagship_runtime.commands.options import add_artifact_options, load_artifact
from tagship_runtime.errors import InputValueError
from tagship_runtime.files import read_batches, replacing
from tagship_runtime.predictor import Predictor

HELP = "predict labels for the rows of a table"
EXAMPLES = (
    "tagship predict model.tflite rows.csv",
    "tagship predict model.onnx rows.csv.gz --scores --out decisions.csv",
    "cat rows.csv | tagship predict model.tflite - --labels-only --threshold sport=0.4",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("data", metavar="DATA", help=".csv, .csv.gz, .jsonl, .parquet, or - for CSV on stdin")
    parser.add_argument("--out", metavar="FILE", help="write here instead of to stdout")
    parser.add_argument("--scores", action="store_true", help="add the scores, in columns score:LABEL")
    parser.add_argument(
        "--labels-only", action="store_true", help="one column 'labels' with the names that are on, joined by ;"
    )
    add_artifact_options(parser)


def run(options: argparse.Namespace) -> int:
    """Predict and write CSV."""
    model = load_artifact(options.artifact, options)
    batches = _score(model, options.data)
    first = next(batches, None)  # so that a wrong file is told before anything is written
    with _output(options.out) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_header(model, options))
        for scores in chain([] if first is None else [first], batches):
            writer.writerows(_cells(model, scores, options))
    return 0


def _score(model: Predictor, source: str) -> Iterator[Scores]:
    done = 0
    for batch in read_batches(source):
        try:
            scores = model.predict_proba(batch if model.contract.features else _matrix(batch))
        except InputValueError as error:
            raise error.moved(done) from None
        done += len(scores)
        yield scores


def _matrix(batch: Any) -> Any:
    """Columns without names in the contract are taken in the order of the file."""
    from tagship_runtime.features import columns_of

    columns = columns_of(batch) or {}
    return np.stack(list(columns.values()), axis=1)


def _header(model: Predictor, options: argparse.Namespace) -> list[str]:
    decisions = ["labels"] if options.labels_only else list(model.labels)
    return decisions + [f"score:{label}" for label in model.labels if options.scores]


def _cells(model: Predictor, scores: Scores, options: argparse.Namespace) -> Iterator[list[Any]]:
    decisions = model.decide(scores)
    on: Sequence[list[Any]]
    if options.labels_only:
        on = [[";".join(names)] for names in model.names(decisions)]
    else:
        on = decisions.astype(np.uint8).tolist()
    if not options.scores:
        yield from on
        return
    for cells, row in zip(on, scores, strict=True):
        yield cells + [np.format_float_positional(score, unique=True, trim="0") for score in row]


@contextmanager
def _output(path: str | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        yield stream
