"""Check that a network is worth it: simpler models on the same rows."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_report.checks.base import Check, State
from tagship_report.limits import Limits
from tagship_runtime.documents import BaselineDocument, RunDocument


def better_than_simpler_models(run: RunDocument, _: Limits) -> Iterator[Check]:
    """Compare the network with the baselines that were trained beside it."""
    if not run["baselines"]:
        yield Check(State.OPEN, "Not compared with simpler models; train with --baselines to know.")
        return
    said = str(run["baseline_verdict"])
    by_f1 = run["objective"] == "f1"  # other thresholds do not aim at F1
    better = [one for one in run["baselines"] if _better(one, by_f1=by_f1)]
    as_good = any(one["simple"] and one["as_good"] for one in run["baselines"])
    untold = "".join(  # by version 0.1
        f"; a {one['title']} gains {-one['macro_f1_difference'][1]:.3f} to {-one['macro_f1_difference'][0]:.3f} in "
        "macro-F1 on these rows"
        for one in better
        if by_f1 and one["macro_f1_difference"][1] < 0 and f"to the {one['title']}" not in said
    )
    yield Check(State.WARN if better or as_good else State.PASS, f"{said[:1].upper()}{said[1:]}{untold}.")


def _better(baseline: BaselineDocument, *, by_f1: bool) -> bool:
    """Tell whether the test rows show a model to be better than the network, in scores or in decisions."""
    scores = baseline["log_loss_difference"]
    return (by_f1 and baseline["macro_f1_difference"][1] < 0) or (scores is not None and scores[0] > 0)
