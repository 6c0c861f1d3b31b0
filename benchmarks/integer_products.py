"""Products of stored integers in ONNX Runtime: exact, as the runtime computes them, against its default."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

import tagship_runtime
from tagship_runtime.container import unpack
from tagship_runtime.engines.onnx import EXACT_PRODUCTS

ROUNDS, CALLS, ROWS = 15, 100, 4096


def session(payload: bytes, *settings: tuple[str, str], optimized: bool = True) -> Any:
    """Open a session of one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    for setting in settings:
        options.add_session_config_entry(*setting)
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(payload, options, providers=["CPUExecutionProvider"])


def seconds(compute: Any, rows: np.ndarray, calls: int) -> float:
    """Return what a call takes."""
    start = time.perf_counter()
    for _ in range(calls):
        compute.run(None, {"features": rows})
    return (time.perf_counter() - start) / calls


def main() -> None:
    """Print, for each artifact, time over the default's and the largest difference to the graph as it stands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("artifacts", nargs="+", type=Path)
    for path in parser.parse_args().artifacts:
        model, payload = tagship_runtime.load(path), unpack(path.read_bytes()).payload
        golden = np.array(model.contract.golden.rows, np.float32)  # type: ignore[union-attr]
        rows = np.resize(golden, (ROWS, golden.shape[1]))
        default, exact, plain = session(payload), session(payload, *EXACT_PRODUCTS), session(payload, optimized=False)
        ratios = []
        for some, calls in ((rows[:1], CALLS), (rows, 3)):
            best = [float("inf")] * 2
            for _ in range(ROUNDS):
                for place, one in enumerate((default, exact)):
                    best[place] = min(best[place], seconds(one, some, calls))
            ratios.append(best[1] / best[0])
        want = plain.run(None, {"features": golden})[0]
        off = [float(np.abs(one.run(None, {"features": golden})[0] - want).max()) for one in (default, exact)]
        print(
            f"{path.name}: one row {ratios[0]:.2f}x, {ROWS} rows {ratios[1]:.2f}x the default's time; "
            f"off by {off[1]:.1g} instead of {off[0]:.1g}"
        )


if __name__ == "__main__":
    main()
