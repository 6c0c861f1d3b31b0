"""Every command's output fits 80 columns, on a terminal and in a pipe, and is JSON where a program asks for it."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import json
import os
import re
import struct
import sys
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len

from tagship_runtime.cli.main import main

Command = Callable[..., Any]

LABELS = (
    "a very long label that says much more than fits beside seven figures on one line of a terminal",
    "a very long label that says much more than fits beside seven figures on one line of a printout",
    "漢字でできた長い名前" * 6,
    "[red]markup[/red]",
)
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Made:
    """A run, its artifacts, and a table, all with names that are far too long."""

    run: Path
    artifacts: Path
    rows: Path


@pytest.fixture(scope="module")
def made(tagship: Command, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("a-folder-whose-name-is-longer-than-anyone-would-like-it-to-be-on-a-terminal")
    random = np.random.default_rng(0)
    numbers = random.normal(size=(400, 3)).round(3)
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            [f"feature {i} " + "whose name is long " * 8 for i in range(3)] + [f"label:{x}" for x in LABELS]
        )
        for row in numbers:
            writer.writerow([*row, *(int(row[i % 3] + row[0] > 0.3 * i) for i in range(len(LABELS)))])
    small = ("--epochs", 2, "--hidden", 8, "--members", 1)
    done = tagship("train", folder / "rows.csv", "--out", folder / "run", *small)
    assert done.code == 0, done.err
    done = tagship("export", folder / "run", "--out", folder / "artifacts", "--recipes", "float32,float16,dynamic_int8")
    assert list((folder / "artifacts").glob("float32.*")), done.out + done.err
    return Made(run=folder / "run", artifacts=folder / "artifacts", rows=folder / "rows.csv")


def commands(made: Made, folder: Path, recipes: str = "float32,dynamic_int8") -> dict[str, Sequence[object]]:
    tflite, onnx = made.artifacts / "float32.tflite", made.artifacts / "float32.onnx"
    small = ("--epochs", 2, "--hidden", 8, "--members", 1, "--baselines")
    return {
        "train": ("train", made.rows, "--out", folder / "run", *small),
        "export": ("export", made.run, "--out", folder / "artifacts", "--recipes", recipes, "--max-flip-rate", 0),
        "verify": ("verify", made.run, tflite, onnx),
        "inspect": ("inspect", onnx),
        "selftest": ("selftest", tflite),
        "benchmark": ("benchmark", tflite, onnx),
        "attach": ("attach", onnx, "--out", folder / "attached.onnx"),
    }


COMMANDS = ("train", "export", "verify", "inspect", "selftest", "benchmark", "attach")
MAY_FAIL = ("export",)
"""No flip is allowed there, so that there are faults to tell; whether there are any is not what is tested."""


@contextlib.contextmanager
def terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """Stdout is a pseudo-terminal; yields what gives all that was written to it."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    parts: list[bytes] = []

    def drain() -> None:
        with contextlib.suppress(OSError):  # the other side is closed
            while part := os.read(ours, 65536):
                parts.append(part)

    reader = threading.Thread(target=drain)
    reader.start()

    def finish() -> str:
        stream.close()
        reader.join()
        os.close(ours)
        return b"".join(parts).decode().replace("\r\n", "\n")

    stream = os.fdopen(theirs, "w", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setenv("TERM", "xterm-256color")
        for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
            patch.delenv(name, raising=False)
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "__stdout__", stream)
        yield finish


def on_terminal(columns: int, arguments: Sequence[object], monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    with terminal(columns, monkeypatch) as finish:
        code = main([str(argument) for argument in arguments])
        shown = finish()
    return code, shown


def too_wide(text: str, width: int) -> list[str]:
    return [line for line in ESCAPES.sub("", text).split("\n") if cell_len(line) > width]


@pytest.mark.parametrize("command", COMMANDS)
def test_output_fits_80_columns(
    tagship: Command, made: Made, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = commands(made, tmp_path, recipes="all")[command]
    monkeypatch.delenv("COLUMNS", raising=False)
    piped = tagship(*arguments)
    assert piped.code == 0 or command in MAY_FAIL, piped.err
    assert len(piped.out) > 80
    assert "\x1b" not in piped.out
    assert too_wide(piped.out, 80) == []
    again = (*arguments, "--force") if command == "train" else arguments
    code, shown = on_terminal(80, again, monkeypatch)
    assert code == piped.code
    assert too_wide(shown, 80) == []
    if command not in ("benchmark", "train", "export"):  # these show times
        assert ESCAPES.sub("", shown) == piped.out


def test_what_a_search_found_fits(
    tagship: Command, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagship_export.verification.counterexamples.ROUNDS", 1)
    done = tagship(*commands(made, tmp_path)["verify"], "--search")
    assert "the farthest apart scores" in " ".join(done.out.split())
    assert too_wide(done.out, 80) == []


@pytest.mark.parametrize("columns", [60, 30])
@pytest.mark.parametrize("command", ["export", "verify", "inspect", "selftest", "benchmark"])
def test_a_narrow_terminal_has_every_figure(
    tagship: Command, made: Made, tmp_path: Path, command: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = commands(made, tmp_path)[command]
    code, shown = on_terminal(columns, arguments, monkeypatch)
    assert code == 0 or command in MAY_FAIL
    assert too_wide(shown, columns) == []
    squeezed = re.sub(r"\s", "", ESCAPES.sub("", shown))
    wide = tagship(*arguments).out
    for figure in re.findall(r"(?<![\w.])[+-]?\d+\.\d{3,}\b", wide):
        assert figure in squeezed or command == "benchmark"
    for entry in json.loads(tagship(*arguments, "--json").out) if command in ("export", "verify") else []:
        if "bytes" in entry:
            assert f"{entry['quality']['artifact']['macro_f1']:.3f}" in squeezed
            assert f"{entry['parity']['firm_flips']:,}" in squeezed


def test_training_tables_on_a_narrow_terminal(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, shown = on_terminal(60, commands(made, tmp_path)["train"], monkeypatch)
    assert code == 0
    assert too_wide(shown, 60) == []
    squeezed = re.sub(r"\s", "", shown)
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    assert len(document["per_label"]) == len(LABELS)
    for figures in document["per_label"].values():
        assert f"F1{figures['f1']:.3f};95%interval{figures['f1_low']:.3f}to{figures['f1_high']:.3f}" in squeezed


def test_many_labels_show_the_weakest_and_say_so(made: Made) -> None:
    from tagship_training.cli.show import MOST_LABELS, WORST_LABELS, label_lines

    one = next(iter(json.loads((made.run / "run.json").read_text())["per_label"].values()))
    many = {f"label {i}": one | {"f1": i / 1000} for i in reversed(range(MOST_LABELS + 1))}
    lines = list(label_lines(many))
    assert [line.split()[1] for line in lines[1:-1]] == [str(i) for i in reversed(range(WORST_LABELS))]
    assert f"the other {MOST_LABELS + 1 - WORST_LABELS}" in lines[-1]
    del many["label 0"]
    assert len(list(label_lines(many))) == 1 + MOST_LABELS


@pytest.mark.parametrize(("no_color", "coloured"), [(None, True), ("1", False)])
def test_colours_on_a_terminal_only(
    made: Made, no_color: str | None, coloured: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("verify", str(made.run), str(made.artifacts / "float32.onnx"))
    with terminal(80, monkeypatch) as finish:
        if no_color:
            monkeypatch.setenv("NO_COLOR", no_color)
        assert main(list(arguments)) == 0
        shown = finish()
    assert ("\x1b[32mpassed\x1b[0m" in shown) == coloured
    assert ("\x1b" in shown) == coloured


def strict(text: str) -> Any:
    """What a parser makes of it that knows no NaN."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("command", COMMANDS)
def test_json_is_one_document_and_all_there_is_on_stdout(
    tagship: Command, made: Made, tmp_path: Path, command: str
) -> None:
    done = tagship(*commands(made, tmp_path)[command], "--json")
    assert done.code == 0 or command in MAY_FAIL, done.err
    document = strict(done.out)
    expected = {
        "train": lambda d: set(d["per_label"]) == set(LABELS),
        "export": lambda d: {entry["passed"] for entry in d} <= {True, False} and len(d) == 4,
        "verify": lambda d: [entry["passed"] for entry in d] == [True, True],
        "inspect": lambda d: tuple(d["labels"]) == LABELS,
        "selftest": lambda d: d["passed"] is True,
        "benchmark": lambda d: len(d) == 2 and all(entry["one_row_us"] > 0 for entry in d),
        "attach": lambda d: tuple(d["labels"]) == LABELS,
    }
    assert expected[command](document)


def test_predictions_as_json_lines(tagship: Command, made: Made, tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    table = pyarrow.csv.read_csv(made.rows)
    numbers = pyarrow.array([float("nan"), float("inf"), *range(table.num_rows - 2)], pyarrow.float64())
    pyarrow.parquet.write_table(table.append_column("id", numbers), tmp_path / "rows.parquet")
    artifact = made.artifacts / "float32.onnx"
    done = tagship("predict", artifact, tmp_path / "rows.parquet", "--format", "jsonl", "--id-column", "id", "--scores")
    assert (done.code, done.err) == (0, "")
    found = [strict(line) for line in done.out.splitlines()]
    assert len(found) == 400
    assert [row["id"] for row in found[:3]] == [None, None, 0]
    assert all(0 <= found[0][f"score:{label}"] <= 1 for label in LABELS)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_error_under_json_is_a_line_on_stderr(tagship: Command, tmp_path: Path, command: str) -> None:
    absent = tmp_path / "absent"
    arguments = {
        "train": (absent, "--out", tmp_path / "run"),
        "export": (absent, "--out", tmp_path / "artifacts"),
        "verify": (absent, absent),
    }.get(command, (absent,))
    done = tagship(command, *arguments, "--json")
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("tagship: error: ")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_check_under_json_is_a_document_and_exit_code_1(
    tagship: Command, scaled_run: Path, artifact: Path
) -> None:
    done = tagship("verify", scaled_run, artifact, "--json")
    (entry,) = strict(done.out)
    assert (done.code, done.err, entry["passed"]) == (1, "", False)
    assert entry["faults"]


@pytest.mark.parametrize("command", ["", *COMMANDS, "predict", "completion"])
def test_help_fits_and_has_examples(tagship: Command, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = tagship(*filter(None, [command]), "--help")
    assert (done.code, done.err) == (0, "")
    assert too_wide(done.out, 80) == []
    if command:
        _, _, examples = done.out.partition("\nexamples:\n")
        assert len(re.findall(rf"tagship {command}\b", examples)) >= 2


def test_names_of_artifacts_are_whole_in_80_columns() -> None:
    from tagship_export.cli.show import HEADINGS
    from tagship_export.pipeline.plan import plan_recipes
    from tagship_export.targets.registry import TARGETS
    from tagship_runtime.terminal.table import table

    widest = ("99.9 KB", "1234.5", "9,999", "9,999", "0.123", "-0.1234", "passed")
    names = [f"{planned.name} *" for planned in plan_recipes(["all"], list(TARGETS))]
    lines = table(("artifact", *HEADINGS), [(name, *widest) for name in names], 80)
    assert [line[: len(name)] for line, name in zip(lines[1:], names, strict=True)] == names
