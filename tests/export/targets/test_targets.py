"""Every target packs, opens and runs its own files, and another one needs nothing but an entry in the table."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import tagship_runtime
from export.models import MODELS
from tagship_export import export_all, verify
from tagship_export.errors import ConversionError, ExportError
from tagship_export.pipeline.plan import plan_recipes
from tagship_export.recipes import RECIPES
from tagship_export.targets import DEFAULT_FORMATS
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.base import MakePayload, Target, as_trained
from tagship_export.targets.registry import TARGETS, open_artifact, target_named, target_of
from tagship_export.targets.runner import ArtifactRunner, Values
from tagship_runtime.contract import Contract, TensorSpec
from tagship_runtime.errors import ArtifactCorruptError, MissingFileError, NotAnArtifactError
from tagship_runtime.typing import Features, Scores

Command = Callable[..., Any]


@pytest.mark.parametrize("name", list(TARGETS))
def test_recipes_of_a_target_are_known(name: str) -> None:
    assert next(iter(TARGETS[name].recipes)) == "float32"
    assert set(TARGETS[name].recipes) <= set(RECIPES)
    with pytest.raises(ConversionError, match="has no recipe 'int3'"):
        TARGETS[name].make("int3", None)


def test_every_recipe_has_a_target() -> None:
    assert {recipe for target in TARGETS.values() for recipe in target.recipes} == set(RECIPES)
    assert set(DEFAULT_FORMATS) <= set(TARGETS)


def test_artifacts_are_packed_and_opened(artifact: Path, rows: Features) -> None:
    data = artifact.read_bytes()
    target = target_of(data)
    assert target is target_named(artifact.suffix[1:])
    assert [other.name for other in TARGETS.values() if other.recognise(data)] == [target.name]
    payload, contract = target.unpack(data)
    assert contract is not None
    assert target.embed(payload, contract) == data
    assert target.strip(data)[0] == payload
    opened, predictor = open_artifact(artifact), tagship_runtime.load(artifact)
    assert (opened.name, opened.size, opened.contract) == (str(artifact), len(data), predictor.contract)
    scores = opened.scores(rows)
    np.testing.assert_array_equal(scores, predictor.predict_proba(rows))
    np.testing.assert_array_equal(opened.decide(scores), predictor.predict(rows))
    decide = opened.runner.one_row(opened.encoder.encode(rows[:1]), opened.thresholds)
    np.testing.assert_array_equal(decide(), predictor.predict(rows[:1]))


def test_both_ways_to_score_rows(artifact: Path, rows: Features) -> None:
    batch, alone = open_artifact(artifact).score_both_ways(rows)
    predictor = tagship_runtime.load(artifact)
    assert (batch.shape, alone.shape) == ((5000, 3), (1000, 3))
    np.testing.assert_array_equal(batch, predictor.predict_proba(rows))
    np.testing.assert_array_equal(alone[7:8], predictor.predict_proba(rows[7:8]))


def test_integers_are_meant_as_the_contract_says() -> None:
    """A model whose integers say nothing of their scale, as in ONNX, is run by what its contract says."""
    import onnx

    helper = onnx.helper
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.UINT8, ["batch", 2]) for name in ("features", "scores")
    ]
    graph = helper.make_graph([helper.make_node("Identity", ["features"], ["scores"])], "same", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    whole, small = {"scale": 1.0, "zero_point": 0}, {"scale": 0.005, "zero_point": 0}
    contract = Contract(
        labels=("a", "b"),
        thresholds=(0.5, 0.5),
        features=None,
        input=TensorSpec(name="features", dtype="uint8", shape=(None, 2), **whole),  # type: ignore[arg-type]
        output=TensorSpec(name="scores", dtype="uint8", shape=(None, 2), **small),  # type: ignore[arg-type]
        recipe="unknown",
    )
    runner = TARGETS["onnx"].runner(model.SerializeToString(), contract)
    np.testing.assert_allclose(runner.scores(np.array([[100, 40]], np.float32)), [[0.5, 0.2]], rtol=0, atol=1e-7)
    runner.close()


def test_what_is_no_artifact(tmp_path: Path, artifact: Path) -> None:
    with pytest.raises(NotAnArtifactError, match="bytes that start with"):
        open_artifact(b"picture")
    with pytest.raises(MissingFileError, match=r"does not exist; a \.tflite, \.onnx or \.c file is needed"):
        open_artifact(tmp_path / "absent.onnx")
    with pytest.raises(MissingFileError, match="is a folder; a"):
        open_artifact(tmp_path)
    damaged = tmp_path / artifact.name
    data = bytearray(artifact.read_bytes())
    data[len(data) // 3] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(ArtifactCorruptError, match=rf"^{damaged}: the file is not as it was exported"):
        open_artifact(damaged)
    with pytest.raises(ExportError, match="no format is called 'coreml'; there are"):
        target_named("coreml")


class ArrayRunner:
    """Computes a network of dense layers with NumPy alone."""

    def __init__(self, payload: bytes) -> None:
        with np.load(io.BytesIO(payload)) as archive:
            self.layers = [archive[name] for name in sorted(archive.files)]
        self.input = TensorSpec(name="features", dtype="float32", shape=(None, len(self.layers[0])))
        self.output = TensorSpec(name="scores", dtype="float32", shape=(None, self.layers[-1].shape[0]))
        self.rows: list[int] = []

    def scores(self, matrix: Features, /) -> Scores:
        self.rows.append(len(matrix))
        values = matrix
        for place in range(0, len(self.layers), 2):
            values = values @ self.layers[place] + self.layers[place + 1]
            values = np.maximum(values, 0) if place < len(self.layers) - 2 else 1 / (1 + np.exp(-values))
        return np.asarray(values, np.float32)

    def one_row(self, row: Features, thresholds: Scores) -> Callable[[], object]:
        return lambda: self.scores(row) >= thresholds

    def close(self) -> None:
        self.layers = []


class ArrayTarget(Target):
    """A target that no engine of the runtime runs: an .npz of weights, with the contract behind it."""

    name = "npz"
    title = "arrays"
    recipes: ClassVar[Mapping[str, MakePayload]] = {"float32": as_trained}
    opened: ClassVar[list[ArrayRunner]] = []
    mark = b"\ncontract:"

    def convert(self, model: Any, batch: int | None) -> bytes:
        stream = io.BytesIO()
        np.savez(stream, **{f"{place:03}": weight for place, weight in enumerate(model.get_weights())})
        return stream.getvalue()

    def weight_bytes(self, payload: bytes) -> Mapping[str, int]:
        return {"float32": len(payload)}

    def layer_values(self, payload: bytes, rows: Features) -> Values:
        raise ValueError("there are none")

    def runner(self, payload: bytes, contract: Contract | None = None) -> ArtifactRunner:
        self.opened.append(ArrayRunner(payload))
        return self.opened[-1]

    def embed(self, payload: bytes, contract: Contract) -> bytes:
        return payload + self.mark + replace(contract, digest=None).to_json()

    def unpack(self, data: bytes) -> tuple[bytes, Contract | None]:
        payload, _, stored = data.partition(self.mark)
        return payload, Contract.from_json(stored) if stored else None

    def strip(self, data: bytes) -> tuple[bytes, str | None]:
        payload, _, stored = data.partition(self.mark)
        return payload, stored.decode() or None

    def recognise(self, data: bytes) -> bool:
        return data[:4] == b"PK\3\4"

    def open(self, data: bytes) -> OpenArtifact:
        payload, contract = self.unpack(data)
        assert contract is not None
        return OpenArtifact(size=len(data), contract=contract, runner=self.runner(payload))


def test_another_target_needs_nothing_elsewhere(
    tmp_path: Path, tagship: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exported, judged, recommended, verified, searched and attached to, without an engine of the runtime."""
    monkeypatch.setitem(TARGETS, "npz", ArrayTarget())
    monkeypatch.setattr(ArrayTarget, "opened", [])
    assert [planned.name for planned in plan_recipes(["all"], ["npz"])] == ["float32.npz"]
    model, rows = MODELS["article"]()
    rows = (rows / 25).astype(np.float32)  # larger numbers would exceed float32's accuracy in sums of another order
    done = export_all(model, tmp_path, labels=["a", "b", "c"], data=rows, formats=["npz"], recipes=["auto"])
    assert done.passed, [candidate.verification.faults for candidate in done.candidates]
    assert done.recommended == ("float32.npz",)
    path = tmp_path / "float32.npz"
    contract = json.loads((tmp_path / "float32.npz.json").read_text())
    assert len(contract["golden"]["rows"]) == 24
    assert contract["parity"]["rows"] == 300
    (runner,) = ArrayTarget.opened
    assert runner.rows.count(300) == 1
    verdict = verify(model, path, rows)
    assert verdict.passed, verdict.faults
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "rows.npz", x=rows)
    monkeypatch.setattr("tagship_export.verification.counterexamples.ROUNDS", 2)
    searched = tagship(
        "verify", tmp_path / "model.keras", path, "--data", tmp_path / "rows.npz", "--search", "--keep", "--json"
    )
    assert searched.code == 0, searched.err
    assert len(open_artifact(path).contract.golden.rows) == 25  # type: ignore[union-attr]
    attached = tagship("attach", path, "--labels", "x,y,z", "--out", tmp_path / "other.npz")
    assert attached.code == 0, attached.err
    assert open_artifact(tmp_path / "other.npz").labels == ("x", "y", "z")
