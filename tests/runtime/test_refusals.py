"""Errors are importable from the package, and files that are no models or no classifiers are told in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime
from tagship_runtime import errors
from tagship_runtime.errors import ContractError, NotAnArtifactError, TagshipError
from tagship_runtime.terminal.silence import quiet

Command = Callable[..., Any]


def test_every_error_is_importable_from_the_package() -> None:
    tree = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, TagshipError)}
    assert tree <= set(tagship_runtime.__all__)
    assert tagship_runtime.InputError is errors.InputError


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
def test_a_pointer_of_git_lfs(tagship: Command, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model.{suffix}"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
    with pytest.raises(NotAnArtifactError, match="a pointer of Git LFS, not the model itself; run: git lfs pull"):
        tagship_runtime.load(path)
    assert tagship("inspect", path).code == 2


@pytest.mark.parametrize("kind", ["tflite", "onnx"])
def test_scores_for_places_are_refused(kind: str) -> None:
    """Or labels would be named for the places of a map."""
    import keras

    from tagship_export.targets.registry import TARGETS

    model = keras.Sequential([keras.Input((8, 2)), keras.layers.Conv1D(3, 1, activation="sigmoid")])
    with quiet():
        payload = TARGETS[kind].convert(model, None)
    with pytest.raises(ContractError, match=r"\(rows, labels\) is needed: one score for each label of a row"):
        tagship_runtime.load(payload, labels=["a", "b", "c"])
