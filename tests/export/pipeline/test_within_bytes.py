"""A bound in bytes chooses the size of a run of which a file fits, the one of least held-out log loss first."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tagship_export import ExportError
from tagship_export.pipeline.options import ExportOptions
from tagship_export.pipeline.results import Proved
from tagship_export.pipeline.within_bytes import first_within, sizes_by_loss

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
        SimpleNamespace(name=name, size=count, verification=SimpleNamespace(passed=name not in failed))
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
    assert names(first_within(order, 12_000, proved)) == ("middle", ["int8"])
    assert names(first_within(order, 12_000, lambda size: proved(size, failed=("int8",)))) == ("small", ["float32"])
    with pytest.raises(ExportError, match=r"at most 10,999 bytes; the smallest, float32 of small, has 11,000"):
        first_within(order, 10_999, proved)


@pytest.mark.parametrize("chosen", [{"max_bytes": 0}, {"max_bytes": 100, "size": "small"}])
def test_a_bound_is_a_number_and_no_size_besides(chosen: dict[str, Any]) -> None:
    with pytest.raises(ExportError, match="the most bytes are"):
        ExportOptions(**chosen)
