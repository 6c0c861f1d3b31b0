"""Answers of one table."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tagship_runtime.cli.options import dialect_of
from tagship_runtime.cli.output_layout import layout_of
from tagship_runtime.cli.signals import raise_if_signalled
from tagship_runtime.errors import TagshipError
from tagship_runtime.features import Encoder, as_column
from tagship_runtime.files import Batch, open_writer, read_batches
from tagship_runtime.files.batch_reader import BATCH_ROWS, Reading
from tagship_runtime.files.table_writer import Names
from tagship_runtime.predictor import Predictor
from tagship_runtime.scoring import Layout, score_batches
from tagship_runtime.typing import Scores

if TYPE_CHECKING:
    from tagship_runtime.monitoring.drift import Drift

STOP, SKIP = "stop", "skip"

BECAUSE = "because"
"""Name of the column of explanations."""

LOOKS = 10
"""Batches with unknown words that are looked at for words that differ from known ones by blanks or case alone."""

EXPLAINED = 5
"""Parts of a row that are named for each label."""


@dataclass(slots=True)
class Summary:
    """Counts to be told when all rows are done.

    Attributes:
        rows: How many were predicted.
        skipped: How many were left out.
        first: What was wrong with the first of them.
        unknown: By feature, how many cells hold a word that the model does not know.
        near: By feature, one of these cells that differs by blanks or case alone from a known word, and that word.
        rounded: By column, how far float32 is off integers that it does not hold.
        drift: Counts of rows and scores, where they are asked for.
    """

    rows: int = 0
    skipped: int = 0
    first: str = ""
    unknown: Counter[str] = field(default_factory=Counter)
    rounded: dict[str, float] = field(default_factory=dict)
    near: dict[str, tuple[str, str]] = field(default_factory=dict)
    drift: Drift | None = None

    def skip(self, error: TagshipError) -> None:
        """Count a row that is left out."""
        self.first = self.first or str(error)
        self.skipped += 1

    def add(self, other: Summary) -> None:
        """Count another table's rows as well."""
        from tagship_runtime.features.rounding import keep_largest

        self.rows += other.rows
        self.skipped += other.skipped
        self.first = self.first or other.first
        self.unknown.update(other.unknown)
        self.near = {**other.near, **self.near}
        keep_largest(self.rounded, other.rounded)
        if self.drift is not None and other.drift is not None:
            self.drift.merge(other.drift)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON has them."""
        counts: dict[str, Any] = {"rows": self.rows, "skipped": self.skipped, "first": self.first}
        counts |= {"unknown": dict(self.unknown), "rounded": self.rounded, "near": self.near}
        return counts if self.drift is None else counts | {"drift": self.drift.to_dict()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], model: Predictor) -> Self:
        """Return the counts of :meth:`to_dict`."""
        from tagship_runtime.monitoring.drift import Drift

        counted = document.get("drift")
        drift = None if counted is None else Drift.from_dict(counted, model.contract)
        return cls(**{**document, "unknown": Counter(document["unknown"]), "drift": drift})

    def lines(self, model: Predictor) -> Iterator[str]:
        """Yield sentences for people."""
        if self.skipped:
            yield f"left out {self.skipped:,} of {self.rows + self.skipped:,} rows; the first: {self.first}"
        for feature in model.contract.features or ():
            if cells := self.unknown[name := feature.name]:
                near = "; {!r} is {!r} in training".format(*self.near[name]) if name in self.near else ""
                yield f"{cells:,} of {self.rows:,} cells of {name!r} {feature.unknown}{near}"
        if not self.rows and not self.skipped:
            yield "nothing was predicted, as the table has no rows"
        if self.rounded:
            from tagship_runtime.features.rounding import rounding_notes

            yield from rounding_notes(self.rounded)
        if self.drift is not None:
            yield from self.drift.shifted()


def predict_table(
    model: Predictor,
    options: argparse.Namespace,
    source: str,
    out: str | None,
    kind: str | None,
    *,
    reach: Callable[[int], None],
    tell: Callable[[str], None],
) -> Summary:
    """Predict the rows of a table and write them.

    Args:
        model: What predicts.
        options: Of the command.
        source: The table.
        out: The file to write; None for stdout.
        kind: Of what is written, such as ``.csv``; None where the file's name says nothing that is known.
        reach: Told how many rows are done.
        tell: Told what was found by looking at the table.

    Raises:
        TagshipError: The table, a row of it, or the file is not usable; nothing is written then.
    """
    encode = model.encoder
    layout, summary = layout_of(options, model.labels, kind), Summary(drift=model.drift() if options.drift else None)
    skip = summary.skip if options.on_error == SKIP else None

    def watch(rows: Any, scores: Scores) -> None:
        if summary.drift is not None:
            summary.drift.count(rows, scores)

    reading = _reading(options, encode, layout.ids, skip, tell)
    scored = score_batches(
        model,
        encode,
        read_batches(source, reading),
        passed_on=layout.ids,
        skip=skip,
        unknown=summary.unknown,
        rounded=summary.rounded,
        watch=watch,
    )
    because = explained(model, encode, layout.ids) if options.explain else _nothing
    looked = _with_near_misses(scored, model, summary)
    blocks = ((batch.size, {**layout.columns(model, batch, scores), **because(batch)}) for batch, scores in looked)
    # The first one is read here, so that a wrong file is refused before anything is written.
    first = next(blocks, None) or (0, _no_rows(model, layout, explained=options.explain))
    with open_writer(out, kind) as write:
        for size, block in chain([first], blocks):
            write(block)
            summary.rows += size
            if options.follow:
                sys.stdout.flush()
            reach(summary.rows)
            raise_if_signalled()
    return summary


def _with_near_misses(
    scored: Iterator[tuple[Batch, Scores]], model: Predictor, summary: Summary
) -> Iterator[tuple[Batch, Scores]]:
    """Yield batches, and look in the first ones with unknown words of a feature for what one of them may mean."""
    features = {feature.name: (place, feature) for place, feature in enumerate(model.contract.features or ())}
    counts: Counter[str] = Counter()
    looks: Counter[str] = Counter()
    for batch, scores in scored:
        for name in [name for name, count in summary.unknown.items() if count > counts[name]]:
            if name not in summary.near and looks[name] < LOOKS:
                place, feature = features[name]
                cells = batch.columns[name] if batch.rows is None else batch.rows[:, place]  # by name, or by order
                near = feature.near_miss(as_column(cells))
                summary.near |= {} if near is None else {name: near}
                looks[name] += 1
        counts.update(summary.unknown - counts)
        yield batch, scores


def _no_rows(model: Predictor, layout: Layout, *, explained: bool) -> dict[str, Any]:
    """Return the columns of a table without rows."""
    columns = layout.columns(model, None, np.empty((0, len(model.labels)), np.float32))
    return {**columns, BECAUSE: Names()} if explained else columns


@contextmanager
def drift_file(path: str | None) -> Iterator[Callable[[Drift | None], None]]:
    """Yield what writes counts to a file, which is opened before the first row so that a wrong path is told at once.

    Raises:
        OutputError: The file cannot be written.
    """
    if path is None:
        yield lambda _: None
        return
    from tagship_runtime.files.atomic_write import replacing

    def write(drift: Drift | None) -> None:
        document = None if drift is None else drift.to_dict()
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    with replacing(path) as file:
        yield write


def explained(model: Predictor, encode: Encoder, ids: Sequence[str]) -> Callable[[Batch], dict[str, Names]]:
    """Return what gives a batch's column of explanations.

    Raises:
        UsageError: The model's input has no columns.
    """
    from tagship_runtime.explanation import Explainer

    explainer = Explainer(model, EXPLAINED)

    def column(batch: Batch) -> dict[str, Names]:
        rows = encode.row_list(encode.select(batch.columns, ids) if batch.rows is None else batch.rows)
        return {BECAUSE: Names(map(explainer.in_words, rows))}

    return column


def _nothing(batch: Batch) -> dict[str, Names]:
    del batch
    return {}


def _reading(
    options: argparse.Namespace,
    encode: Encoder,
    ids: Sequence[str],
    skip: Callable[[TagshipError], None] | None,
    tell: Callable[[str], None],
) -> Reading:
    return Reading.for_model(
        encode, dialect_of(options), ids, rows=BATCH_ROWS, skip=skip, live=options.follow, note=tell
    )
