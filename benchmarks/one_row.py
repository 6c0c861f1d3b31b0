"""One row to thresholded decisions: tagship against the bare engine, and with --keras against Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from comparison import Line, compare, parser, show

import tagship_runtime
from tagship_runtime.container import unpack


def litert(payload: bytes, row: np.ndarray, thresholds: np.ndarray) -> Callable[[], np.ndarray]:
    """By hand: the documented calls, and thresholds of the scores' own shape, which NumPy compares fastest."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=payload, num_threads=1)
    interpreter.allocate_tensors()
    into, out = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def decide() -> np.ndarray:
        interpreter.set_tensor(into, row)
        interpreter.invoke()
        return interpreter.get_tensor(out) >= thresholds

    return decide


def onnx(payload: bytes, row: np.ndarray, thresholds: np.ndarray) -> Callable[[], np.ndarray]:
    """By hand: the documented call, on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"features": row})[0] >= thresholds


PEERS = {"tflite": (litert, "LiteRT Interpreter", 1.2), "onnx": (onnx, "InferenceSession.run", 0.8)}


def measure(path: Path, rounds: int) -> list[Line]:
    """Tagship's ways for one row, all with their checks, against the engine's."""
    model = tagship_runtime.load(path)
    row = np.array([model.contract.golden.rows[0]], np.float32)  # type: ignore[union-attr]
    numbers = row[0].tolist()
    peer, name, limit = PEERS[path.suffix[1:]]
    by_hand = peer(unpack(path.read_bytes()).payload, row, model.thresholds[None].copy())
    assert (by_hand() == model.predict(row)).all()
    contestants: dict[str, Callable[[], object]] = {
        name: by_hand,
        "predict(array)": lambda: model.predict(row),
        "predict_one(list)": lambda: model.predict_one(numbers),
        "predict_one(array)": lambda: model.predict_one(row[0]),
    }
    return compare(
        f"one row, {path.name}",
        name,
        contestants,
        rounds=rounds,
        calls=200,
        unit="us",
        limits={"predict(array)": limit},
    )


def measure_keras(path: Path, original: Path, rounds: int) -> list[Line]:
    """Factors against the model that the artifact was made from; the peer is tagship."""
    import keras

    keras.utils.disable_interactive_logging()
    model, network = tagship_runtime.load(path), keras.saving.load_model(original)
    row = np.array([model.contract.golden.rows[0]], np.float32)  # type: ignore[union-attr]
    return compare(
        f"one row, {path.name} against Keras",
        "predict(array)",
        {
            "predict(array)": lambda: model.predict(row),
            "keras model(x)": lambda: np.asarray(network(row)) >= model.thresholds,
            "keras model.predict": lambda: network.predict(row) >= model.thresholds,
        },
        rounds=rounds,
        calls=3,
        unit="us",
    )


def main() -> None:
    """Run it."""
    options = parser(__doc__)
    options.add_argument("--keras", metavar="FILE", help="the model that the artifacts were made from")
    chosen = options.parse_args()
    lines = [
        line
        for kind in PEERS
        for line in measure(Path(chosen.artifacts) / f"float32.{kind}", 20 if chosen.quick else 200)
    ]
    if chosen.keras:
        lines += measure_keras(Path(chosen.artifacts) / "float32.tflite", Path(chosen.keras), 3 if chosen.quick else 15)
    show(lines, chosen)


if __name__ == "__main__":
    main()
