"""The bundle that ``tagship page`` carries is made of these sources."""

from __future__ import annotations

import json
from pathlib import Path

from javascript.conftest import ROOT, SOURCES, run
from tagship_report.try_page.operators import OPERATORS


def test_the_bundle_is_up_to_date(modules: Path, tmp_path: Path) -> None:
    command = json.loads((SOURCES / "package.json").read_text())["scripts"]["bundle"].split()
    target = tmp_path / "tagship.min.js"
    options = [f"--outfile={target}" if option.startswith("--outfile=") else option for option in command[1:]]
    run([modules / ".bin" / "esbuild", *options, "--log-level=error"], cwd=SOURCES)
    stored = ROOT / "report" / "src" / "tagship_report" / "templates" / "tagship.min.js"
    assert target.read_bytes() == stored.read_bytes(), "run: npm run bundle, in runtime/javascript"


def test_the_page_knows_the_engines_operators(node: str, package: Path) -> None:
    module = (package / "engines" / "plain" / "operations.js").as_uri()
    program = (
        f"const all = await import({json.dumps(module)}); console.log(JSON.stringify(Object.keys(all.OPERATIONS)))"
    )
    assert set(json.loads(run([node, "--input-type=module", "-e", program]))) == OPERATORS
