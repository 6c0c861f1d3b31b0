"""The readers in JavaScript and C++ replay the hard cases that the runtime wrote: rows of tables, and thresholds."""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repo.hard_cases import FOLDER

ROOT = Path(__file__).parents[2]
READERS, CHECKS = ROOT / "docs" / "readers", Path(__file__).parent / "readers"


@pytest.fixture(params=["javascript", "cpp"])
def command(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    if request.param == "javascript":
        node = shutil.which("node")
        if node is None:
            pytest.skip("node is not on this machine")
        return [node, str(CHECKS / "cases.mjs"), (READERS / "contract.mjs").as_uri()]
    compiler = shutil.which("g++")
    if compiler is None or not Path("/usr/include/nlohmann/json.hpp").exists():
        pytest.skip("g++ or nlohmann/json (Debian: nlohmann-json3-dev) is not on this machine")
    program = tmp_path / "cases"
    strict = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", str(READERS)]
    done = subprocess.run(
        [compiler, *strict, str(CHECKS / "cases.cpp"), "-o", str(program)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return [str(program)]


TIMES = ("dates", "durations", "missing by a word")


def test_the_python_program_encodes_dates_and_durations() -> None:
    spec = importlib.util.spec_from_file_location("reader", READERS / "reader.py")
    assert spec is not None
    assert spec.loader is not None
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    groups = json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))["single"]
    replayed = 0
    for group in groups:
        for case in group["rows"] if group["name"].startswith(TIMES) else ():
            replayed += 1
            if "error" in case:
                with pytest.raises((ValueError, TypeError, AttributeError)):
                    reader.encode(group["contract"], case["row"])
            else:
                found = reader.encode(group["contract"], case["row"])
                np.testing.assert_array_equal(found, np.float32(case["encoded"]), err_msg=str(case["row"]))
    assert replayed > 100


def test_rows_and_thresholds_come_out_as_in_the_runtime(command: list[str]) -> None:
    """Rows by position, of tables: readers leave names and the shape of arrays to the caller."""
    groups = json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))["single"]
    cases: list[dict[str, Any]] = [
        {"name": group["name"], "contract": group["contract"], **case}
        for group in groups
        if group["contract"]["features"] is not None
        for case in group["rows"]
        if isinstance(case["row"], list)
    ]
    decisions = json.loads((FOLDER / "thresholds.json").read_text(encoding="utf-8"))["decisions"]
    texts = json.loads((FOLDER / "words.json").read_text(encoding="utf-8"))
    words = [{**one, "utf8": list(one["text"].encode("utf-8", "surrogatepass"))} for one in texts]
    given = json.dumps(
        {"rows": cases, "decisions": decisions, "words": words if "node" in command[0] else _bytes(words)}
    )
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    for case, found in zip(cases, answer["encoded"], strict=True):
        want = case.get("encoded")
        assert (found is None) == (want is None), (case["name"], case["row"], found, want)
        if want is not None:
            np.testing.assert_array_equal(np.float32(found), np.float32(want), err_msg=str(case["row"]))
    assert answer["decisions"] == [one["decisions"] for one in decisions]
    for one, found in zip(texts, answer["words"], strict=True):
        assert found == one.get("words", [one.get(key) for key in ("count", "characters", "longest")]), one["name"]
    assert len(cases) > 100
    assert len(texts) > 300


def _bytes(words: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the text itself, of which C++'s JSON takes no half of a surrogate pair."""
    return [{key: value for key, value in one.items() if key in ("utf8", "times")} for one in words]


def test_words_in_python_come_out_as_in_the_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(READERS))
    found: Any = importlib.import_module("words")
    for one in json.loads((FOLDER / "words.json").read_text(encoding="utf-8")):
        if "words" in one:
            assert found.words_of(one["text"]) == one["words"], one["name"]
    for group in json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))["single"]:
        features = group["contract"]["features"] or [{"kind": ""}]
        for case in group["rows"] if features[-1]["kind"] == "text" else ():
            value = case["row"][-1]
            if "encoded" in case:
                assert found.counts_of(features[-1], value) == case["encoded"][len(features) - 1 :]
            else:
                with pytest.raises(ValueError, match="is no text"):
                    found.counts_of(features[-1], value)
