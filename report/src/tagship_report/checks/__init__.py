"""Checks that the verdict consists of: rules on a run, and on what was exported from it.

A check is a function that yields what it found; the tables below say which there are, in the order of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from tagship_report.checks import artifacts, constant_answers, judged_rows, labels, simpler_models, training
from tagship_report.checks.base import Check, State
from tagship_report.documents import Documents
from tagship_report.limits import Limits
from tagship_runtime.documents import ExportDocument, RunDocument

RunCheck: TypeAlias = Callable[[RunDocument, Limits], Iterator[Check]]
ExportCheck: TypeAlias = Callable[[ExportDocument, Documents], Iterator[Check]]

RUN_CHECKS: Sequence[RunCheck] = (
    constant_answers.better_than_a_constant,
    simpler_models.better_than_simpler_models,
    training.trained_long_enough,
    judged_rows.new_to_the_model,
    judged_rows.enough_rows,
    labels.every_label_holds_up,
    labels.goal_is_reached,
    training.notices,
)

EXPORT_CHECKS: Sequence[ExportCheck] = (
    artifacts.every_format_is_proved,
    artifacts.of_this_model,
    artifacts.judged_by_labels,
)


def check_documents(documents: Documents, limits: Limits) -> Iterator[Check]:
    """Apply every check to what there is."""
    if documents.run is not None:
        for check in RUN_CHECKS:
            yield from check(documents.run, limits)
    if documents.export is None:
        yield Check(State.OPEN, "Not exported yet, so nothing is known about files for devices.")
        return
    for check_export in EXPORT_CHECKS:
        yield from check_export(documents.export, documents)
