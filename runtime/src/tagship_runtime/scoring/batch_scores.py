"""Scores of batches; rows that cannot be used are an error, or are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tagship_runtime.errors import InputValueError
from tagship_runtime.features import Encoder
from tagship_runtime.files import Batch
from tagship_runtime.files.label_columns import truth_columns
from tagship_runtime.predictor import Predictor
from tagship_runtime.typing import Scores


def score_batches(
    model: Predictor,
    encode: Encoder,
    batches: Iterable[Batch],
    *,
    passed_on: Sequence[str] = (),
    skip: Callable[[InputValueError], None] | None = None,
    unknown: Counter[str] | None = None,
    rounded: dict[str, float] | None = None,
    watch: Callable[[Any, Scores], None] | None = None,
) -> Iterator[tuple[Batch, Scores]]:
    """Yield batches with their scores, (rows, labels); those around rows that are left out in parts.

    Args:
        model: What scores.
        encode: Its encoder, which says which columns are needed.
        batches: Rows.
        passed_on: Names of columns that are no features unless they are named.
        skip: Told what is wrong with a row that is left out; None to raise it. Rows are counted as batches count them.
        unknown: Gets, by feature, how many cells of scored rows hold a word that the model does not know.
        rounded: As of :meth:`Predictor.predict_proba`.
        watch: Told each part's rows and scores.

    Raises:
        InputValueError: A row that cannot be used, where none is to be left out.
        InputError: Columns are missing, or of another type.
        EngineError: The engine failed.
    """
    for batch in batches:
        ignored = passed_on
        if encode.columns is None:  # all others are the input
            ignored = (*passed_on, *truth_columns(batch.columns, model.labels))
        for part, rows, scores in _score(
            model, encode, batch, ignored, skip, Counter() if unknown is None else unknown, rounded
        ):
            if watch is not None:
                watch(rows, scores)
            yield part, scores


def _score(
    model: Predictor,
    encode: Encoder,
    batch: Batch,
    ignored: Sequence[str],
    skip: Callable[[InputValueError], None] | None,
    unknown: Counter[str],
    rounded: dict[str, float] | None,
) -> Iterator[tuple[Batch, Any, Scores]]:
    """Score a batch, or, where rows have to be left out, the parts between them, found by halving; with their rows."""
    found: Counter[str] = Counter()
    try:
        rows = encode.select(batch.columns, ignored) if batch.rows is None else batch.rows
        scores = model.predict_proba(rows, unknown=found, rounded=rounded)
    except InputValueError as error:
        if skip is None:
            raise error.moved(batch.first) from None
        if batch.size == 1:
            skip(error.moved(batch.first))
            return
        for half in batch.halves():
            yield from _score(model, encode, half, ignored, skip, unknown, rounded)
        return
    unknown.update(found)
    yield batch, rows, scores
