"""Output of ``tagship train``: progress and notices on stderr, figures on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tagship_runtime.documents import Interval, Intervals, LabelFigures, SizeDocument
from tagship_runtime.terminal.table import table, wrap
from tagship_training.network.history import OnEpoch
from tagship_training.run import Run

MetricName = Literal[
    "log_loss",
    "binary_accuracy_at_0.5",
    "binary_accuracy",
    "subset_accuracy",
    "hamming_loss",
    "micro_f1",
    "macro_f1",
    "worst_label_f1",
]

METRICS: Mapping[MetricName, str] = {
    "log_loss": "log loss",
    "binary_accuracy_at_0.5": "binary accuracy at 0.5",
    "binary_accuracy": "binary accuracy",
    "subset_accuracy": "subset accuracy",
    "hamming_loss": "Hamming loss",
    "micro_f1": "micro-F1",
    "macro_f1": "macro-F1",
    "worst_label_f1": "worst label's F1",
}

MOST_LABELS, WORST_LABELS = 60, 20
"""A table of more labels than the first shows only so many as the second."""


@contextmanager
def progress() -> Iterator[tuple[OnEpoch, Callable[[str], None]]]:
    """Show a bar with group, epoch, losses and time left; nothing where stderr is not a terminal."""
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


def show(run: Run, folder: Path, told: Sequence[str] = ()) -> None:
    """Print the figures of a finished run, and its notices but for those that were told."""
    for notice in run.notices[len(told) :]:
        print(f"tagship: note: {notice}", file=sys.stderr)
    print("\n".join(_lines(run, folder)))


def _lines(run: Run, folder: Path) -> Iterator[str]:
    document = run.to_dict()
    counts = ", ".join(f"{count:,} {name}" for name, count in document["rows"].items())
    yield from wrap(f"{folder}: {document['parameters']:,} parameters, trained in {run.seconds:.0f} s; rows: {counts}")
    if "ladder" in document:
        yield from ladder_lines(document["ladder"])
    yield from _metrics(run)
    yield from label_lines(run.per_label)
    if run.baselines:
        yield from _baselines(run)
        yield from wrap(f"baselines: {run.baseline_verdict}")
    yield from wrap(f"diagnosis: {run.diagnosis.verdict}")


def ladder_lines(ladder: Sequence[SizeDocument]) -> Iterator[str]:
    """A table of all sizes, with the chosen one marked."""
    rows = []
    for size in ladder:
        held_out, test = size["metrics"]["held_out"], size["metrics"]["test"]
        rows.append(
            (
                size["name"] + (" *" if size["chosen"] else ""),
                f"{size['parameters']:,}",
                f"{size['bytes']:,}",
                f"{size['microseconds']:.1f}",
                f"{held_out['log_loss']:.4f}",
                f"{held_out['macro_f1']:.3f}",
                f"{test['log_loss']:.4f}",
                f"{test['macro_f1']:.3f}",
            )
        )
    yield from table(("size", "parameters", "bytes", "us", "held out", "F1", "test", "F1"), rows, whole=True)
    yield from wrap(
        "* ships; 'tagship export RUN --size SIZE' exports another one (us: microseconds for a row; then log loss and "
        "macro-F1 of held-out and of test rows)"
    )


def _metrics(run: Run) -> list[str]:
    rows = []
    for metric, title in METRICS.items():
        held_out, test = (f"{metrics[metric]:.4f}" for metrics in (run.metrics["held_out"], run.metrics["test"]))
        rows.append((title, held_out, test, _interval(_interval_of(metric, run.intervals), 4)))
        if metric == "macro_f1":
            rows += _macro_f1_of_some(run)
    objective, confidence = run.config.objective, run.config.confidence
    tuned = f"at thresholds tuned for {objective}"
    if confidence is not None:
        tuned = f"for {objective}, confidence {confidence:g}"
    return table((tuned, "held out", "test", "95% interval"), rows)


def _interval_of(metric: MetricName, intervals: Intervals) -> Interval | None:
    match metric:
        case "hamming_loss" | "worst_label_f1":
            return None
        case _:
            return intervals[metric]


def _macro_f1_of_some(run: Run) -> Iterator[tuple[str, str, str, str]]:
    """Yield macro-F1 without labels that have no positive test row, and that of labels which have an interval."""
    test, frequent = run.metrics["test"], run.figures.frequent
    if any(not one["positives"] for one in run.per_label.values()):
        yield "macro-F1 of labels with positives", "", f"{test['macro_f1_present']:.4f}", ""
    if frequent and len(frequent["labels"]) < len(run.labels):
        title = f"macro-F1 of {len(frequent['labels'])} frequent labels"
        yield title, "", f"{frequent['macro_f1']:.4f}", _interval(frequent["interval"], 4)


def _interval(bounds: Sequence[float | None] | None, digits: int) -> str:
    low, high = bounds or (None, None)
    return "" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"


def label_lines(per_label: Mapping[str, LabelFigures]) -> Iterator[str]:
    """Yield a table of all labels, or of those with the lowest F1 where there are too many to read."""
    labels = sorted(per_label, key=lambda label: per_label[label]["f1"])
    few = len(labels) <= MOST_LABELS
    rows = [
        (
            label,
            f"{figures['positives']:,}",
            f"{figures['threshold']:.3f}",
            f"{figures['precision']:.3f}",
            f"{figures['recall']:.3f}",
            f"{figures['f1']:.3f}",
            _interval((figures["f1_low"], figures["f1_high"]), 3),
        )
        for label, figures in per_label.items()
        if few or label in labels[:WORST_LABELS]
    ]
    yield from table(("label", "positives", "threshold", "precision", "recall", "F1", "95% interval"), rows)
    if not few:
        hidden = len(labels) - WORST_LABELS
        yield from wrap(f"these {WORST_LABELS} labels have the lowest F1; run.json has the other {hidden:,} as well")


def _baselines(run: Run) -> list[str]:
    rows = []
    for title, figures in [("network", run.metrics["test"]), *((b.title, b.figures) for b in run.baselines)]:
        loss = f"{figures['log_loss']:.4f}" if "log_loss" in figures else "-"
        rows.append((title, loss, f"{figures['micro_f1']:.4f}", f"{figures['macro_f1']:.4f}"))
    return table(("on the same test rows", "log loss", "micro-F1", "macro-F1"), rows)
