"""Options that both commands share."""

from __future__ import annotations

import argparse
from importlib import import_module

from tagship_runtime.quiet import quiet


def add_budget_options(parser: argparse.ArgumentParser) -> None:
    """``--max-flip-rate`` and ``--max-f1-drop``."""
    parser.add_argument("--max-flip-rate", type=float, metavar="X", help="share of decisions that may differ")
    parser.add_argument("--max-f1-drop", type=float, metavar="X", help="how much macro-F1 may fall")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def import_keras() -> None:
    """Import and start it here, so that the greetings of TensorFlow's C++ parts stay off the terminal."""
    with quiet():
        import_module("keras").ops.zeros(1)
