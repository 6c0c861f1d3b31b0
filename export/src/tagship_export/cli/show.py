"""Tables and lines that ``tagship export`` and ``tagship verify`` show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from tagship_export.pipeline.results import Export
from tagship_export.recipes import RECIPES
from tagship_export.verification.counterexamples import Search
from tagship_export.verification.verdict import Verification
from tagship_runtime.terminal.table import file_names, file_size, table, wrap

SHOWN = 400
"""Characters of a row that are shown; JSON has all of it."""

PASSED, FAILED, UNPROVEN = "passed", "FAILED", "not proved"

HEADINGS = ("size", "us/row", "flips", "firm", "macro-F1", "change", "verdict")
HEADINGS_WITHOUT_SPEED = ("size", "max diff", *HEADINGS[2:])
"""Narrow enough for the longest name of a recipe's file beside thousands of flips in 80 columns."""


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show a spinner that says what is being done; silent where stderr is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: None
        return
    with console.status("loading the model") as status:
        yield lambda step: status.update(step)


def show_export(done: Export, title: str) -> None:
    """Show the whole table, what was refused, and what to ship."""
    show(
        [candidate.verification for candidate in done.candidates],
        title,
        speeds={candidate.name: candidate.one_row_us for candidate in done.candidates},
        recommended=done.recommended,
    )
    for refusal in done.refusals:
        _say(f"{refusal.name}: no file; {refusal.reason}")
    if done.recommended:
        _say(f"* recommended: {', '.join(done.recommended)}")
    for note in done.notes:
        _say(note, start="  ", indent="    ")


def show(
    verdicts: Sequence[Verification],
    title: str,
    speeds: Mapping[str, float] | None = None,
    recommended: Sequence[str] = (),
) -> None:
    """Show one row per artifact; what is wrong with one stands below. JSON has many more figures."""
    _say(title)
    names = file_names([verdict.artifact for verdict in verdicts])
    rows = [
        (
            f"{name} *" if name in recommended else name,
            file_size(verdict.size),
            _speed(speeds[verdict.artifact]) if speeds else f"{verdict.parity.max_difference:.1e}",
            f"{verdict.parity.flips:,}",
            f"{verdict.parity.firm_flips:,}",
            *_macro_f1(verdict),
            _judgement(verdict),
        )
        for name, verdict in zip(names, verdicts, strict=True)
    ]
    headings = HEADINGS if speeds else HEADINGS_WITHOUT_SPEED
    for line in table(("artifact", *headings), rows):
        _print(line, coloured=True)
    for verdict in verdicts:
        for said in (*verdict.faults, *verdict.notes):
            _say(f"{verdict.artifact}: {said}")
        if verdict.divergence is not None:
            _say(
                f"{verdict.artifact}: the two part first in layer {verdict.divergence.layer!r}, by "
                f"{verdict.divergence.relative:.0%} of the spread of its values"
            )


ORIGINS = {"asked": "as asked", "found": "found in its tensors", "claimed": "as its contract claims"}
"""Origins of what is known of a recipe, in words."""


def show_claims(verdicts: Sequence[Verification]) -> None:
    """Show what artifacts were judged by, and what they say of themselves that nobody checked; once for equal ones."""
    lines: dict[str, list[str]] = {}
    for verdict in verdicts:
        lines.setdefault(f"judged as {verdict.recipe}, {ORIGINS[verdict.origin]}: {_bounds(verdict)}", []).append(
            verdict.artifact
        )
        if verdict.unchecked:
            lines.setdefault(f"nobody checked: {'; '.join(verdict.unchecked)}", []).append(verdict.artifact)
    for line, names in lines.items():
        _say(line if len(names) == len(verdicts) else f"{', '.join(names)}: {line}")


def _bounds(verdict: Verification) -> str:
    """Return budget and tolerance in words."""
    budget, tolerance = verdict.budget, f"{verdict.parity.tolerance:g}"
    if not RECIPES[verdict.recipe].exact:
        return f"at most {budget.max_flip_rate:.2%} flips, macro-F1 down by {budget.max_f1_drop:g}"
    return (
        f"scores within {tolerance}, at most {budget.max_flip_rate:.2%} flips beyond that, "
        f"macro-F1 down by {budget.max_f1_drop:g}"
    )


def show_search(found: Mapping[str, Search]) -> None:
    """Show the worst that was found, as a row that can be replayed."""
    for path, search in found.items():
        worst, flip = search.farthest, search.flip
        _say(
            f"{path}: of {search.scored:,} rows that were tried, the farthest apart scores {worst.label!r} "
            f"{worst.original:.4f} > {worst.artifact:.4f}: {json.dumps(worst.row)[:SHOWN]}"
        )
        if flip.flipped:
            _say(
                f"{path}: the most confident flip is {flip.label!r} {flip.original:.4f} > {flip.artifact:.4f} "
                f"at the threshold {flip.threshold:.4f}: {json.dumps(flip.row)[:SHOWN]}"
            )
        else:
            _say(f"{path}: no flip was found")


def _speed(us: float) -> str:
    return f"{us:.1f}" if us else "-"


def _judgement(verdict: Verification) -> str:
    if not verdict.passed:
        return FAILED
    return PASSED if verdict.unproven is None else UNPROVEN


def _macro_f1(verdict: Verification) -> tuple[str, str]:
    if verdict.before is None or verdict.after is None:
        return "-", "-"
    change = verdict.after.macro_f1 - verdict.before.macro_f1
    return f"{verdict.after.macro_f1:.3f}", f"{change:+.4f}" if change else "0"


def _say(text: str, start: str = "", indent: str = "  ") -> None:
    for line in wrap(text, start, indent):
        _print(line)


def _print(line: str, coloured: bool = False) -> None:
    """Print a line; its verdict in colour where rich finds a terminal that has them, and NO_COLOR is not set."""
    text = Text(line)
    if coloured:
        for verdict, colour in ((PASSED, "green"), (FAILED, "red")):
            text.highlight_regex(rf"\b{verdict}$", colour)
    Console().print(text, soft_wrap=True)
