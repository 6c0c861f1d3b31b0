"""Errors say by their class what went wrong, and cross from workers."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace

import pytest

from tagship_runtime.errors import OutputError, TagshipError
from tagship_training import Config, Objective, TrainingError, from_arrays
from tagship_training.errors import ConfigError, DivergedError, RunFolderError, TableError
from tagship_training.run import Run, check_free

ERRORS = (
    TableError("the table has no rows"),
    ConfigError("epochs is 0"),
    DivergedError("wide", 3, float("inf")),
    RunFolderError("run exists and is not a run"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_of_training_are_one_branch(error: TrainingError) -> None:
    assert isinstance(error, TrainingError | TagshipError | ValueError)
    assert isinstance(error, TrainingError)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), again.args) == (type(error), str(error), error.args)


def test_divergence_says_where_and_what_to_do() -> None:
    error = DivergedError("wide", 3, float("inf"))
    assert isinstance(error, ArithmeticError)
    assert str(error) == (
        "training diverged in epoch 3 of the wide networks (loss inf); lower the learning rate, or look for values of "
        "an absurd size"
    )


def test_each_kind_is_raised_where_it_belongs(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ConfigError, match="epochs is 0"):
        Config(epochs=0)
    with pytest.raises(ConfigError, match="the objective is 'best'"):
        Objective.parse("best")
    with pytest.raises(TableError, match="else than 0 and 1"):
        from_arrays([[1.0]], [[2]])
    taken = tmp_path_factory.mktemp("taken")
    (taken / "thesis.txt").write_text("years of work")
    with pytest.raises(RunFolderError, match="is not a run") as caught:
        check_free(taken, force=True)
    assert isinstance(caught.value, OutputError)


def test_a_parent_that_has_become_a_file_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is of the kind that a folder raises which is there already."""
    monkeypatch.setattr("tagship_training.run.check_free", lambda folder, force: Path(folder))
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match=r"cannot write .*file.run"):
        Run.save(SimpleNamespace(), tmp_path / "file" / "run")  # type: ignore[arg-type]
