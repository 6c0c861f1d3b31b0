"""Quality of decisions against hand calculation."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_export.verification.metrics import measure


def test_quality_counts_cells() -> None:
    targets = np.array([[1, 0], [1, 1], [0, 0]], np.uint8)
    decisions = np.array([[1, 0], [0, 1], [1, 0]], bool)
    quality = measure(targets, decisions)
    assert quality.micro_f1 == pytest.approx(4 / 6)
    assert quality.macro_f1 == pytest.approx((0.5 + 1) / 2)
    assert quality.worst_label_f1 == pytest.approx(0.5)
    assert quality.hamming_loss == pytest.approx(2 / 6)
    assert quality.subset_accuracy == pytest.approx(1 / 3)
