"""Answers of the tables of a folder, by several processes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tagship_runtime.cli.options import load_artifact, note
from tagship_runtime.cli.output_layout import layout_of
from tagship_runtime.cli.predict_table import Summary, drift_file, predict_table
from tagship_runtime.cli.signals import raise_if_signalled
from tagship_runtime.container import digest_of
from tagship_runtime.errors import DataError, InputError, TagshipError, UsageError
from tagship_runtime.files.open_table import suffix_of
from tagship_runtime.folders.journal import Journal
from tagship_runtime.folders.parts import Part, plan_parts
from tagship_runtime.folders.workers import run_parts
from tagship_runtime.loading import read_bytes
from tagship_runtime.predictor import Predictor
from tagship_runtime.scoring import prove
from tagship_runtime.terminal.progress import Progress

DECIDING = (
    "threshold", "labels", "id_column", "scores", "labels_only", "top_k", "on_error", "format", "separator", "decimal",
    "encoding", "missing", "dates", "sheet", "explain",
)  # fmt: skip
"""Options that answers depend on; those of one folder were made with the same."""

Figures = Mapping[str, Any]


def predict_folder(options: argparse.Namespace) -> int:
    """Predict every table of a folder or a pattern into a folder."""
    parts = _checked(options)
    options.sha256 = digest_of(read_bytes(options.artifact, sha256=options.sha256)[0])  # workers load no other file
    model = load_artifact(options.artifact, options)
    for part in parts:
        layout_of(options, model.labels, suffix_of(part.name))
    made_by = {"artifact": options.sha256} | {name: getattr(options, name) for name in DECIDING}
    if options.drift is not None:
        made_by["drift"] = True  # parts that are done have counted theirs
    summary = Summary(drift=model.drift() if options.drift else None)
    with (
        drift_file(options.drift) as write_drift,
        Journal.opened(options.out, made_by) as journal,
        Progress() as progress,
    ):
        unfinished = journal.unfinished(parts, note)
        fingerprints = {part.name: part.fingerprint() for part in unfinished}
        rows = 0
        for part, figures in run_parts(unfinished, partial(Answer, options), options.workers or 1, note):
            journal.finish(part, fingerprints[part.name], figures)
            rows += figures["rows"]
            progress.reach(rows)
            raise_if_signalled()
        for figures in journal.figures:
            summary.add(Summary.from_dict(figures, model))
        write_drift(summary.drift)
    skipped = len(parts) - len(unfinished)
    before = f", {skipped:,} of them before" if skipped else ""
    print(f"tagship: {summary.rows:,} rows of {len(parts):,} tables{before}: {options.out}", file=sys.stderr)
    for line in summary.lines(model):
        print(f"tagship: {line}", file=sys.stderr)
    return 0


class Answer:
    """Answers parts in a worker, whose model is proved on its golden rows first, where it has some."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.model: Predictor = load_artifact(options.artifact, options, options.threads)
        if self.model.contract.golden is not None:
            prove(self.model)

    def __call__(self, part: Part) -> Figures:
        """Answer a table; the error says which one is wrong."""
        target = str(Path(self.options.out) / part.name)

        def tell(sentence: str) -> None:
            note(f"{part.source}: {sentence}")

        try:
            summary = predict_table(
                self.model, self.options, part.source, target, suffix_of(part.name), reach=_silent, tell=tell
            )
        except (InputError, DataError) as error:
            raise DataError(_named(part.source, error)) from error
        if summary.first:
            summary.first = f"{part.source}: {summary.first}"
        return summary.to_dict()


def _silent(rows: int) -> None:
    """Show no progress: the parent does."""


def _named(source: str, error: TagshipError) -> str:
    text = str(error)
    return text if source in text else f"{source}: {text}"


def _checked(options: argparse.Namespace) -> Sequence[Part]:
    """Return the parts, after options that do not fit several tables are refused."""
    if options.out is None:
        what = "is a folder" if Path(options.data).is_dir() else "is a pattern"
        raise UsageError(f"{options.data} {what}: it means several tables; name a folder for their answers with --out")
    if options.follow:
        raise UsageError(f"--follow answers rows on standard input; give - instead of {options.data}")
    workers = options.workers
    if workers is not None and workers < 1:
        raise UsageError(f"--workers is {workers}; a whole number of at least 1 is needed")
    parts = plan_parts(options.data, f".{options.format}" if options.format else None)
    out = Path(options.out).resolve()
    within = [part.source for part in parts if out in Path(part.source).resolve().parents]
    if within:
        raise UsageError(f"--out is {options.out}, in which {within[0]} is; give a folder without tables to answer")
    return parts
