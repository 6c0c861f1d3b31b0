"""The same claims on real tables, where the truth is not known: each is counted on rows that had no say in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
from lines import Line, share

from tagship_runtime.terminal.silence import quiet
from tagship_training import Config, Dataset, LabelColumns, Run, from_table, read
from tagship_training.thresholds.objectives import Objective
from tagship_training.thresholds.tune import best_cut, sure_cut, unsure

TITLE = "on real tables, one default run each"
SETS = ("emotions", "yeast", "water_quality")
HALVES = 20
FOLDER = Path(os.environ.get("TAGSHIP_DATA") or Path(__file__).parents[3] / "shared" / "data")


def lines(seed: int) -> Iterator[Line]:
    """Train a model for each table that is there, export it as integers, and count."""
    for name in SETS:
        files = [FOLDER / f"{name}-{part}.csv.gz" for part in ("train", "test")]
        if not all(file.is_file() for file in files):
            yield Line(f"{name} is left out: {files[0].name} is not in {FOLDER.name}, see docs/figures.md", *"---")
            continue
        rows, test = (from_table(read(str(file)), LabelColumns()) for file in files)
        with quiet():
            import_module("keras").ops.zeros(1)
        run = import_module("tagship_training.trainer").train(rows, test=test, config=Config(seed=seed))
        yield from _held_out(name, run)
        yield _repeated(name, run)
        yield from _goals(name, test, run.predict_proba(test.table), seed)
        yield _flips(name, run)


def _held_out(name: str, run: Run) -> Iterator[Line]:
    """Yield figures of held-out and of test rows; version 0.1 said that the first are a little too good."""
    for figure, title in (("micro_f1", "micro-F1"), ("macro_f1", "macro-F1")):
        held_out, test = run.metrics["held_out"][figure], run.metrics["test"][figure]  # type: ignore[literal-required]
        low, high = run.intervals[figure]  # type: ignore[literal-required]
        case = f"{name}: {title} held out {held_out:.3f}, test {test:.3f} ({low:.3f} to {high:.3f})"
        yield Line(case, "either way", "held out higher", f"{held_out - test:+.3f}")


def _repeated(name: str, run: Run) -> Line:
    document = run.to_dict()
    count, judged = document["repeated_rows"]["test"], run.figures.repeated
    warned = judged is not None and (judged["more"] or judged["worse"])
    rows = document["rows"]["test"]
    case = f"{name}: repeated test rows, {count} of {rows}"
    return Line(case, "no warning", "warning" if count > 0.05 * rows else "none", "warning" if warned else "none")


def _goals(name: str, test: Dataset, scores: np.ndarray, seed: int) -> Iterator[Line]:
    """Tune on one half of the test rows and look at the other, whose own chance is in the share as well."""
    random, targets = np.random.default_rng(seed), test.known_targets
    for goal in ("precision=0.8", "recall=0.9"):
        objective = Objective.parse(goal)
        before, after = [], []
        for _ in range(HALVES):
            here = random.random(len(targets)) < 0.5
            for truth, own in zip(targets.T, scores.T, strict=True):
                if not truth[here].any() or not truth[~here].any():
                    continue
                sure = not unsure(truth[here][:, None], own[here][:, None], (0.5,), objective, 0.95)
                before.append(
                    _reaches(best_cut(truth[here], own[here], objective), truth[~here], own[~here], objective)
                )
                if sure:
                    cut = sure_cut(truth[here], own[here], objective, 0.95)
                    after.append(_reaches(cut, truth[~here], own[~here], objective))
        case = f"{name}: {goal} reached on the other half; with confidence said of {len(after) / len(before):.0%}"
        yield Line(case, "higher", share(before), share(after))


def _reaches(cut: float, truth: np.ndarray, scores: np.ndarray, objective: Objective) -> bool:
    on = scores >= np.float32(cut)
    counted = on if objective.kind == "precision" else truth == 1
    return not counted.any() or bool((on & (truth == 1)).sum() / counted.sum() >= objective.value)


def _flips(name: str, run: Run) -> Line:
    """Decisions that integer artifacts change: at the original's thresholds, moved as before, moved as now."""
    exporting, splits = import_module("tagship_export"), import_module("tagship_export.data.splits")
    transfer = import_module("tagship_export.verification.threshold_transfer")
    load, flips, worse = import_module("tagship_runtime").load, np.zeros(3, int), [0, 0]
    with tempfile.TemporaryDirectory() as folder, quiet():
        run.save(Path(folder) / "run")
        original, parts = splits.split_rows(exporting.open_original(Path(folder) / "run"))
        recipes = ("dynamic_int8", "int8", "int16x8")
        exporting.export(Path(folder) / "run", Path(folder) / "out", recipes=recipes)
        thresholds, encode = original.thresholds, original.encoder.encode
        tuning, verdict = (original.scores(encode(part.table)) for part in (parts.tuning, parts.verdict))
        files = sorted(path for path in (Path(folder) / "out").rglob("*") if path.suffix in (".tflite", ".onnx"))
        for file in files:
            model = load(file)
            here, there = (model.predict_proba(part.table) for part in (parts.tuning, parts.verdict))
            moved = (
                thresholds,
                transfer.agreeing_thresholds(tuning, thresholds, here),
                transfer.transfer_thresholds(tuning, thresholds, here),
            )
            wanted = verdict >= np.float32(thresholds)
            counts = [int(((there >= np.float32(cuts)) != wanted).sum()) for cuts in moved]
            flips += counts
            worse = [old + (count > counts[0]) for old, count in zip(worse, counts[1:], strict=True)]
    case = f"{name}: flips of {len(files)} integer artifacts; moving made it worse in {worse[0]} -> {worse[1]}"
    return Line(case, f"<= {flips[0]}", str(flips[1]), str(flips[2]))
