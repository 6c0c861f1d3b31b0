"""What README and docs show is true of the code: their commands and programs run, their links lead somewhere."""

from __future__ import annotations

import argparse
import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repo.blocks import ANY, blocks, shape, shapes
from tagship_runtime import container
from tagship_runtime.cli.main import ELSEWHERE, OWN

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINKING = [
    *DOCUMENTS,
    ROOT / "CHANGELOG.md",
    *(ROOT / name / "README.md" for name in ("runtime", "training", "export")),
]
SMALL = ("--members", "1", "--epochs", "12")
"""Added to training commands whose output is not shown, so that a document takes seconds; others run as they are."""

READ_ONLY = {"text", "c", "javascript", "kotlin", "swift", "c++", "ini"}
NOT_RUN = {
    "it makes the environment that this runs in, or everything else",
    "it downloads; tests/runtime/test_bare_environment.py installs the wheel",
    "needs a Raspberry Pi",
    "tests/runtime/test_bundles.py does the same",
    "tests/javascript/test_verify_in_node.py and test_export_in_node.py do, where Node is",
    "tests/javascript/test_signatures.py does",
    "tests/runtime/test_signature.py does the same",
    "tests/fleet run it, where Spark and Ray are",
    "tests/training/test_stream.py does the same",
}
"""Every reason that a document gives for a block that is not run."""

Command = Callable[..., Any]


@pytest.fixture(scope="session")
def workshop(
    article_run: Path, artifacts: dict[tuple[str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with what the documents name and do not make: tables, models, artifacts, programs."""
    import keras
    import pyarrow.parquet

    from tagship_export import export

    folder = tmp_path_factory.mktemp("workshop")
    for name in ("docs", "examples"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(article_run, folder / "run")
    shutil.copy(article_run / "model.keras", folder / "model.keras")
    export(article_run, folder / "artifacts", recipes=["int8"], formats=["tflite"])
    for kind in ("tflite", "onnx"):
        source = artifacts["plain", kind]
        for name in (f"float32.{kind}", f"model.{kind}", f"artifacts/float32.{kind}"):
            shutil.copy(source, folder / name)
    shutil.copy(folder / "float32.tflite", folder / "resaved.tflite")
    shutil.copy(artifacts["plain", "tflite"].with_name("float32.tflite.json"), folder / "float32.tflite.json")
    (folder / "other.onnx").write_bytes(container.unpack((folder / "float32.onnx").read_bytes()).payload)

    table = pyarrow.parquet.read_table(article_run / "rows" / "test.parquet").to_pandas().head(600)
    labels = [name for name in table if name.startswith("label:")]
    for name in ("articles.csv.gz", "held-out.csv.gz", "held-out.csv", "rows.csv", "new.csv"):
        (table.drop(columns=labels) if name == "new.csv" else table).to_csv(folder / name, index=False)
    (folder / "articles.csv").write_text("title,body\nCoach hails team,The team scored a goal in the final\n")
    named = table.assign(part=[f"part-{number}" for number in range(len(table))])
    named.to_parquet(folder / "rows.parquet")
    (folder / "rows").mkdir()
    for half, some in enumerate((named[:300], named[300:])):
        some.to_parquet(folder / "rows" / f"part-{half}.parquet")
    rows, truth = table.drop(columns=labels).to_numpy(np.float32), table[labels].to_numpy(np.float32)
    for name in ("valid.npz", "held-out.npz"):
        np.savez(folder / name, x=rows, y=truth)
    (folder / "labels.txt").write_text("".join(f"{name.removeprefix('label:')}\n" for name in labels))
    keras.Sequential([keras.Input((6,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3)]).save(folder / "old.h5")
    sensor = folder / "bin" / "sensor"
    sensor.parent.mkdir()
    lines = table.drop(columns=labels).head(3).to_json(orient="records", lines=True)
    sensor.write_text(f"#!/bin/sh\ncat <<'END'\n{lines.strip()}\nEND\n")
    sensor.chmod(0o755)
    return folder


class Session:
    """Runs a document's commands one after the other in one folder."""

    def __init__(self, tagship: Command, folder: Path) -> None:
        self.tagship, self.folder = tagship, folder
        self._made: set[str] = set()

    def run(self, line: str, *, shown: bool) -> tuple[int, list[str]]:
        """The exit code, and what was printed, errors first."""
        words = shlex.split(line, comments=True)
        self._make_room(words)
        if words[0] == "tagship" and not set(words) & {"|", ">", "<"} and "$(" not in line:
            quick = "train" in words and not shown and not set(SMALL[::2]) & set(words)
            small = SMALL if quick else ()
            done = self.tagship(*words[1:], *small)
            return done.code, f"{done.err}{done.out}".replace(f"{self.folder}/", "").splitlines()
        assert words[0] in {"tagship", "sensor", "printf", "python"}, f"{line!r} is run by no test; say why it is not"
        path = f"{self.folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        piped = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],  # noqa: S607
            capture_output=True, text=True, check=False, cwd=self.folder, env=os.environ | {"PATH": path},
        )  # fmt: skip
        noise = re.compile("^INFO: .*\n", re.MULTILINE)  # LiteRT greets whoever opens it without tagship
        return piped.returncode, f"{noise.sub('', piped.stderr)}{piped.stdout}".splitlines()

    def _make_room(self, words: Sequence[str]) -> None:
        """What a document writes does not exist before, even if another document needs it."""
        for flag, name in pairwise(words):
            if flag == "--out" and name not in self._made:
                self._made.add(name)
                target = self.folder / name
                if target.is_dir():
                    shutil.rmtree(target)
                else:
                    target.unlink(missing_ok=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_and_programs_run(
    document: Path, workshop: Path, tagship: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, in a folder of the document's own; and what is shown below a command is what it prints."""
    folder = tmp_path / "here"
    shutil.copytree(workshop, folder, symlinks=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    session = Session(tagship, folder)
    names: dict[str, object] = {}
    for block in blocks(document.read_text()):
        if block.reason is not None or block.language in READ_ONLY:
            continue
        if block.language == "python":
            exec(compile(block.body, str(document), "exec"), names)  # noqa: S102
            for expression, said in re.findall(r"^(\S.*)\n# ([\[({].*)$", block.body, re.MULTILINE):
                assert eval(expression, names) == ast.literal_eval(said), expression  # noqa: S307
            continue
        assert block.language == "", f"no test runs {block.language}"
        for command, shown in block.commands():
            code, printed = session.run(command, shown=block.is_session)
            refused = any(line.startswith("tagship: error:") for line in shown)
            assert code == (2 if refused else 0), (command, printed)
            if block.is_session and shown != [ANY]:
                got, said = (errors_first(without_choice(shapes(lines))) for lines in (printed, shown))
                assert got == said, f"{document.name} shows other output for: {command}"


def without_choice(lines: Sequence[str]) -> list[str]:
    """Lines without the mark of the size that ships, and without the name of the student that is averaged."""
    return [re.sub(r"^(?:([a-z]+)|#\S*)(?: \*)?(?=( #){7}$)", lambda size: size[1] or "SIZE", line) for line in lines]


def errors_first(lines: Sequence[str]) -> list[str]:
    """What a terminal shows in the order of its writing is caught here as two streams."""
    return sorted(lines, key=lambda line: not line.startswith("tagship: "))


def test_reasons_for_what_is_not_run() -> None:
    found = {block.reason for path in DOCUMENTS for block in blocks(path.read_text())} - {None}
    assert found == NOT_RUN


def test_no_command_escapes_those_that_are_run() -> None:
    """As an indented block, or a session that calls itself text."""
    for path in DOCUMENTS:
        text = path.read_text()
        for block in blocks(text):
            if block.language in READ_ONLY and block.reason is None:
                assert not re.search(r"^\$ ", block.body, re.M), f"{path.name}: {block.body}"
        beside = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
        assert not re.findall(r"^    (?:tagship|python|pip|npm|ssh-keygen) .*", beside, re.M), path.name


def test_the_mask_hides_figures_and_nothing_else() -> None:
    line = "float32.tflite  274,075   1.2e-07      0  0.873 > 0.873   passed"
    assert shape(line) == shape("float32.tflite 1,075 0 12 0.9 > 0.1 passed")
    assert shape(line) != shape(line.replace("passed", "failed"))
    assert shape(line) != shape(line.replace("  0.873 > 0.873", ""))
    assert shapes(["tagship: note: 4 of", "  3 rows", "run: 3 rows", "a  1"]) == ["run: # rows", "a #"]


def test_commands_in_the_documents_exist() -> None:
    found = {
        name for path in DOCUMENTS for name in re.findall(r"(?:^|[`$|] ?)tagship ([a-z]+)", path.read_text(), re.M)
    }
    assert {"train", "export", "predict"} <= found
    assert found <= {*OWN, *ELSEWHERE}


def test_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    found = {name for path in DOCUMENTS for name in re.findall(r"(?:^|`)make (\w+)", path.read_text(), re.M)}
    assert {"demo", "test"} <= found <= targets


def test_files_in_the_documents_exist() -> None:
    named = re.compile(r"`(?:python )?((?:tests|benchmarks|scripts|examples|docs)/[\w./-]*)")
    for path in LINKING:
        for name in named.findall(path.read_text()):
            assert (ROOT / name).exists(), f"{path.name}: {name}"


def test_examples_of_every_command_are_accepted() -> None:
    """Those of ``tagship COMMAND --help``."""
    modules = {name: f"tagship_runtime.cli.{name}" for name in OWN}
    modules |= {entry.name: entry.value for entry in entry_points(group="tagship.commands")}
    assert set(modules) == {*OWN, *ELSEWHERE}
    for name, path in modules.items():
        module = import_module(path)
        parser = argparse.ArgumentParser(allow_abbrev=False, exit_on_error=False)
        module.add_arguments(parser)
        assert module.EXAMPLES
        for example in module.EXAMPLES:
            (command,) = re.findall(r"tagship [^|>)]*", example)  # without what a shell does around it
            words = shlex.split(command)
            assert words[:2] == ["tagship", name]
            parser.parse_args(words[2:])


def _anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", LINKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_readme_names_every_page() -> None:
    linked = set(re.findall(r"\]\((docs/[\w.-]+\.md)\)", (ROOT / "README.md").read_text()))
    assert linked == {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
