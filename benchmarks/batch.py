"""A million rows to decisions: tagship against hand-tuned loops on the same engine, with one and two threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from comparison import Line, compare, parser, show

import tagship_runtime
from tagship_runtime.container import unpack

CHUNKS = (2048, 4096, 8192, 16384)
"""Sizes that the loops by hand are tried with; the best of them is the peer."""

Loop = Callable[[np.ndarray, np.ndarray], None]
"""Fills decisions (second) for features (first)."""


def litert(payload: bytes, thresholds: np.ndarray, chunk: int) -> Loop:
    """By hand: one interpreter at a fixed size, thresholds repeated, decisions written in place."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter: Any = Interpreter(model_content=payload, num_threads=1)
    into, out = interpreter.get_input_details()[0], interpreter.get_output_details()[0]["index"]
    interpreter.resize_tensor_input(into["index"], (chunk, *into["shape"][1:]))
    interpreter.allocate_tensors()
    repeated = np.tile(thresholds, (chunk, 1))

    def loop(features: np.ndarray, decisions: np.ndarray) -> None:
        for start in range(0, len(features), chunk):
            interpreter.set_tensor(into["index"], features[start : start + chunk])
            interpreter.invoke()
            np.greater_equal(interpreter.get_tensor(out), repeated, out=decisions[start : start + chunk])

    return loop


def onnx(payload: bytes, thresholds: np.ndarray, chunk: int) -> Loop:
    """By hand: ``run`` on views, thresholds repeated, decisions written in place."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])
    repeated = np.tile(thresholds, (chunk, 1))

    def loop(features: np.ndarray, decisions: np.ndarray) -> None:
        for start in range(0, len(features), chunk):
            scores = session.run(None, {"features": features[start : start + chunk]})[0]
            np.greater_equal(scores, repeated, out=decisions[start : start + chunk])

    return loop


PEERS = {"tflite": litert, "onnx": onnx}


def measure(path: Path, threads: int, rows: int, rounds: int) -> list[Line]:
    """The loops by hand at every chunk size, and tagship."""
    model = tagship_runtime.load(path, threads=threads)
    payload = unpack(path.read_bytes()).payload
    rows -= rows % (max(CHUNKS) * threads)  # so that the loops by hand need no remainder
    golden = np.array(model.contract.golden.rows, np.float32)  # type: ignore[union-attr]
    features = np.random.default_rng(0).uniform(golden.min(axis=0), golden.max(axis=0), (rows, 6)).astype(np.float32)
    decisions = np.empty((rows, len(model.labels)), bool)
    pool = ThreadPoolExecutor(threads)

    def by_hand(chunk: int) -> Callable[[], object]:
        loops = [PEERS[path.suffix[1:]](payload, model.thresholds, chunk) for _ in range(threads)]
        shares = [slice(rows * i // threads, rows * (i + 1) // threads) for i in range(threads)]
        if threads == 1:
            return lambda: loops[0](features, decisions)
        return lambda: list(pool.map(lambda loop, part: loop(features[part], decisions[part]), loops, shares))

    contestants: dict[str, Callable[[], object]] = {f"by hand, chunks of {chunk}": by_hand(chunk) for chunk in CHUNKS}
    for call in contestants.values():
        decisions[:] = False
        call()
        assert (decisions == model.predict(features)).all()
    contestants["predict"] = lambda: model.predict(features)
    what = f"{rows:,} rows, {path.name}, {threads} thread{'s' * (threads > 1)}"
    first = compare(what, next(iter(contestants)), contestants, rounds=max(2, rounds // 4), calls=1, unit="ms")
    best = min((line for line in first if line.name != "predict"), key=lambda line: line.median).name
    pair = {best: contestants[best], "predict": contestants["predict"]}
    lines = compare(what, best, pair, rounds=rounds, calls=1, unit="ms", limits={"predict": 1.05})
    pool.shutdown()
    return lines


def main() -> None:
    """Run it."""
    options = parser(__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    chosen = options.parse_args()
    rounds = 6 if chosen.quick else 40
    show(
        [
            line
            for kind in PEERS
            for threads in (1, 2)
            for line in measure(Path(chosen.artifacts) / f"float32.{kind}", threads, chosen.rows, rounds)
        ],
        chosen,
    )


if __name__ == "__main__":
    main()
