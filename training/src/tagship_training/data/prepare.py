"""Tables as the caller has them -> rows by purpose, described and encoded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tagship_runtime.contract import Feature
from tagship_runtime.errors import InputError
from tagship_runtime.features import columns_of
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.typing import RowNumbers
from tagship_training.config import Config, Kinds, Options
from tagship_training.data import columns, splits
from tagship_training.data.arrays import from_arrays
from tagship_training.data.deciding import find_deciding
from tagship_training.data.encode import encode
from tagship_training.data.notices import listed, on_deciding, on_labels_alike, on_unknown_words
from tagship_training.data.repeated_rows import Flags, find_repeated, find_repeated_within
from tagship_training.data.sparse_rows import Matrix, take_rows
from tagship_training.data.stream import Stream
from tagship_training.data.unteachable import find_unteachable
from tagship_training.errors import TableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Rows by purpose: ``train``, ``test``, and ``validation`` where the caller gave some.

    Attributes:
        rows: The rows as they came.
        matrices: The same, encoded, (rows, width); sparse where there are texts.
        features: The description of the columns that they were encoded by.
        repeats: Which rows have the features of a training row, by purpose; of ``train``, those of another one.
        notices: Sentences for the user.
        leaks: Labels that columns held under another name, by the column's name; these are left out.
        deciding: Labels that columns decide alone, by the column's name; these stay.
        stream: The table that the training rows were drawn from, to learn from all of it; None where they are all.
    """

    rows: Mapping[str, Dataset]
    matrices: Mapping[str, Matrix]
    features: tuple[Feature, ...]
    repeats: Mapping[str, Flags]
    notices: tuple[str, ...]
    leaks: Mapping[str, str] = field(default_factory=dict)
    deciding: Mapping[str, str] = field(default_factory=dict)
    stream: Stream | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels."""
        return self.rows["train"].labels

    @property
    def repeated(self) -> Mapping[str, int]:
        """Numbers of rows that have the features of a training row, by purpose."""
        return {name: int(flags.sum()) for name, flags in self.repeats.items() if name != "train"}

    def take_training_rows(self, index: RowNumbers) -> Prepared:
        """Return the same with some of the training rows only."""
        return replace(
            self,
            rows={**self.rows, "train": self.rows["train"].take(index)},
            matrices={**self.matrices, "train": take_rows(self.matrices["train"], index)},
            repeats={**self.repeats, "train": self.repeats["train"][index]},
            stream=None,
        )


def prepare(
    train: Dataset,
    test: Dataset | None,
    validation: Dataset | None,
    config: Config,
    options: Options,
    stream: Stream | None = None,
) -> Prepared:
    """Set test rows aside, describe the columns by the training rows, and encode all rows.

    Args:
        train: Rows to learn from; a third of them is set aside where there are no others to judge by.
        test: Rows to judge by.
        validation: Rows to tune on.
        config: The seed, and whether labels keep their shares.
        options: Kinds of columns that the user names.
        stream: The table that the training rows were drawn from.

    Raises:
        TableError: Rows, columns or labels that cannot be learned from.
    """
    orders, incomplete = _check([part for part in (train, test, validation) if part is not None], options.kinds, stream)
    unteachable = find_unteachable(train, options.kinds.named, None if stream is None else stream.drawn)
    deciding = find_deciding(train, {*options.kinds.named, *unteachable.reasons, *unteachable.leaks})
    if test is None:
        rest, judged = splits.split_test(train.known_targets, config.seed, stratify=config.stratify)
        train, test = train.take(rest), train.take(judged)
    dropped: list[str] = []
    if options.drop_empty_labels:
        train, others, dropped = without_empty_labels(train, [test, validation])
        test, validation = others[0] or test, others[1]
    rows = {"train": train, "test": with_labels_of(train, test, "test")}
    notices = dropped + splits.check_positives(train.known_targets, train.labels) + on_labels_alike(train.labels)
    features, left_out = columns.infer(train, options.kinds, incomplete, unteachable.reasons, orders)
    if validation is not None:
        rows["validation"] = with_labels_of(train, validation, "validation")
    matrices = {name: _encode(part, features, name) for name, part in rows.items()}
    repeats = {name: find_repeated(matrices["train"], matrices[name]) for name in rows if name != "train"}
    repeats["train"] = find_repeated_within(matrices["train"])
    notices += left_out + on_deciding(deciding) + _notices(rows, features)
    return Prepared(
        rows=rows,
        matrices=matrices,
        features=features,
        repeats=repeats,
        notices=tuple(notices),
        leaks=unteachable.leaks,
        deciding=deciding,
        stream=stream,
    )


def _check(
    given: Sequence[Dataset], kinds: Kinds, stream: Stream | None
) -> tuple[Mapping[str, str | None], Collection[str]]:
    """Check all cells, and tell what stands first in dates, and in which columns a value is missing."""
    orders = columns.find_orders(given, kinds)
    try:
        incomplete = set().union(*(columns.check(part, kinds, orders) for part in given))
    except TableError as error:
        if stream is None:
            raise
        raise stream.place(error, kinds, orders) from error
    if stream is not None:
        incomplete |= stream.check(kinds, columns.classes_of(given[0], kinds), orders)
    return orders, incomplete


def as_dataset(rows: Dataset | tuple[Any, Any] | None, like: Dataset) -> Dataset | None:
    """Rows as a dataset, under the names that the training rows have."""
    if rows is None or isinstance(rows, Dataset):
        return rows
    framed = columns_of(rows[1])  # whose columns are matched by name, unless none of them is called as a label is
    labels = like.labels if framed is None or not set(framed) & set(like.labels) else None
    return from_arrays(*rows, labels=labels, names=list(like.columns) if not hasattr(rows[0], "columns") else None)


def with_labels_of(train: Dataset, other: Dataset, name: str) -> Dataset:
    """Other rows with their labels in the order of the training rows.

    Raises:
        TableError: They have other labels, or there is no row.
    """
    if set(other.labels) != set(train.labels):
        raise TableError(
            f"the {name} table has the labels {list(other.labels)}, the training rows have {list(train.labels)}"
        )
    if not len(other):
        raise TableError(f"the {name} table has no rows")
    order = [other.labels.index(label) for label in train.labels]
    return Dataset(table=other.table, targets=other.known_targets[:, order], labels=train.labels)


def without_empty_labels(
    train: Dataset, others: Sequence[Dataset | None]
) -> tuple[Dataset, list[Dataset | None], list[str]]:
    """Rows without the labels that are never on in the training rows, and a notice on these.

    Args:
        train: Rows to learn from.
        others: Rows to judge by or to tune on.

    Raises:
        TableError: No label is ever on.
    """
    empty = [label for label, on in zip(train.labels, train.known_targets.max(axis=0).tolist(), strict=True) if not on]
    if not empty:
        return train, list(others), []
    if len(empty) == len(train.labels):
        raise TableError(f"none of the {len(empty)} labels is ever on in the {len(train)} training rows")
    kept = [None if rows is None else _without(rows, empty) for rows in (train, *others)]
    one = len(empty) == 1
    said = f"{'label is' if one else 'labels are'} never on in the {len(train)} training rows and left out"
    return kept[0] or train, kept[1:], [f"{len(empty)} {said}: {listed(empty)}"]


def _without(rows: Dataset, labels: Sequence[str]) -> Dataset:
    kept = [position for position, label in enumerate(rows.labels) if label not in labels]
    names = tuple(rows.labels[position] for position in kept)
    return Dataset(table=rows.table, targets=rows.known_targets[:, kept], labels=names)


def _encode(rows: Dataset, features: tuple[Feature, ...], name: str) -> Matrix:
    try:
        return encode(rows, features)
    except InputError as error:
        raise TableError(f"the {name} rows: {error}") from error


def _notices(rows: Mapping[str, Dataset], features: tuple[Feature, ...]) -> list[str]:
    """Sentences on words that are not known from training, a kind of features after the other."""
    notices = []
    for name, own in rows.items():
        counts = {} if name == "train" else columns.unknown_words(own, features)
        for said in dict.fromkeys(feature.unknown for feature in features):
            alike = [feature.name for feature in features if feature.unknown == said and feature.name in counts]
            notices += on_unknown_words({one: counts[one] for one in alike}, said, len(own), name)
    return notices
