"""Networks stay within their budget, which is told where it makes them smaller."""

from __future__ import annotations

import pytest

from tagship_training import Config, TrainingError
from tagship_training.network.choose_architectures import choose_architectures, on_cap


@pytest.mark.parametrize("most", [300, 1_000, 5_000, 250_000])
def test_a_budget_makes_networks_smaller(most: int) -> None:
    from tagship_training.network.architecture import count_parameters

    groups = choose_architectures(Config(max_parameters=most), rows=500, width=3, numeric=3, labels=2)
    assert sum(count_parameters(group, 3, 3, 2) for group in groups) <= most
    with pytest.raises(TrainingError, match="max-parameters"):
        choose_architectures(Config(max_parameters=20), rows=500, width=3, numeric=3, labels=2)


@pytest.mark.parametrize(
    ("config", "width", "said"),
    [
        (Config(hidden=(8,)), 3, None),
        (Config(preset="article"), 3, None),
        (Config(max_parameters=130_000), 3, "3 of 64-64 units and 3 of 24-24 units instead of 5 of 64-64 units"),
        (Config(max_parameters=30_000), 3, "1 of 48-48 units and 1 of 24-24 units instead of 5"),
        (Config(max_parameters=30_000), 3, "within its value"),
        (Config(epochs=5), 3_000, None),
        (Config(epochs=5), 8_000, "within the 3,000,000 that 8,000 columns get"),
    ],
)
def test_a_budget_that_bites_is_told(config: Config, width: int, said: str | None) -> None:
    groups = choose_architectures(config, rows=500, width=width, numeric=3, labels=200)
    told = on_cap(groups, config, rows=500, width=width, numeric=3)
    assert (said is None and told == ()) or (said is not None and said in told[0])
