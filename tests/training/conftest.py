"""Rows that several tests of training learn from."""

from __future__ import annotations

import numpy as np
import pandas
import pytest


@pytest.fixture(scope="module")
def parts() -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """300 rows with a word, a missing number, a flag and noise, and two labels that follow from them."""
    random = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "width": random.normal(50, 20, 300),
            "colour": random.choice(["red", "green", "blue"], 300),
            "new": random.random(300) < 0.5,
        }
    )
    labels = pandas.DataFrame(
        {"large": (frame["width"] > 55).astype(int), "hot": ((frame["colour"] == "red") & frame["new"]).astype(int)}
    )
    frame.loc[::9, "width"] = np.nan
    return frame, labels
