"""Rows that memory need not hold: checked all before training, then read again and again in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray

from tagship_runtime.contract import Feature
from tagship_runtime.documents import StreamDocument
from tagship_runtime.errors import InputError
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.prefetch import prefetched
from tagship_runtime.files.spelling.label_spellings import truth_of
from tagship_runtime.typing import RowNumbers, Targets
from tagship_training.config import Kinds
from tagship_training.data import columns
from tagship_training.data.encode import encode
from tagship_training.data.label_columns import LabelColumns, columns_of_labels, find_labels
from tagship_training.data.notices import on_drawn_rows
from tagship_training.data.parts import Parts
from tagship_training.data.shuffled import Rows, interleaved, shuffled
from tagship_training.data.sparse_rows import Matrix
from tagship_training.data.unteachable import Drawn
from tagship_training.errors import TableError

VISITS, MOST_PASSES = 5_000_000, 6
"""Rows that networks see at least, each as often as there are passes; and the most of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Rows of which some were drawn to decide about columns, and others to choose and to judge.

    Attributes:
        parts: The files.
        where: The way to find labels, which are known.
        spellings: Cells that stand in each label column.
        features: Columns that are no labels.
        drawn: Places of the rows that decided about columns; networks learn from these as well.
        aside: Numbers of the rows that no network learns from, rising.
        passes: How often each row is read.
    """

    parts: Parts
    where: LabelColumns
    spellings: Mapping[str, Sequence[Any]]
    features: tuple[str, ...]
    drawn: Drawn
    aside: RowNumbers
    passes: int

    @property
    def rows(self) -> int:
        """Number of rows that networks learn from."""
        return len(self.parts) - len(self.aside)

    def notice(self, counts: Mapping[str, int]) -> str:
        """Sentence on what was decided by rows that were drawn, of which there are so many by purpose."""
        return on_drawn_rows(len(self.parts), self.rows, self.passes, counts)

    def to_dict(self) -> StreamDocument:
        """Return what ``run.json`` tells of it."""
        return {
            "files": len(self.parts.paths),
            "rows": len(self.parts),
            "learned": self.rows,
            "passes": self.passes,
        }

    def check(self, kinds: Kinds, classes: Mapping[str, type[Feature]], orders: Mapping[str, str | None]) -> set[str]:
        """Check every cell.

        Args:
            kinds: Kinds that the user names.
            classes: Class of feature for each column.
            orders: By column of dates, what stands first in those such as 03/04/2024.

        Returns:
            The columns of numbers, dates or durations in which a value is missing.

        Raises:
            TableError: A cell that its column's kind does not take, with its file and its row there.
        """
        plain = replace(kinds, categorical=(), numeric=(), text=())  # which name columns that are not among some rows
        incomplete: set[str] = set()

        def check(table: pyarrow.Table) -> set[str]:
            return columns.check(_rows(table), plain, orders, classes)

        names = [name for name in self.features if columns.COLUMN_KINDS[classes[name]].check is not None]
        for group in self.parts.groups if names else ():
            for _, table in prefetched(self.parts.batches(group, names)):
                try:
                    incomplete |= check(table)
                except TableError as error:
                    raise self._placed(group.path, names, check) or error from error
        return incomplete

    def place(self, error: TableError, kinds: Kinds, orders: Mapping[str, str | None]) -> TableError:
        """Return an error of the rows that were drawn with the file and the row there that are at fault."""
        plain = replace(kinds, categorical=(), numeric=(), text=())
        for path in self.parts.paths:
            placed = self._placed(path, self.features, lambda table: columns.check(_rows(table), plain, orders))
            if placed is not None:
                return placed
        return TableError(f"of the rows that were drawn from {self.parts.source}: {error}")

    def _placed(self, path: str, names: Sequence[str], check: Callable[[pyarrow.Table], object]) -> TableError | None:
        """Error of the first column of a file that has one, whose row is counted in that file; None without any."""
        for name in names:
            try:
                check(self.parts.column(path, name))
            except TableError as error:
                return TableError(f"{path}: {error}")
        return None

    def chunks(self, features: Sequence[Feature], labels: Sequence[str], seed: int) -> Iterator[Rows]:
        """Yield all rows but those that are set aside, encoded, in an order that the seed decides.

        Args:
            features: That encode the columns.
            labels: Names of the targets' columns.
            seed: Of the order.

        Raises:
            TableError: A row that cannot be encoded.
        """
        random = np.random.default_rng(seed)
        found, names = columns_of_labels(self.parts.schema.names, self.where)
        found = [found[names.index(label)] for label in labels] if names else found
        wanted = [*(feature.name for feature in features), *found]
        groups = [self.parts.groups[place] for place in random.permutation(len(self.parts.groups))]
        batches = interleaved([self.parts.batches(group, wanted) for group in groups], random)

        def encoded() -> Iterator[Rows]:
            for first, table in batches:
                kept = self._learned(first, table)
                if len(kept):
                    targets = self._targets(kept, found, labels)
                    yield self._encoded(first, kept, features), targets

        yield from prefetched(shuffled(encoded(), random))

    def _learned(self, first: int, table: pyarrow.Table) -> pyarrow.Table:
        """Rows that are not set aside."""
        kept = np.ones(len(table), bool)
        low, high = np.searchsorted(self.aside, [first, first + len(table)])
        kept[self.aside[low:high] - first] = False
        return table.filter(pyarrow.array(kept))

    def _encoded(self, first: int, table: pyarrow.Table, features: Sequence[Feature]) -> Matrix:
        try:
            return encode(_rows(table), features)
        except InputError as error:
            raise TableError(f"{self.parts.source}, some rows after number {first}: {error}") from error

    def _targets(self, table: pyarrow.Table, found: Sequence[str], labels: Sequence[str]) -> Targets:
        if self.where.tags is not None:
            return find_labels(table, replace(self.where, vocabulary=tuple(labels))).targets
        return np.stack([self._truth(table[name], name) for name in found], axis=1)

    def _truth(self, column: pyarrow.ChunkedArray, name: str) -> NDArray[np.uint8]:
        known = self.spellings[name]
        words, places = dictionary_of(column)
        return truth_of([*known, *words], name, self.where.positive)[len(known) :][places]


def dictionary_of(column: pyarrow.ChunkedArray) -> tuple[list[Any], RowNumbers]:
    """Different cells of a column, and which of them each row holds."""
    plain = column.combine_chunks()
    if isinstance(plain, pyarrow.DictionaryArray):
        plain = plain.dictionary_decode()
    encoded = plain.dictionary_encode(null_encoding="encode")
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def _rows(table: pyarrow.Table) -> Dataset:
    return Dataset(table=table, targets=np.zeros((len(table), 0), np.uint8), labels=())
