"""From an artifact to the page that tries it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from tagship_report import formatting
from tagship_report.errors import ReportError
from tagship_report.pages import GENERATOR, check_replaceable, read_template, script_digest
from tagship_report.try_page.operators import check_operators
from tagship_report.try_page.ranges import find_ranges
from tagship_runtime.container import ONNX, unpack
from tagship_runtime.errors import MissingFileError, NoContractError
from tagship_runtime.files import replacing

MOST_BYTES = 5_000_000
"""Of an artifact; a page that is larger opens slowly on a phone, and mail does not carry it."""


def write_try_page(artifact: Path, out: Path, run: Path | None = None) -> Path:
    """Write one HTML file that predicts in a browser, without network access.

    Args:
        artifact: An .onnx file.
        out: The page.
        run: Run folder that ranges of training rows come from; None for the one above the artifact, if it is there.

    Returns:
        Where the page is.

    Raises:
        MissingFileError: No such file.
        ArtifactError: It is damaged, or has no contract.
        ReportError: It is larger than 5 MB, no .onnx, or has operators that a page cannot run.
        UsageError: The run is not the artifact's.
        OutputError: The page cannot be written, or what is there is none.
    """
    data = _read(artifact)
    format, payload, contract = unpack(data)
    if format is not ONNX:
        raise ReportError(f"{artifact} is no .onnx file, which is what a page runs; export with --formats onnx")
    if contract is None:
        raise NoContractError(f"{artifact} has no tagship contract; 'tagship attach' gives it one")
    check_operators(payload)
    check_replaceable(out)
    page = render(artifact.name, data, {"features": find_ranges(artifact, contract, run)})
    with replacing(out) as temporary:
        temporary.write_bytes(page)
    return out


def _read(artifact: Path) -> bytes:
    try:
        size = artifact.stat().st_size
        if size > MOST_BYTES:
            raise ReportError(
                f"{artifact} has {size:,} bytes, a page holds {MOST_BYTES:,}; export with --recipes float16 or int8"
            )
        return artifact.read_bytes()
    except OSError as error:
        raise MissingFileError(f"{artifact} cannot be read ({error.strerror}); an .onnx file is needed") from error


def render(name: str, data: bytes, known: dict[str, Any]) -> bytes:
    """Return the page for an artifact's bytes and what is known of its training rows."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=PackageLoader("tagship_report"), autoescape=True, undefined=StrictUndefined)
    scripts = page_scripts()
    page = environment.get_template("try.html").render(
        generator=Markup(GENERATOR.decode()),  # noqa: S704 - our own mark
        title=formatting.isolated(name),
        policy=" ".join(map(script_digest, scripts)),
        style=Markup(read_template("report.css") + read_template("try.css")),  # noqa: S704 - our own files
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - likewise
        model=base64.b64encode(data).decode(),
        known=known,
    )
    return page.encode("utf-8", "replace")


def page_scripts() -> list[str]:
    """Return the scripts of every such page."""
    return [read_template(name) for name in ("tagship.min.js", "table.js", "try.js")]
