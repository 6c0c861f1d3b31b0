"""Section on whether it is good enough to ship, by rules that the page states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tagship_report.checks import check_documents
from tagship_report.checks.base import Check, State
from tagship_report.checks.constant_answers import always_yes_macro_f1
from tagship_report.checks.judged_rows import rows_are_new
from tagship_report.documents import Documents
from tagship_report.formatting import count, figure
from tagship_report.limits import Limits
from tagship_runtime.documents import RunDocument


@dataclass(frozen=True, slots=True)
class Answer:
    """Macro-F1 on the test rows, and who reaches it; the network's own with its interval, where it has one."""

    name: str
    macro_f1: float
    interval: tuple[float, float] | None = None
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Content of the section, which stands at the top.

    Attributes:
        state: The worst of the checks.
        headline: In a few words.
        checks: All of them.
        answers: The network's macro-F1 beside what simpler answers reach, highest first.
        compared: Whether simpler models are among them.
    """

    state: State
    headline: str
    checks: tuple[Check, ...]
    answers: tuple[Answer, ...]
    compared: bool


HEADLINES: Mapping[tuple[bool, State], str] = {
    (True, State.PASS): "Ready to ship",
    (True, State.WARN): "Ready to ship, with reservations",
    (True, State.FAIL): "Not ready to ship",
    (False, State.PASS): "The model holds up; it is not exported yet",
    (False, State.WARN): "The model holds up, with reservations; it is not exported yet",
    (False, State.FAIL): "The model does not hold up",
}
"""By whether there is an export, and the worst that was found."""

EXPORT_HEADLINES: Mapping[State, str] = {
    State.PASS: "The files decide as the original does",
    State.WARN: "The files decide as the original does, with reservations",
    State.FAIL: "Not ready to ship",
}
"""Words where nothing is known of how the model was trained."""


def judge(documents: Documents, limits: Limits) -> Verdict:
    """Apply the checks to what there is; the worst one decides."""
    found = tuple(check_documents(documents, limits))
    worst = next(
        (state for state in (State.FAIL, State.WARN) if any(check.state is state for check in found)), State.PASS
    )
    headline = EXPORT_HEADLINES[worst] if documents.run is None else HEADLINES[documents.export is not None, worst]
    return Verdict(
        state=worst,
        headline=headline,
        checks=found,
        answers=_answers(documents.run),
        compared=bool(documents.run and documents.run["baselines"]),
    )


def _answers(run: RunDocument | None) -> tuple[Answer, ...]:
    if run is None or run["objective"] != "f1":
        return ()
    interval = run["intervals"]["macro_f1"]
    found = [
        Answer(
            "this network",
            run["metrics"]["test"]["macro_f1"],
            (interval[0], interval[1]) if interval else None,
            own=True,
        ),
        Answer("yes to everything", always_yes_macro_f1(run)),
        *(Answer(one["title"], one["figures"]["macro_f1"]) for one in run["baselines"]),
    ]
    return tuple(sorted(found, key=lambda answer: -answer.macro_f1))


def summary(run: RunDocument) -> str:
    """Return the model in a sentence."""
    test, interval = run["metrics"]["test"], run["intervals"]["macro_f1"]
    within = f" (95% interval {interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
    apart = "that were kept apart from training and tuning" if rows_are_new(run) else "(but see below)"
    return (
        f"Macro-F1 is {figure(test['macro_f1'])}{within} over "
        f"{len(run['labels'])} label{'' if len(run['labels']) == 1 else 's'}, measured on {count(run['rows']['test'])} "
        f"test rows {apart}."
    )
