"""``tagship train``: from a table to a run folder."""

from __future__ import annotations

import argparse
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tagship_runtime.commands.options import names
from tagship_runtime.errors import UsageError

if TYPE_CHECKING:
    from tagship_training.config import Config

HELP = "train a multilabel classifier on a table and tune its thresholds"
EXAMPLES = (
    "tagship train sample:synthetic --out run",
    "tagship train articles.csv.gz --label-prefix label: --test held-out.csv.gz --out run",
    "tagship train parts.parquet --labels large,round --hidden 32,16 --epochs 100 --out run",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("data", metavar="DATA", help=".csv, .csv.gz, .jsonl, .parquet or sample:synthetic")
    parser.add_argument("--out", required=True, metavar="RUN", help="folder to write")
    parser.add_argument("--labels", metavar="A,B", help="the label columns (0 or 1)")
    parser.add_argument("--label-prefix", default="label:", metavar="P", help="label columns start with this")
    parser.add_argument("--test", metavar="FILE", help="rows to judge by; default: a third of DATA")
    parser.add_argument("--preset", default="default", metavar="NAME", help="default, or article (the reference)")
    parser.add_argument("--hidden", metavar="N,N", help="units of the hidden layers")
    parser.add_argument("--dropout", type=float, metavar="X", help="share of units dropped while training")
    parser.add_argument("--epochs", type=int, metavar="N", help="passes over the rows, at most")
    parser.add_argument("--batch-size", type=int, metavar="N", help="rows per step")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="of the optimizer")
    parser.add_argument("--seed", type=int, metavar="N", help="default 42; the same seed gives the same weights")
    parser.add_argument("--force", action="store_true", help="replace a finished run in --out")


def run(options: argparse.Namespace) -> int:
    """Train, save, report."""
    from tagship_training.run import check_free

    config = _config(options)
    out = Path(options.out)
    check_free(out, force=options.force)  # before minutes of work, not after
    from tagship_runtime.files import read_table
    from tagship_runtime.quiet import quiet
    from tagship_training.report import progress, show
    from tagship_training.tables import dataset
    from tagship_training.trainer import train

    labels = None if options.labels is None else names(options.labels)
    data = dataset(read_table(options.data), labels=labels, label_prefix=options.label_prefix)
    test = None
    if options.test is not None:
        test = dataset(read_table(options.test), labels=labels, label_prefix=options.label_prefix)
    with quiet():  # TensorFlow's C++ parts greet on stderr
        import_module("keras").ops.zeros(1)
    with progress(config.epochs) as on_epoch:
        finished = train(data, config=config, test=test, on_epoch=on_epoch)
    finished.save(out, force=options.force)
    show(finished, out)
    return 0


def _config(options: argparse.Namespace) -> Config:
    from tagship_training.config import PRESETS

    if options.preset not in PRESETS:
        raise UsageError(f"--preset is {options.preset!r}; choose one of {', '.join(PRESETS)}")
    chosen = {
        name: getattr(options, name)
        for name in ("dropout", "epochs", "batch_size", "learning_rate", "seed")
        if getattr(options, name) is not None
    }
    if options.hidden is not None:
        chosen["hidden"] = _units(options.hidden)
    return replace(PRESETS[options.preset], **chosen)


def _units(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(units) for units in names(text))
    except ValueError:
        raise UsageError(f"--hidden is {text!r}; give whole numbers such as 64,64") from None
