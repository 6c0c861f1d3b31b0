"""Golden rows hold on other kernels: the reference ones, and those without optimizations.

They stand for other processors, whose integer arithmetic rounds differently.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime.container import unpack
from tagship_runtime.engines.quantization import dequantize, quantize
from tagship_runtime.typing import Features, Scores

MODELS = ("plain", "scaled")


@pytest.fixture(scope="module")
def exported(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, tagship: Any) -> dict[str, Path]:
    folders = {}
    for name in MODELS:
        folders[name] = tmp_path_factory.mktemp(f"recipes-{name}")
        done = tagship("export", runs[name], "--out", folders[name], "--recipes", "all")
        assert done.code == 0, done.out + done.err
    return folders


def _litert(payload: bytes, rows: Features, kernels: str) -> Scores:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    engine = Interpreter(model_content=payload, experimental_op_resolver_type=OpResolverType[kernels])
    into, out = engine.get_input_details()[0], engine.get_output_details()[0]
    engine.resize_tensor_input(into["index"], rows.shape)
    engine.allocate_tensors()
    integers = into["dtype"] is not np.float32
    scale, zero_point = into["quantization"]
    engine.set_tensor(into["index"], quantize(rows, scale, zero_point, np.dtype("int8")) if integers else rows)
    engine.invoke()
    scores: Scores = engine.get_tensor(out["index"])
    return dequantize(scores, *out["quantization"]) if integers else scores


def _onnx(payload: bytes, rows: Features, level: str) -> Scores:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    session = onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])
    scores: Scores = session.run(["scores"], {"features": rows})[0]
    return scores


WAYS = [
    ("tflite", _litert, "BUILTIN_REF"),
    ("tflite", _litert, "BUILTIN_WITHOUT_DEFAULT_DELEGATES"),
    ("onnx", _onnx, "ORT_DISABLE_ALL"),
    ("onnx", _onnx, "ORT_ENABLE_BASIC"),
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("kind", "score", "way"), WAYS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_golden_scores_hold(exported: dict[str, Path], model: str, kind: str, score: Any, way: str) -> None:
    apart = {}
    for path in exported[model].glob(f"*.{kind}"):
        _, payload, contract = unpack(path.read_bytes())
        assert contract is not None
        assert contract.golden is not None
        rows = np.array(contract.golden.rows, np.float32)
        want = np.array(contract.golden.scores, np.float32)
        batch = score(payload, rows, way)
        alone = np.concatenate([score(payload, row[None], way) for row in rows])
        difference = float(np.max([np.abs(batch - want), np.abs(alone - want)]))
        assert difference <= contract.golden.tolerance, (path.name, difference, contract.golden.tolerance)
        apart[path.name] = difference / contract.golden.tolerance
    assert len(apart) >= 5


@pytest.mark.parametrize("model", MODELS)
def test_golden_rows_pass_here_and_fit(exported: dict[str, Path], model: str) -> None:
    for path in [*exported[model].glob("*.tflite"), *exported[model].glob("*.onnx")]:
        predictor = tagship_runtime.load(path)
        assert predictor.selftest().passed, path
        golden = predictor.contract.golden
        assert golden is not None
        assert len(golden.rows) == 24
        assert len(json.dumps(golden.to_dict())) <= 32 * 1024
