"""The programs in docs/readers read contracts and encode rows as the runtime does."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.errors import InputError
from tagship_runtime.features import encoder

ROOT = Path(__file__).parents[2]
READERS, CHECKS = ROOT / "docs" / "readers", Path(__file__).parent / "readers"
ODD = [
    [54.0, "F", 1.5],
    [None, None, 20],
    ["", "M", "12.5"],
    ["NA", "m", 1e30],
    [" 7 ", True, True],
    [7, 2.0, 0],
    [1, "F", None],  # no fill
    [1, "F", 1e39],  # infinite in float32
    [1, "F", "words"],
    [1, "F"],
]
"""Rows for ``mixed()`` in export.models; what the runtime refuses, a reader refuses."""

Reader = Callable[[Path, Sequence[Any]], dict[str, Any]]


def expected(path: Path, rows: Sequence[Any]) -> dict[str, Any]:
    """What the runtime makes of rows, and which labels the golden scores give."""
    contract = container.unpack(path.read_bytes()).contract
    assert contract is not None
    assert contract.golden is not None
    encode = encoder(contract.features, contract.input.shape).encode
    encoded, errors = [], 0
    for row in rows:
        try:
            encoded.append(encode([row])[0].ravel().tolist())
        except InputError:
            errors += 1
    on = [[name for name, yes in zip(contract.labels, row, strict=True) if yes] for row in contract.golden.decisions]
    return {"encoded": encoded, "errors": errors, "on": on, "wrong": "refused"}


def run(command: Sequence[object], rows: Sequence[Any]) -> dict[str, Any]:
    done = subprocess.run(
        [str(part) for part in command], input=json.dumps(rows), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def javascript() -> Reader:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    library = (READERS / "contract.mjs").as_uri()
    return lambda path, rows: run([node, CHECKS / "check.mjs", library, path], rows)


@pytest.fixture(scope="module")
def cpp(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    compiler = shutil.which("g++")
    if compiler is None or not Path("/usr/include/nlohmann/json.hpp").exists():
        pytest.skip("g++ or nlohmann/json (Debian: nlohmann-json3-dev) is not on this machine")
    program = tmp_path_factory.mktemp("cpp") / "check"
    strict: list[str | Path] = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", READERS]
    done = subprocess.run([compiler, *strict, CHECKS / "check.cpp", "-o", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return lambda path, rows: run([program, path if path.suffix == ".tflite" else f"{path}.json"], rows)


@pytest.fixture(scope="module")
def kotlin(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    compiler, java = shutil.which("kotlinc"), shutil.which("java")
    libraries = Path("/usr/share/java")
    jars = [libraries / "com.android.json.jar", libraries / "kotlin-stdlib.jar"]
    if compiler is None or java is None or not all(jar.exists() for jar in jars):
        pytest.skip("kotlinc, java or org.json (Debian: kotlin, libandroid-json-java) is not on this machine")
    program = tmp_path_factory.mktemp("kotlin") / "check.jar"
    names = ("Contract.kt", "Times.kt", "Words.kt", "Characters.kt")
    sources = [*(READERS / name for name in names), CHECKS / "Check.kt"]
    done = subprocess.run([compiler, "-cp", jars[0], *sources, "-d", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    classes = ":".join(str(jar) for jar in (program, *jars))
    return lambda path, rows: run(
        [java, "-cp", classes, "tagship.CheckKt", path if path.suffix == ".tflite" else f"{path}.json"], rows
    )


@pytest.mark.parametrize("language", ["javascript", "cpp", pytest.param("kotlin", marks=pytest.mark.slow)])
def test_other_languages_read_encode_and_decide(
    language: str, every_kind: dict[str, Path], request: pytest.FixtureRequest
) -> None:
    reader: Reader = request.getfixturevalue(language)
    names = ["plain float32.tflite", "mixed float32.tflite", "mixed int8.onnx", "images int8_io.tflite"]
    for name in [*names, "one image float32.onnx"]:
        path = every_kind[name]
        contract = tagship_runtime.load(path).contract
        assert contract.golden is not None
        rows = [*contract.golden.rows, *(ODD if name.startswith("mixed") else [])]
        found, want = reader(path, rows), expected(path, rows)
        if name.startswith("mixed"):
            assert want["errors"] == 4
        np.testing.assert_array_equal(np.array(found["encoded"], np.float32), np.array(want["encoded"], np.float32))
        assert {key: found[key] for key in ("errors", "on", "wrong")} == {
            key: want[key] for key in ("errors", "on", "wrong")
        }, name
        assert found["replayed"] == 0
        if language == "javascript":  # the one that takes both kinds of file apart
            assert found["model"] == len(container.unpack(path.read_bytes()).payload)
            assert found["refused"] == 32
        if language == "cpp":
            spec = {"scale": 0.5, "zero_point": -3, "dtype": np.dtype(np.int8)}
            from tagship_runtime.engines.quantization import quantize

            numbers = np.array([-1000, 0.6, 1.25, 1000], np.float32)
            assert found["quantized"] == quantize(numbers, **spec).tolist()  # type: ignore[arg-type]
            assert found["dequantized"] == [(-128 + 3) * 0.5, (127 + 3) * 0.5]


@pytest.fixture(scope="module")
def reader() -> ModuleType:
    """docs/readers/reader.py as a module."""
    spec = importlib.util.spec_from_file_location("reader", READERS / "reader.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_python_without_tagship_scores_as_the_runtime(reader: ModuleType, every_kind: dict[str, Path]) -> None:
    for name, path in every_kind.items():
        model = tagship_runtime.load(path)
        contract, run_engine = (reader.open_tflite if path.suffix == ".tflite" else reader.open_onnx)(str(path))
        if contract["golden"] is None:
            continue
        difference, flips = reader.replay(contract, run_engine)
        assert difference <= contract["golden"]["tolerance"], name
        assert flips == 0
        rows = contract["golden"]["rows"][:5]
        scores = np.stack([reader.scores_of(contract, run_engine, row) for row in rows])
        alone = np.concatenate([model.predict_proba([row]) for row in rows])
        np.testing.assert_allclose(scores, alone, rtol=0, atol=1e-6)  # the same engine and row; measured: 0
        np.testing.assert_array_equal(reader.decide(contract, scores), model.decide(scores))


def test_python_without_tagship_encodes_as_the_runtime(reader: ModuleType, every_kind: dict[str, Path]) -> None:
    path = every_kind["mixed float32.onnx"]
    contract, _ = reader.open_onnx(str(path))
    encoded, errors = [], 0
    for row in ODD:
        try:
            encoded.append(reader.encode(contract, row).tolist())
        except ValueError:
            errors += 1
    want = expected(path, ODD)
    assert (encoded, errors) == (want["encoded"], want["errors"])


def test_the_python_program_as_a_reader_would_run_it(every_kind: dict[str, Path]) -> None:
    for name in ("plain float32.tflite", "plain float32.onnx"):
        command: list[str | Path] = [
            sys.executable,
            "-P",
            READERS / "reader.py",
            every_kind[name],
            "[6, 23, 0, 4, 8, 8]",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        replayed, answer = done.stdout.splitlines()
        assert "24 golden rows" in replayed
        assert '["class_1"]' in answer


def test_the_python_program_knows_nothing_of_tagship() -> None:
    imports = [line for line in (READERS / "reader.py").read_text().splitlines() if "import " in line]
    assert imports
    assert not [line for line in imports if "tagship" in line]


@pytest.fixture(scope="module")
def litert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """docs/readers/litert.cpp, linked with the library of LiteRT's wheel."""
    compiler, spec = shutil.which("g++"), importlib.util.find_spec("ai_edge_litert")
    if compiler is None or not Path("/usr/include/nlohmann/json.hpp").exists():
        pytest.skip("g++ or nlohmann/json (Debian: nlohmann-json3-dev) is not on this machine")
    assert spec is not None
    assert spec.origin is not None
    library = Path(spec.origin).with_name("libLiteRt.so")
    if not library.exists():
        pytest.skip("LiteRT's wheel has no libLiteRt.so for this system")
    program = tmp_path_factory.mktemp("litert") / "litert"
    strict = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", READERS, "-I", CHECKS / "litert_c"]
    linked = [library, f"-Wl,-rpath,{library.parent}"]
    command = [str(part) for part in (compiler, *strict, READERS / "litert.cpp", "-o", program, *linked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


@pytest.mark.parametrize("model", ["plain", "scaled"])
def test_the_program_for_litert_gives_the_runtimes_labels(
    model: str, litert: Path, artifacts: dict[tuple[str, str], Path]
) -> None:
    path = artifacts[model, "tflite"]
    loaded = tagship_runtime.load(path)
    rows = [[6, 23, 0, 4, 8, 8], [9, 15, 10, 8, 7, 10], [20, 0, 1, 0, 0, 0.5]]
    done = subprocess.run([str(litert), str(path), *map(json.dumps, rows)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    golden, *labels = done.stdout.splitlines()
    assert float(golden.removeprefix("largest difference of golden rows ")) <= 1e-5
    assert [tuple(json.loads(line)) for line in labels] == loaded.predict_labels(rows)


def test_the_program_for_litert_refuses_a_row_and_a_damaged_file(
    litert: Path, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    path = artifacts["plain", "tflite"]
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(path.read_bytes()[:-30])
    for arguments in ((path, "[1, 2]"), (damaged,)):
        done = subprocess.run([str(part) for part in (litert, *arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stdout
