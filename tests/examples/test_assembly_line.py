"""The assembly line: a table as Excel gives it, from the first byte to decisions, as text and as a workbook."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagship_runtime.files import read_table

PROGRAM = Path(__file__).parents[2] / "examples" / "assembly_line" / "make_parts.py"
LABELS = ("large", "round", "heavy")
LEARNED = ["length mm", "width mm", "height mm", "weight g", "material", "supplier", "delivered"]
SMALL = ("--members", 2, "--epochs", 40, "--hidden", 32)

Command = Callable[..., Any]


def make(folder: Path, *options: str) -> Path:
    subprocess.run([sys.executable, PROGRAM, "--out", folder, *options], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("assembly") / "parts", "--rows", "900")


@pytest.fixture(scope="module")
def run(parts: Path, tagship: Command) -> Path:
    """The folder of a run with its artifacts."""
    out = parts / "run"
    done = tagship("train", parts / "parts.csv", "--labels", ",".join(LABELS), "--out", out, *SMALL)
    assert done.code == 0, done.err
    assert "column '' is left out: it counts the rows" in done.err
    assert "column 'part' is left out" in done.err
    assert "is read as" in done.err
    done = tagship("export", out, "--out", parts / "artifacts")
    assert done.code == 0, done.err
    return out


def test_a_seed_gives_one_table(parts: Path, tmp_path: Path) -> None:
    again = make(tmp_path / "again", "--rows", "900")
    for name in ("parts.csv", "new.csv"):
        assert (again / name).read_bytes() == (parts / name).read_bytes()


def test_the_table_is_one_that_excel_saves(parts: Path) -> None:
    content = (parts / "parts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf;part;length mm;")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines.pop() == ""
    rows = list(csv.reader(lines, delimiter=";"))
    assert len(rows) == 901
    assert {len(row) for row in rows} == {len(LEARNED) + 2 + len(LABELS)}
    assert {row[-1] for row in rows[1:]} == {"ja", "nein"}
    assert any("." in row[5] and "," in row[5] for row in rows[1:])
    assert any(row[5] == "-" for row in rows[1:])


def test_both_forms_are_one_table(parts: Path) -> None:
    """Dates as each spells them apart, since a workbook has its own."""
    text, book = (read_table(str(parts / f"parts.{kind}"), LABELS).to_pydict() for kind in ("csv", "xlsx"))
    for name in (*LEARNED[:-1], "part", *LABELS):
        assert text[name] == book[name], name
    assert [".".join(reversed(day.split("-"))) for day in book["delivered"]] == text["delivered"]


def test_what_is_learned(run: Path) -> None:
    document = json.loads((run / "run.json").read_text())
    kinds = {feature["name"]: feature["kind"] for feature in document["features"]}
    assert list(kinds) == LEARNED
    assert list(kinds.values()) == [*["numeric"] * 4, *["category"] * 2, "date"]
    assert document["labels"] == list(LABELS)
    figures = {label: row["f1"] for label, row in document["per_label"].items()}
    assert figures["large"] > 0.85
    assert figures["heavy"] > 0.7


def test_both_forms_are_verified_and_predicted_alike(run: Path, tagship: Command) -> None:
    parts = run.parent
    artifacts = [parts / "artifacts" / f"float32.{kind}" for kind in ("tflite", "onnx")]
    verdicts = []
    for kind in ("csv", "xlsx"):
        done = tagship("verify", run, *artifacts, "--data", parts / f"parts.{kind}", "--json")
        assert done.code == 0, done.err
        verdicts.append([(found["parity"], found["quality"]) for found in json.loads(done.out)])
    assert verdicts[0] == verdicts[1]
    assert verdicts[0][0][0]["rows"] == 900
    for artifact in artifacts:
        text, book = (
            tagship("predict", artifact, parts / f"new.{kind}", "--id-column", "part", "--scores").out
            for kind in ("csv", "xlsx")
        )
        assert text == book
        assert len(text.splitlines()) == 7
