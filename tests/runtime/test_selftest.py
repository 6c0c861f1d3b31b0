"""Golden rows catch an engine that computes something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.contract import NumericFeature
from tagship_runtime.engines.base import Engine, Session
from tagship_runtime.errors import CheckFailedError
from tagship_runtime.typing import Scores


class Wrong:
    """An engine whose scores are spoiled."""

    name, version, fallback, model_bytes = "wrong", "0", False, 0

    def __init__(self, engine: Engine, spoil: Callable[[Scores], Scores]) -> None:
        self._engine, self._spoil = engine, spoil
        self.input, self.output = engine.input, engine.output

    def session(self, rows: int) -> Session:
        return WrongLane(self._engine.session(rows), self._spoil)

    def close(self) -> None:
        self._engine.close()

    def reopen(self) -> None:
        self._engine.reopen()


class WrongLane:
    def __init__(self, session: Session, spoil: Callable[[Scores], Scores]) -> None:
        self._session, self._spoil = session, spoil
        self.resize(session.rows)

    def resize(self, rows: int) -> None:
        self._session.resize(rows)
        self.rows, self.input, self.output = rows, self._session.input, self._session.output.copy()

    def invoke(self) -> None:
        self._session.invoke()
        self.output[...] = self._spoil(self._session.output.copy())


def failed(model: tagship_runtime.Predictor) -> bool:
    """Found to be wrong, by its figures or because what it gives are no scores at all."""
    try:
        return not model.selftest().passed
    except CheckFailedError:
        return True


def test_a_sound_engine_passes(artifact: Path) -> None:
    result = tagship_runtime.load(artifact).selftest()
    assert result.passed
    assert result.rows >= 16
    assert result.max_difference <= result.tolerance == 1e-5
    assert result.to_dict()["passed"] is True


@pytest.mark.parametrize(
    "spoil",
    [
        lambda scores: scores + np.float32(2e-5),
        lambda scores: scores[:, ::-1],
        lambda scores: np.full_like(scores, np.nan),
        lambda scores: np.where(scores == scores.max(), np.float32(np.nan), scores),
        lambda scores: np.zeros_like(scores),
    ],
)
def test_a_wrong_engine_fails(artifact: Path, spoil: Callable[[Scores], Scores]) -> None:
    model = tagship_runtime.load(artifact)
    wrong = tagship_runtime.Predictor(artifact.read_bytes(), Wrong(model.engine, spoil), model.contract)
    assert failed(wrong)


def test_the_same_arithmetic_is_told_from_another(artifact: Path, tagship: Callable[..., Any]) -> None:
    model = tagship_runtime.load(artifact)
    own = model.selftest()
    assert own.as_exported
    assert own.finding == "as exported"
    near = Wrong(model.engine, lambda scores: np.clip(scores + np.float32(5e-6), 0, 1))
    other = tagship_runtime.Predictor(artifact.read_bytes(), near, model.contract).selftest()
    assert other.passed
    assert not other.as_exported
    assert other.finding == "within tolerance, other arithmetic"
    said = tagship("selftest", artifact)
    assert said.out.startswith("passed: as exported; ")
    assert json.loads(tagship("selftest", artifact, "--json").out)["as_exported"] is True


def resealed(artifact: Path, **changes: Any) -> bytes:
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    return container.attach(payload, replace(contract, **changes))


def test_a_tolerance_above_its_limit_fails(artifact: Path) -> None:
    golden = tagship_runtime.load(artifact).contract.golden
    assert golden is not None
    for tolerance, passes in ((1e-3, True), (2e-3, False), (1.0, False)):
        result = tagship_runtime.load(resealed(artifact, golden=replace(golden, tolerance=tolerance))).selftest()
        assert result.passed is passes
        assert result.limit == 1e-3
        if not passes:
            assert result.finding == "its tolerance is above 0.001, the most that its numbers may need"


def test_another_contract_than_the_rows_were_recorded_with_fails(artifact: Path) -> None:
    contract = tagship_runtime.load(artifact).contract
    first, *others = contract.features or ()
    for change in (
        {"labels": contract.labels[::-1]},
        {"thresholds": tuple(threshold + 0.02 for threshold in contract.thresholds)},
        {"features": (*others, first)},
        {"features": (NumericFeature(name=first.name, fill=1.0), *others)},
    ):
        result = tagship_runtime.load(resealed(artifact, **change)).selftest()
        assert not result.passed
        assert result.max_difference == 0
        assert not result.described
        assert result.finding.startswith("labels, thresholds or features are not those")
    golden = contract.golden
    assert golden is not None
    earlier = tagship_runtime.load(resealed(artifact, golden=replace(golden, described=None))).selftest()
    assert earlier.passed


@pytest.mark.parametrize("spoiled", ["no golden rows", "other scores"])
def test_after_exit_code_1_there_is_a_document(
    tagship: Callable[..., Any], artifact: Path, tmp_path: Path, spoiled: str
) -> None:
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    assert contract.golden is not None
    wrong = replace(contract.golden, scores=contract.golden.scores[::-1])
    other = replace(contract, golden=None if spoiled == "no golden rows" else wrong)
    path = tmp_path / artifact.name
    path.write_bytes(container.attach(payload, other))
    done = tagship("selftest", path, "--json")
    assert done.code == 1
    document = json.loads(done.out)
    assert document["passed"] is False
    if spoiled == "no golden rows":
        assert done.err == f"tagship: error: {document['error']}\n"
    assert tagship("selftest", path).code == 1


def test_golden_rows_come_near_each_threshold(artifact: Path) -> None:
    contract = tagship_runtime.load(artifact).contract
    assert contract.golden is not None
    distance = np.abs(np.array(contract.golden.scores) - contract.thresholds)
    assert (distance.min(axis=0) < 0.01).all()
    assert {len(row) for row in contract.golden.rows} == {6}
