"""Flash, stack and instructions that int8 in C would take, by the same generator; of the network alone.

Flash and stack as arm-none-eabi-gcc's at -Os, instructions of one row as counted by valgrind's callgrind on the host.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx

from tagship_export import export
from tagship_export.targets.c.network import network_of
from tagship_runtime.container import unpack

CALLS = 1000
CORES = {
    "M0": ["-mcpu=cortex-m0"],
    "M4F": ["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
}
HEAD = "#include <math.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n"
RUN = "\nvoid run(const float *inputs, float *scores) { network((void *)inputs, (void *)scores); }\n"
MAIN = """
void run(const float *inputs, float *scores);
int main(void) {
    static float inputs[%d], scores[%d];
    int call;
    for (call = 0; call < %d; ++call) {
        inputs[0] = (float)(call %% 25);
        run(inputs, scores);
    }
    return 0;
}
"""


def one_row(data: bytes) -> onnx.ModelProto:
    """The graph with a batch of one, as the C target makes it."""
    model = onnx.load_from_string(data)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    return model


def device(folder: Path, core: list[str]) -> tuple[int, int]:
    """Bytes of code and constants, and of the deepest function's stack."""
    command = ["arm-none-eabi-gcc", "-mthumb", *core, "-Os", "-std=c99", "-fstack-usage", "-c", "run.c", "-o", "run.o"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    sizing = ["arm-none-eabi-size", "run.o"]
    sized = subprocess.run(sizing, cwd=folder, check=True, capture_output=True, text=True)
    stacks = [int(line.split("\t")[1]) for line in (folder / "run.su").read_text().splitlines()]
    return int(sized.stdout.splitlines()[1].split()[0]), max(stacks)


def instructions(folder: Path) -> int:
    """Instructions of one row on the host."""
    command = ["gcc", "-std=c99", "-O2", "-ffp-contract=off", "run.c", "main.c", "-o", "program", "-lm"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    counting = ["valgrind", "--tool=callgrind", "--callgrind-out-file=out", "--toggle-collect=run", "./program"]
    counted = subprocess.run(counting, cwd=folder, check=True, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", counted.stderr)
    assert found is not None, counted.stderr
    return int(found[1]) // CALLS


def main() -> None:
    """Print a line for each recipe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="build/bench", help="a run of dense layers")
    run = Path(parser.parse_args().run)
    for tool in ("valgrind", "gcc", "arm-none-eabi-gcc"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed")
    with TemporaryDirectory() as name:
        folder = Path(name)
        export(run, folder, formats=["onnx"], recipes=["float32", "int8"])
        print(f"{'recipe':8} {'core':4} {'flash':>8} {'stack':>8} {'instructions':>12}")
        for recipe in ("float32", "int8"):
            model = one_row(unpack((folder / f"{recipe}.onnx").read_bytes()).payload)
            (folder / "run.c").write_text(HEAD + network_of(model.SerializeToString()) + RUN)
            graph = model.graph
            sizes = [value.type.tensor_type.shape.dim[1].dim_value for value in (graph.input[0], graph.output[0])]
            (folder / "main.c").write_text(MAIN % (*sizes, CALLS))
            counted = instructions(folder)
            for core, flags in CORES.items():
                flash, stack = device(folder, flags)
                print(f"{recipe:8} {core:4} {flash:8,} {stack:8,} {counted:12,}")


if __name__ == "__main__":
    main()
