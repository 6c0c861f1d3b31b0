"""What scripts/arm-check runs on each processor, and how it compares what came out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import tagship_runtime
from tagship_runtime.errors import TagshipError

ROWS = 3300
NEAR = {"float32": 1e-5, "float16": 1e-5, "int8": 1e-3, "int8_io": 1e-3}
"""How near scores are on every 64-bit processor. In ``int8``, a value in the middle between two steps may be rounded to
either, which was 3.2e-4 at most; kernels of the other recipes differ from processor to processor."""
OTHER_ENGINES = frozenset({"cortex-a7"})
"""Where another engine stands in, so that only float32 and float16 are near."""


def take(table: str, out: str, *folders: str) -> None:
    """Rows of a table as JSON, so that Arm needs no reader of tables."""
    from tagship_export.data.rows import read_rows

    found = (Path(folder, f"float32.{suffix}") for folder in folders for suffix in ("tflite", "onnx"))
    contract = tagship_runtime.load(next(path for path in found if path.exists())).contract
    names = [feature.name for feature in contract.features or ()]
    rows = read_rows(table, contract.labels, contract.features).table.select(names)
    Path(out).write_text(json.dumps(rows.slice(0, ROWS).to_pylist()))


def replay(rows: str, out: str, *artifacts: str) -> None:
    """Self-test and scores of each artifact on this processor."""
    features = json.loads(Path(rows).read_text())
    results: dict[str, np.ndarray] = {}
    for path in artifacts:
        try:
            model = tagship_runtime.load(path)
        except TagshipError as error:
            print(f"refused {path}: {error}", flush=True)
            continue
        test = model.selftest()
        verdict = "passed" if test.passed else "FAILED"
        print(f"{verdict} {path}: {test.max_difference:.2g}; {test.engine} on {test.machine}", flush=True)
        results[f"{path}|passed"] = np.array(test.passed)
        results[f"{path}|scores"] = model.predict_proba(features)
        results[f"{path}|thresholds"] = model.thresholds
    np.savez(out, **results)


def compare(folder: str) -> int:
    """Print how far each processor is from this one; 1 if a self-test failed or equal recipes are not equal."""
    here = np.load(Path(folder, "here.npz"))
    code = 0
    print(f"{'artifact':44} {'processor':11} {'self-test':9} {'max difference':>14} {'flips':>6} of")
    for file in sorted(Path(folder).glob("cortex-*.npz")):
        there = np.load(file)
        for path in [key.removesuffix("|scores") for key in here.files if key.endswith("|scores")]:
            if f"{path}|scores" not in there.files:
                print(f"{path[-44:]:44} {file.stem:11} refused")
                continue
            wanted, found, thresholds = here[f"{path}|scores"], there[f"{path}|scores"], here[f"{path}|thresholds"]
            difference = float(np.abs(found - wanted).max())
            flips = int(((found >= thresholds) != (wanted >= thresholds)).sum())
            passed, recipe = bool(there[f"{path}|passed"]), Path(path).stem
            bound = 1.0 if file.stem in OTHER_ENGINES and "int8" in recipe else NEAR.get(recipe, 1.0)
            wrong = not passed or not difference <= bound
            code |= wrong
            print(
                f"{path[-44:]:44} {file.stem:11} {'passed' if passed else 'FAILED':9} {difference:14.2g} "
                f"{flips:6,} {wanted.size:,}{'  differs' if wrong else ''}"
            )
    return int(code)


if __name__ == "__main__":
    sys.exit({"take": take, "replay": replay, "compare": compare}[sys.argv[1]](*sys.argv[2:]))
