"""Fenced blocks of Markdown: what they are and what they say; run as a program, it pastes fresh output into them.

A block without a language holds shell commands: lines behind ``$ `` with the output that they gave below, or
commands alone. ``text`` is what nobody runs. ``<!-- not run: REASON -->`` above a block keeps it from being run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"(?:<!-- not run: (?P<reason>[^>]*?) -->\n)?```(?P<language>[^\n]*)\n(?P<body>.*?)```", re.DOTALL)
NUMBER = re.compile(r"[-+]?\d[\d,.]*(?:e[-+]?\d+)?%?")
PROMPT, ANY = "$ ", "..."


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block.

    Attributes:
        language: What stands behind the opening fence.
        body: Its lines.
        reason: Why it is not run; None if it is.
    """

    language: str
    body: str
    reason: str | None

    @property
    def is_session(self) -> bool:
        """Whether it shows output."""
        return self.language == "" and self.body.startswith(PROMPT)

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Each command with the lines of output that are shown below it."""
        lines = self.body.replace("\\\n", " ").splitlines()
        if not self.is_session:
            yield from ((line, []) for line in lines if line.strip())
            return
        command, shown = "", list[str]()
        for line in lines:
            if line.startswith(PROMPT):
                if command:
                    yield command, shown
                command, shown = line.removeprefix(PROMPT), []
            else:
                shown.append(line)
        yield command, shown


def blocks(text: str) -> list[Block]:
    """All blocks of a document, in order."""
    return [
        Block(language=found["language"].strip(), body=found["body"], reason=found["reason"])
        for found in FENCE.finditer(text)
    ]


VOLATILE = re.compile(r"(?:tagship: )?(?:diagnosis|baselines|note): |\* recommended: ")
"""Lines that say in words what a run's figures are."""


def shape(line: str) -> str:
    """A line of output with its numbers and this machine masked; empty for words about figures."""
    if VOLATILE.match(line):
        return ""
    line = re.sub(r" on [^;]+, \S+ \S+$", " on this machine", line)
    line = re.sub(r" \*(?= )| \(\d+ firm\)", "", line)
    return " ".join(NUMBER.sub("#", line).split())


def shapes(lines: Sequence[str]) -> list[str]:
    """Of all lines that have one; what is indented goes on from the line above, wherever that was folded."""
    whole: list[str] = []
    for line in lines:
        if line.startswith("  ") and whole:
            whole[-1] += f" {line.strip()}"
        else:
            whole.append(line)
    return [masked for masked in map(shape, whole) if masked]


def paste(document: Path, run: Callable[[str], str], run_python: Callable[[str], None]) -> None:
    """Replace the shown output of a document's sessions by that of a run."""

    def renew(found: re.Match[str]) -> str:
        (block,) = blocks(found[0])
        if block.reason is None and block.language == "python":
            run_python(block.body)
        if block.reason is not None or not block.is_session:
            return found[0]
        parts = []
        for command, shown in block.commands():
            output = run(command)
            parts.append(f"{PROMPT}{command}\n{f'{ANY}{chr(10)}' if shown == [ANY] else output}")
        return found[0].replace(block.body, "".join(parts))

    document.write_text(FENCE.sub(renew, document.read_text()))


def main(*names: str) -> None:
    """Paste fresh output into these documents; minutes, since models are trained as the documents say."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("docs", "examples"):
            Path(folder, name).symlink_to(Path(name).absolute())
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "80"}

        def shell(command: str) -> str:
            done = subprocess.run(
                ["bash", "-c", f"{command} 2>&1"],  # noqa: S607
                cwd=folder, capture_output=True, text=True, check=False, env=environment,
            )  # fmt: skip
            return "".join(f"{line.rstrip()}\n" for line in done.stdout.replace(f"{folder}/", "").splitlines())

        def python(code: str) -> None:
            subprocess.run([sys.executable, "-c", code], cwd=folder, check=False, env=environment)

        for name in names:
            paste(Path(name), shell, python)


if __name__ == "__main__":
    main(*sys.argv[1:])
