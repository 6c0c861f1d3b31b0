"""Models, runs and artifacts that many tests share; each is made once, by the real commands."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from tagship_runtime.cli.main import main
from tagship_runtime.typing import Features

settings.register_profile("tagship", deadline=None, derandomize=True)  # speed is not what tests assert
settings.load_profile("tagship")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


def tagship(*arguments: object) -> Outcome:
    """Run ``tagship`` in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
    return Outcome(code, out.getvalue(), err.getvalue())


@pytest.fixture(name="tagship", scope="session")
def tagship_fixture() -> Callable[..., Outcome]:
    return tagship


@pytest.fixture(scope="session")
def article_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference classifier, trained in full; it has no scaling layer."""
    folder = tmp_path_factory.mktemp("article") / "run"
    outcome = tagship("train", "sample:synthetic", "--out", folder, "--preset", "article")
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture(scope="session")
def scaled_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default network, which scales inside the graph; a few epochs are enough here."""
    folder = tmp_path_factory.mktemp("scaled") / "run"
    outcome = tagship("train", "sample:synthetic", "--out", folder, "--epochs", 3, "--hidden", "16,16", "--members", 2)
    assert outcome.code == 0, outcome.err
    return folder


@pytest.fixture(scope="session")
def runs(article_run: Path, scaled_run: Path) -> dict[str, Path]:
    return {"plain": article_run, "scaled": scaled_run}


@pytest.fixture(scope="session")
def artifacts(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    """Float32 artifacts by model and kind."""
    made = {}
    for model, run in runs.items():
        folder = tmp_path_factory.mktemp(f"artifacts-{model}")
        outcome = tagship("export", run, "--out", folder)
        assert outcome.code == 0, outcome.out + outcome.err
        for kind in ("tflite", "onnx"):
            made[model, kind] = folder / f"float32.{kind}"
    return made


@pytest.fixture(scope="session")
def every_kind(artifacts: dict[tuple[str, str], Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Artifacts whose contracts differ in kind, by name: features, inputs, types, batches, golden rows, origins."""
    from export.models import MODELS, mixed
    from tagship_export import export, open_original
    from tagship_export.pipeline.attach import attach
    from tagship_runtime import container

    folder = tmp_path_factory.mktemp("every-kind")
    model, table, features = mixed()
    original = replace(open_original(model, labels=["a", "b"]), features=features)
    images, pixels = MODELS["images"]()
    four: dict[str, Any] = {"labels": ["one", "two", "three", "four"], "data": pixels}
    made = {f"{model} {path.name}": path for (model, _), path in artifacts.items()}
    for name, exported in {
        "mixed": export(original, folder / "mixed", data=table, recipes=["float32", "int8"]),
        "images": export(images, folder / "images", formats=["tflite"], recipes=["float32", "int8_io"], **four),
        "one image": export(images, folder / "one", formats=["onnx"], batch=1, golden="real", **four),
        "mute": export(original, folder / "mute", data=table, formats=["onnx"], golden="none"),
    }.items():
        made |= {f"{name} {artifact.path.name}": artifact.path for artifact in exported}
    payload = container.unpack(artifacts["plain", "onnx"].read_bytes()).payload
    made["attached"] = folder / "attached.onnx"
    made["attached"].write_bytes(attach(payload, labels=["x", "y", "z"]))
    return made


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Float32 artifacts, by format, of a linear model that takes two texts and a number."""
    from export.models import spoken
    from tagship_export import export, open_original

    model, table, features = spoken()
    original = replace(open_original(model, labels=["up", "down"]), features=features)
    return {
        artifact.path.suffix.removeprefix("."): artifact.path
        for artifact in export(original, tmp_path_factory.mktemp("texts") / "made", data=table)
    }


@pytest.fixture(params=["tflite", "onnx"])
def artifact(request: pytest.FixtureRequest, artifacts: dict[tuple[str, str], Path]) -> Path:
    """The reference classifier's artifact, once of each kind."""
    return artifacts["plain", request.param]


@pytest.fixture(scope="session")
def rows() -> Features:
    """Rows in the range of the synthetic data."""
    return np.random.default_rng(7).integers(0, 25, (5000, 6)).astype(np.float32)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data sets are not on this machine")
    return SHARED_DATA
