"""Models and artifacts that several tests of exports share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.models import MODELS
from tagship_export import export

Command = Callable[..., Any]


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each model as NAME.keras and its rows as NAME.npz."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("images", "logits", "article"):
        model, rows = MODELS[name]()
        model.save(folder / f"{name}.keras")
        labels = model.output_shape[-1]
        truth = np.random.default_rng(0).integers(0, 2, (len(rows), labels))
        np.savez(folder / f"{name}.npz", x=rows, y=truth)
    (folder / "labels.txt").write_text("cat\ndog\nbird\nnone of these\n")
    return folder


@pytest.fixture(scope="session")
def int8(article_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("int8")
    export(article_run, folder, recipes=["int8"])
    return folder
