"""The command ``tagship``, which finds a subcommand, runs it, and turns errors into one line and an exit code.

The runtime's own commands are modules of :mod:`tagship_runtime.cli`. Other packages add theirs through
the entry point group ``tagship.commands``; a module that is a command has ``HELP``, ``EXAMPLES``,
``add_arguments(parser)`` and ``run(arguments) -> exit code``.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import NoReturn

from tagship_runtime.cli.signals import INTERRUPTED, orderly_end
from tagship_runtime.errors import CheckFailedError, TagshipError

DONE, CHECK_FAILED, BAD_INPUT = 0, 1, 2

OWN = ("predict", "inspect", "selftest", "benchmark", "drift", "completion")

HELP_WIDTH = 78
"""Columns that argparse uses of a terminal of 80."""

ELSEWHERE: Mapping[str, str] = {
    "train": "tagship-training",
    "report": "tagship-report",
    "page": "tagship-report",
    "attach": "tagship-export",
    "export": "tagship-export",
    "verify": "tagship-export",
}
"""Commands that other packages bring, for the message when they are absent."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``tagship`` with these arguments (default: the process') and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = argparse.Namespace(debug="--debug" in arguments)
    _use_utf8()
    try:
        with orderly_end():
            options = _parser(arguments).parse_args(arguments)
            code: int = options.run(options)
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        _discard_stdout()  # whoever read it has gone
        return DONE
    except KeyboardInterrupt:
        return _fail(options, "interrupted", INTERRUPTED)
    except CheckFailedError as error:
        return _fail(options, error, CHECK_FAILED)
    except UnicodeEncodeError as error:
        return _fail(options, _NO_TEXT.format(error.object[error.start : error.end]), BAD_INPUT)
    except (TagshipError, OSError, MemoryError) as error:
        return _fail(options, error, BAD_INPUT)


_NO_TEXT = "a name holds {!r}, which is no text in UTF-8 and can be neither written nor printed; rename it"


def _use_utf8() -> None:
    """Use UTF-8 whatever the locale says, as tables and the names in them do. A closed stream reads as empty."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            # What is wrong with a name that is no text can be said on stderr alone, in escapes.
            errors = "backslashreplace" if name == "stderr" else "strict"
            stream.reconfigure(encoding="utf-8-sig" if name == "stdin" else "utf-8", errors=errors)


def _fail(options: argparse.Namespace, error: object, code: int) -> int:
    if options.debug and isinstance(error, BaseException):
        raise error
    try:
        sys.stdout.flush()
    except OSError:  # a full disk behind stdout: nothing may be left for the interpreter to flush at its end
        _discard_stdout()
    if isinstance(error, OSError) and not isinstance(error, TagshipError):
        error = f"{error.filename}: {error.strerror}" if error.filename else error
    print(f"tagship: error: {_on_one_line(str(error))}", file=sys.stderr)
    return code


_CONTROLS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x1f\x7f-\x9f]")
"""Sequences that colour a terminal, and all other control characters: other libraries' messages have them."""


def _on_one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub(_as_blank, text).split())


def _as_blank(found: re.Match[str]) -> str:
    """Return nothing for a colour, and a blank for what moves on."""
    return "" if found[0].startswith("\x1b[") else " "


def _discard_stdout() -> None:
    """Leave nothing for the interpreter to flush into what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    wanted = next((word for word in arguments if not word.startswith("-")), None)
    # Only the command that is asked for is imported; the list of all is made for --help and for typing errors.
    commands = installed_commands(wanted)
    parser = parser_of(commands)
    if wanted is not None and wanted in ELSEWHERE and wanted not in commands:
        package = ELSEWHERE[wanted]
        parser.exit(BAD_INPUT, f"tagship: error: '{wanted}' comes with {package}; run: pip install {package}\n")
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, as every other error is said."""

    def error(self, message: str) -> NoReturn:
        """Print and exit."""
        self.exit(BAD_INPUT, f"tagship: error: {message}; see {self.prog} --help\n")


def parser_of(commands: Mapping[str, ModuleType]) -> argparse.ArgumentParser:
    """Return a parser of these commands."""
    parser = _Parser(
        prog="tagship", description="Multilabel classifiers, from a table to a device.", allow_abbrev=False
    )
    from tagship_runtime import __version__

    parser.add_argument("--version", action="version", version=f"tagship {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, module in commands.items():
        command = subparsers.add_parser(
            name,
            help=module.HELP,
            description=textwrap.fill(module.HELP, HELP_WIDTH),
            epilog="examples:\n" + "\n".join(_example(example) for example in module.EXAMPLES),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_argument("--debug", action="store_true", help="show the traceback of an error")
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def _example(text: str) -> str:
    """Return a command; where it is too long for a line, on several as a shell takes them, each with whole options."""
    whole = re.sub(" (?!--)", "\0", text)
    lines = textwrap.wrap(whole, HELP_WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return "  " + " \\\n      ".join(lines).replace("\0", " ")


def installed_commands(wanted: str | None = None) -> Mapping[str, ModuleType]:
    """Return all commands, or the wanted one alone if there is such a one; modules are imported here."""
    if wanted in OWN:
        return {wanted: import_module(f"tagship_runtime.cli.{wanted}")}
    added = {entry.name: entry for entry in entry_points(group="tagship.commands")}
    if wanted in added:
        return {wanted: added[wanted].load()}
    own = {name: import_module(f"tagship_runtime.cli.{name}") for name in OWN}
    return own | {name: entry.load() for name, entry in sorted(added.items())}
