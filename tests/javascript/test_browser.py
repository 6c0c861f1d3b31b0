"""The npm package in Chromium: every engine, in pages and workers, and what it says where something is not found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

import tagship_runtime
from chromium import launched, needs_chromium
from javascript.conftest import ROOT, run
from javascript.serving import Mounts, served

pytestmark = needs_chromium

ROWS: list[list[Any]] = [[6, 23, 0, 4, 8, 8], [1, 2, 3, 4, 5, 6], ["7", True, 1e3, -4, 0.5, 0]]

SETUPS = {
    "plain": "const { load, plain } = await import('tagship'); const engine = plain();",
    "onnx": (
        "const { load, onnx } = await import('tagship'); const ort = await import('onnxruntime-web/wasm');"
        "ort.env.wasm.wasmPaths = '/ort/'; ort.env.wasm.numThreads = 1; const engine = onnx(ort);"
    ),
    "litert": (
        "const { load, litert } = await import('tagship'); const core = await import('@litertjs/core');"
        "await core.loadLiteRt('/litert/core/wasm/'); const engine = litert(core);"
    ),
}
QUESTION = """
    const model = await load("/model", engine);
    const single = [];
    for (const row of ROWS) single.push(Array.from(await model.scores(row)));
    const names = await model.predictBatch(ROWS);
    return { single, names, engine: model.engine, selftest: await model.selftest(), secure: isSecureContext };
"""
IMPORTS = {
    "tagship": "/tagship/index.js",
    "onnxruntime-web/wasm": "/ort/ort.wasm.min.mjs",
    "@litertjs/core": "/litert/core/dist/index.js",
    "@litertjs/wasm-utils": "/litert/wasm-utils/dist/index.js",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched("--host-resolver-rules=MAP example.test 127.0.0.1") as started:
        yield started


@pytest.fixture(scope="module")
def one_row_tflite(article_run: Path, tmp_path_factory: pytest.TempPathFactory, tagship: Callable[..., Any]) -> Path:
    """LiteRT.js takes a fixed batch only."""
    folder = tmp_path_factory.mktemp("fixed")
    outcome = tagship("export", article_run, "--out", folder, "--formats", "tflite", "--batch", 1)
    assert outcome.code == 0, outcome.err
    return folder / "float32.tflite"


@pytest.fixture(scope="module")
def mounts(package: Path, modules: Path) -> Mounts:
    page = f"<!doctype html><script type=importmap>{json.dumps({'imports': IMPORTS})}</script>"
    return {
        "/": page,
        "/tagship/": package,
        "/ort/": modules / "onnxruntime-web" / "dist",
        "/litert/": modules / "@litertjs",
    }


def ask(browser: Browser, address: str, script: str) -> Any:
    """What an asynchronous function's body returns in a page; the name and text of an error that it throws."""
    page = browser.new_page()
    try:
        page.goto(address)
        body = f"const ROWS = {json.dumps(ROWS)};\n{script}"
        caught = f"try {{ {body} }} catch (error) {{ return {{ error: `${{error.name}}: ${{error.message}}` }}; }}"
        return page.evaluate(f"async () => {{ {caught} }}")
    finally:
        page.close()


@pytest.mark.parametrize("engine", SETUPS)
def test_every_engine_gives_the_runtimes_scores(
    engine: str, browser: Browser, mounts: Mounts, artifacts: dict[tuple[str, str], Path], one_row_tflite: Path
) -> None:
    path = one_row_tflite if engine == "litert" else artifacts["plain", "onnx"]
    reference = tagship_runtime.load(path)
    with served({**mounts, "/model": path}) as address:
        answer = ask(browser, address, SETUPS[engine] + QUESTION)
    assert "error" not in answer, answer
    want = np.concatenate([reference.predict_proba([row]) for row in ROWS])
    np.testing.assert_allclose(np.array(answer["single"]), want, rtol=0, atol=2e-6)  # measured: at most 7.2e-7
    assert answer["names"] == [list(reference.predict_one(row)) for row in ROWS]
    assert answer["selftest"]["passed"]
    assert answer["selftest"]["rows"] == 24


def test_the_default_network_without_an_engine(
    browser: Browser, mounts: Mounts, artifacts: dict[tuple[str, str], Path]
) -> None:
    path = artifacts["scaled", "onnx"]
    with served({**mounts, "/model": path}) as address:
        answer = ask(browser, address, SETUPS["plain"] + QUESTION)
    want = tagship_runtime.load(path).predict_proba(np.array(ROWS, np.float64))
    np.testing.assert_allclose(np.array(answer["single"]), want, rtol=0, atol=2e-6)
    assert answer["engine"] == "plain JavaScript"


def test_plain_http_has_no_sha256_and_it_works(
    browser: Browser, mounts: Mounts, artifacts: dict[tuple[str, str], Path]
) -> None:
    with served({**mounts, "/model": artifacts["plain", "onnx"]}) as address:
        port = address.rpartition(":")[2]
        answer = ask(browser, f"http://example.test:{port}", SETUPS["plain"] + QUESTION)
    assert answer["secure"] is False
    assert answer["selftest"]["passed"]


def test_in_a_worker(browser: Browser, mounts: Mounts, artifacts: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    worker = tmp_path / "worker.js"
    worker.write_text(
        'import { load, plain } from "/tagship/index.js";\n'
        "onmessage = async ({ data }) => {\n"
        '  const model = await load("/model", plain());\n'
        "  postMessage(await model.predict(data));\n"
        "};\n"
    )
    script = """
        const worker = new Worker("/worker.js", { type: "module" });
        const answered = new Promise((done) => { worker.onmessage = ({ data }) => done(data); });
        worker.postMessage(ROWS[0]);
        return answered;
    """
    with served({**mounts, "/model": artifacts["plain", "onnx"], "/worker.js": worker}) as address:
        assert ask(browser, address, script) == ["class_1"]


@pytest.mark.parametrize("fallback", [False, True], ids=["not found", "a page instead"])
def test_a_wasm_file_that_is_not_found(
    fallback: bool, browser: Browser, mounts: Mounts, artifacts: dict[tuple[str, str], Path]
) -> None:
    setup = SETUPS["onnx"].replace("'/ort/'", "'/lost/'")
    with served({**mounts, "/model": artifacts["plain", "onnx"]}, fallback=fallback) as address:
        answer = ask(browser, address, setup + QUESTION)
    assert answer["error"].startswith("EngineError: ONNX Runtime does not find its WebAssembly; say where it is")
    assert "ort.env.wasm.wasmPaths = { wasm }" in answer["error"]
    assert "plain(), which needs none" in answer["error"]


def test_litert_that_is_not_loaded(browser: Browser, mounts: Mounts, one_row_tflite: Path) -> None:
    setup = SETUPS["litert"].replace("await core.loadLiteRt('/litert/core/wasm/');", "")
    with served({**mounts, "/model": one_row_tflite}) as address:
        answer = ask(browser, address, setup + QUESTION)
    assert answer["error"].startswith("EngineError: LiteRT.js has not loaded its WebAssembly; before load(...)")


@pytest.mark.parametrize("fallback", [False, True], ids=["not found", "a page instead"])
def test_a_model_that_is_not_found(fallback: bool, browser: Browser, mounts: Mounts) -> None:
    with served(mounts, fallback=fallback) as address:
        answer = ask(browser, address, SETUPS["plain"] + QUESTION)
    if fallback:
        assert answer["error"].startswith("NotAnArtifactError: /model: 44 bytes that start with '<!doctyp' (a page")
    else:
        assert answer["error"].startswith("MissingFileError: /model cannot be read (404")


def test_the_example_application(
    browser: Browser, node: str, package: Path, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    """Built by Vite as its README says, and used: the wasm file is found after bundling."""
    example = ROOT / "examples" / "web"
    if not (example / "node_modules" / "vite").exists():
        pytest.skip("the tools of examples/web are not installed; run: make javascript")
    for name in ("index.html", "package.json"):
        (tmp_path / name).write_bytes((example / name).read_bytes())
    shutil.copytree(example / "src", tmp_path / "src")  # what is linked is resolved from where it really is
    (tmp_path / "node_modules").mkdir()
    for installed in (example / "node_modules").iterdir():
        if installed.name != "tagship":
            (tmp_path / "node_modules" / installed.name).symlink_to(installed)
    (tmp_path / "node_modules" / "tagship").symlink_to(package.parent)
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "model.onnx").write_bytes(artifacts["plain", "onnx"].read_bytes())
    run([node, tmp_path / "node_modules" / "vite" / "bin" / "vite.js", "build"], cwd=tmp_path)
    with served({"/": tmp_path / "dist", "/index.html": (tmp_path / "dist" / "index.html").read_text()}) as address:
        page = browser.new_page()
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.goto(f"{address}/index.html")
        answer = page.get_by_role("status")
        names = tagship_runtime.load(artifacts["plain", "onnx"]).contract.features
        assert names is not None
        answer.filter(has_not_text="loading").wait_for()
        for feature, value in zip(names, ROWS[0], strict=True):
            page.get_by_label(feature.name, exact=True).fill(str(value))
        answer.filter(has_text="class_1").wait_for()
        assert answer.inner_text().startswith("ONNX Runtime")
        assert any(url.endswith(".wasm") for url in requested)
        page.close()
