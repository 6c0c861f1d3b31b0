"""Instructions of one row: the exported C against the plainest C that somebody would write for the same layers.

Counted by valgrind's callgrind, which gives the same number each time.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx

from tagship_export import export
from tagship_export.targets.onnx.convert import convert

LIMIT = 1.05
CALLS = 1000
COMPILERS = (("gcc", "-O2"), ("gcc", "-Os"), ("gcc", "-O3"), ("clang", "-O2"), ("clang", "-Os"))

MAIN = """
#include <stdio.h>
int run(const float *inputs, float *scores);
int main(void) {
    float inputs[%(inputs)d] = {6.0f, 23.0f, 0.0f, 4.0f, 8.0f, 8.0f}, scores[%(labels)d];
    int call;
    for (call = 0; call < %(calls)d; ++call) {
        inputs[0] = (float)(call %% 25);
        if (run(inputs, scores)) return 1;
    }
    for (call = 0; call < %(labels)d; ++call) printf("%%.6f ", (double)scores[call]);
    return 0;
}
"""

EXPORTED = (
    '#include "model.c"\nint run(const float *inputs, float *scores) { return tagship_scores(inputs, scores); }\n'
)


def numbers(values: Any) -> str:
    """An array as C initializers."""
    return ", ".join(f"{np.float32(value)!s}f" for value in np.ravel(values))


def plainest(model: Any) -> str:
    """A loop for each layer, weights as [output][input], no checks: for chains of dense layers."""
    graph = onnx.load_from_string(convert(model)).graph
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    layers: list[list[Any]] = []
    for node in graph.node:
        if node.op_type == "Gemm":
            layers.append([constants[node.input[1]].T, constants[node.input[2]], ""])
        else:
            layers[-1][2] = {"Relu": "sum > 0.0f ? sum : 0.0f", "Sigmoid": "1.0f / (1.0f + expf(-sum))"}[node.op_type]
    text, calls, source = "#include <math.h>\n", "", "inputs"
    for number, (weights, bias, activation) in enumerate(layers):
        outputs, inputs = weights.shape
        target = "scores" if number == len(layers) - 1 else f"hidden{number}"
        text += f"static const float w{number}[{outputs}][{inputs}] = {{{numbers(weights)}}};\n"
        text += f"static const float b{number}[{outputs}] = {{{numbers(bias)}}};\n"
        calls += f"    float {target}[{outputs}];\n" if target != "scores" else ""
        calls += f"    for (j = 0; j < {outputs}; ++j) {{\n        float sum = b{number}[j];\n"
        calls += f"        for (i = 0; i < {inputs}; ++i) sum += {source}[i] * w{number}[j][i];\n"
        calls += f"        {target}[j] = {activation};\n    }}\n"
        source = target
    return f"{text}int run(const float *inputs, float *scores) {{\n    int i, j;\n{calls}    return 0;\n}}\n"


def instructions(folder: Path, source: str, compiler: tuple[str, str], main: str) -> tuple[int, str]:
    """Instructions within ``run`` for all calls, and what the program printed."""
    (folder / "run.c").write_text(source)
    (folder / "main.c").write_text(main)
    name, level = compiler
    command = [name, "-std=c99", level, "-ffp-contract=off", "run.c", "main.c", "-o", "program", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    counting = ["valgrind", "--tool=callgrind", "--callgrind-out-file=out", "--toggle-collect=run", "./program"]
    counted = subprocess.run(
        counting,
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"Collected : (\d+)", counted.stderr)
    assert found is not None, counted.stderr
    return int(found[1]) // CALLS, counted.stdout


def main() -> int:
    """Measure with each compiler and print ratios; 1 if gcc -O2, with which artifacts are proved, is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run", default="build/bench", help="a run of dense layers in a chain, such as --preset article"
    )
    run = Path(parser.parse_args().run)
    for tool in ("valgrind", "gcc"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed")
    import keras

    model = keras.saving.load_model(run / "model.keras")
    sizes = {"inputs": model.input_shape[1], "labels": model.output_shape[1], "calls": CALLS}
    with TemporaryDirectory() as name:
        folder = Path(name)
        export(run, folder, formats=["c"])
        worst = 0.0
        print(f"{'compiler':12} {'plainest':>9} {'exported':>9} ratio   instructions of one row's scores")
        for compiler in COMPILERS:
            if shutil.which(compiler[0]) is None:
                continue
            hand, wanted = instructions(folder, plainest(model), compiler, MAIN % sizes)
            made, found = instructions(folder, EXPORTED, compiler, MAIN % sizes)
            assert np.allclose(*(np.array(text.split(), float) for text in (wanted, found)), rtol=0, atol=2e-6)
            print(f"{' '.join(compiler):12} {hand:9,} {made:9,} {made / hand:5.3f}")
            worst = max(worst, made / hand) if compiler == COMPILERS[0] else worst
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
