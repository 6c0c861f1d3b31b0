"""A new process to its first decision: import, load, one row; tagship against the bare engine, and against Keras."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from comparison import Line, parser, show, summarize

from tagship_runtime import load
from tagship_runtime.container import unpack

TAGSHIP = """
import tagship_runtime
print(tagship_runtime.load({path!r}).predict([{row}]).tolist())
"""

LITERT = """
import numpy as np
from ai_edge_litert.interpreter import Interpreter
interpreter = Interpreter(model_path={payload!r}, num_threads=1)
interpreter.allocate_tensors()
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.array([{row}], np.float32))
interpreter.invoke()
scores = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
print((scores >= np.array({thresholds}, np.float32)).tolist())
"""

ONNX = """
import numpy as np
import onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession({payload!r}, options, providers=["CPUExecutionProvider"])
scores = session.run(None, {{"features": np.array([{row}], np.float32)}})[0]
print((scores >= np.array({thresholds}, np.float32)).tolist())
"""

KERAS = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import keras
model = keras.saving.load_model({original!r})
print((model.predict(np.array([{row}], np.float32), verbose=0) >= np.array({thresholds}, np.float32)).tolist())
"""


def measure(path: Path, original: str | None, rounds: int) -> list[Line]:
    """Processes in turn."""
    model = load(path)
    golden = model.contract.golden
    assert golden is not None
    with TemporaryDirectory() as folder:
        payload = Path(folder) / f"model{path.suffix}"
        payload.write_bytes(unpack(path.read_bytes()).payload)
        facts = {
            "path": str(path),
            "payload": str(payload),
            "original": original,
            "row": list(golden.rows[0]),
            "thresholds": list(model.contract.thresholds),
        }
        name, by_hand = {".tflite": ("LiteRT by hand", LITERT), ".onnx": ("ONNX Runtime by hand", ONNX)}[path.suffix]
        codes = {name: by_hand, "tagship": TAGSHIP}
        samples: dict[str, list[list[float]]] = {key: [] for key in codes}
        answers = set()
        for number in range(rounds + 1):
            for key, code in codes.items():
                seconds, answer = _run(code.format(**facts))
                answers.add(answer)
                if number:  # the first round fills the disk's cache
                    samples[key].append([seconds])
        if original:
            times = [_run(KERAS.format(**facts)) for _ in range(2)]
            answers |= {answer for _, answer in times}
            samples["Keras"] = [[min(seconds for seconds, _ in times)]] * rounds
        assert len(answers) == 1, answers
    return summarize(f"cold start, {path.name}", name, samples, unit="ms", limits={"tagship": 1.15})


def _run(code: str) -> tuple[float, str]:
    # Installed packages are compiled; this workspace is too, after the first round, unless it is forbidden to be.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    """Run it."""
    options = parser(__doc__)
    options.add_argument("--keras", metavar="FILE", help="the model that the artifacts were made from")
    chosen = options.parse_args()
    folder, rounds = Path(chosen.artifacts), 3 if chosen.quick else 20
    lines = measure(folder / "float32.tflite", chosen.keras, rounds) + measure(folder / "float32.onnx", None, rounds)
    show(lines, chosen)


if __name__ == "__main__":
    main()
