"""One ladder of few, quickly trained sizes that several tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tagship_training import Config, Run, train
from tagship_training.network import choose_architectures, forests
from tagship_training.sizes import students


@contextmanager
def quickly() -> Iterator[None]:
    """Train two sizes, for few epochs, and few trees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(students, "PLAIN", ((4,), (16, 8)))
        patch.setattr(students, "EPOCHS", (2, 4))
        for effort in ("USUAL", "THOROUGH"):
            patch.setattr(students, effort, replace(getattr(students, effort), rows=500))
        patch.setattr(forests, "TREES", 10)
        patch.setattr(choose_architectures, "ENSEMBLE_WORK", (0.0, 0.0))
        patch.setattr(choose_architectures, "SMALL_EPOCHS", 1)
        yield


@pytest.fixture
def quick_ladder() -> Iterator[None]:
    with quickly():
        yield


@pytest.fixture(scope="session")
def two_labels() -> tuple[np.ndarray, np.ndarray]:
    """240 rows whose labels are a line and a corner, with noise."""
    random = np.random.default_rng(0)
    features = random.normal(size=(240, 4)).astype(np.float32)
    noisy = features + random.normal(0, 0.3, features.shape)
    return features, np.stack([noisy[:, 0] > 0, (noisy[:, 1] > 0) & (noisy[:, 2] > 0)], axis=1).astype(np.uint8)


@pytest.fixture(scope="session")
def rows_file(two_labels: tuple[np.ndarray, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a table."""
    features, targets = two_labels
    lines = ["a,b,c,d,label:line,label:corner"]
    lines += [",".join(map(str, [*x.tolist(), *y.tolist()])) for x, y in zip(features, targets, strict=True)]
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="session")
def ladder_run(two_labels: tuple[np.ndarray, np.ndarray]) -> Run:
    with quickly():
        return train(*two_labels, config=Config(seed=1))
