"""HTML pages: their templates, the mark that all bear, and which file one may replace."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path

from tagship_runtime.errors import OutputError

GENERATOR = b'<meta name="generator" content="tagship">'
"""Mark that every report holds in its first ``HEAD`` bytes."""

HEAD = 2000


def check_replaceable(target: Path) -> None:
    """Refuse to replace a file that is no report; an empty one, such as mktemp makes, holds nothing to lose."""
    if not target.is_file():
        return
    try:
        with target.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise OutputError(f"cannot read {target}, which the report would replace: {error.strerror}") from error
    if head and GENERATOR not in head:
        raise OutputError(f"{target} is there and no report of tagship; give --out another name, or move it away")


def read_template(name: str) -> str:
    """Return a file of the folder of templates."""
    return (files("tagship_report") / "templates" / name).read_text(encoding="utf-8")


def script_digest(script: str) -> str:
    """Return what a content security policy lets this script run by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
