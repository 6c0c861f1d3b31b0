"""The host's C compiler, and programs that it makes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from tagship_export.errors import ConversionError, ExportError

COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-std=c99", "-O2", "-ffp-contract=off")
"""Without contraction, since a fused multiply-add rounds once where others round twice."""

SECONDS = 600
"""No program of these runs longer."""


class NoCompilerError(ExportError):
    """There is no C compiler on this machine."""

    def __str__(self) -> str:
        return (
            "C is proved by compiling it, and this machine has no C compiler (cc, gcc, clang, or what CC names); "
            "install one, as with 'apt install gcc'"
        )


def find_compiler() -> list[str]:
    """The command of the host's compiler: ``CC``, else the first that is installed.

    Raises:
        NoCompilerError: There is none.
    """
    chosen = shlex.split(os.environ.get("CC", ""))
    if chosen and shutil.which(chosen[0]):
        return chosen
    for name in () if chosen else COMPILERS:
        if path := shutil.which(name):
            return [path]
    raise NoCompilerError


def build(folder: Path, source: str, program: str, *, shared: bool = False) -> Path:
    """Compile a C file of a folder into a program there, or into a library that is loaded.

    Raises:
        NoCompilerError: There is no compiler.
        ConversionError: It refuses the file.
    """
    kind = ("-shared", "-fPIC") if shared else ()
    command = [*find_compiler(), *OPTIONS, *kind, source, "-o", program, "-lm"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())
        raise ConversionError(f"{command[0]} refuses the C: {first[:300]}")
    return folder / program
