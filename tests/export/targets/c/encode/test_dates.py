"""Dates in C give the inputs that the runtime gives, bit for bit."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tagship_export.targets.c.compiler import NoCompilerError, find_compiler
from tagship_export.targets.c.encode.date import DateInC
from tagship_runtime.contract import DateFeature
from tagship_runtime.features import encoder
from tagship_runtime.features.moments import FIRST, LAST

WHOLE = DateFeature(
    name="d", since="2024-06-15", fill="1969-12-31T23:59:59.999", indicator=True, parts=("month", "weekday")
)
STRICT = DateFeature(name="d", since="2024-06-15", parts=("weekday", "month"))
MISSING = -(2**63)


def library(feature: DateFeature, folder: Path) -> ctypes.CDLL:
    try:
        compiler = find_compiler()
    except NoCompilerError:
        pytest.skip("there is no compiler of C on this machine")
    in_c = DateInC(feature)
    source = folder / "date.c"
    lines = [
        "#include <stdint.h>",
        f"typedef struct {{ {in_c.declaration('day')} }} one_row;",
        *in_c.support(),
        "int encode(const one_row *row, float *inputs) {",
        *in_c.statements("day", 0, 7),
        "return 0;\n}",
    ]
    source.write_text("\n".join(lines) + "\n")
    strict = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O2"]
    strict += ["-fsanitize=undefined", "-fno-sanitize-recover"]
    subprocess.run([*compiler, *strict, source, "-o", folder / "date.so"], check=True)
    return ctypes.CDLL(str(folder / "date.so"))


@pytest.mark.parametrize("feature", [WHOLE, STRICT], ids=["filled", "strict"])
def test_moments(feature: DateFeature, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    moments = [0, -1, 1, FIRST, LAST - 1, *random.integers(FIRST, LAST, 2000).tolist()]
    moments += random.integers(-(10**12), 2 * 10**12, 2000).tolist()
    want = encoder((feature,), (None, feature.width)).encode({"d": np.array(moments, "M8[ms]")})
    encode = library(feature, tmp_path).encode
    into = np.zeros(feature.width, np.float32)
    for moment, row in zip(moments, want, strict=True):
        assert encode(ctypes.byref(ctypes.c_int64(moment)), ctypes.c_void_p(into.ctypes.data)) == 0
        assert into.tolist() == row.tolist(), moment


@pytest.mark.parametrize("feature", [WHOLE, STRICT], ids=["filled", "strict"])
def test_what_is_missing_or_of_no_year(feature: DateFeature, tmp_path: Path) -> None:
    encode = library(feature, tmp_path).encode
    into = np.ones(feature.width, np.float32)
    for moment in (FIRST - 1, LAST, 2**62, MISSING + 1):
        assert encode(ctypes.byref(ctypes.c_int64(moment)), ctypes.c_void_p(into.ctypes.data)) == 7
    code = encode(ctypes.byref(ctypes.c_int64(MISSING)), ctypes.c_void_p(into.ctypes.data))
    if feature.fill is None:
        assert code == 7
        return
    want = encoder((feature,), (None, feature.width)).encode([{"d": None}])
    assert code == 0
    assert into.tolist() == want[0].tolist()


def test_cells_of_golden_rows() -> None:
    in_c = DateInC(WHOLE)
    assert in_c.initializer("1970-01-02") == "INT64_C(86400000)"
    assert in_c.initializer(None) == "INT64_MIN"
    assert in_c.write("1970-01-02") == (86_400_000).to_bytes(8, "little")
    assert in_c.write(None) == (1 << 63).to_bytes(8, "little")
