"""The best possible scores of built-in data sets."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training.data.label_columns import LabelColumns
from tagship_training.data.samples import synthetic, synthetic_optimum
from tagship_training.data.splits import split_test
from tagship_training.data.tables import from_table
from tagship_training.network.log_loss import log_loss


def test_the_optimum_is_the_known_one() -> None:
    data = from_table(synthetic(), LabelColumns())
    _, test = split_test(data.known_targets, 42, stratify=False)
    matrix = np.stack([column[test] for column in data.columns.values()], axis=1)
    best = synthetic_optimum(matrix)
    assert log_loss(data.known_targets[test], best) == pytest.approx(0.28532, abs=5e-6)
    assert ((best >= 0.5) == data.known_targets[test]).mean() == pytest.approx(0.8659, abs=5e-5)
