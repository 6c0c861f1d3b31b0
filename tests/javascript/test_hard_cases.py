"""The npm package reads contracts, rows, thresholds and damaged files as the Python runtime does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from javascript.conftest import ROOT, SCRIPTS, run
from repo.hard_cases import by_keras, encode

SHARED = ROOT / "tests" / "shared"


def test_every_hard_case_comes_out_as_in_python(node: str, package: Path) -> None:
    answer = json.loads(run([node, SCRIPTS / "cases.mjs", (package / "index.js").as_uri(), SHARED]))
    assert answer["differences"] == []
    assert answer["replayed"] > 2000


def test_halves_of_surrogate_pairs_are_the_characters_that_tensorflow_takes_them_for(
    node: str, package: Path, tmp_path: Path
) -> None:
    document = by_keras(split="character", ngrams=[1, 1], vocabulary=["a", "\ufffd"])
    rows = [
        {"row": [text], "encoded": encode(document, [[text]])["encoded"]}
        for text in ("a\ud800", "\udfffa\ufffd", "\U0001f600")
    ]
    assert [row["encoded"] for row in rows] == [[0, 1, 3], [0, 1, 4], [1, 0, 0]]
    for path in SHARED.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    cases = {"single": [{"name": "halves", "contract": document, "rows": rows}], "batches": []}
    (tmp_path / "rows.json").write_text(json.dumps(cases))
    assert (
        json.loads(run([node, SCRIPTS / "cases.mjs", (package / "index.js").as_uri(), tmp_path]))["differences"] == []
    )


@pytest.mark.parametrize(
    "change", ["thresholds.json", "rows.json", "words.json", "contracts.json", "files.json", "seeds.json"]
)
def test_a_wrong_answer_is_noticed(change: str, node: str, package: Path, tmp_path: Path) -> None:
    for path in SHARED.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    wrong = json.loads((tmp_path / change).read_text())
    match change:
        case "thresholds.json":
            wrong["decisions"][0]["decisions"][1] = False
        case "rows.json":
            wrong["single"][0]["rows"][0]["encoded"][0] += 1e-6
        case "words.json":
            wrong[-1]["longest"] += 1
        case "contracts.json":
            wrong[0] |= {"error": "ContractError", "mentions": ["x"]}
        case "files.json":
            wrong[0]["payload"] += 1
        case "seeds.json":
            wrong[0]["cells"][-1] += 1
    (tmp_path / change).write_text(json.dumps(wrong))
    answer = json.loads(run([node, SCRIPTS / "cases.mjs", (package / "index.js").as_uri(), tmp_path]))
    assert len(answer["differences"]) == 1
