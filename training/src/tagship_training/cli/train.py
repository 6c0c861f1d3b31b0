"""``tagship train``: from a table to a run folder."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tagship_runtime.cli.options import (
    TABLES,
    add_dialect_options,
    byte_count,
    dialect_of,
    names,
    note,
    note_left,
    once,
)
from tagship_runtime.errors import UsageError
from tagship_runtime.files import left_beside
from tagship_runtime.files.label_columns import LABEL_PREFIX
from tagship_runtime.terminal.json import print_json

if TYPE_CHECKING:
    from tagship_runtime.files.dataset import Dataset
    from tagship_training.config import Config, Kinds
    from tagship_training.data.draw import DrawnRows
    from tagship_training.data.label_columns import LabelColumns
    from tagship_training.data.parts_spelling import AsSpelled
    from tagship_training.run import Run

HELP = "train a multilabel classifier on a table and tune its thresholds"
EXAMPLES = (
    "tagship train sample:synthetic --out run",
    "tagship train people.csv.gz --label-prefix label: --test held-out.csv.gz --out run",
    "tagship train sample:synthetic --max-bytes 8KB --out small",
    "tagship train rows/ --out run",
    "tagship train sample:articles --tags-column topics --out articles",
    "tagship train parts.parquet --labels large,round --drop id --baselines --out run",
    'tagship train news.jsonl --tags-column topics --tags-separator ";" --objective precision=0.9 --out run',
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "data",
        metavar="DATA",
        help=f"{TABLES} or sample:synthetic, sample:articles; or a folder or a pattern of .parquet files, whose rows "
        "memory need not hold",
    )
    parser.add_argument("--out", required=True, metavar="RUN", help="folder to write")
    parser.add_argument("--force", action="store_true", help="replace a finished run in --out")
    parser.add_argument("--json", action="store_true", help="print run.json instead of tables")

    _add_labels(parser)
    add_dialect_options(parser)
    _add_columns_and_rows(parser)
    _add_network_and_size(parser)
    _add_thresholds_and_figures(parser)


def _add_labels(parser: argparse.ArgumentParser) -> None:
    """Declare where labels are."""
    labels = parser.add_argument_group("labels, in one of three ways")
    labels.add_argument("--labels", metavar="A,B", help="columns by name, by pattern (is_*) or by position (4-6)")
    labels.add_argument("--label-prefix", default=LABEL_PREFIX, metavar="P", help="columns whose names start with this")
    labels.add_argument("--tags-column", metavar="C", help="one column of texts such as sport;politics, or of lists")
    labels.add_argument("--tags-separator", default=";", metavar="S", help="between tags (default ;)")
    labels.add_argument("--tags-min-count", type=int, default=10, metavar="N", help="rarer tags are ignored (10)")
    labels.add_argument("--drop-empty-labels", action="store_true", help="leave out labels that no training row has")
    labels.add_argument(
        "--positive", metavar="A,B", help="values that mean on; default: 1, yes, true, ja, x and the like"
    )


def _add_columns_and_rows(parser: argparse.ArgumentParser) -> None:
    """Declare the kinds of columns, and other tables."""
    columns = parser.add_argument_group("features, found from the data unless said here")
    columns.add_argument("--categorical", metavar="A,B", help="columns to take as words")
    columns.add_argument("--numeric", metavar="A,B", help="columns to take as numbers")
    columns.add_argument("--text", metavar="A,B", help="columns to take as texts, whose words are counted")
    columns.add_argument("--no-text", action="store_true", help="take no column as text by what it looks like")
    columns.add_argument(
        "--ngrams", type=int, metavar="N", help="count runs of up to N words of a text (1; 2 in Chinese and the like)"
    )
    columns.add_argument("--drop", metavar="A,B", help="columns to leave out")

    rows = parser.add_argument_group("rows")
    rows.add_argument("--test", metavar="FILE", help="rows to judge by; default: a third of DATA")
    rows.add_argument("--validation", metavar="FILE", help="rows to tune on; default: folds of the training rows")
    rows.add_argument(
        "--keep-last-row",
        action="store_true",
        help="learn from last rows that look like totals or lines below the table, which are an error else",
    )
    rows.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="of Parquet with more rows than N (a folder: 100000), draw N to decide, tune and judge by, and learn from "
        "all others without holding them",
    )
    rows.add_argument(
        "--passes", type=int, metavar="N", help="how often those others are read (as 5,000,000 rows take)"
    )


def _add_network_and_size(parser: argparse.ArgumentParser) -> None:
    """Declare bounds and preferences of what is trained."""
    network = parser.add_argument_group("one network instead of several sizes; what is not said depends on the table")
    network.add_argument("--preset", default="default", metavar="NAME", help="default, or article (the reference)")
    network.add_argument("--hidden", metavar="N,N", help="units of the hidden layers")
    network.add_argument("--members", type=int, metavar="N", help="networks per group that are averaged")
    network.add_argument("--dropout", type=float, metavar="X", help="share of units dropped while training")
    network.add_argument("--epochs", type=int, metavar="N", help="passes over the rows")
    network.add_argument("--batch-size", type=int, metavar="N", help="rows per step")
    network.add_argument("--learning-rate", type=float, metavar="X", help="of the optimizer, at its peak")
    network.add_argument("--class-weights", metavar="W", help="none (default) or balanced")
    network.add_argument("--seed", type=int, metavar="N", help="default 42; the same seed gives the same weights")

    sizes = parser.add_argument_group("the size, of those that are trained where no network is described")
    sizes.add_argument("--prefer", metavar="P", help="balance (default), quality or size")
    sizes.add_argument("--max-parameters", type=int, metavar="N", help="the best that has no more")
    sizes.add_argument("--max-bytes", metavar="N", help=_MOST_BYTES)


_MOST_BYTES = (
    "the best whose float32 LiteRT model is no larger, such as 8KB; the contract that an export adds is not counted "
    "(export has a --max-bytes for whole files)"
)


def _add_thresholds_and_figures(parser: argparse.ArgumentParser) -> None:
    """Declare the goal, and what is measured."""
    judging = parser.add_argument_group("thresholds and figures")
    judging.add_argument(
        "--objective", metavar="O", help="f1 (default), micro-f1, precision=0.9, recall=0.95, cost=FP:FN or fixed=0.5"
    )
    judging.add_argument(
        "--confidence", type=float, metavar="C", help="chance that new rows reach the precision or recall, such as 0.95"
    )
    judging.add_argument("--calibrate", action="store_true", help="make scores match frequencies, inside the graph")
    judging.add_argument(
        "--baselines",
        action=argparse.BooleanOptionalAction,
        help="train simpler models on the same rows as well; default: those that sizes are trained with anyway",
    )
    judging.add_argument("--learning-curve", action="store_true", help="train on a quarter and half of the rows too")


def run(options: argparse.Namespace) -> int:
    """Train, save, and print the figures."""
    from tagship_training.run_folder import check_free

    config, where = _config(options), _label_columns(options)
    check_free(options.out, force=options.force)
    notes: list[str] = []
    finished = _train(options, config, _read(options, config, where, notes), notes)
    finished.save(options.out, force=options.force)
    note_left(left_beside(options.out))
    _print(finished, options, notes)
    return 0


def _read(options: argparse.Namespace, config: Config, where: LabelColumns, notes: list[str]) -> DrawnRows:
    """Read the tables by purpose; notes are told and kept.

    Nothing here imports TensorFlow, so that a wrong table is told at once.
    """
    from tagship_runtime.contract import DateFeature, DurationFeature
    from tagship_runtime.files import check_header
    from tagship_runtime.files.arrow_columns import signs_of
    from tagship_training.data.columns import classes_of, textual
    from tagship_training.data.date_spellings import find_spelled_dates, with_dates_in_iso
    from tagship_training.data.draw import DrawnRows
    from tagship_training.data.label_columns import label_words
    from tagship_training.data.parts_spelling import AsSpelled
    from tagship_training.data.tables import from_table, read, read_sparse

    drop, kinds, dialect, keep = _list(options.drop), _kinds(options), dialect_of(options), options.keep_last_row

    @once
    def tell(sentence: str) -> None:
        note(sentence)
        notes.append(sentence)

    for path in (options.test, options.validation):
        if path is not None:  # before the first table is read, which may be large
            check_header(path, dialect)
    text = [*kinds.categorical, *kinds.text, *([options.tags_column] if options.tags_column else [])]
    fixed = (*text, *kinds.numeric, *drop)  # which hold no dates
    drawn = _draw(options, config, where, AsSpelled(text=tuple(text), named=fixed, dialect=dialect, note=tell))
    rows = None if drawn is not None else read_sparse(options.data, drop)
    if rows is not None:
        drawn = DrawnRows(train=rows)
    elif drawn is None:
        table = read(options.data, text, dialect=dialect, keep_last_row=keep, note=tell)
        table = with_dates_in_iso(table, find_spelled_dates(table, fixed, kinds.missing), kinds.missing, tell)
        noted = replace(where, note=tell)
        drawn = DrawnRows(train=from_table(table, noted, drop), words=label_words(table, where))
    # Words and tags of the training table are words and tags in the others, whatever those look like on their own.
    text += textual(drawn.train, kinds)
    where = replace(where, vocabulary=drawn.train.labels, words=drawn.words, note=tell)

    signs, classes = signs_of(drawn.train.table), classes_of(drawn.train, kinds)
    dates, durations = (
        [name for name, own in classes.items() if issubclass(own, kind)] for kind in (DateFeature, DurationFeature)
    )

    def other(path: str | None) -> Dataset | None:
        if path is None:
            return None
        rows = read_sparse(path, drop)
        if rows is not None:
            return rows
        table = read(path, text, dialect=dialect, signs=signs, durations=durations, keep_last_row=keep, note=tell)
        return from_table(with_dates_in_iso(table, dates, kinds.missing, tell), where, drop)

    return replace(
        drawn, test=other(options.test) or drawn.test, validation=other(options.validation) or drawn.validation
    )


def _draw(options: argparse.Namespace, config: Config, where: LabelColumns, given: AsSpelled) -> DrawnRows | None:
    """Read a folder, a pattern, or what ``--sample`` is given for; None for a table that is read whole."""
    from tagship_runtime.files.several import is_several
    from tagship_training.data.draw import SAMPLE, draw
    from tagship_training.data.parts import open_parts

    if not is_several(options.data) and options.sample is None:
        if options.passes is not None:
            raise UsageError(f"--passes is {options.passes}, but {options.data} is read whole; give --sample as well")
        return None
    return draw(
        open_parts(options.data),
        where,
        _list(options.drop),
        sample=SAMPLE if options.sample is None else options.sample,
        validate=options.validation is None,
        judge=options.test is None,
        passes=options.passes,
        seed=config.seed,
        given=given,
    )


def _train(options: argparse.Namespace, config: Config, drawn: DrawnRows, notes: list[str]) -> Run:
    """Train with a bar of progress."""
    from tagship_runtime.terminal.silence import quiet
    from tagship_training.cli.show import progress
    from tagship_training.config import Options
    from tagship_training.data.label_columns import recorded
    from tagship_training.data.samples import OPTIMA

    if options.data in OPTIMA:
        config = replace(config, stratify=False)  # built-in data sets are split as their literature does
    if config.one_network is None:  # steps are small, and two sizes are trained at the same time
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    with quiet():  # TensorFlow's C++ parts greet on stderr
        import_module("keras").ops.zeros(1)
    from tagship_training.trainer import train

    with progress() as (on_epoch, on_step):
        return train(
            drawn.train,
            config=config,
            test=drawn.test,
            validation=drawn.validation,
            stream=drawn.stream,
            options=Options(
                kinds=_kinds(options),
                baselines=options.baselines,
                learning_curve=options.learning_curve,
                drop_empty_labels=options.drop_empty_labels,
                optimum=OPTIMA.get(options.data),
                notes=tuple(notes),
                label_words=recorded(drawn.words),
            ),
            on_epoch=on_epoch,
            on_step=on_step,
        )


def _print(finished: Run, options: argparse.Namespace, told: list[str]) -> None:
    from tagship_runtime.documents.report_page import NO_REPORT, REPORT
    from tagship_training.cli.show import show

    if options.json:
        print_json(finished.to_dict())
    else:
        show(finished, Path(options.out), told)
    report = Path(options.out) / REPORT
    print(f"tagship: {f'report: {report}' if report.is_file() else NO_REPORT}", file=sys.stderr)


def _config(options: argparse.Namespace) -> Config:
    from tagship_training.config import PRESETS
    from tagship_training.thresholds.objectives import Objective

    if options.preset not in PRESETS:
        raise UsageError(f"--preset is {options.preset!r}; choose one of {', '.join(PRESETS)}")
    plain = (
        "members",
        "dropout",
        "epochs",
        "batch_size",
        "learning_rate",
        "class_weights",
        "seed",
        "confidence",
        "prefer",
        "max_parameters",
    )
    chosen = {name: getattr(options, name) for name in plain if getattr(options, name) is not None}
    if options.hidden is not None:
        chosen["hidden"] = _units(options.hidden)
    if options.max_bytes is not None:
        chosen["max_bytes"] = byte_count(options.max_bytes)
    if options.objective is not None:
        chosen["objective"] = Objective.parse(options.objective)
    positive = _list(options.positive)
    return replace(PRESETS[options.preset], calibrate=options.calibrate, positive=positive, **chosen)


def _label_columns(options: argparse.Namespace) -> LabelColumns:
    from tagship_training.data.label_columns import LabelColumns

    if options.labels is not None and not names(options.labels):
        raise UsageError("--labels is empty; name at least one column of 0 and 1")
    if not options.tags_separator:
        raise UsageError("--tags-separator is empty; give what stands between tags, such as ';' or ' '")
    if options.positive is not None and not names(options.positive):
        raise UsageError("--positive is empty; name at least one value that means on, or leave it out for x and blank")
    if options.labels is not None and options.tags_column is not None:
        raise UsageError("--labels and --tags-column were both given; labels are in one or the other")
    return LabelColumns(
        prefix=options.label_prefix,
        names=None if options.labels is None else _list(options.labels),
        tags=options.tags_column,
        separator=options.tags_separator,
        min_count=options.tags_min_count,
        positive=_list(options.positive),
    )


def _kinds(options: argparse.Namespace) -> Kinds:
    from tagship_training.config import Kinds

    return Kinds(
        categorical=_list(options.categorical),
        numeric=_list(options.numeric),
        text=_list(options.text),
        find_text=not options.no_text,
        first=dialect_of(options).dates,
        missing=_list(options.missing),
        ngrams=options.ngrams,
    )


def _list(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(names(text))


def _units(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(units) for units in names(text))
    except ValueError:
        raise UsageError(f"--hidden is {text!r}; give whole numbers such as 64,64") from None
