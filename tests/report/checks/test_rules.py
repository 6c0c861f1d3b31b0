"""The verdict follows its rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report.pages import curves_json, export_json, run_json, write
from report.parsing import LABELS, page, whole, words


def _weak(run: dict[str, Any]) -> None:
    run["per_label"]["beta"] |= {"f1": 0.2, "f1_low": 0.1}


def _baseline(
    simple: bool,
    difference: tuple[float, float],
    objective: str = "f1",
    log_loss: tuple[float, float] = (-0.02, 0.01),
) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        run["objective"] = objective
        run["baseline_verdict"] = "so it goes"
        run["baselines"] = [
            {
                "title": "random forest",
                "simple": simple,
                "as_good": difference[0] <= 0,
                "by_decisions": False,
                "figures": run["metrics"]["test"] | {"macro_f1": 0.7},
                "log_loss_difference": list(log_loss),
                "macro_f1_difference": list(difference),
            }
        ]

    return change


def _missed(confidence: float | None) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        run |= {"objective": "recall=0.5", "goal_missed_by": ["beta"]}
        run["configuration"]["confidence"] = confidence

    return change


def _frequent(labels: list[str], interval: list[float]) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        run["frequent"] = {"labels": labels, "macro_f1": 0.55, "interval": interval}
        run["intervals"]["macro_f1"] = None

    return change


def _repeated(more: bool = False, worse: bool = False) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        others = run["metrics"]["test"] | {"log_loss": 0.4567, "micro_f1": 0.712}
        run["repeated_rows"] = {"test": 90}
        run["repeated_test"] = {"expected": 0.02, "more": more, "worse": worse, "others": others}

    return change


def _fixed(log_loss: float, **configuration: Any) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        run["objective"] = "fixed=0.5"
        run["intervals"]["log_loss"] = [0.1, log_loss]
        run["configuration"] |= configuration

    return change


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        (lambda run: None, "pass", "the weakest is alpha with F1 0.800 (0.700 to 0.900)"),
        # yes to everything: 20 of 100 are positive, so F1 is 2 * 20 / 120 = 0.333
        (lambda run: run["intervals"].update(macro_f1=[0.333, 0.36]), "fail", "yes to all gets 0.333"),
        (lambda run: run["intervals"].update(macro_f1=[0.334, 0.36]), "pass", "where yes to everything gets 0.333"),
        (_weak, "warn", "Not shown to be better than yes to every row: beta (F1 0.200)"),
        (lambda run: run["per_label"]["beta"].update(positives=9), "warn", "too few to judge by: beta"),
        (lambda run: run["intervals"].update(macro_f1=[0.7, 0.81]), "warn", "anywhere from 0.700 to 0.810"),
        (_baseline(True, (-0.01, 0.05)), "warn", "So it goes."),
        (_baseline(True, (0.01, 0.05)), "pass", "So it goes."),
        (_baseline(False, (-0.06, -0.02)), "warn", "a random forest gains 0.020 to 0.060 in macro-F1"),
        (_baseline(False, (-0.06, -0.02), "precision=0.58"), "pass", "So it goes."),
        (_baseline(False, (0.01, 0.05), "precision=0.58", (0.01, 0.02)), "warn", "So it goes."),
        (_baseline(True, (0.01, 0.05), "f1", (0.01, 0.02)), "warn", "So it goes."),
        (_missed(None), "warn", "Recall 0.5: no threshold of beta reaches it."),
        (_missed(0.95), "warn", "Recall 0.5: no threshold of beta is sure to reach it with confidence 0.95."),
        # 16 of 20 is 0.8; Wilson's interval goes from 0.584 to 0.919
        (
            _frequent(["alpha"], [0.5, 0.59]),
            "pass",
            "macro-F1 of 1 frequent labels 0.550 (95% interval 0.500",
        ),
        (_frequent(["alpha"], [0.1, 0.19]), "fail", "yes to all gets 0.333"),
        (_frequent(["alpha"], [0.5, 0.7]), "warn", "macro-F1 of frequent labels anywhere from 0.500 to 0.700"),
        (lambda run: run.update(frequent=None), "warn", "Not judged against a constant answer"),
        (lambda run: run.update(objective="precision=0.58"), "pass", "interval of precision lies above 0.58"),
        (
            lambda run: run.update(objective="precision=0.8"),
            "warn",
            "Precision 0.8 is not shown on test rows for alpha",
        ),
        (lambda run: run.update(objective="recall=0.92"), "warn", "Recall 0.92 is missed on test rows by alpha, beta"),
        (lambda run: run.update(objective="recall=0.91"), "warn", "Recall 0.91 is not shown on test rows for alpha"),
        (lambda run: run.update(objective="recall=0.58"), "pass", "interval of recall lies above 0.58"),
        # the entropy of 20 in 100 is 0.5004
        (_fixed(log_loss=0.501), "fail", "each label's frequency gets 0.500"),
        (_fixed(log_loss=0.5), "pass", "Better than constant scores"),
        (_fixed(log_loss=0.5, class_weights="balanced"), "warn", "Not judged against a constant answer"),
        (_fixed(log_loss=0.5, class_weights="balanced", calibrate=True), "pass", "Better than constant scores"),
        (
            lambda run: run["diagnosis"].update(unfinished=True, falling=0.03),
            "warn",
            "still fell by 3.0% over",
        ),
        (lambda run: run["diagnosis"].update(unfinished=True, falling=None), "warn", "after a single epoch nothing"),
        (_repeated(more=True), "warn", "where 2.0% is to be expected. Log loss is 0.3000 with them and 0.4567 without"),
        (_repeated(worse=True), "warn", "90 of 100 test rows have the same features as a training row, as many"),
        (_repeated(), "pass", "test rows that were kept apart from training"),
        (lambda run: run.update(repeated_rows={"test": 6}), "warn", "100 test rows (but see below)"),
        (lambda run: run.update(repeated_rows={"test": 5}), "pass", "test rows that were kept apart from training"),
    ],
)
def test_the_verdict_follows_its_rules(change: Any, state: str, said: str, tmp_path: Path) -> None:
    run = run_json(LABELS)
    change(run)
    parsed = page(write(tmp_path, run=run, curves=curves_json(LABELS), export=export_json(LABELS)))
    assert said in words(parsed)
    section = next(a for tag, a in parsed.elements if tag == "section" and a.get("id") == "verdict")
    assert section["class"] == f"verdict {state}"


def test_no_file_of_a_format_is_not_ready(tmp_path: Path) -> None:
    said = words(page(write(tmp_path, run=run_json(LABELS), export=export_json(LABELS, recommended=[]))))
    assert "Not ready to ship" in said
    assert "No .tflite file keeps its budget" in said


def test_artifacts_of_another_model_are_told(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    (folder / "model.keras").write_bytes(b"another")
    assert "made from another model than the one in this folder" in words(page(folder))
