"""What ``tagship train`` shows while it works and when it is done; all of it on stderr, but the figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tagship_training.fitting import OnEpoch
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
def progress(epochs: int) -> Iterator[OnEpoch]:
    """A bar with epoch, losses and time left; silent where stderr is not a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}, validation {task.fields[val_loss]:.4f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=epochs, loss=float("nan"), val_loss=float("nan"))

        def on_epoch(epoch: int, figures: dict[str, float]) -> None:
            bar.update(task, completed=epoch, loss=figures["loss"], val_loss=figures["val_loss"])

        yield on_epoch


def show(run: Run, folder: Path) -> None:
    """The figures of a finished run."""
    counts = ", ".join(f"{len(rows):,} {name}" for name, rows in run.rows.items())
    print(f"{folder}: {run.model.count_params():,} parameters, {len(run.history)} epochs; rows: {counts}")
    console = Console()
    table = Table(box=None, pad_edge=False)
    table.add_column("figure, at the tuned thresholds")
    for name in run.metrics:
        table.add_column(name, justify="right")
    for metric, title in METRICS.items():
        table.add_row(title, *(f"{values[metric]:.4f}" for values in run.metrics.values()))
    console.print(table)
    thresholds = Table(box=None, pad_edge=False)
    thresholds.add_column("label")
    thresholds.add_column("threshold", justify="right")
    for label, threshold in zip(run.labels, run.thresholds, strict=True):
        thresholds.add_row(label, f"{threshold:.4f}")
    console.print(thresholds)
