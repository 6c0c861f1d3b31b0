"""Hand-made files of runs and exports, small enough to check figures by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tagship_runtime.documents import RunDocument

ROWS = 100

# Per threshold: what is on and should be, what is on and should not; of 20 positives among 100 rows.
THRESHOLDS = [0.1, 0.25, 0.4, 0.55, 0.8]
RIGHT = [20, 18, 16, 10, 0]
WRONG = [60, 12, 4, 0, 0]
CHOSEN = 2


def run_json(labels: Sequence[str], features: Sequence[str] = ("age", "dose"), **changes: Any) -> dict[str, Any]:
    assert changes.keys() <= RunDocument.__annotations__.keys()
    figures = {
        "log_loss": 0.3,
        "binary_accuracy_at_0.5": 0.9,
        "binary_accuracy": 0.92,
        "hamming_loss": 0.08,
        "subset_accuracy": 0.7,
        "micro_f1": 0.8,
        "macro_f1": 0.8,
        "worst_label_f1": 0.8,
    }
    own = {"positives": 20, "threshold": 0.4, "precision": 0.8, "recall": 0.8, "f1": 0.8, "f1_low": 0.7, "f1_high": 0.9}
    return {
        "tagship_run": 1,
        "labels": list(labels),
        "features": [{"name": name, "kind": "numeric", "fill": 3.5} for name in features],
        "thresholds": [0.4 for _ in labels],
        "objective": "f1",
        "configuration": {
            "preset": "default",
            "hidden": None,
            "members": None,
            "dropout": None,
            "epochs": None,
            "batch_size": None,
            "learning_rate": None,
            "class_weights": "none",
            "max_parameters": 250_000,
            "objective": "f1",
            "calibrate": False,
            "stratify": True,
            "seed": 42,
        },
        "networks": [
            {
                "name": "wide",
                "members": 5,
                "hidden": [64, 64],
                "scale": True,
                "keep_tails": False,
                "bins": 0,
                "dropout_in": 0.0,
                "dropout": 0.1,
                "epochs": 2,
                "batch_size": 32,
                "learning_rate": 0.001,
                "weight_decay": None,
                "share": 1.0,
            }
        ],
        "parameters": 1234,
        "metrics": {"held_out": figures, "test": figures},
        "intervals": {
            "log_loss": [0.28, 0.32],
            "binary_accuracy_at_0.5": [0.88, 0.92],
            "binary_accuracy": [0.9, 0.94],
            "subset_accuracy": [0.65, 0.75],
            "micro_f1": [0.77, 0.83],
            "macro_f1": [0.76, 0.84],
        },
        "per_label": {label: dict(own) for label in labels},
        "diagnosis": {
            "learned": 0.2,
            "held_out": 0.3,
            "test": 0.3,
            "optimal": None,
            "curve": None,
            "gap": 0.3,
            "falling": 0.001,
            "unfinished": False,
            "verdict": "variance: held-out rows cost 33% more than learned ones",
        },
        "baselines": [],
        "baseline_verdict": None,
        "rows": {"train": 400, "test": ROWS},
        "repeated_rows": {"test": 0},
        "epochs": 2,
        "notices": [],
        "versions": {"keras": "3.15.1"},
        "seconds": 12.3,
        **changes,
    }


def ladder_json(names: Sequence[str] = ("linear", "32-16-8", "networks")) -> list[dict[str, Any]]:
    """Sizes from small to large, of which the second ships; each has other losses."""
    metrics: dict[str, Any] = run_json(["alpha"])["metrics"]["test"]
    return [
        {
            "name": name,
            "chosen": number == 1,
            "parameters": 15 * 60**number,
            "bytes": 2_000 * 6**number,
            "microseconds": 0.4 * 3**number,
            "thresholds": [0.4],
            "metrics": {
                "held_out": {**metrics, "log_loss": 0.4 - number / 16},
                "test": {**metrics, "log_loss": 0.41 - number / 16, "macro_f1": 0.7 + number / 16},
            },
        }
        for number, name in enumerate(names)
    ]


def curves_json(labels: Sequence[str], points: int = 0) -> dict[str, Any]:
    """The counts above, or as many thresholds as a real run may have."""
    thresholds = [round((at + 1) / (points + 1), 4) for at in range(points)] or THRESHOLDS
    right = [20 - 20 * at // points for at in range(points)] or RIGHT
    wrong = [80 - 80 * at // points for at in range(points)] or WRONG
    own = {
        "positives": 20,
        "average_precision": 0.85,
        "thresholds": thresholds,
        "chosen": points // 2 or CHOSEN,
        "true_positives": right,
        "false_positives": wrong,
    }
    return {
        "tagship_curves": 1,
        "rows": {"test": ROWS, "held_out": 400},
        "labels": [{"label": label, **own} for label in labels],
        "calibration": [
            {
                "low": 0.0,
                "high": 0.1,
                "cells": 70,
                "rows": 50,
                "mean_score": 0.04,
                "positives": 3,
                "interval": [0.0, 0.1],
            },
            {
                "low": 0.9,
                "high": 1.0,
                "cells": 30,
                "rows": 20,
                "mean_score": 0.95,
                "positives": 27,
                "interval": [0.8, 1],
            },
        ],
        "features": [{"low": 1.0, "median": 2.0, "high": 9.0}] * 2,
    }


def export_json(labels: Sequence[str], **changes: Any) -> dict[str, Any]:
    quality = {"micro_f1": 0.8, "macro_f1": 0.8, "worst_label_f1": 0.8, "hamming_loss": 0.1, "subset_accuracy": 0.7}

    def artifact(recipe: str, kind: str, size: int, us: float, faults: Sequence[str] = ()) -> dict[str, Any]:
        return {
            "artifact": f"{recipe}.{kind}",
            "bytes": size,
            "passed": not faults,
            "faults": list(faults),
            "parity": {
                "rows": ROWS,
                "max_difference": 0.0123,
                "mean_difference": 1.5e-4,
                "p99_difference": 0.004,
                "flips": 3,
                "firm_flips": 1,
                "flips_per_label": {label: 3 if label == labels[0] else 0 for label in labels},
                "flip_rate": 0.015,
                "flip_rate_upper": 0.05,
                "tolerance": 0.05,
                "batch_difference": 0.0,
                "original_thresholds": [0.4 for _ in labels],
                "shipped_flips": 2,
                "shipped_flip_rate": 0.02,
                "shipped_flip_rate_upper": 0.06,
            },
            "distances": {
                "differences": {"zero": 40, "exponents": [-9.0, -6.0, -3.0, 0.0], "counts": [10, 30, 20]},
                "flips": {"edges": [0.0, 0.01, 0.1, 1.0], "decisions": [5, 45, 50], "flips": [2, 1, 0]},
            },
            "quality": {"original": quality, "artifact": quality | {"macro_f1": 0.795}},
            "quality_unmoved": quality | {"macro_f1": 0.781},
            "budget": {"max_flip_rate": 0.02, "max_f1_drop": 0.01},
            "worst_rows": [],
            "parting": None,
            "recipe": recipe,
            "format": kind,
            "one_row_us": us,
            "thresholds": [0.4 for _ in labels],
            "digest": "ab" * 32,
            "path": f"artifacts/{recipe}.{kind}",
        }

    return {
        "tagship_export": 1,
        "artifacts": [
            artifact("float32", "tflite", 40_000, 10.0),
            artifact("int8", "tflite", 12_000, 5.0),
            artifact("int8_io", "tflite", 11_000, 5.0, ["9 flips (9.00% of decisions, allowed 2.00%)"]),
        ],
        "refused": {"float16.tflite": "unchanged: no weight would be stored in float16"},
        "recommended": ["int8.tflite"],
        "notes": ["int8.tflite: 12,000 bytes instead of 40,000 (-70%)"],
        "rows": {"calibration": 50, "tuning": 60, "tuned_on": "training rows", "verdict": ROWS},
        "labels": list(labels),
        "features": None,
        "source": {"sha256": "cd" * 32, "framework": "keras 3.15.1", "tools": {"onnx": "1.23.2"}},
        **changes,
    }


HISTORY = "network,epoch,loss,val_loss\nwide,1,0.6,0.5\nwide,2,0.4,0.45\n"


def write(
    folder: Path,
    *,
    run: Mapping[str, Any] | None = None,
    curves: Mapping[str, Any] | None = None,
    export: Mapping[str, Any] | None = None,
    history: str | None = None,
) -> Path:
    """A folder with these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in (("run", run), ("curves", curves), ("export", export)):
        if document is not None:
            (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    if run is not None:
        (folder / "history.csv").write_text(HISTORY if history is None else history)
    return folder


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "<!--",
    "\"'&<b>",
    "{{7*7}}",
    "$\\frac{a}{b}$",
    "-dash",
    "it's = 50% of; `all` $HOME",
    "\u05e9\u05dc\u05d5\u05dd",
    "\U0001f600 \U0001f9ea",
)
"""Names from strangers' files: markup, templates, formulas, shells, other directions of writing, emoji."""
