"""What the tests of devices share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def every_recipe(article_run: Path, tmp_path_factory: pytest.TempPathFactory, tagship: Callable[..., Any]) -> Path:
    """A folder with the reference classifier's artifacts of every recipe and both formats."""
    folder = tmp_path_factory.mktemp("every-recipe")
    outcome = tagship("export", article_run, "--out", folder, "--recipes", "all")
    assert outcome.code == 0, outcome.out + outcome.err
    return folder
