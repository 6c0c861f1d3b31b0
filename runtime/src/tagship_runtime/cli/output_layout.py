"""The columns that ``tagship predict`` is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tagship_runtime.errors import UsageError
from tagship_runtime.scoring import Layout


def layout_of(options: argparse.Namespace, labels: Sequence[str], kind: str | None) -> Layout:
    """Return the columns that the options ask for.

    Args:
        options: Of the command.
        labels: Of the model.
        kind: Of the file that is written, such as ``.csv``.

    Raises:
        UsageError: They contradict each other, ask for more labels than there are, or for a column in which labels
            could not be told apart.
    """
    if options.top_k is not None and options.labels_only:
        raise UsageError("--labels-only and --top-k are two ways to name labels; give one of them")
    if options.top_k is not None and not 1 <= options.top_k <= len(labels):
        raise UsageError(
            f"k is {options.top_k}; a whole number from 1 to {len(labels)}, the number of labels, is needed"
        )
    divided = [label for label in labels if ";" in label]
    if options.labels_only and divided and kind == ".csv":
        raise UsageError(
            f"label {divided[0]!r} holds a ';', which stands between labels in CSV; give --format jsonl, or an "
            "--out that ends in .jsonl"
        )
    layout = Layout(
        ids=tuple(dict.fromkeys(options.id_column)),
        labels_only=options.labels_only,
        top_k=options.top_k,
        scores=options.scores,
    )
    if (name := layout.repeated(labels)) is not None:
        raise UsageError(
            f"label {name!r} and --scores ask for a column of the same name; leave out --scores, or give "
            "--labels-only or --top-k"
        )
    if (name := layout.taken(labels)) is not None:
        raise UsageError(f"--id-column {name}: the predictions have a column of that name; rename one of them")
    return layout
