"""The examples run, and what they export decides as the models that they train."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime

EXAMPLES = Path(__file__).parents[2] / "examples"
EPOCHS = {"signal_conv1d": 8, "digits_labels": 4}
BETTER = {"signal_conv1d": 0.2, "digits_labels": 0.15}
"""In macro-F1 than deciding yes always; with these epochs it is 0.42 and 0.26."""

Command = Callable[..., Any]


@dataclass(frozen=True)
class Finished:
    """An example that ran."""

    name: str
    module: Any
    out: Path
    printed: str

    @property
    def artifacts(self) -> list[Path]:
        return sorted(path for path in self.out.rglob("*") if path.suffix in (".tflite", ".onnx"))


@pytest.fixture(scope="module", params=sorted(EPOCHS))
def finished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:

    name = request.param
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out, printed = tmp_path_factory.mktemp(name), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr("sys.argv", [name, "--out", str(out), "--epochs", str(EPOCHS[name])])
        module.main()
    return Finished(name, module, out, printed.getvalue())


def test_it_is_better_than_saying_yes(finished: Finished) -> None:
    found, always = (float(re.search(rf"macro-F1 {what}.*: ([\d.]+)", finished.printed)[1]) for what in ("on", "if"))  # type: ignore[index]
    assert found > always + BETTER[finished.name]


def test_artifacts_decide_as_the_model_on_rows_that_export_did_not_see(finished: Finished) -> None:
    import keras

    test, _ = finished.module.split()[-1]
    scores = keras.models.load_model(finished.out / "model.keras").predict(test, verbose=0)
    thresholds = tagship_runtime.load(finished.out / "float32.onnx").thresholds
    wanted = scores >= thresholds
    assert 0.1 < wanted.mean() < 0.9
    kept = [path for path in finished.artifacts if path.parent.name != "rejected"]
    assert len(kept) >= 5
    for path in kept:
        model = tagship_runtime.load(path)
        assert model.selftest().passed
        flips = model.predict(test) != wanted
        if path.stem == "float32":
            np.testing.assert_allclose(model.predict_proba(test), scores, rtol=0, atol=1e-5)
            assert not flips[np.abs(scores - thresholds) > 1e-5].any()
        else:
            assert flips.mean() < 0.02, path.name  # the budget of export, on other rows


def test_it_tells_of_every_artifact(finished: Finished) -> None:
    told = re.findall(r"^(\S+): [\d,]+ bytes, macro-F1 0\.\d+, [\d,]+ of [\d,]+ decisions", finished.printed, re.M)
    assert sorted(told) == [path.relative_to(finished.out).as_posix() for path in finished.artifacts]


def test_no_row_is_in_two_sets(finished: Finished) -> None:
    sets = [{row.tobytes() for row in rows} for rows, _ in finished.module.split()]
    assert all(len(rows) > 300 for rows in sets)
    assert sum(map(len, sets)) == len(set.union(*sets))


def test_the_readme_names_every_example() -> None:
    """Files, and folders of Python programs; the others belong to docs/devices.md and docs/javascript.md."""
    text = (EXAMPLES / "README.md").read_text()
    files = {path.name for path in EXAMPLES.iterdir() if path.is_file() and path.name != "README.md"}
    folders = {path.parent.name for path in EXAMPLES.glob("*/*.py")}
    assert set(re.findall(r"^## .*`(\S+)`$", text, re.M)) == files | folders
    assert {f"{name}.py" for name in EPOCHS} < files


def test_the_table_of_parts_fits_the_built_in_data_set(tagship: Command, artifact: Path) -> None:
    done = tagship("predict", artifact, EXAMPLES / "parts.csv", "--id-column", "part")
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == len((EXAMPLES / "parts.csv").read_text().splitlines())
