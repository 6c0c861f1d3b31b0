"""Options that several commands share."""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tagship_runtime.errors import UsageError
from tagship_runtime.files.open_table import TABLES as TABLES
from tagship_runtime.files.spelling.dialect import Dialect
from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.thresholds import Thresholds

LISTED = 3
"""Files that are named, of those that a process left behind."""


def add_artifact_options(parser: argparse.ArgumentParser) -> None:
    """Declare what :func:`load_artifact` reads, such as ``--labels``, ``--threshold`` and ``--sha256``."""
    parser.add_argument("--labels", metavar="A,B", help="names of the scores, for a model without a contract")
    parser.add_argument(
        "--threshold",
        action="append",
        default=[],
        metavar="[LABEL=]X",
        help="another threshold, for one label or for all; may be repeated",
    )
    parser.add_argument("--sha256", metavar="HEX", help="refuse every file but the one with this digest")
    parser.add_argument(
        "--public-key",
        metavar="KEY|FILE",
        help="refuse a file that the owner of this key did not sign ('ssh-ed25519 AAAA...', or a .pub file); the "
        "signature is in ARTIFACT.sig",
    )
    parser.add_argument(
        "--allow-loops",
        action="store_true",
        help="run a model that may never end, or reads other files; not a stranger's",
    )


def add_dialect_options(parser: argparse.ArgumentParser) -> None:
    """Declare how tables are spelled, which :func:`dialect_of` reads."""
    group = parser.add_argument_group("how tables are spelled, found by looking unless said here")
    group.add_argument("--separator", metavar="S", help="between the cells of a text table: ';', tab, ...")
    group.add_argument("--decimal", metavar="M", help="between a number and its fraction: . or ,")
    group.add_argument("--encoding", metavar="E", help="of a text table that is not Unicode, such as cp1252")
    group.add_argument(
        "--missing", metavar="A,B", help="words that stand for a missing number, besides n/a, - and so on"
    )
    group.add_argument(
        "--dates", metavar="ORDER", help="day-first or month-first, where no cell tells how 03/04/2024 is meant"
    )
    group.add_argument("--sheet", metavar="NAME", help="of a workbook (default: the first)")


def dialect_of(options: argparse.Namespace) -> Dialect:
    """Return what the options say of how tables are spelled.

    Raises:
        UsageError: One of them means nothing.
    """
    return Dialect.parse(
        separator=options.separator,
        decimal=options.decimal,
        encoding=options.encoding,
        missing=() if options.missing is None else tuple(names(options.missing)),
        sheet=options.sheet,
        dates=options.dates,
    )


def note(sentence: str) -> None:
    """Tell people what was found by looking."""
    print(f"tagship: note: {sentence}", file=sys.stderr)


def note_left(left: Sequence[Path]) -> None:
    """Name what processes that were killed left behind, if no other one is writing it."""
    if left:
        one = len(left) == 1
        named = ", ".join(map(str, left[:LISTED])) + (f" and {len(left) - LISTED:,} more" if len(left) > LISTED else "")
        note(f"{named} {'was' if one else 'were'} left by a process that was killed, unless another one is writing; "
             f"remove {'it' if one else 'them'} if none is")  # fmt: skip


def once(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Return the same call, but for sentences that it was given before: a file may be read twice."""
    told: set[str] = set()

    def tell_once(sentence: str) -> None:
        if sentence not in told:
            told.add(sentence)
            tell(sentence)

    return tell_once


def load_artifact(path: str, options: argparse.Namespace, threads: int = 1) -> Predictor:
    """Load the artifact that a command was given."""
    labels = None if options.labels is None else names(options.labels)
    key = _public_key(options.public_key)
    with quiet():  # LiteRT announces its delegates on stderr
        model = load(
            path, labels=labels, threads=threads, sha256=options.sha256, public_key=key, loops=options.allow_loops
        )
    for threshold in options.threshold:
        model = model.with_thresholds(_threshold(threshold))
    return model


def _public_key(given: str | None) -> str | None:
    """Return the line of a key, which may stand in a file."""
    if given is None or given.startswith("ssh-"):
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"--public-key {given!r} is no key and no file that can be read ({error})") from None


def names(text: str) -> Sequence[str]:
    """Return the names of a list with commas; one that holds a comma stands in quotes, as in CSV."""
    return [
        name for name in (part.strip() for row in csv.reader([text], skipinitialspace=True) for part in row) if name
    ]


def byte_count(text: str) -> int:
    """Return ``8KB``, ``0.5 MB`` or ``20000`` as a number of bytes; a kilobyte has 1,000.

    Raises:
        UsageError: It is none.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kM]?)B?", text.strip().replace("K", "k"))
    if match is None:
        raise UsageError(f"--max-bytes is {text!r}; give a number of bytes such as 8000, 8KB or 0.5MB")
    return int(float(match[1]) * {"": 1, "k": 1_000, "M": 1_000_000}[match[2]])


def _threshold(text: str) -> Thresholds:
    label, _, value = text.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        raise UsageError(f"--threshold is {text!r}; give a number such as 0.4, or LABEL=0.4") from None
    return {label: number} if label else number
