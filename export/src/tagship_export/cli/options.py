"""Options that the commands share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tagship_runtime.cli.options import add_dialect_options, dialect_of, names, note, once
from tagship_runtime.errors import UsageError
from tagship_runtime.files import TableFile, check_header
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.thresholds import Thresholds


def add_budget_options(parser: argparse.ArgumentParser) -> None:
    """Declare ``--max-flip-rate`` and the like, and ``--json``."""
    parser.add_argument("--max-flip-rate", type=float, metavar="X", help="share of decisions that may differ")
    parser.add_argument("--max-f1-drop", type=float, metavar="X", help="how much macro-F1 may fall")
    parser.add_argument(
        "--max-label-flips",
        type=float,
        metavar="X",
        help="share of a label's rows, on either side, that may differ (0.25)",
    )
    parser.add_argument(
        "--max-share-change", type=float, metavar="X", help="how many rows more or fewer a label may be on in (0.25)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def add_original_options(parser: argparse.ArgumentParser) -> None:
    """Declare what has to be said of a model that is not a run."""
    parser.add_argument("--logits", action="store_true", help="the model lacks the sigmoid at its end; add it")
    parser.add_argument(
        "--independent",
        action="store_true",
        help="the model's scores are independent probabilities, whatever its end looks like",
    )
    parser.add_argument("--size", metavar="S", help="of the sizes that a run holds, such as 32-16-8")


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Declare how ``--data`` is spelled, which :func:`data_of` reads."""
    add_dialect_options(parser)
    parser.add_argument("--positive", metavar="A,B", help="values of label columns that mean on; others mean off")


def data_of(options: argparse.Namespace) -> TableFile | None:
    """Return the rows that a command was given, whose header is read here, before seconds go into importing TensorFlow.

    Raises:
        MissingFileError: No such file.
        DataError: Its header cannot be read.
    """
    dialect = dialect_of(options)
    if options.data is None:
        return None
    check_header(options.data, dialect)
    positive = () if options.positive is None else tuple(names(options.positive))
    return TableFile(path=options.data, dialect=dialect, positive=positive, note=once(note))


def read_labels(text: str | None) -> Sequence[str] | None:
    """Read names with commas between them, or a file with one on each line.

    Raises:
        UsageError: The file is not text.
    """
    if text is None:
        return None
    path = Path(text)
    if not path.is_file():
        if path.suffix == ".txt":
            raise UsageError(f"--labels is {text!r}, and there is no such file; give one name per line, or a,b,c")
        return names(text)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"--labels is {text!r}, which is not text in UTF-8; give one name per line") from None
    return [line.strip() for line in lines if line.strip()]


def read_thresholds(text: str | None) -> Thresholds | None:
    """Read a number for all labels, or a JSON file: a list in label order, or an object by name.

    Raises:
        UsageError: It is neither.
    """
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = json.loads(Path(text).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {str(name): float(value) for name, value in found.items()}
        return [float(value) for value in found]
    except (OSError, ValueError, TypeError):
        raise UsageError(
            f"--thresholds is {text!r}; give a number, or a JSON file with a list or an object of numbers"
        ) from None


def import_keras() -> None:
    """Import and start Keras here, so that the greetings of TensorFlow's C++ parts stay off the terminal."""
    with quiet():
        import_module("keras").ops.zeros(1)
