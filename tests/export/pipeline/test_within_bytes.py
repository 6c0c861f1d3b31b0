"""A bound in bytes chooses the size of a run of which a file fits, the one of least held-out log loss first."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from tagship_export import ExportError, export_all, open_original, verify
from tagship_export.original.keras_predict import predict
from tagship_export.pipeline.options import ExportOptions
from tagship_export.pipeline.results import Proved
from tagship_export.pipeline.within_bytes import first_within, sizes_by_loss
from tagship_runtime import container, load

LADDER = {"small": (10_000, 0.3), "middle": (40_000, 0.1), "large": (90_000, 0.2)}
FILES = {"small": {"float32": 11_000}, "middle": {"float32": 43_000, "int8": 12_000}, "large": {"int8": 25_000}}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    sizes = [
        {"name": name, "bytes": size, "metrics": {"held_out": {"log_loss": loss}}}
        for name, (size, loss) in LADDER.items()
    ]
    (tmp_path / "run.json").write_text(json.dumps({"ladder": sizes}))
    return tmp_path


def proved(size: str, failed: tuple[str, ...] = ()) -> Proved:
    made: list[Any] = [
        SimpleNamespace(
            name=name,
            size=count,
            planned=SimpleNamespace(name=name, asked=True),
            verification=SimpleNamespace(passed=name not in failed),
        )
        for name, count in FILES[size].items()
    ]
    return Proved(reference=SimpleNamespace(size=size), candidates=made, refusals=())  # type: ignore[arg-type]


def names(found: Proved) -> tuple[Any, list[str]]:
    reference: Any = found.reference
    return reference.size, [one.name for one in found.candidates]


def test_sizes_that_may_fit_from_the_least_loss(run: Path) -> None:
    assert sizes_by_loss(run, 20_000) == ["middle", "large", "small"]
    assert sizes_by_loss(str(run), 8_000) == ["middle", "small"]
    with pytest.raises(
        ExportError, match=r"the smallest size has 10,000 bytes in float32, of which no recipe makes 1,999"
    ):
        sizes_by_loss(run, 1_999)


@pytest.mark.parametrize("source", ["model.keras", object(), Path("nothing")])
def test_what_is_no_run_has_one_model(source: Any) -> None:
    with pytest.raises(ExportError, match="chooses among the sizes of a run, and the source has one model only"):
        sizes_by_loss(source, 20_000)


def test_the_first_size_with_a_file_that_fits_is_taken(run: Path) -> None:
    order = sizes_by_loss(run, 20_000)
    assert names(first_within(order, 50_000, proved)) == ("middle", ["float32", "int8"])
    found = first_within(order, 12_000, proved)
    assert names(found) == ("middle", ["int8"])
    assert {one.name: one.reason for one in found.refusals} == {
        "float32": "it would have 43,000 bytes, more than 12,000"
    }
    assert names(first_within(order, 12_000, lambda size: proved(size, failed=("int8",)))) == ("small", ["float32"])
    with pytest.raises(ExportError, match=r"at most 10,999 bytes; the smallest, float32 of small, has 11,000"):
        first_within(order, 10_999, proved)


@pytest.mark.parametrize("chosen", [{"max_bytes": 0}, {"max_bytes": 100, "size": "small"}])
def test_a_bound_is_a_number_and_no_size_besides(chosen: dict[str, Any]) -> None:
    with pytest.raises(ExportError, match="the most bytes are"):
        ExportOptions(**chosen)


@pytest.fixture
def two_sizes(article_run: Path, tmp_path: Path) -> Path:
    """The run with a second size, which is better on held-out rows and not the run's own choice."""
    folder = Path(shutil.copytree(article_run, tmp_path / "run"))
    document: dict[str, Any] = json.loads((folder / "run.json").read_text())
    size = {"bytes": 6_000, "thresholds": document["thresholds"]}
    document["ladder"] = [
        size | {"name": "own", "chosen": True, "metrics": {"held_out": {"log_loss": 0.3}}},
        size | {"name": "twin", "chosen": False, "metrics": {"held_out": {"log_loss": 0.2}}},
    ]
    (folder / "run.json").write_text(json.dumps(document))
    twin = keras.models.load_model(folder / "model.keras")
    twin.set_weights([weight * np.float32(1.01) for weight in twin.get_weights()])
    (folder / "sizes").mkdir(exist_ok=True)
    twin.save(folder / "sizes" / "twin.keras")
    return folder


def test_the_size_that_was_taken_is_named(two_sizes: Path, tmp_path: Path) -> None:
    done = export_all(two_sizes, tmp_path / "made", max_bytes=20_000, formats=["tflite"])
    assert done.notes[0] == (
        "made from size twin, of those with a file of at most 20,000 bytes the best on held-out rows (verify compares "
        "with --size twin)"
    )
    (made,) = done.artifacts
    contract = load(made.path).contract
    assert contract.source["size"] == json.loads((tmp_path / "made" / "export.json").read_text())["source"]["size"]
    assert verify(open_original(two_sizes, size="twin"), made.path).passed
    payload = load(made.path).payload
    forged = container.attach(payload, replace(contract, source={**contract.source, "size": "own"}))
    assert verify(open_original(two_sizes, size="twin"), forged).faults == (
        "it says that it is of size 'own', the original is of size 'twin'",
    )
    wrong = verify(two_sizes, made.path)
    assert not wrong.passed
    assert any("it says that it is of size 'twin', which --size twin compares with" in said for said in wrong.faults)


def test_the_runs_own_choice_needs_no_name(article_run: Path, tmp_path: Path) -> None:
    done = export_all(article_run, tmp_path, formats=["tflite"])
    assert not any("size" in note for note in done.notes)
    assert "size" not in load(done.artifacts[0].path).contract.source


def test_scoring_many_models_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    for units in range(1, 9):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units, "sigmoid")])
        assert predict(model, np.zeros((units + 1, 3), np.float32), 2).shape == (units + 1, units)
    assert caplog.records == []
