"""What ``tagship train`` shows: progress and notices on stderr, figures on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tagship_training.history import OnEpoch
from tagship_training.run import Run

METRICS = {
    "log_loss": "log loss",
    "binary_accuracy_at_0.5": "binary accuracy at 0.5",
    "binary_accuracy": "binary accuracy",
    "subset_accuracy": "subset accuracy",
    "hamming_loss": "Hamming loss",
    "micro_f1": "micro-F1",
    "macro_f1": "macro-F1",
    "worst_label_f1": "worst label's F1",
}


@contextmanager
def progress() -> Iterator[tuple[OnEpoch, Callable[[str], None]]]:
    """A bar with group, epoch, losses and time left; silent where stderr is not a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[losses]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=None, losses="")

        def on_epoch(group: str, epoch: int, epochs: int, loss: float, val_loss: float) -> None:
            losses = f"loss {loss:.4f}, held out {val_loss:.4f}"
            bar.update(task, description=f"{group} networks", completed=epoch, total=epochs, losses=losses)

        def on_step(step: str) -> None:
            bar.update(task, description=step, total=None, completed=0, losses="")

        yield on_epoch, on_step


def show(run: Run, folder: Path) -> None:
    """The figures of a finished run."""
    for notice in run.notices:
        print(f"tagship: note: {notice}", file=sys.stderr)
    document = run.to_dict()
    counts = ", ".join(f"{count:,} {name}" for name, count in document["rows"].items())
    print(f"{folder}: {document['parameters']:,} parameters, trained in {run.seconds:.0f} s; rows: {counts}")
    console = Console()
    console.print(_metrics(run))
    console.print(_labels(run))
    if run.baselines:
        console.print(_baselines(run))
        print(f"baselines: {run.baseline_verdict}")
    print(f"diagnosis: {run.diagnosis.verdict}")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _metrics(run: Run) -> Table:
    table = _table(f"at thresholds tuned for {run.config.objective}", "held out", "test", "95% interval")
    for metric, title in METRICS.items():
        held_out, test = (f"{run.metrics[name][metric]:.4f}" for name in ("held_out", "test"))
        interval = run.intervals.get(metric)
        table.add_row(title, held_out, test, f"{interval[0]:.4f} to {interval[1]:.4f}" if interval else "")
    return table


def _labels(run: Run) -> Table:
    table = _table("label", "positives", "threshold", "precision", "recall", "F1", "95% interval")
    for label, figures in run.per_label.items():
        table.add_row(
            escape(label),
            f"{figures['positives']:,}",
            *(f"{figures[name]:.3f}" for name in ("threshold", "precision", "recall", "f1")),
            f"{figures['f1_low']:.3f} to {figures['f1_high']:.3f}",
        )
    return table


def _baselines(run: Run) -> Table:
    table = _table("on the same test rows", "log loss", "micro-F1", "macro-F1")
    rows = [("network", run.metrics["test"]), *((b.title, b.figures) for b in run.baselines)]
    for title, figures in rows:
        loss = f"{figures['log_loss']:.4f}" if "log_loss" in figures else "-"
        table.add_row(title, loss, f"{figures['micro_f1']:.4f}", f"{figures['macro_f1']:.4f}")
    return table
