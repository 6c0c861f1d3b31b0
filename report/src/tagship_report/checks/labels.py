"""Check each label on its own: against yes to every row, for enough positives, against its goal."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_report.checks.base import Check, State, named
from tagship_report.checks.constant_answers import always_yes
from tagship_report.limits import Limits
from tagship_runtime.documents import LabelFigures, RunDocument
from tagship_runtime.evaluation.intervals import wilson

FEW_POSITIVES = 10
"""With fewer positives than this among the test rows a label's figures say little."""


def every_label_holds_up(run: RunDocument, limits: Limits) -> Iterator[Check]:
    """Name labels that are not shown to be better than yes to every row, and those with too few positives."""
    rows, per_label = run["rows"]["test"], run["per_label"]
    rare = [name for name, one in per_label.items() if one["positives"] < FEW_POSITIVES]
    weak = [
        name
        for name, one in sorted(per_label.items(), key=lambda item: item[1]["f1"])
        if name not in rare
        and run["objective"] == "f1"
        and (one["f1_low"] is None or one["f1_low"] <= always_yes(one["positives"], rows))
    ]
    if weak:
        yield Check(State.WARN, f"Not shown to be better than yes to every row: {named(weak, limits, per_label)}.")
    if rare:
        yield Check(
            State.WARN,
            f"Fewer than {FEW_POSITIVES} positive test rows, too few to judge by: {named(rare, limits)}.",
        )
    if run["objective"] == "f1" and not weak and not rare:
        name, worst = min(per_label.items(), key=lambda item: item[1]["f1"])
        yield Check(
            State.PASS,
            f"Every label does better than yes to every row; the weakest is {named([name], limits)} with F1 "
            f"{worst['f1']:.3f} ({worst['f1_low']:.3f} to {worst['f1_high']:.3f}).",
        )


def goal_is_reached(run: RunDocument, limits: Limits) -> Iterator[Check]:
    """Compare a precision or recall that thresholds were tuned for with its interval on the test rows."""
    kind, _, value = run["objective"].partition("=")
    if kind not in ("precision", "recall"):
        return
    goal, unshown = float(value), run.get("goal_missed_by", [])
    if unshown:
        confidence = run["configuration"].get("confidence")
        sure = "reaches it" if confidence is None else f"is sure to reach it with confidence {confidence:g}"
        yield Check(State.WARN, f"{kind.capitalize()} {goal:g}: no threshold of {named(unshown, limits)} {sure}.")
    intervals = {name: _interval(one, kind) for name, one in run["per_label"].items()}
    missed = [name for name, (_, high) in intervals.items() if high < goal]
    unsure = [name for name, (low, high) in intervals.items() if low < goal <= high]
    if missed:
        yield Check(State.WARN, f"{kind.capitalize()} {goal:g} is missed on test rows by {named(missed, limits)}.")
    if unsure:
        yield Check(
            State.WARN,
            f"{kind.capitalize()} {goal:g} is not shown on test rows for {named(unsure, limits)}: the 95% interval "
            "begins below it.",
        )
    if not missed and not unsure:
        yield Check(State.PASS, f"On the test rows every label's 95% interval of {kind} lies above {goal:g}.")


def _interval(one: LabelFigures, kind: str) -> tuple[float, float]:
    """Wilson's interval of a label's precision or recall; anything is possible where nothing was counted."""
    hits = one["recall"] * one["positives"]
    if kind == "recall":
        reached, trials = one["recall"], float(one["positives"])
    else:
        reached, trials = one["precision"], hits / one["precision"] if one["precision"] else 0.0
    return wilson(reached, round(trials)) if trials >= 1 else (0.0, 1.0)
