"""``tagship report``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from report.parsing import whole
from tagship_report.render import write_page


def test_the_command(tagship: Callable[..., Any], tmp_path: Path) -> None:
    folder = whole(tmp_path / "run")
    outcome = tagship("report", folder)
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{folder / 'report.html'}\n", "")
    elsewhere = tmp_path / "made" / "page.html"
    assert tagship("report", folder, "--out", elsewhere).out == f"{elsewhere}\n"
    assert elsewhere.read_bytes() == (folder / "report.html").read_bytes()


def test_only_a_report_is_replaced(tagship: Callable[..., Any], tmp_path: Path) -> None:
    folder, out = whole(tmp_path), tmp_path / "page.html"
    for there in (None, b"", "a report"):
        if isinstance(there, bytes):
            out.write_bytes(there)
        assert tagship("report", folder, "--out", out).code == 0, there
        assert out.read_bytes() == write_page(folder).read_bytes()
    for other in (folder / "run.json", tmp_path / "notes.txt"):
        before = other.read_bytes() if other.exists() else b"mine"
        other.write_bytes(before)
        done = tagship("report", folder, "--out", other)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "no report of tagship" in done.err
        assert other.read_bytes() == before
