"""What ``tagship export`` and ``tagship verify`` show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tagship_export.quality import Quality
from tagship_export.results import Export
from tagship_export.search import Search
from tagship_export.verifier import Verification

SHOWN = 400
"""So many characters of a row; JSON has all of it."""

FIGURES = {"micro_f1": "micro-F1", "macro_f1": "macro-F1", "worst_label_f1": "worst label"}
"""What quality figures are called in a table."""

PAPER_WIDTH = 140
"""Where there is no terminal to ask how wide it is."""


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A spinner that says what is being done; silent where stderr is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: None
        return
    with console.status("loading the model") as status:
        yield lambda step: status.update(step)


def show_export(done: Export, title: str) -> None:
    """The whole table, what was refused, and what to ship."""
    show(
        [candidate.verification for candidate in done.candidates],
        title,
        speeds={candidate.name: candidate.one_row_us for candidate in done.candidates},
        recommended=done.recommended,
    )
    console = _console()
    for refusal in done.refusals:
        console.print(f"{escape(refusal.name)}: no file; {escape(refusal.reason)}", highlight=False, soft_wrap=True)
    if done.recommended:
        console.print(f"* recommended: {', '.join(done.recommended)}", highlight=False, soft_wrap=True)
    for note in done.notes:
        console.print(f"  {escape(note)}", highlight=False, soft_wrap=True)


def show(
    verdicts: Sequence[Verification],
    title: str,
    speeds: Mapping[str, float] | None = None,
    recommended: Sequence[str] = (),
) -> None:
    """One row per artifact; what is wrong with one stands below."""
    print(f"{title}; F1 as original > artifact")
    console = _console()
    table = Table(box=None, pad_edge=False)
    names = [Path(verdict.artifact).name for verdict in verdicts]
    if len(set(names)) < len(names):
        names = [verdict.artifact for verdict in verdicts]
    table.add_column("artifact", overflow="fold")
    figures = ("macro_f1", "worst_label_f1") if speeds else ("micro_f1", "macro_f1")
    differences = ("1 row us", "max diff", "p99 diff") if speeds else ("max diff",)
    for heading in ("bytes", *differences, "flips", *(FIGURES[name] for name in figures), "verdict"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, verdict in zip(names, verdicts, strict=True):
        parity = verdict.parity
        cells = [
            f"{escape(name)} *" if name in recommended else escape(name),
            f"{verdict.size:,}",
            *([f"{speeds[verdict.artifact]:.1f}"] if speeds else []),
            f"{parity.max_difference:.1e}",
            *([f"{parity.p99_difference:.1e}"] if speeds else []),
            f"{parity.flips} ({parity.firm_flips} firm)" if parity.flips else "0",
            *(_change(verdict.before, verdict.after, figure) for figure in figures),
            "[green]passed[/]" if verdict.passed else "[red]FAILED[/]",
        ]
        table.add_row(*cells)
    console.print(table)
    for verdict in verdicts:
        for fault in verdict.faults:
            console.print(f"{escape(verdict.artifact)}: {escape(fault)}", highlight=False, soft_wrap=True)
        if verdict.parting is not None:
            console.print(
                f"{escape(verdict.artifact)}: the two part first in layer {verdict.parting.layer!r}, by "
                f"{verdict.parting.relative:.0%} of the spread of its values",
                highlight=False,
                soft_wrap=True,
            )


def show_search(found: Mapping[str, Search]) -> None:
    """The worst that was found, as a row that can be replayed."""
    console = _console()
    for path, search in found.items():
        worst, flip = search.farthest, search.flip
        lines = [
            f"{path}: of {search.scored:,} rows that were tried, the farthest apart scores {worst.label!r} "
            f"{worst.original:.4f} > {worst.artifact:.4f}: {json.dumps(worst.row)[:SHOWN]}"
        ]
        if flip.flipped:
            lines.append(
                f"{path}: the most confident flip is {flip.label!r} {flip.original:.4f} > {flip.artifact:.4f} "
                f"at the threshold {flip.threshold:.4f}: {json.dumps(flip.row)[:SHOWN]}"
            )
        else:
            lines.append(f"{path}: no flip was found")
        for line in lines:
            console.print(escape(line), highlight=False, soft_wrap=True)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=PAPER_WIDTH)


def _change(before: Quality | None, after: Quality | None, name: str) -> str:
    if before is None or after is None:
        return "-"
    return f"{getattr(before, name):.3f} > {getattr(after, name):.3f}"
