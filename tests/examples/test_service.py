"""The examples of services run, and answer as the model does."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tagship_runtime

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = [f"feature_{number}" for number in range(6)]
ROWS: list[list[float]] = [[6, 23, 0, 4, 8, 8], [9, 15, 10, 8, 7, 10]]


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / "service" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["tflite", "onnx"])
def path(request: pytest.FixtureRequest, artifacts: dict[tuple[str, str], Path]) -> Path:
    return artifacts["plain", request.param]


@pytest.fixture
def web(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from fastapi.testclient import TestClient

    monkeypatch.setenv("MODEL", str(path))
    return TestClient(example("web").app)


def test_the_web_service_answers_in_json(web: Any, path: Path) -> None:
    model = tagship_runtime.load(path)
    rows = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    answered = web.post("/predict", json=rows)
    assert answered.status_code == 200
    assert answered.json() == model.answers(rows)
    assert [tuple(answer["labels"]) for answer in answered.json()] == model.predict_labels(ROWS)
    facts = web.get("/model").json()
    assert facts["thresholds"] == model.thresholds_by_name
    assert tuple(facts["labels"]) == model.labels
    assert facts["selftest"]["passed"] is True


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{}], "missing columns"),
        ([dict.fromkeys(NAMES, 1) | {"feature_2": None}], "row 0, column 'feature_2'"),
        ([dict.fromkeys(NAMES, 1), dict.fromkeys(NAMES, 1) | {"feature_5": "wet"}], "row 1, column 'feature_5'"),
    ],
)
def test_the_web_service_says_what_is_wrong_with_a_row(web: Any, rows: list[dict[str, Any]], told: str) -> None:
    answered = web.post("/predict", json=rows)
    assert answered.status_code == 422
    assert told in answered.json()["detail"]


def test_the_web_service_does_not_start_with_another_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    monkeypatch.setenv("MODEL", str(path))
    monkeypatch.setenv("MODEL_SHA256", "0" * 64)
    with pytest.raises(tagship_runtime.ArtifactCorruptError):
        example("web")


def test_rows_that_wait_together_are_one_batch_and_a_bad_one_spoils_no_other(path: Path) -> None:
    model = tagship_runtime.load(path)
    gather = example("gather")

    async def ask() -> tuple[list[Any], int]:
        gatherer = gather.Gatherer(model)
        task = asyncio.create_task(gatherer.run())
        first = await asyncio.gather(*map(gatherer.answer, ROWS * 50))
        together = gatherer.batches
        mixed = await asyncio.gather(*map(gatherer.answer, [ROWS[0], [None] * 6, ROWS[1]]), return_exceptions=True)
        task.cancel()
        return [first, mixed], together

    (first, mixed), together = asyncio.run(ask())
    assert first == model.answers(ROWS * 50)
    assert together == 1
    assert isinstance(mixed[1], tagship_runtime.InputError)
    for answer, row in ((mixed[0], ROWS[0]), (mixed[2], ROWS[1])):
        assert answer == model.answers([row])[0]


def test_a_batch_does_not_grow_without_bound(path: Path) -> None:
    gather = example("gather")

    async def ask() -> int:
        gatherer = gather.Gatherer(tagship_runtime.load(path), most=10)
        task = asyncio.create_task(gatherer.run())
        await asyncio.gather(*map(gatherer.answer, ROWS * 20))
        task.cancel()
        return int(gatherer.batches)

    assert asyncio.run(ask()) == 4


def test_gathering_runs_as_a_program(path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "service" / "gather.py"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.endswith("24 callers, 1 batches\n")


def test_processes_answer_in_the_order_of_the_file(path: Path) -> None:
    command = [sys.executable, *map(str, (EXAMPLES / "service" / "processes.py", path, EXAMPLES / "parts.csv"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    header, *lines = (EXAMPLES / "parts.csv").read_text().splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    wanted = tagship_runtime.load(path).predict_labels(rows)
    assert done.stdout.splitlines() == [", ".join(names) or "nothing" for names in wanted]


def test_answers_go_into_json_as_they_are(path: Path) -> None:
    model = tagship_runtime.load(path)
    answers = model.answers(ROWS)
    assert json.loads(json.dumps(answers)) == answers
    assert [list(answer["scores"].values()) for answer in answers] == model.predict_proba(ROWS).tolist()
    assert [tuple(answer["labels"]) for answer in answers] == model.predict_labels(ROWS)
    assert model.answers([]) == []
    strict = model.with_thresholds({"class_1": 0.9})
    again = model.with_thresholds(json.loads(json.dumps(strict.thresholds_by_name)))
    assert again.thresholds.tobytes() == strict.thresholds.tobytes()
    assert strict.answers(ROWS)[0]["labels"] == list(strict.predict_one(ROWS[0]))
