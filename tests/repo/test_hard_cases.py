"""The hard cases that other languages replay are what the runtime does."""

from __future__ import annotations

import json

import pytest

from repo.hard_cases import FOLDER, MAKERS, text_of


@pytest.mark.parametrize("name", MAKERS)
def test_the_runtime_does_what_the_cases_say(name: str) -> None:
    stored = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text_of(MAKERS[name]()) == stored, "run: python tests/repo/hard_cases.py, and look at what changed"


def test_there_are_good_and_bad_ones_of_each_kind() -> None:
    contracts = json.loads((FOLDER / "contracts.json").read_text(encoding="utf-8"))
    refused = [case for case in contracts if "error" in case]
    assert len(refused) >= 50
    assert len(contracts) - len(refused) >= 7
    rows = json.loads((FOLDER / "rows.json").read_text(encoding="utf-8"))
    cases = [case for group in rows["single"] for case in group["rows"]]
    assert sum("encoded" in case for case in cases) >= 70
    assert sum("error" in case for case in cases) >= 40
