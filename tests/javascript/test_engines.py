"""Artifacts in Node: the native engine and the one in plain JavaScript give what the Python runtime gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from javascript.conftest import run
from tagship_runtime.typing import Features

Ask = Callable[..., Any]

ENGINES = {"node": 1e-6, "plain": 2e-6}
"""How far a score may be off; measured: 0 and 7.2e-7 (the plain engine adds in double precision)."""


@pytest.mark.parametrize(("engine", "tolerance"), ENGINES.items())
@pytest.mark.parametrize("model", ["plain", "scaled"])
def test_scores_and_labels_of_many_rows(
    engine: str, tolerance: float, model: str, artifacts: dict[tuple[str, str], Path], rows: Features, ask: Ask
) -> None:
    path = artifacts[model, "onnx"]
    reference = tagship_runtime.load(path)
    answer = ask(path, engine, rows=rows.tolist(), k=2)
    want = reference.predict_proba(rows)
    for way in ("batch", "single"):
        np.testing.assert_allclose(np.array(answer[way]), want, rtol=0, atol=tolerance)
    names = [list(row) for row in reference.predict_labels(rows)]
    clear = (np.abs(want - reference.thresholds) > tolerance).all(axis=1)
    assert clear.sum() > 4900
    for way in ("names", "one"):
        assert [row for row, sure in zip(answer[way], clear, strict=True) if sure] == [
            row for row, sure in zip(names, clear, strict=True) if sure
        ]
    assert answer["together"] == answer["one"][:50]
    assert [[label for label, _ in row] for row in answer["top"]] == [
        [label for label, _ in row] for row in reference.highest(np.array(answer["batch"], np.float32), 2)
    ]
    assert answer["topOne"] == answer["top"][0]
    test = answer["selftest"]
    assert (test["rows"], test["flips"], test["passed"]) == (24, 0, True)
    assert test["maxDifference"] <= tolerance
    assert "closed" in answer["closed"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("recipe", ["float32", "int8"])
def test_words_and_missing_numbers(engine: str, recipe: str, every_kind: dict[str, Path], ask: Ask) -> None:
    path = every_kind[f"mixed {recipe}.onnx"]
    reference = tagship_runtime.load(path)
    assert reference.contract.features is not None
    assert reference.contract.golden is not None
    order = [feature.name for feature in reference.contract.features]
    rows = list(reference.contract.golden.rows)
    named = [dict(zip(order, row, strict=True)) for row in rows]
    listed, objects = ask(path, engine, rows=rows), ask(path, engine, rows=named)
    assert listed["single"] == objects["single"]
    assert listed["selftest"]["passed"]
    alone = np.concatenate([reference.predict_proba([row]) for row in rows])
    # int8: measured 2.5e-3 against ONNX Runtime for Python, where sums are rounded in another order
    tolerance = ENGINES[engine] if recipe == "float32" else reference.contract.golden.tolerance
    np.testing.assert_allclose(np.array(listed["single"]), alone, rtol=0, atol=tolerance)


def test_images_in_a_fixed_batch(every_kind: dict[str, Path], ask: Ask) -> None:
    path = every_kind["one image float32.onnx"]
    reference = tagship_runtime.load(path)
    assert reference.contract.golden is not None
    rows = list(reference.contract.golden.rows)[:5]
    answer = ask(path, "node", rows=rows)
    np.testing.assert_allclose(np.array(answer["batch"]), reference.predict_proba(rows), rtol=0, atol=1e-6)
    assert answer["selftest"]["passed"]
    unable = ask(path, "plain")["error"]
    assert unable.startswith("EngineError: the plain engine has no Transpose, Conv, MaxPool, Reshape; ")
    assert "pass onnx(ort)" in unable


def test_without_golden_rows_it_loads_and_says_so(every_kind: dict[str, Path], ask: Ask) -> None:
    answer = ask(every_kind["mute float32.onnx"], "node", rows=[], calls=[["selftest"]])
    assert answer["errors"] == ["there are no golden rows to replay; export with some"]


@pytest.mark.parametrize(
    ("shape", "pads", "value"),
    [
        ([2, 3], [0, 0, 0, 1], None),
        ([2, 3], [1, 2, 3, 0], 0.5),
        ([2, 3, 2], [0, 1, 0, 0, 0, 2], -1.0),
        ([0, 2], [1, 0, 0, 0], 2.0),
    ],
)
def test_pad_fills_as_numpy_does(
    shape: list[int], pads: list[int], value: float | None, package: Path, node: str
) -> None:
    """As graphs of texts have it that were made before they did without."""
    module = (package / "engines" / "plain" / "operations.js").as_uri()
    matrix = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    program = (
        f"const {{ OPERATIONS: {{ Pad }} }} = await import({json.dumps(module)});"
        f"const tensor = (dims, data) => ({{ dims, data: Float32Array.from(data) }});"
        f"const [x, pads] = [tensor({shape}, {matrix.ravel().tolist()}), tensor([{len(pads)}], {pads})];"
        f"const value = {json.dumps(value)};"
        "const said = (...given) => { try { Pad(...given); } catch (error) { return error.message; } };"
        "const padded = Pad([x, pads, value === null ? undefined : tensor([], [value])], {});"
        "const cut = tensor([pads.dims[0]], pads.data.map((size) => -size));"
        "const refused = [said([x, pads], { mode: {} }), said([x, cut], {})];"
        "console.log(JSON.stringify([padded.dims, Array.from(padded.data), refused]));"
    )
    dims, data, refused = json.loads(run([node, "--input-type=module", "-e", program]))
    around = list(zip(pads[: len(shape)], pads[len(shape) :], strict=True))
    want = np.pad(matrix, around, constant_values=value or 0)
    assert dims == list(want.shape)
    np.testing.assert_array_equal(data, want.ravel())
    assert all(
        said.startswith("the plain engine has no Pad with a mode or axes, or that cuts; pass") for said in refused
    )


@pytest.mark.parametrize(
    ("shape", "starts", "ends", "axes", "cut"),
    [
        ([2, 5], [1], [3], [1], np.s_[:, 1:3]),
        ([3, 2, 4], [1, -3], [2**31, -1], [0, 2], np.s_[1:, :, -3:-1]),
        ([3, 4], [0, 2], [2, 9], None, np.s_[0:2, 2:9]),
        ([2, 3], [2], [1], [1], np.s_[:, 2:1]),
        ([2, 3], [-9], [9], [-1], np.s_[:, -9:9]),
    ],
)
def test_slice_cuts_as_numpy_does(
    shape: list[int], starts: list[int], ends: list[int], axes: list[int] | None, cut: Any, package: Path, node: str
) -> None:
    module = (package / "engines" / "plain" / "operations.js").as_uri()
    matrix = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    program = (
        f"const {{ OPERATIONS: {{ Slice }} }} = await import({json.dumps(module)});"
        "const whole = (data) => data === null ? undefined : { dims: [data.length], data: Float64Array.from(data) };"
        f"const x = {{ dims: {shape}, data: Float32Array.from({matrix.ravel().tolist()}) }};"
        f"const given = [x, ...[{starts}, {ends}, {json.dumps(axes)}].map(whole)];"
        "const cut = Slice(given, {});"
        "let refused = ''; try { Slice([...given, whole([2])], {}); } catch (error) { refused = error.message; }"
        "console.log(JSON.stringify([cut.dims, Array.from(cut.data), refused]));"
    )
    dims, data, refused = json.loads(run([node, "--input-type=module", "-e", program]))
    want = matrix[cut]
    assert dims == list(want.shape)
    np.testing.assert_array_equal(data, want.ravel())
    assert refused.startswith("the plain engine has no Slice with steps; pass")


def test_thresholds_and_k_are_checked(artifacts: dict[tuple[str, str], Path], ask: Ask) -> None:
    path = artifacts["plain", "onnx"]
    calls = [
        ["withThresholds", {"class_9": 0.5}],
        ["topK", [1, 2, 3, 4, 5, 6], 4],
        ["topK", [1, 2, 3, 4, 5, 6], 1.5],
        ["decide", [0.1]],
        ["predictBatch", "abc"],
        ["predict", 7],
        ["predict", [1, 2]],
        ["predict", [1, 2, 3, 4, 5, "x"]],
        ["scores", [3e38, 3e38, 3e38, 3e38, 3e38, -3e38]],
    ]
    answer = ask(path, "plain", rows=[[6, 23, 0, 4, 8, 8]], thresholds={"class_1": 0.9999}, calls=calls)
    assert answer["one"] == [[]]
    unknown, too_many, fraction, short, text, number, narrow, word, huge = answer["errors"]
    assert unknown == "no label is called 'class_9'; one of ['class_0', 'class_1', 'class_2'] is needed"
    assert too_many == "k is 4; a whole number from 1 to 3 is needed"
    assert fraction == "k is 1.5; a whole number from 1 to 3 is needed"
    assert short == "1 scores for 3 labels; as many are needed"
    assert text == "rows are 'abc'; a list of rows is needed"
    assert number == "a row is 7; a list of values, or an object of them by name, is needed"
    assert narrow == "row 0 has shape (2); (6) is needed"
    assert word.startswith("row 0, column ") and word.endswith(": 'x' is not a number; a finite number is needed")
    assert huge is None or "scores between 0 and 1 are needed" in huge


def test_the_pin_takes_no_other_file(artifacts: dict[tuple[str, str], Path], ask: Ask) -> None:
    path = artifacts["plain", "onnx"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert ask(path, "plain", load={"sha256": digest.upper()})["selftest"]["passed"]
    refused = ask(path, "plain", load={"sha256": "0" * 64})["error"]
    assert refused == f"ArtifactCorruptError: {path}: the file has SHA-256 {digest}; {'0' * 64} is needed"
    assert (
        ask(path, "plain", load={"sha256": "abc"})["error"] == "UsageError: sha256 is 'abc'; 64 hex digits are needed"
    )


def test_damage_is_found_before_the_engine(artifacts: dict[tuple[str, str], Path], ask: Ask, tmp_path: Path) -> None:
    data = bytearray(artifacts["plain", "onnx"].read_bytes())
    data[len(data) // 3] ^= 1
    (tmp_path / "model.onnx").write_bytes(data)
    for engine in ("node", "plain"):
        assert ask(tmp_path / "model.onnx", engine)["error"].startswith("ArtifactCorruptError: ")


def test_another_engines_file_and_no_file(artifacts: dict[tuple[str, str], Path], ask: Ask, tmp_path: Path) -> None:
    tflite, onnx = artifacts["plain", "tflite"], artifacts["plain", "onnx"]
    assert "a .onnx model is needed by this engine" in ask(tflite, "node")["error"]
    assert "a .tflite model is needed by this engine" in ask(onnx, "litert")["error"]
    assert ask(onnx, "wrong onnx")["error"].startswith("UsageError: onnx(ort) was given {load}, which has no Inference")
    assert "import * as ort from 'onnxruntime-web/wasm', or 'onnxruntime-node'" in ask(onnx, "no onnx")["error"]
    assert "takes models of a fixed batch" in ask(tflite, "litert")["error"]
    assert ask(tflite, "wrong litert")["error"].endswith("pass the module: import * as core from '@litertjs/core'")
    assert "onnx(ort), litert(core) or plain() is needed" in ask(onnx, "none")["error"]
    uncalled = "UsageError: the engine is function plain; onnx(ort), litert(core) or plain() is needed"
    assert ask(onnx, "uncalled")["error"] == uncalled
    absent = ask(tmp_path / "none.onnx", "plain")["error"]
    assert absent.startswith(f"MissingFileError: {tmp_path / 'none.onnx'} cannot be read (ENOENT")
    (tmp_path / "lines.onnx").write_text("{\n\t\rx: 1, y: 2}\n")
    lines = ask(tmp_path / "lines.onnx", "plain")["error"]
    assert "bytes that start with '{   x" in lines, lines
    assert lines.isprintable()
    (tmp_path / "page.onnx").write_text("<!doctype html>")
    assert "(a page: the server has no such file?)" in ask(tmp_path / "page.onnx", "plain")["error"]


def test_what_an_engine_computes_wrongly_is_refused(every_kind: dict[str, Path], ask: Ask, tmp_path: Path) -> None:
    """A contract whose golden scores are of another model: digest right, answers wrong."""
    from dataclasses import replace

    from tagship_runtime import container

    unpacked = container.unpack(every_kind["plain float32.onnx"].read_bytes())
    assert unpacked.contract is not None
    assert unpacked.contract.golden is not None
    scores = tuple(tuple(1 - score for score in row) for row in unpacked.contract.golden.scores)
    wrong = replace(unpacked.contract, golden=replace(unpacked.contract.golden, scores=scores))
    path = tmp_path / "wrong.onnx"
    path.write_bytes(container.attach(unpacked.payload, wrong))
    refused = ask(path, "plain")["error"]
    assert refused.startswith("CheckFailedError: plain JavaScript does not compute what was exported")
    assert ask(path, "plain", load={"selftest": False}, rows=[[1, 2, 3, 4, 5, 6]])["selftest"]["passed"] is False
