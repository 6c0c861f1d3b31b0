"""``tagship predict``: rows in, decisions out."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from tagship_runtime.cli.options import (
    KINDS,
    add_artifact_options,
    add_dialect_options,
    dialect_of,
    load_artifact,
    note,
)
from tagship_runtime.cli.output_columns import Layout
from tagship_runtime.cli.signals import raise_if_signalled
from tagship_runtime.errors import InputValueError, TagshipError, UsageError
from tagship_runtime.features import Encoder, encoder
from tagship_runtime.files import STDIN, Batch, open_writer, read_batches
from tagship_runtime.files.batch_reader import BATCH_ROWS, Reading
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.progress import Progress
from tagship_runtime.typing import Scores

HELP = "predict labels for the rows of a table"
EXAMPLES = (
    "tagship predict model.tflite rows.csv",
    "tagship predict model.onnx rows.parquet --scores --id-column part --out decisions.parquet",
    "cat rows.csv | tagship predict model.tflite - --labels-only --threshold sport=0.4",
    "sensor | tagship predict model.tflite - --follow --format jsonl --on-error skip",
)

STOP, SKIP = "stop", "skip"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    add = parser.add_argument
    add("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    add("data", metavar="DATA", help=f"{KINDS}, or - for CSV or JSON Lines on stdin")
    add("--out", metavar="FILE", help="write here instead of to stdout; its suffix says whether CSV, JSON or Parquet")
    add("--format", choices=("csv", "jsonl"), help="what goes to stdout (default: csv)")
    add("--scores", action="store_true", help="add the scores, in columns score:LABEL")
    add("--labels-only", action="store_true", help="one column 'labels' with the names that are on, joined by ;")
    add("--top-k", type=int, metavar="K", help="the K labels with the highest scores, in columns top:1 to top:K")
    add("--id-column", action="append", default=[], metavar="NAME", help="copy this column; may be repeated")
    add("--on-error", choices=(STOP, SKIP), default=STOP, help="leave out rows that cannot be used")
    add("--follow", action="store_true", help="answer each row on stdin as it comes")
    add("--threads", type=int, default=1, metavar="N", help="threads for a batch (default: 1)")
    add_artifact_options(parser)
    add_dialect_options(parser)


@dataclass(slots=True)
class Summary:
    """Counts to be told when all rows are done.

    Attributes:
        skipping: Whether bad rows are left out.
        rows: How many were predicted.
        skipped: How many were left out.
        first: What was wrong with the first of them.
        unknown: By feature, how many cells hold a word that the model does not know.
    """

    skipping: bool
    rows: int = 0
    skipped: int = 0
    first: str = ""
    unknown: Counter[str] = field(default_factory=Counter)

    def skip(self, error: TagshipError) -> None:
        """Count a row that is left out."""
        self.first = self.first or str(error)
        self.skipped += 1

    def lines(self) -> Iterator[str]:
        """Yield sentences for people."""
        if self.skipped:
            yield f"left out {self.skipped:,} of {self.rows + self.skipped:,} rows; the first: {self.first}"
        for feature, cells in self.unknown.items():
            yield f"{cells:,} of {self.rows:,} cells of {feature!r} hold a word that the model does not know"


def run(options: argparse.Namespace) -> int:
    """Predict and write."""
    if options.follow and options.data != STDIN:
        raise UsageError(f"--follow answers rows on standard input; give - instead of {options.data}")
    if options.format and options.out:
        raise UsageError("--format is for stdout; the suffix of --out says the format of a file")
    model = load_artifact(options.artifact, options, options.threads)
    encode = encoder(model.contract.features, model.contract.input.shape)
    layout, summary = Layout.of(options, model), Summary(options.on_error == SKIP)
    batches = _score(
        model, encode, read_batches(options.data, _reading(options, encode, layout, summary)), summary, layout.ids
    )
    blocks = (layout.columns(model, batch, scores) for batch, scores in batches)
    first = next(blocks, None)  # so that a wrong file is refused before anything is written
    if first is None:
        first = layout.columns(model, None, np.empty((0, len(model.labels)), np.float32))
    kind = f".{options.format}" if options.format else None
    with open_writer(options.out, kind) as write, Progress() as progress:
        for block in chain([first], blocks):
            write(block)
            if options.follow:
                sys.stdout.flush()
            progress.reach(summary.rows)
            raise_if_signalled()
    for line in summary.lines():
        print(f"tagship: {line}", file=sys.stderr)
    return 0


def _reading(options: argparse.Namespace, encode: Encoder, layout: Layout, summary: Summary) -> Reading:
    reading = Reading(
        rows=BATCH_ROWS,
        skip=summary.skip if summary.skipping else None,
        live=options.follow,
        dialect=dialect_of(options),
        note=note,
    )
    if encode.columns is None:
        return reading
    return replace(
        reading,
        columns=list(dict.fromkeys((*encode.columns, *layout.ids))),
        numbers=[name for name in encode.columns if name not in encode.textual],
    )


def _score(
    model: Predictor, encode: Encoder, batches: Iterator[Batch], summary: Summary, ids: Sequence[str]
) -> Iterator[tuple[Batch, Scores]]:
    for batch in batches:
        yield from _score_batch(model, encode, batch, summary, ids)


def _score_batch(
    model: Predictor, encode: Encoder, batch: Batch, summary: Summary, ids: Sequence[str]
) -> Iterator[tuple[Batch, Scores]]:
    """Score a batch, or, where rows have to be left out, the parts between them, found by halving."""
    unknown: Counter[str] = Counter()
    try:
        rows = encode.select(batch.columns, ids) if batch.rows is None else batch.rows
        scores = model.predict_proba(rows, unknown=unknown)
    except InputValueError as error:
        if not summary.skipping:
            raise error.moved(batch.first) from None
        if batch.size == 1:
            summary.skip(error.moved(batch.first))
            return
        for half in batch.halves():
            yield from _score_batch(model, encode, half, summary, ids)
        return
    summary.rows += batch.size
    summary.unknown += unknown
    yield batch, scores
