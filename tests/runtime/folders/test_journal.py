"""The journal of a folder of answers: what is finished stays, what has changed is made again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tagship_runtime.errors import OutputError, UsageError
from tagship_runtime.folders.journal import NAME, Journal
from tagship_runtime.folders.parts import Part

MADE_BY = {"artifact": "abc", "scores": False}


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    """Two tables."""
    found = []
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("a\n1\n")
        found.append(Part(source=str(tmp_path / name), name=name))
    return found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def answer(out: Path, part: Part, rows: int) -> None:
    with Journal.opened(out, MADE_BY) as journal:
        journal.unfinished([part])
        (out / part.name).write_text("x" * rows)
        journal.finish(part, part.fingerprint(), {"rows": rows})


def left(out: Path, parts: list[Part]) -> list[str]:
    with Journal.opened(out, MADE_BY) as journal:
        return [part.name for part in journal.unfinished(parts)]


def test_a_finished_part_is_left_out(out: Path, parts: list[Part]) -> None:
    assert left(out, parts) == ["one.csv", "two.csv"]
    with Journal.opened(out, MADE_BY) as journal:
        journal.unfinished(parts)
        (out / "two.csv").write_text("xxx")
        journal.finish(parts[1], parts[1].fingerprint(), {"rows": 3})
        assert journal.figures == [{"rows": 3}]
    assert left(out, parts) == ["one.csv"]


@pytest.mark.parametrize("change", ["table", "answer", "answer removed"])
def test_what_has_changed_is_unfinished(out: Path, parts: list[Part], change: str) -> None:
    answer(out, parts[0], 3)
    assert left(out, parts[:1]) == []
    answer(out, parts[0], 3)
    if change == "table":
        Path(parts[0].source).write_text("a\n1\n2\n")
    elif change == "answer":
        (out / "one.csv").write_text("xx")
    else:
        (out / "one.csv").unlink()
    assert left(out, parts[:1]) == ["one.csv"]


def test_an_answer_that_is_damaged_at_its_size_is_made_again(out: Path, parts: list[Part]) -> None:
    answer(out, parts[0], 3)
    (out / "one.csv").write_text("xxy")
    notes: list[str] = []
    with Journal.opened(out, MADE_BY) as journal:
        assert journal.unfinished(parts[:1], notes.append) == parts[:1]
    assert notes == [f"{out / 'one.csv'} is not what was written there; {parts[0].source} is answered again"]


def test_a_journal_without_digests_goes_by_sizes(out: Path, parts: list[Part]) -> None:
    """Version 0.1 wrote such."""
    answer(out, parts[0], 3)
    made_by, entry = map(json.loads, (out / NAME).read_text().splitlines())
    del entry["sha256"]
    (out / NAME).write_text(f"{json.dumps(made_by)}\n{json.dumps(entry)}\n")
    assert left(out, parts[:1]) == []
    (out / "one.csv").write_text("xxxx")
    assert left(out, parts[:1]) == ["one.csv"]


def test_a_last_line_that_is_cut_short_is_none(out: Path, parts: list[Part]) -> None:
    with Journal.opened(out, MADE_BY) as journal:
        journal.unfinished(parts)
        for part in parts:
            (out / part.name).write_text("x")
            journal.finish(part, part.fingerprint(), {})
    text = (out / NAME).read_text()
    (out / NAME).write_text(text[:-20])
    assert left(out, parts) == ["two.csv"]
    assert [json.loads(line).get("part") for line in (out / NAME).read_text().splitlines()] == [None, "one.csv"]


def test_answers_of_another_artifact_are_not_mixed(out: Path, parts: list[Part]) -> None:
    answer(out, parts[0], 1)
    with (
        pytest.raises(UsageError, match="made with another artifact and scores"),
        Journal.opened(out, {"artifact": "abd", "scores": True}),
    ):
        pass


def test_one_process_at_a_time_and_no_file(out: Path, tmp_path: Path) -> None:
    with (
        Journal.opened(out, MADE_BY),
        pytest.raises(UsageError, match="another process is writing"),
        Journal.opened(out, MADE_BY),
    ):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="a folder is needed"), Journal.opened(tmp_path / "file", MADE_BY):
        pass
