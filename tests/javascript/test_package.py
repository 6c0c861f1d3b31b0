"""What the npm package holds, how large it is, and that no Python distribution carries it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from javascript.conftest import ROOT, SCRIPTS, SOURCES, run

KIB = 1024


def bundled(node: str, modules: Path, entry: str, folder: Path) -> int:
    """Bytes of a module after bundling, minifying and compressing; what a page loads only in need is not counted."""
    folder.mkdir(parents=True)
    (folder / "entry.js").write_text(entry)
    options = ["--bundle", "--minify", "--format=esm", "--splitting", "--log-level=error", f"--outdir={folder / 'out'}"]
    run([modules / ".bin" / "esbuild", folder / "entry.js", *options])
    return len(gzip.compress(b"".join(loaded(folder / "out" / "entry.js", set())), 9, mtime=0))


def loaded(module: Path, seen: set[Path]) -> Iterator[bytes]:
    """A module, and those that it imports at once; bundlers move what is shared with later ones to a module apart."""
    if module not in seen:
        seen.add(module)
        text = module.read_text()
        yield text.encode()
        for name in re.findall(r'(?:\bfrom|\bimport)"(\./[^"]+)"', text):
            yield from loaded(module.parent / name, seen)


def test_sizes(node: str, modules: Path, package: Path, tmp_path: Path) -> None:
    library = json.dumps(str(package / "index.js"))
    web = bundled(node, modules, f"export {{ load, onnx }} from {library}", tmp_path / "web")
    lite = bundled(node, modules, f"export {{ load, litert }} from {library}", tmp_path / "lite")
    both = bundled(node, modules, f"export {{ load, onnx, plain }} from {library}", tmp_path / "both")
    assert web <= 8 * KIB, web
    assert lite <= 8 * KIB, lite
    assert both - web <= 3 * KIB, both - web


def test_types_fit_the_engines_own(node: str, modules: Path, package: Path, tmp_path: Path) -> None:
    """A program in strict TypeScript that uses every engine; and mistakes that the compiler has to find."""
    (tmp_path / "node_modules").symlink_to(package.parents[1])
    program = (SCRIPTS / "consumer.ts").read_text()
    mistakes = re.findall(r"// @ts-expect-error", program)
    assert len(mistakes) >= 4
    (tmp_path / "consumer.ts").write_text(program)
    options = [
        "--noEmit",
        "--strict",
        "--module",
        "NodeNext",
        "--target",
        "ES2022",
        "--lib",
        "ES2022,DOM",
    ]
    run([node, modules / ".bin" / "tsc", *options, "--skipLibCheck", "consumer.ts"], cwd=tmp_path)


def test_what_npm_would_publish(node: str, modules: Path, tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on this machine")
    copy = tmp_path / "javascript"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (copy / "node_modules").symlink_to(modules)
    listed = json.loads(run([npm, "pack", "--dry-run", "--json", "--offline"], cwd=copy))
    entry = listed[0] if isinstance(listed, list) else next(iter(listed.values()))
    names = {file["path"] for file in entry["files"]}
    assert {"package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "dist/sha256.js"} <= names
    assert {name for name in names if not name.startswith("dist/")} == {"package.json", "README.md", "LICENSE"}
    assert all(re.search(r"\.(js|d\.ts)$", name) for name in names if name.startswith("dist/"))


def test_it_depends_on_nothing_and_has_the_distributions_version() -> None:
    import tagship_runtime

    package = json.loads((SOURCES / "package.json").read_text())
    assert "dependencies" not in package
    assert package["version"] == tagship_runtime.__version__
    assert all(entry["optional"] for entry in package["peerDependenciesMeta"].values())
    assert set(package["peerDependenciesMeta"]) == set(package["peerDependencies"])


@pytest.mark.parametrize("folder", [SOURCES], ids=["package"])
def test_lock_files_name_no_registry(folder: Path) -> None:
    assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text().splitlines()
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    links = {name for name, entry in packages.items() if entry.get("link")}
    assert not [name for name, entry in packages.items() if "resolved" in entry and name not in links]
    installed = [entry for name, entry in packages.items() if name.startswith("node_modules/") and name not in links]
    assert installed
    assert all(entry["integrity"].startswith("sha512-") for entry in installed)


def test_modules_import_only_each_other() -> None:
    for path in SOURCES.glob("src/**/*.ts"):
        for name in re.findall(r'(?:from|import)\s*\(?"([^"]+)"', path.read_text()):
            if not name.startswith("tagship") or name.startswith("."):
                assert re.fullmatch(r"\.{1,2}/[a-z0-9_/.]+\.js", name) or name.startswith("onnxruntime-"), (path, name)


def test_the_python_distribution_carries_no_javascript(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    copy = tmp_path / "runtime"
    shutil.copytree(ROOT / "runtime", copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path / "out")]
    subprocess.run(build, cwd=copy, check=True, capture_output=True)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    (source,) = (tmp_path / "out").glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(source) as tar:
        names = [*archive.namelist(), *tar.getnames()]
    assert any(name.endswith("tagship_runtime/loading.py") for name in names)
    assert not [name for name in names if "javascript" in name or name.endswith((".ts", ".js", ".mjs"))]


def test_sha256_where_the_platform_has_none(node: str, package: Path) -> None:
    sizes = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 100_003]
    program = (
        f"const {{ sha256Of }} = await import({json.dumps((package / 'sha256.js').as_uri())});"
        f"const made = (size) => Uint8Array.from({{ length: size }}, (_, at) => (at * 7 + size) & 255);"
        f"console.log(JSON.stringify({sizes}.map((size) => Buffer.from(sha256Of(made(size))).toString('hex'))));"
    )
    found = json.loads(run([node, "--input-type=module", "-e", program]))
    want = [hashlib.sha256(bytes((at * 7 + size) & 255 for at in range(size))).hexdigest() for size in sizes]
    assert found == want
