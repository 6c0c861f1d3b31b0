"""Diagnoses say what the losses say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tagship_training.evaluation.diagnosis import Diagnosis, fall_of
from tagship_training.network.history import History


def test_diagnosis_says_what_the_losses_say() -> None:
    for better, variance, bias in (
        (None, "smaller network may help", "larger network may help"),
        ("smaller", "smaller network may help", "no larger network did better"),
        ("larger", "no smaller network did better", "larger network may help"),
        ("none", "no smaller network did better", "no larger network did better"),
    ):
        assert Diagnosis(learned=0.2, held_out=0.4, test=0.4, better_size=better).verdict.endswith(variance)
        assert Diagnosis(learned=0.39, held_out=0.4, test=0.4, better_size=better).verdict.endswith(bias)
    assert "variance" in Diagnosis(learned=0.2, held_out=0.4, test=0.4).verdict
    assert "bias or noise" in Diagnosis(learned=0.39, held_out=0.4, test=0.4).verdict
    assert "held-out rows cost 50% more" in Diagnosis(learned=0.2, held_out=0.3, test=0.3).verdict
    assert "cost only 0% more" in Diagnosis(learned=0.5, held_out=0.4, test=0.4).verdict
    assert "still fell by 2.0%" in Diagnosis(learned=0.39, held_out=0.4, test=0.4, falling=0.02).verdict
    still_falling = Diagnosis(learned=0.39, held_out=0.4, test=0.4, falling=0.02)
    assert still_falling.verdict.endswith("give more --epochs")
    assert replace(still_falling, better_size="none").verdict.endswith("last tenth of the epochs")  # as sizes take none
    histories = {
        None: [("wide", 0.5), ("narrow", 0.5), ("narrow", 0.4)],
        0.2: [("wide", 0.5), ("wide", 0.4), ("narrow", 0.5), ("narrow", 0.5)],
        -0.1: [("wide", 0.5 + 0.05 * (epoch == 19)) for epoch in range(20)],
    }
    for want, losses in histories.items():
        history: History = [{"network": n, "epoch": 1, "loss": 0.0, "val_loss": loss} for n, loss in losses]
        assert fall_of(history) == (None if want is None else pytest.approx(want))
    assert "after a single epoch" in Diagnosis(learned=0.39, held_out=0.4, test=0.4, falling=None).verdict
    assert "nothing to gain" in Diagnosis(learned=0.2, held_out=0.3, test=0.29, optimal=0.285).verdict
    assert (
        "more rows would help"
        in Diagnosis(learned=0.2, held_out=0.4, test=0.4, curve={"25%": 0.6, "50%": 0.5, "100%": 0.4}).verdict
    )
