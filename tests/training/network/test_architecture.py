"""Architectures stay within their budget."""

from __future__ import annotations

import pytest

from tagship_training import Config, TrainingError


@pytest.mark.parametrize("most", [300, 1_000, 5_000, 250_000])
def test_a_budget_makes_networks_smaller(most: int) -> None:
    from tagship_training.network.architecture import choose_architectures, count_parameters

    groups = choose_architectures(Config(max_parameters=most), rows=500, width=3, numeric=3, labels=2)
    assert sum(count_parameters(group, 3, 3, 2) for group in groups) <= most
    with pytest.raises(TrainingError, match="max-parameters"):
        choose_architectures(Config(max_parameters=20), rows=500, width=3, numeric=3, labels=2)
