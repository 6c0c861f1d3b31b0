"""C source: what it compiles to, what it encodes and scores, what it refuses."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest

from export.models import MODELS, mixed, spoken
from tagship_export import export, open_original
from tagship_export.errors import ConversionError, ExportError
from tagship_export.original.output_layer import with_sigmoid
from tagship_export.pipeline.export import export_all
from tagship_export.targets.c import network
from tagship_export.targets.c.compiler import NoCompilerError, find_compiler
from tagship_export.targets.c.encode import columns_of
from tagship_export.targets.c.harness import rows_as_bytes
from tagship_export.targets.c.names import Names, names_of
from tagship_export.targets.c.program import read_program
from tagship_export.targets.c.target import CTarget, host_files
from tagship_export.targets.registry import open_artifact
from tagship_runtime import container
from tagship_runtime.contract import CategoryFeature, Contract, NumericFeature
from tagship_runtime.errors import ArtifactError, EngineError, NotAScoreError
from tagship_runtime.features import encoder
from tagship_runtime.features.keras_text import KerasTextFeature
from tagship_runtime.loading import load, read_contract
from tagship_runtime.typing import Features

STRICT = ("-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
COMPILERS = {
    "gcc c99": ("gcc", "-std=c99", "-xc"),
    "clang c99": ("clang", "-std=c99", "-xc"),
    "g++ 17": ("g++", "-std=c++17", "-xc++"),
    "clang++ 11": ("clang++", "-std=c++11", "-xc++"),
}
NEAR = 1e-6  # measured, the most over all models: 2.4e-7 but for the article's raw numbers, 8.9e-7


@pytest.fixture(scope="session")
def c_files(article_run: Path, scaled_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Artifacts in C: of runs, of features of every kind, of input without columns."""
    folder = tmp_path_factory.mktemp("c")
    model, table, features = mixed()
    words = replace(open_original(model, labels=["a", "b"]), features=features)
    images, pixels = MODELS["images"]()
    signals, waves = MODELS["signals"]()
    made = {}
    for name, source, more in (
        ("article", article_run, {}),
        ("scaled", scaled_run, {"prefix": "scaled_"}),
        ("mixed", words, {"data": table, "prefix": "m_"}),
        ("images", images, {"data": pixels, "labels": ["one", "two", "three", "four"], "prefix": "i_"}),
        ("signals", signals, {"data": waves, "labels": list("abcde"), "prefix": "s_", "golden": "real"}),
    ):
        (artifact,) = export(source, folder / name, formats=["c"], **more)
        assert artifact.verification.passed, artifact.verification.faults
        made[name] = artifact.path
    return made


NAMES = ("article", "scaled", "mixed", "images", "signals")


def test_files(c_files: dict[str, Path]) -> None:
    assert [path.name for path in c_files.values()] == [
        "model.c", "scaled_model.c", "m_model.c", "i_model.c", "s_model.c",
    ]  # fmt: skip
    for path in c_files.values():
        assert path.with_suffix(".h").exists()
        _, contract = read_contract(path)
        assert contract.digest is not None
        assert contract.digest in path.with_name(f"{path.name}.json").read_text()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_compiles_without_a_warning(name: str, compiler: str, c_files: dict[str, Path], tmp_path: Path) -> None:
    command = COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [*command, *STRICT, "-O1", "-c", c_files[name], "-o", tmp_path / "model.o"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_no_heap_and_nothing_written_but_the_stack(name: str, c_files: dict[str, Path], tmp_path: Path) -> None:
    compiler = [*find_compiler(), "-O1", "-fno-pic"]  # else this system's loader would write to constant pointers
    subprocess.run([*compiler, "-c", c_files[name], "-o", tmp_path / "model.o"], check=True)
    symbols = subprocess.run(["nm", tmp_path / "model.o"], capture_output=True, text=True, check=True).stdout  # noqa: S607
    found = [line.split()[-2:] for line in symbols.splitlines()]
    prefix = names_of(c_files[name].read_bytes()).prefix
    assert [symbol for kind, symbol in found if kind in "bBCdD"] == []
    assert {symbol for kind, symbol in found if kind == "U"} <= {
        "expf", "memcpy", "strcmp", "fabsf", "fmaxf", "fminf", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_",
    }  # fmt: skip
    assert all(symbol.startswith(prefix) for kind, symbol in found if kind in "TR")


@pytest.mark.parametrize("name", MODELS)
def test_scores_as_keras(name: str) -> None:
    model, rows = MODELS[name]()
    model = with_sigmoid(model, logits=name == "logits")
    target = CTarget()
    runner = target.runner(target.convert(model, None))
    np.testing.assert_allclose(runner.scores(rows), model.predict(rows, verbose=0), rtol=0, atol=NEAR, equal_nan=False)
    runner.close()


def _strange_rows() -> tuple[tuple[Any, ...], Contract, list[list[Any]]]:
    features = (
        NumericFeature(name="Größe (cm)", fill=1.5, indicator=True),
        CategoryFeature(name="class", values=("", "ä", 'q"u\\o?te', "??/", "3")),
        NumericFeature(name="int"),
        NumericFeature(name="3d", fill=-0.1),
        CategoryFeature(name="Class", values=("true", "false")),
        CategoryFeature(name="none", values=()),
    )
    rows: list[list[Any]] = [
        [180.25, "ä", 1e30, None, "true", "x"],
        [None, None, -1, 7, "false", ""],
        [float("nan"), "", 0.1, 2**24 + 1, None, None],
        [3, 3.0, 1, 1, True, "y"],
        [-0.0, 'q"u\\o?te', 5, 5, "TRUE", "z"],
        [0, "??/", 0, 0, "unknown", "z"],
    ]
    return features, _contract(features, ["a*/b", 'x/*"y', "??/\\*", "\\u002a", "é" * 40]), rows


def _contract(features: tuple[Any, ...], labels: list[str]) -> Contract:
    from tagship_runtime.contract import TensorSpec

    width = sum(feature.width for feature in features)
    return Contract(
        labels=tuple(labels),
        thresholds=(0.5,) * len(labels),
        features=features,
        input=TensorSpec(name="features", dtype="float32", shape=(1, width)),
        output=TensorSpec(name="scores", dtype="float32", shape=(1, len(labels))),
        recipe="float32",
    )


def _network(inputs: int, labels: int) -> bytes:
    """A network that gives its first inputs back, cut to [0, 1]."""
    return (
        f"/* network: features {inputs}, scores {labels} */\n#include <stdint.h>\n"
        "static void network(const float *inputs, float *scores) {\n"
        f"    int i;\n    for (i = 0; i < {labels}; ++i) scores[i] = inputs[i] > 0.5f ? 1.0f : 0.25f;\n}}\n"
    ).encode()


def test_encodes_bit_for_bit_as_python(tmp_path: Path) -> None:
    features, contract, rows = _strange_rows()
    data = CTarget().embed(_network(contract.input.row_shape[0], 5), contract)
    program = host_files(data, contract, Names(), tmp_path)
    done = subprocess.run([program, "inputs"], input=rows_as_bytes(contract, rows), capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    want = encoder(features, contract.input.shape).encode(rows)
    assert done.stdout == want.tobytes()
    assert CTarget().unpack(data)[1] == replace(
        contract, digest=read_contract(data)[1].digest, source=read_contract(data)[1].source
    )
    assert [column.member for column in columns_of(contract)] == [
        "gr_e_cm", "class_", "int_", "x3d", "class__2", "none",
    ]  # fmt: skip
    for compiler, command in COMPILERS.items():
        if shutil.which(command[0]):
            file = tmp_path / "model.c"
            done = subprocess.run([*command, *STRICT, "-c", file, "-o", tmp_path / "x.o"], capture_output=True)
            assert done.stderr == b"", compiler


@pytest.mark.parametrize(("place", "cell", "number"), [(2, None, 3), (2, float("inf"), 3), (0, float("-inf"), 1)])
def test_what_python_refuses_c_refuses_by_its_number(
    place: int, cell: float | None, number: int, tmp_path: Path
) -> None:
    features, contract, rows = _strange_rows()
    rows[1][place] = cell
    with pytest.raises(ValueError, match="row 1"):
        encoder(features, contract.input.shape).encode(rows)
    program = host_files(CTarget().embed(_network(15, 5), contract), contract, Names(), tmp_path)
    done = subprocess.run([program, "inputs"], input=rows_as_bytes(contract, rows), capture_output=True, text=False)
    assert (done.returncode, done.stderr.decode().strip()) == (3, f"row 1: {number}")


def _library(path: Path, folder: Path) -> ctypes.CDLL:
    """Compile for a program that is not careful with floating point, and load it.

    Linked without ``-ffast-math``, which would let this process round its smallest numbers to 0 from then on.
    """
    compiler, part = find_compiler(), folder / "model.o"
    subprocess.run([*compiler, "-c", "-fPIC", "-O2", "-ffast-math", path, "-o", part], check=True)
    subprocess.run([*compiler, "-shared", part, "-o", folder / "model.so", "-lm"], check=True)
    return ctypes.CDLL(str(folder / "model.so"))


def test_nan_is_never_taken_for_a_number(c_files: dict[str, Path], tmp_path: Path, rows: Features) -> None:
    library = _library(c_files["article"], tmp_path)  # with -ffast-math, under which NaN compares as it likes
    inputs, scores, decisions = rows[0].copy(), np.zeros(3, np.float32), np.zeros(3, np.uint8)
    assert library.tagship_scores(ctypes.c_void_p(inputs.ctypes.data), ctypes.c_void_p(scores.ctypes.data)) == 0
    library.tagship_decide(ctypes.c_void_p(scores.ctypes.data), ctypes.c_void_p(decisions.ctypes.data))
    model = open_artifact(c_files["article"])
    assert decisions.tolist() == model.decide(model.runner.scores(rows[:1]))[0].tolist()
    for wrong in (np.nan, np.inf, -np.inf):
        inputs[4] = wrong
        for function in (library.tagship_scores, library.tagship_encode):
            assert function(ctypes.c_void_p(inputs.ctypes.data), ctypes.c_void_p(scores.ctypes.data)) == 5
    assert library.tagship_selftest(ctypes.c_void_p(scores.ctypes.data)) == 0
    assert sys.float_info.min / 2 > 0


def test_two_models_in_one_program(c_files: dict[str, Path], tmp_path: Path) -> None:
    main = tmp_path / "main.c"
    main.write_text(
        '#include <stdio.h>\n#include "model.h"\n#include "scaled_model.h"\n'
        "int main(void) {\n    float largest;\n"
        '    printf("%d %d ", tagship_selftest(&largest), scaled_selftest(&largest));\n'
        '    printf("%d %d", TAGSHIP_LABELS, SCALED_LABELS);\n'
        "    return 0;\n}\n"
    )
    files = (c_files["article"], c_files["scaled"])
    include = [f"-I{path.parent}" for path in files]
    program = tmp_path / "program"
    subprocess.run([*find_compiler(), *include, main, *files, "-o", program, "-lm"], check=True)
    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "0 0 3 3"


def test_a_changed_byte_is_refused(c_files: dict[str, Path]) -> None:
    data = c_files["article"].read_bytes()
    for place in (60, len(data) // 2, data.rindex(b'TAGSHIP_SEAL("') + 20, len(data) - 200, len(data) - 2):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(ArtifactError):
            open_artifact(bytes(changed))
    for cut in (data[:-1], data[: len(data) // 2], data + b"\n"):
        with pytest.raises(ArtifactError):
            open_artifact(cut)


def test_the_runtime_reads_the_contract_and_loads_no_c(c_files: dict[str, Path]) -> None:
    format, contract = read_contract(c_files["mixed"])
    assert (format.name, contract.labels) == ("c", ("a", "b"))
    with pytest.raises(EngineError, match="built into a program"):
        load(c_files["mixed"])


def test_a_changed_weight_fails_its_verification(
    c_files: dict[str, Path], article_run: Path, tmp_path: Path, tagship: Callable[..., Any]
) -> None:
    assert tagship("verify", article_run, c_files["article"]).code == 0
    payload, contract = CTarget().unpack(c_files["article"].read_bytes())
    assert contract is not None
    changed = re.sub(rb"(weights_3\[16\]\[32\] = \{\s*\{\s*)-?[\d.e-]+f", rb"\g<1>9.0f", payload, count=1)
    assert changed != payload
    path = tmp_path / "model.c"
    path.write_bytes(container.attach(changed, contract))
    done = tagship("verify", article_run, path)
    assert done.code == 1
    assert "FAILED" in done.out


def test_same_bytes_each_time(article_run: Path, c_files: dict[str, Path], tmp_path: Path) -> None:
    export(article_run, tmp_path, formats=["c"])
    for suffix in (".c", ".h", ".c.json"):
        name = f"model{suffix}"
        assert (tmp_path / name).read_bytes() == (c_files["article"].parent / name).read_bytes()


def test_a_tokenizer_that_c_does_not_know_is_refused_by_name() -> None:
    contract = _contract((KerasTextFeature(name="body", vocabulary=("a",)),), ["a"])
    said = r"feature 'body' is of kind 'text' by the tokenizer 'keras-1', which C does not encode"
    with pytest.raises(ConversionError, match=said):
        CTarget().embed(_network(2, 1), contract)


def test_a_kind_that_c_does_not_encode_is_refused_by_name() -> None:
    class Sound(NumericFeature):
        kind = "sound"

    contract = _contract((Sound(name="voice"),), ["a"])
    with pytest.raises(ConversionError, match=r"feature 'voice' is of kind 'sound', which C does not encode"):
        CTarget().embed(_network(1, 1), contract)


@pytest.mark.parametrize("prefix", ["", "3d_", "a-b", "x" * 33, "_a"])
def test_prefixes_that_are_none(prefix: str) -> None:
    with pytest.raises(ExportError, match="prefix is"):
        CTarget(prefix)


def test_no_compiler_is_told_in_a_line(
    article_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tagship: Callable[..., Any]
) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCompilerError):
        find_compiler()
    done = tagship("export", article_run, "--out", tmp_path / "out", "--formats", "c")
    assert done.code == 2
    assert re.fullmatch(r"tagship: error: C is proved by compiling it, .*\n", done.err)
    assert not (tmp_path / "out" / "model.c").exists()


def test_batches_are_refused(article_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="one row at a time, not a batch of 4"):
        export(article_run, tmp_path, formats=["c"], batch=4)


def test_text_of_another_form_is_refused() -> None:
    for text in ("", "void other(void) {\n}\n", "void tagship_network(const float a[1][2]) {\n}\n"):
        with pytest.raises(ConversionError, match="another form"):
            read_program(text)


def test_too_much_stack_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "MOST_STACK", 100)
    with pytest.raises(ConversionError, match="192 bytes of stack"):
        CTarget().convert(MODELS["article"]()[0], None)


def test_a_score_that_is_none(tmp_path: Path) -> None:
    contract = _contract((NumericFeature(name="x"),), ["a"])
    spoiled = _network(1, 1).replace(b"1.0f : 0.25f", b"2.0f : 0.25f")
    runner = CTarget().runner(spoiled, contract)
    assert runner.scores(np.zeros((2, 1), np.float32)).tolist() == [[0.25], [0.25]]
    with pytest.raises(NotAScoreError, match=r"row 1"):
        runner.scores(np.array([[0], [1]], np.float32))


def test_words_with_a_null_character_are_refused() -> None:
    contract = _contract((CategoryFeature(name="w", values=("a\0b",)),), ["a"])
    with pytest.raises(ConversionError, match="null character"):
        CTarget().embed(_network(1, 1), contract)


def test_rows_of_a_table(c_files: dict[str, Path]) -> None:
    """Words, fills and indicators, as the run's own rows have them."""
    _, table, _ = mixed()
    model = open_artifact(c_files["mixed"])
    scores = model.scores(table)
    assert scores.shape == (table.num_rows, 2)
    assert isinstance(table, pyarrow.Table)


@pytest.mark.parametrize("name", ["article", "scaled", "mixed"])
def test_golden_rows_show_single_changes(name: str, c_files: dict[str, Path]) -> None:
    """Changes are tried on the graph that the C is made from."""
    _, contract = read_contract(c_files[name])
    golden = contract.golden
    assert golden is not None
    assert golden.changes is not None
    assert golden.caught is not None
    assert golden.changes >= 12
    assert golden.caught >= 0.99 * golden.changes


def test_without_a_proof_the_contract_says_so(
    article_run: Path, c_files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setenv("CC", "no-such-compiler")
        done = export_all(article_run, tmp_path, formats=["c"], proof=False)
    (artifact,) = done.artifacts
    assert "nothing is proved" in (artifact.verification.unproven or "")
    assert done.recommended == ()
    assert artifact.one_row_us == 0
    assert done.passed
    report = (tmp_path / "report.html").read_text()
    assert "not proved" in report
    assert "Nothing is proved of the .c file" in report
    _, contract = read_contract(artifact.path)
    assert contract.parity is None
    assert contract.quality is None
    assert contract.source["proof"].startswith("none: the C was not compiled")
    assert contract.golden is not None
    _, proven = read_contract(c_files["article"])
    assert proven.parity is not None
    assert "proof" not in proven.source
    code, other = (path.read_bytes().split(b'TAGSHIP_SEAL("')[0] for path in (artifact.path, c_files["article"]))
    assert code.split(b"golden_scores")[0] == other.split(b"golden_scores")[0]


def test_an_arduino_library_without_c_is_a_usage_error(
    article_run: Path, tmp_path: Path, tagship: Callable[..., Any]
) -> None:
    done = tagship("export", article_run, "--out", tmp_path / "out", "--arduino")
    assert (done.code, done.err) == (2, "tagship: error: --arduino is made from c; add it to --formats\n")


def test_names_that_are_taken(tmp_path: Path) -> None:
    """A label called as the enum's last name, features as macros and words of C, texts longer than a literal may be."""
    model, table, features = spoken()
    names = ("title", "math_errhandling", "int")
    long = ['it\'s "long" \\ \u00e9? ' * 400] * len(table)
    renamed = tuple(replace(feature, name=name) for feature, name in zip(features, names, strict=True))
    columns = pyarrow.table([long, table["body"], table["size"]], names=names)
    original = replace(open_original(model, labels=["count", "Count"]), features=renamed)
    (artifact,) = export(original, tmp_path, data=columns, formats=["c"], golden="real")
    source, header = artifact.path.read_text(), artifact.path.with_suffix(".h").read_text()
    assert "TAGSHIP_LABEL_COUNT_, /* count */" in header
    assert "golden_text_1[]" in source
    for command in COMPILERS.values():
        if shutil.which(command[0]) is not None:
            done = subprocess.run(
                [*command, *STRICT, "-c", artifact.path, "-o", tmp_path / "model.o"], capture_output=True, text=True
            )
            assert (done.returncode, done.stderr) == (0, "")


def test_a_prefix_that_gives_names_used_inside(article_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="gives 'golden_scores', a name that is used inside"):
        export(article_run, tmp_path, formats=["c"], prefix="golden_")
