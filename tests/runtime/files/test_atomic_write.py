"""Writers never share a temporary file, follow a planted link or lose what was there."""

from __future__ import annotations

import os
import signal
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from tagship_runtime.errors import OutputError
from tagship_runtime.files import left_beside, left_inside, replacing, replacing_folder


def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    target, both = tmp_path / "out", threading.Barrier(2)

    def write(letter: bytes) -> None:
        with replacing(target) as temporary:
            both.wait()
            with temporary.open("wb") as file:
                for _ in range(50):
                    file.write(letter * 1000)
            both.wait()

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert target.read_bytes() in (b"a" * 50_000, b"b" * 50_000)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_names_cannot_be_planted(tmp_path: Path) -> None:
    target = tmp_path / "out"
    names = set()
    for _ in range(20):
        with replacing(target) as temporary:
            assert temporary.is_file()  # it is ours before anybody can put a link there
            assert str(os.getpid()) not in temporary.name.split(".")
            names.add(temporary.name)
    assert len(names) == 20


def test_modes(tmp_path: Path) -> None:
    target, mask = tmp_path / "out", os.umask(0o027)
    try:
        with replacing(target) as temporary:
            temporary.write_text("new")
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        target.chmod(0o604)
        with replacing(target) as temporary:
            assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        assert stat.S_IMODE(target.stat().st_mode) == 0o604
    finally:
        os.umask(mask)


def test_long_names(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 250)
    with replacing(target) as temporary:
        temporary.write_text("whole")
    assert target.read_text() == "whole"


def test_a_folder_is_swapped(tmp_path: Path) -> None:
    target = tmp_path / "run"
    for content in ("old", "new"):
        with replacing_folder(target) as temporary:
            (temporary / "file").write_text(content)
            assert not target.exists() or (target / "file").read_text() == "old"
        assert (target / "file").read_text() == content
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("fails", ["the work", "the renaming"])
def test_the_old_folder_outlives_what_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    target = tmp_path / "run"
    target.mkdir()
    (target / "file").write_text("old")
    real = Path.rename

    def rename(self: Path, to: Path) -> Path:
        if to == target and (self / "new").exists():
            raise OSError(28, "no space")
        return real(self, to)

    if fails == "the renaming":
        monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="no"), replacing_folder(target) as temporary:
        (temporary / "new").write_text("new")
        if fails == "the work":
            raise OSError(28, "nothing left")
    assert (target / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def swap_again_and_again(target: Path, name: str) -> None:
    for number in range(100):
        with replacing_folder(target) as temporary:
            for file in ("a", "b"):
                (temporary / file).write_text(f"{name} {number}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_several_processes_may_replace_one_folder(tmp_path: Path) -> None:
    target = tmp_path / "run"
    writers = []
    for name in "xyz":
        writers.append(os.fork())
        if not writers[-1]:
            code = 1
            try:
                swap_again_and_again(target, name)
                code = 0
            finally:
                os._exit(code)
    assert [os.waitpid(writer, 0)[1] for writer in writers] == [0, 0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    first, second = ((target / file).read_text() for file in ("a", "b"))
    assert first == second
    assert first.endswith(" 99")


def test_what_has_come_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "run"
    for number, taken in enumerate((False, True, True), start=1):
        try:
            with replacing_folder(target, replace=False) as temporary:
                (temporary / "number").write_text(str(number))
            assert not taken
        except FileExistsError as error:
            assert (taken, error.filename, error.filename2) == (True, str(target), f"{target}-{number}")
    found = {path.name: (path / "number").read_text() for path in tmp_path.iterdir()}
    assert found == {"run": "1", "run-2": "2", "run-3": "3"}


@pytest.mark.parametrize("name", ["n" * 255, "€" * 85, "\N{PACKAGE}" * 63], ids=["one byte", "three", "four"])
def test_names_as_long_as_there_are(tmp_path: Path, name: str) -> None:
    """File systems count bytes."""
    target = tmp_path / name
    for content in ("old", "new"):
        with replacing_folder(target) as temporary:
            assert left_beside(target) == [temporary]
            (temporary / "file").write_text(content)
    with pytest.raises(FileExistsError) as raised, replacing_folder(target, replace=False) as temporary:
        (temporary / "file").write_text("later")
    assert [(folder / "file").read_text() for folder in (target, Path(raised.value.filename2))] == ["new", "later"]
    with replacing(target / name) as file:
        file.write_text("whole")
    assert (target / name).read_text() == "whole"


def test_an_empty_folder_gives_way(tmp_path: Path) -> None:
    target = tmp_path / "run"
    target.mkdir()
    with replacing_folder(target, replace=False) as temporary:
        (temporary / "file").write_text("new")
    assert (target / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("ends", [KeyboardInterrupt, SystemExit, MemoryError, OSError])
@pytest.mark.parametrize(("after", "left"), [(0, "old"), (1, "old"), (2, "new")])
def test_the_old_folder_outlives_what_ends_the_swap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: type[BaseException], after: int, left: str
) -> None:
    """Signals become exceptions between any two steps: before, between and behind the two renamings."""
    target, rename, renames = tmp_path / "run", Path.rename, 0
    with replacing_folder(target) as temporary:
        (temporary / "file").write_text("old")

    def interrupted(self: Path, to: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames == after + 1 and after < 2:
            raise ends
        moved = rename(self, to)
        if renames == after == 2:
            raise ends
        return moved

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(ends), replacing_folder(target) as temporary:
        (temporary / "file").write_text("new")
    assert (target / "file").read_text() == left
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


STAGES = ("the new one is half written", "before the old one is set aside", "before the new one has the name",
          "after it has the name", "while the old one is removed")  # fmt: skip


def swap_and_die(target: Path, stage: str) -> None:
    """Write a new folder in place of the old one, and end the process at one stage as a kill from outside does."""
    rename, unlink, renames = Path.rename, os.unlink, 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def dying_rename(self: Path, to: Path) -> Path:
        nonlocal renames
        if stage == STAGES[1 + renames]:
            die()
        renames += 1
        moved = rename(self, to)
        if stage == STAGES[3] and renames == 2:
            die()
        return moved

    def dying_unlink(*arguments: Any, **options: Any) -> None:
        unlink(*arguments, **options)
        if stage == STAGES[4]:
            die()

    with pytest.MonkeyPatch.context() as patch, replacing_folder(target) as temporary:
        (temporary / "first").write_text("new")
        if stage == STAGES[0]:
            die()
        (temporary / "second").write_text("new")
        patch.setattr(Path, "rename", dying_rename)
        patch.setattr(os, "unlink", dying_unlink)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("stage", STAGES)
def test_a_kill_at_any_stage_leaves_the_old_folder_or_the_new_one_whole(tmp_path: Path, stage: str) -> None:
    target = tmp_path / "run"
    with replacing_folder(target) as temporary:
        (temporary / "first").write_text("old")
        (temporary / "second").write_text("old")
    child = os.fork()
    if not child:
        try:
            swap_and_die(target, stage)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it lived"
    found = {
        path.name: {file.name: file.read_text() for file in path.iterdir()}
        for path in tmp_path.iterdir()
        if path.is_dir()
    }
    old, new = ({"first": content, "second": content} for content in ("old", "new"))
    wanted = {STAGES[2]: None, STAGES[3]: new, STAGES[4]: new}.get(stage, old)
    assert found.get("run") == wanted
    beside = [content for name, content in found.items() if name != "run"]
    assert wanted is not None or (old in beside and new in beside)
    with replacing_folder(target) as temporary:
        (temporary / "first").write_text("next")
    assert (target / "first").read_text() == "next"


def test_what_a_kill_leaves_is_found_beside_and_inside(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "run[1]") as temporary:
        assert left_beside(tmp_path / "run[1]") == [temporary]
        assert left_beside(tmp_path / "run") == left_beside(tmp_path / "run[1") == []
    (tmp_path / ".run[1].tmp").touch()
    with replacing(tmp_path / "run") as file:
        assert left_inside(tmp_path) == left_beside(tmp_path / "run") == [file]
    assert left_inside(tmp_path) == left_inside(tmp_path / "nowhere") == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"), replacing(tmp_path / "file" / "out"):
        pass
