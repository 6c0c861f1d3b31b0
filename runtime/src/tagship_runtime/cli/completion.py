"""``tagship completion``: scripts by which a shell completes commands, options and file names."""

from __future__ import annotations

import argparse

from tagship_runtime.errors import PackageMissingError

HELP = "print a script that makes a shell complete tagship's commands, options and file names"
EXAMPLES = (
    'eval "$(tagship completion bash)"',
    "tagship completion bash > ~/.local/share/bash-completion/completions/tagship",
    "tagship completion zsh > ~/.zfunc/_tagship",
)

SHELLS = ("bash", "zsh", "tcsh")

FILES = {"ARTIFACT", "DATA", "FILE", "SOURCE", "ORIGINAL", "A,B|FILE", "X|FILE"}
FOLDERS = {"DIR", "RUN", "RUN|DIR"}
"""Names of arguments that stand for paths; others are numbers and names, which no shell can know."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("shell", choices=SHELLS, help="bash, zsh or tcsh")


def run(options: argparse.Namespace) -> int:
    """Print the script for the commands that are installed now."""
    try:
        import shtab
    except ImportError as error:
        raise PackageMissingError("shtab", "completion") from error
    from tagship_runtime.cli.main import installed_commands, parser_of

    parser = parser_of(installed_commands())
    _mark_paths(parser, shtab.FILE, shtab.DIRECTORY)
    print(shtab.complete(parser, shell=options.shell), end="")
    return 0


def _mark_paths(parser: argparse.ArgumentParser, file: object, folder: object) -> None:
    for action in parser._actions:  # as shtab itself does: argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _mark_paths(command, file, folder)
        elif action.metavar in FILES | FOLDERS:
            action.complete = file if action.metavar in FILES else folder  # type: ignore[attr-defined]
