"""What ``tagship export`` and ``tagship verify`` show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tagship_export.quality import Quality
from tagship_export.verifier import Verification


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A spinner that says what is being done; silent where stderr is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: None
        return
    with console.status("loading the model") as status:
        yield lambda step: status.update(step)


def show(verdicts: Sequence[Verification], title: str) -> None:
    """One row per artifact; what is wrong with one stands below."""
    print(f"{title}; F1 as original > artifact")
    console = Console()
    table = Table(box=None, pad_edge=False)
    names = [Path(verdict.artifact).name for verdict in verdicts]
    if len(set(names)) < len(names):
        names = [verdict.artifact for verdict in verdicts]
    table.add_column("artifact", overflow="fold")
    for heading in ("bytes", "max diff", "flips", "micro-F1", "macro-F1", "verdict"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, verdict in zip(names, verdicts, strict=True):
        parity = verdict.parity
        table.add_row(
            escape(name),
            f"{verdict.size:,}",
            f"{parity.max_difference:.1e}",
            f"{parity.flips}" if parity.flips == parity.firm_flips else f"{parity.flips} ({parity.firm_flips} firm)",
            *(_change(verdict.before, verdict.after, figure) for figure in ("micro_f1", "macro_f1")),
            "[green]passed[/]" if verdict.passed else "[red]FAILED[/]",
        )
    console.print(table)
    for verdict in verdicts:
        for fault in verdict.faults:
            console.print(f"{escape(verdict.artifact)}: {escape(fault)}", highlight=False, soft_wrap=True)


def _change(before: Quality | None, after: Quality | None, name: str) -> str:
    if before is None or after is None:
        return "-"
    return f"{getattr(before, name):.3f} > {getattr(after, name):.3f}"
