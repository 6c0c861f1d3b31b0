"""One row in JavaScript: the npm package against each engine called by hand, in Node and in Chromium, and their sizes.

LiteRT.js takes a fixed batch only; its file is made by ``tagship export RUN --out DIR --formats tflite --batch 1``.
Both sides make a tensor of a row's numbers, run the model and read its scores; the package also checks them, compares
them with thresholds and gives names. Browsers' clocks are coarse, so a round of calls is timed as one.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

FOLDER = Path(__file__).resolve().parent
PACKAGE = FOLDER.parents[1] / "runtime" / "javascript"
MODULES = PACKAGE / "node_modules"
sys.path.insert(0, str(FOLDER.parent))

from comparison import Line, parser, show, summarize  # noqa: E402

Samples = Mapping[str, Sequence[Sequence[float]]]

LIMIT = {"onnxruntime-node": 1.15}
"""How much longer a row may take through the package than by hand."""


def main() -> int:
    """Measure and print."""
    options = parser(__doc__ or "")
    options.add_argument("--tflite", type=Path, help="for LiteRT.js, of a fixed batch of one row")
    given = options.parse_args()
    rounds = 10 if given.quick else 100
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([MODULES / ".bin" / "tsc", "--outDir", folder / "tagship"], cwd=PACKAGE, check=True)
        shutil.copy(Path(given.artifacts) / "float32.onnx", folder / "model.onnx")
        if given.tflite:
            shutil.copy(given.tflite, folder / "model.tflite")
        for script in FOLDER.glob("*.mjs"):
            shutil.copy(script, folder)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "node_modules").symlink_to(MODULES)
        lines = lines_of("Node", in_node(folder, rounds))
        lines += lines_of("Chromium", in_chromium(folder, rounds, bool(given.tflite)))
    show(lines, given)
    if not given.json:
        show_sizes()
    return 0


def lines_of(where: str, measured: Mapping[str, Samples]) -> list[Line]:
    """Each engine's two contestants."""
    lines = []
    for engine, samples in measured.items():
        peer, ours = list(samples)
        limits = {ours: LIMIT[engine]} if engine in LIMIT else None
        lines += summarize(f"one row, {engine} in {where}", peer, samples, unit="us", limits=limits)
    return lines


def in_node(folder: Path, rounds: int) -> dict[str, Samples]:
    """The native engine, and plain JavaScript."""
    done = subprocess.run(
        ["node", folder / "node.mjs", str(rounds)],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Samples] = json.loads(done.stdout)
    return found


def in_chromium(folder: Path, rounds: int, litert: bool) -> dict[str, Samples]:
    """Both engines of WebAssembly, and plain JavaScript."""
    from playwright.sync_api import sync_playwright

    (folder / "index.html").write_text("<!doctype html>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        imports = {"@litertjs/wasm-utils": "/node_modules/@litertjs/wasm-utils/dist/index.js"}
        page.evaluate(
            """(imports) => document.head.append(Object.assign(document.createElement("script"),
                { type: "importmap", textContent: JSON.stringify({ imports }) }))""",
            imports,
        )
        script = "async ([rounds, litert]) => (await import('/browser.mjs')).measureAll(rounds, litert)"
        found: dict[str, Samples] = page.evaluate(script, [rounds, litert])
        browser.close()
    server.shutdown()
    return found


class Quiet(SimpleHTTPRequestHandler):
    """Serves the folder without a line for each request."""

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def show_sizes() -> None:
    """What a page loads for each engine, compressed as servers do; in Node, what is installed for this machine."""
    web, lite = MODULES / "onnxruntime-web" / "dist", MODULES / "@litertjs" / "core"
    names = {
        "onnxruntime-web": (web, ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"]),
        "LiteRT.js": (lite, ["dist/index.js", "wasm/litert_wasm_internal.js", "wasm/litert_wasm_internal.wasm"]),
    }
    loaded = {engine: [folder / name for name in files] for engine, (folder, files) in names.items()}
    print(f"\n{'KB compressed':<28}{'as it is':>12}")
    for name, paths in loaded.items():
        data = [path.read_bytes() for path in paths]
        compressed = sum(len(gzip.compress(part, 9)) for part in data)
        print(f"{name:<18}{compressed / 1000:>10,.0f}{sum(map(len, data)) / 1000:>12,.0f}")
    for name, function in {"tagship, plain()": "plain", "tagship, onnx()": "onnx"}.items():
        modules = list(loaded_at_once(f"export {{ load, {function} }} from '{PACKAGE / 'src' / 'index.ts'}'"))
        compressed = len(gzip.compress(b"".join(modules), 9))
        print(f"{name:<18}{compressed / 1000:>10,.1f}{sum(map(len, modules)) / 1000:>12,.1f}")
    binaries = MODULES / "onnxruntime-node" / "bin" / "napi-v6" / "linux" / "x64"
    size = sum(path.stat().st_size for path in binaries.glob("*"))
    print(f"{'onnxruntime-node':<18}{'':>10}{size / 1000:>12,.0f}")


def loaded_at_once(entry: str) -> Iterator[bytes]:
    """Yield the modules that a bundler makes of an entry, but those that are loaded where a model needs them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "entry.js").write_text(entry)
        options = [
            "--bundle",
            "--minify",
            "--format=esm",
            "--splitting",
            "--log-level=error",
            f"--outdir={folder / 'out'}",
        ]
        subprocess.run([MODULES / ".bin" / "esbuild", folder / "entry.js", *options], check=True)
        waiting, seen = [folder / "out" / "entry.js"], set[Path]()
        while waiting:
            module = waiting.pop()
            if module in seen:
                continue
            seen.add(module)
            text = module.read_text()
            yield text.encode()
            waiting += [module.parent / other for other in re.findall(r'(?:\bfrom|\bimport)"(\./[^"]+)"', text)]


if __name__ == "__main__":
    raise SystemExit(main())
