"""What the verdict checks: rules on a run, and on what was exported from it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tagship_report.formatting import count, falling, isolated
from tagship_report.limits import Limits, shortened
from tagship_report.sources import Json
from tagship_runtime.evaluation.intervals import wilson

FEW_POSITIVES = 10
"""With fewer positives than this among the test rows a label's figures say little."""

WIDE = 0.1
"""An interval of macro-F1 wider than this leaves it open how good the model is."""

NAMED = 3

MANY_REPEATED = 0.05
"""With more test rows than this share that have the features of a training row, figures may be those of known rows."""

SLOWER = 1.5
"""A recommended file that takes this many times as long as float32 is pointed out."""


class State(StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, and how it came out."""

    state: State
    text: str


def always_yes(positives: int, rows: int) -> float:
    """The F1 of switching a label on for every row: the best that decisions without a look at it can do."""
    return 2 * positives / (rows + positives)


def entropy(share: float) -> float:
    """The log loss, in nats, of scoring every row by the label's own frequency: no constant does better."""
    return -math.fsum(part * math.log(part) for part in (share, 1 - share) if part > 0)


def of_model(run: Json, limits: Limits) -> Iterator[Check]:
    """What ``run.json`` says for and against the model."""
    rows = run["rows"]["test"]
    yield from _against_constant(run, rows) if run["objective"] == "f1" else _against_frequencies(run, rows)
    yield from _against_simpler(run)
    if run["diagnosis"].get("unfinished"):
        yield Check(State.WARN, f"Training ended too soon: {falling(run['diagnosis']['falling'])}.")
    if repeated(run) > MANY_REPEATED:
        yield Check(
            State.WARN,
            f"{count(run['repeated_rows']['test'])} of {count(rows)} test rows have the same features as a training "
            "row; if they are the same rows, the figures say nothing about new ones.",
        )
    low, high = run["intervals"]["macro_f1"]
    if high - low > WIDE:
        yield Check(
            State.WARN,
            f"{count(rows)} test rows leave macro-F1 anywhere from {low:.3f} to {high:.3f}; more rows would tell.",
        )
    yield from _labels(run, rows, limits)
    yield from _goal(run, rows, limits)
    notices = run["notices"]
    if len(notices) > NAMED:
        yield Check(State.OPEN, f"Training left {len(notices)} notices; they are listed under What is inside.")
    else:
        yield from (Check(State.OPEN, f"{shortened(notice, limits.sentence)}.") for notice in notices)


def _against_constant(run: Json, rows: int) -> Iterator[Check]:
    low, high = run["intervals"]["macro_f1"]
    least = floor(run, rows)
    said = f"macro-F1 {run['metrics']['test']['macro_f1']:.3f} (95% interval {low:.3f} to {high:.3f})"
    if low > least:
        yield Check(State.PASS, f"Better than a constant answer: {said}, where yes to everything gets {least:.3f}.")
    else:
        yield Check(State.FAIL, f"Not shown to be better than a constant answer: {said}; yes to all gets {least:.3f}.")


def _against_frequencies(run: Json, rows: int) -> Iterator[Check]:
    """Thresholds for another objective give F1 away on purpose, so it is the scores that are judged."""
    if run["configuration"]["class_weights"] != "none" and not run["configuration"]["calibrate"]:
        yield Check(
            State.WARN,
            f"Not judged against a constant answer: thresholds for {run['objective']} give F1 away, and scores of "
            "weighted classes are no frequencies; train with --calibrate to know.",
        )
        return
    entropies = [entropy(one["positives"] / rows) for one in run["per_label"].values()]
    floor = math.fsum(entropies) / len(entropies)
    low, high = run["intervals"]["log_loss"]
    said = f"log loss {run['metrics']['test']['log_loss']:.3f} (95% interval {low:.3f} to {high:.3f})"
    if high < floor:
        yield Check(State.PASS, f"Better than constant scores: {said}, where each label's frequency gets {floor:.3f}.")
    else:
        yield Check(
            State.FAIL, f"Not shown to be better than constant scores: {said}; each label's frequency gets {floor:.3f}."
        )


def repeated(run: Json) -> float:
    """The share of test rows with the features of a training row; runs of earlier versions do not say."""
    share: float = run.get("repeated_rows", {}).get("test", 0) / max(1, run["rows"]["test"])
    return share


def floor(run: Json, rows: int) -> float:
    """The macro-F1 of yes to everything."""
    reached = [always_yes(one["positives"], rows) for one in run["per_label"].values()]
    return math.fsum(reached) / len(reached)


def _against_simpler(run: Json) -> Iterator[Check]:
    if not run["baselines"]:
        yield Check(State.OPEN, "Not compared with simpler models; train with --baselines to know.")
        return
    said = str(run["baseline_verdict"])
    better = [one for one in run["baselines"] if one["macro_f1_difference"][1] < 0]
    as_good = any(one["simple"] and one["as_good"] for one in run["baselines"])
    gains = "".join(
        f"; a {one['title']} gains {-one['macro_f1_difference'][1]:.3f} to {-one['macro_f1_difference'][0]:.3f} in "
        "macro-F1 on these rows"
        for one in better
        if not one["simple"]
    )
    yield Check(State.WARN if better or as_good else State.PASS, f"{said[:1].upper()}{said[1:]}{gains}.")


def _labels(run: Json, rows: int, limits: Limits) -> Iterator[Check]:
    per_label: Mapping[str, Any] = run["per_label"]
    rare = [name for name, one in per_label.items() if one["positives"] < FEW_POSITIVES]
    weak = [
        name
        for name, one in sorted(per_label.items(), key=lambda item: float(item[1]["f1"]))
        if name not in rare and run["objective"] == "f1" and one["f1_low"] <= always_yes(one["positives"], rows)
    ]
    if weak:
        yield Check(State.WARN, f"Not shown to be better than yes to every row: {_named(weak, limits, per_label)}.")
    if rare:
        yield Check(
            State.WARN,
            f"Fewer than {FEW_POSITIVES} positive test rows, too few to judge by: {_named(rare, limits)}.",
        )
    if run["objective"] == "f1" and not weak and not rare:
        name, worst = min(per_label.items(), key=lambda item: float(item[1]["f1"]))
        yield Check(
            State.PASS,
            f"Every label does better than yes to every row; the weakest is {_named([name], limits)} with F1 "
            f"{worst['f1']:.3f} ({worst['f1_low']:.3f} to {worst['f1_high']:.3f}).",
        )


def _goal(run: Json, rows: int, limits: Limits) -> Iterator[Check]:
    """Thresholds tuned for a precision or recall have to reach it on the test rows, within what chance allows."""
    kind, _, value = str(run["objective"]).partition("=")
    if kind not in ("precision", "recall"):
        return
    goal = float(value)
    missed = []
    for name, one in run["per_label"].items():
        hits = one["recall"] * one["positives"]
        trials = one["positives"] if kind == "recall" else hits / one["precision"] if one["precision"] else 0
        if trials < 1 or wilson(one[kind], round(trials))[1] < goal:
            missed.append(name)
    if missed:
        yield Check(State.WARN, f"{kind.capitalize()} {goal:g} is missed on test rows by {_named(missed, limits)}.")
    else:
        yield Check(State.PASS, f"No label misses {kind} {goal:g} on the test rows by more than chance.")


def of_export(export: Json, run: Json | None, model_sha256: str | None) -> Iterator[Check]:
    """What ``export.json`` says for and against the files, and whether they are this run's."""
    formats = list(dict.fromkeys(one["format"] for one in export["artifacts"]))
    recommended = {one["format"]: one for one in export["artifacts"] if one["artifact"] in export["recommended"]}
    for kind in formats:
        best = recommended.get(kind)
        if best is None:
            yield Check(State.FAIL, f"No .{kind} file keeps its budget; see the reasons below.")
            continue
        flips, rows = best["parity"]["shipped_flips"], best["parity"]["rows"]
        bound = best["parity"]["shipped_flip_rate_upper"]
        yield Check(
            State.PASS,
            f"{best['artifact']} is proved against the Keras model on {count(rows)} rows: {count(flips)} of "
            f"{count(rows * len(best['thresholds']))} decisions differ (under {bound:.3%} of all, 95% confidence).",
        )
        base = next((one for one in export["artifacts"] if one["artifact"] == f"float32.{kind}"), best)
        times = best["one_row_us"] / base["one_row_us"]
        if times > SLOWER:
            yield Check(
                State.OPEN,
                f"{best['artifact']} is smaller but takes {times:.1f} times as long as float32 for one row here; where "
                "speed counts, export with --prefer latency.",
            )
    made_from = (export.get("source") or {}).get("sha256")
    if run is not None and made_from and model_sha256 and made_from != model_sha256:
        yield Check(State.FAIL, "The files were made from another model than the one in this folder; export again.")
    unlabelled = [one for one in recommended.values() if one["quality"] is None]
    if unlabelled:
        yield Check(State.OPEN, "The rows have no labels, so the files are compared with the original alone.")


def _named(names: Sequence[str], limits: Limits, per_label: Mapping[str, Any] | None = None) -> str:
    """The first few, with their F1 where that is given."""
    shown = ", ".join(
        isolated(shortened(name, min(limits.name, 80))) + (f" (F1 {per_label[name]['f1']:.3f})" if per_label else "")
        for name in names[:NAMED]
    )
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
