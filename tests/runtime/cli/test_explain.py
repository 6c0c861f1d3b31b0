"""``predict --explain``: each row's words and columns that moved a label most, of texts as of numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from export.models import LOUD

HEADER = "title,body,size\n"
ROWS = HEADER + '"Oil, OIL",the café,1\ngold,oil at the café,\nnothing,nor here,0\n,,-3.5\n'


@pytest.fixture(params=["tflite", "onnx"])
def model(request: pytest.FixtureRequest, texts: dict[str, Path]) -> Path:
    return texts[request.param]


def because(tagship: Callable[..., Any], model: Path, table: Path, *options: str) -> list[str]:
    out = table.with_name("answers.csv")
    outcome = tagship("predict", model, table, "--explain", "--out", out, *options)
    assert outcome.code == 0, outcome.err
    with out.open(encoding="utf-8", newline="") as stream:
        return [row["because"] for row in csv.DictReader(stream)]


def test_words_and_numbers_by_what_they_add(tagship: Callable[..., Any], model: Path, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text(ROWS, encoding="utf-8")
    oil, gold, cafe = (LOUD[word] for word in ("oil", "gold", "caf\u00e9"))
    found = because(tagship, model, table, "--labels-only")
    assert found == [
        f"up: title=oil {2 * oil[0]:+.2f}, size=1 +0.50, body=caf\u00e9 {cafe[0]:+.2f}"
        f"; down: body=caf\u00e9 {cafe[1]:+.2f}, title=oil {2 * oil[1]:+.2f}",
        f"down: body=caf\u00e9 {cafe[1]:+.2f}, body=oil {oil[1]:+.2f}, title=gold {gold[1]:+.2f}",
        "down: nothing",
        "down: nothing",
    ]


def test_in_json_lines(tagship: Callable[..., Any], model: Path, tmp_path: Path) -> None:
    table, out = tmp_path / "rows.jsonl", tmp_path / "answers.jsonl"
    table.write_text('{"title": "oil", "body": null, "size": 0}\n', encoding="utf-8")
    outcome = tagship("predict", model, table, "--explain", "--out", out)
    assert outcome.code == 0, outcome.err
    (answer,) = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert answer["because"] == "up: title=oil +2.00"


def test_an_article_as_long_as_a_novel(tagship: Callable[..., Any], model: Path, tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    for rows in (
        ["title,body,size", f"{'oil ' * 250_000},,0"],
        ["title,body,size", ",,0", f",{'oil ' * 250_000},0"],
    ):
        table.write_text("\n".join(rows) + "\n", encoding="utf-8")
        assert "=oil +500000.00" in because(tagship, model, table)[-1]


def test_a_cell_beyond_every_bound_ends_with_one_line(
    tagship: Callable[..., Any], texts: dict[str, Path], tmp_path: Path
) -> None:
    table = tmp_path / "rows.csv"
    for good in ("", "oil,,0\n" * 100):
        table.write_text(f"{HEADER}{good}{'a' * (10 << 20)},x,0\n", encoding="utf-8")
        outcome = tagship("predict", texts["tflite"], table)
        assert outcome.code == 2
        assert f"line {2 + good.count('oil')}" in outcome.err
        assert "a cell has more than 2,097,152 characters" in outcome.err
        assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("7", "7 is no text; a text is needed"),
        ("true", "is no text; a text is needed"),
        ('["oil"]', "is no text; a text is needed"),
        (f'"{"a" * (10 << 20)}"', "the text has 10,485,760 characters; at most 1,048,576 are taken, so cut it"),
    ],
    ids=["number", "truth", "list", "10 MB"],
)
@pytest.mark.parametrize("options", [(), ("--explain",)], ids=["plain", "explained"])
def test_what_is_no_text_ends_with_one_line(
    cell: str, said: str, options: tuple[str, ...], tagship: Callable[..., Any], texts: dict[str, Path], tmp_path: Path
) -> None:
    table, out = tmp_path / "rows.jsonl", tmp_path / "answers.csv"
    good = '{"title": "oil", "body": "", "size": 1}\n'
    table.write_text(good + f'{{"title": {cell}, "body": "", "size": 1}}\n', encoding="utf-8")
    outcome = tagship("predict", texts["tflite"], table, "--out", out, *options)
    assert outcome.code == 2
    assert "row 1, column 'title'" in outcome.err
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert len(outcome.err) < 400
    assert not out.exists()


def test_a_table_of_numbers(
    tagship: Callable[..., Any], artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    import tagship_runtime

    path = artifacts["scaled", "onnx"]
    model = tagship_runtime.load(path)
    names = [feature.name for feature in model.contract.features or ()]
    row = dict(zip(names, (6, 23, 0, 4, 8, 8), strict=True))
    table = tmp_path / "rows.csv"
    table.write_text(f"{','.join(names)}\n{','.join(map(str, row.values()))}\n", encoding="utf-8")
    (found,) = because(tagship, path, table)
    influences = model.explain(row)
    on = model.predict_one(row)
    assert on
    for label in on:
        strongest = influences[label][0]
        assert f"{label}: {strongest.feature}={strongest.part} {strongest.effect:+.2f}" in found
