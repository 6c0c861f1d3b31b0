"""Check that the model is better than answers that do not look at the row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tagship_report.checks.base import Check, State
from tagship_report.limits import Limits
from tagship_runtime.documents import RunDocument


def always_yes(positives: int, rows: int) -> float:
    """Return the F1 of switching a label on for every row: the best that decisions without a look at it can do."""
    return 2 * positives / (rows + positives)


def always_yes_macro_f1(run: RunDocument, labels: Sequence[str] | None = None) -> float:
    """Return the macro-F1 of yes to everything on the test rows, over all labels or some."""
    some = run["labels"] if labels is None else labels
    reached = [always_yes(run["per_label"][label]["positives"], run["rows"]["test"]) for label in some]
    return math.fsum(reached) / len(reached)


def entropy(share: float) -> float:
    """Return the log loss, in nats, of scoring every row by the label's own frequency: no constant does better."""
    return -math.fsum(part * math.log(part) for part in (share, 1 - share) if part > 0)


def better_than_a_constant(run: RunDocument, _: Limits) -> Iterator[Check]:
    """Compare decisions with yes to everything; for objectives other than F1, scores with frequencies."""
    yield from _by_decisions(run) if run["objective"] == "f1" else _by_scores(run)


def _by_decisions(run: RunDocument) -> Iterator[Check]:
    frequent = run["frequent"]
    if frequent is None:
        yield Check(
            State.WARN,
            "Not judged against a constant answer: no label is frequent enough among the test rows for an interval.",
        )
        return
    (low, high), least = frequent["interval"], always_yes_macro_f1(run, frequent["labels"])
    some = f" of {len(frequent['labels'])} frequent labels" if len(frequent["labels"]) < len(run["labels"]) else ""
    said = f"macro-F1{some} {frequent['macro_f1']:.3f} (95% interval {low:.3f} to {high:.3f})"
    if low > least:
        yield Check(State.PASS, f"Better than a constant answer: {said}, where yes to everything gets {least:.3f}.")
    else:
        yield Check(State.FAIL, f"Not shown to be better than a constant answer: {said}; yes to all gets {least:.3f}.")


def _by_scores(run: RunDocument) -> Iterator[Check]:
    """Judge scores: thresholds for another objective than F1 give it away on purpose."""
    if run["configuration"]["class_weights"] != "none" and not run["configuration"]["calibrate"]:
        yield Check(
            State.WARN,
            f"Not judged against a constant answer: thresholds for {run['objective']} give F1 away, and scores of "
            "weighted classes are no frequencies; train with --calibrate to know.",
        )
        return
    entropies = [entropy(one["positives"] / run["rows"]["test"]) for one in run["per_label"].values()]
    least = math.fsum(entropies) / len(entropies)
    low, high = run["intervals"]["log_loss"]
    said = f"log loss {run['metrics']['test']['log_loss']:.3f} (95% interval {low:.3f} to {high:.3f})"
    if high < least:
        yield Check(State.PASS, f"Better than constant scores: {said}, where each label's frequency gets {least:.3f}.")
    else:
        yield Check(
            State.FAIL, f"Not shown to be better than constant scores: {said}; each label's frequency gets {least:.3f}."
        )
