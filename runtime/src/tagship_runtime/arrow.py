"""One scorer for every engine that passes Arrow record batches: Spark, Ray Data, Dask, Polars, DuckDB.

>>> from tagship_runtime.arrow import scorer
>>> score = scorer("model.tflite", keep={"id": "int64"})
>>> df.mapInArrow(score, score.spark_schema)  # of Spark
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from tagship_runtime.errors import DataError, InputValueError, MissingColumnError, UsageError
from tagship_runtime.features import check_unique, encoder, repeated_in
from tagship_runtime.files import Batch, import_pyarrow
from tagship_runtime.monitoring.drift import Drift
from tagship_runtime.monitoring.process_counts import add_counts
from tagship_runtime.predictor import Predictor
from tagship_runtime.scoring import Layout, SharedArtifact, score_batches
from tagship_runtime.thresholds import Thresholds, resolve_thresholds

RAISE, SKIP, NULL = "raise", "skip", "null"
ON_ERROR = (RAISE, SKIP, NULL)

__all__ = ["Scorer", "scorer"]


class Scorer:
    """A call from record batches to record batches that may be pickled and sent to other processes.

    Called with an iterable of ``pyarrow.RecordBatch``, it yields one for each; called with a ``pyarrow.Table`` or a
    single batch, it returns the same kind. Each process loads the artifact and replays its golden rows before its first
    answer.

    Args:
        artifact: A path or the bytes; they are read and checked here, and no engine is needed here.
        keep: Columns that pass through: names, names with types (``{"id": "int64"}``), or a schema of pyarrow or Spark.
        scores: Whether scores are added, as ``score:LABEL``.
        labels_only: One column ``labels`` with the names that are on, instead of one of booleans for each label.
        on_error: What becomes of a row that the model cannot take: ``raise``, ``skip``, or ``null`` for a row without
            decisions.
        thresholds: In place of the contract's.
        by_path: Whether each process reads the path, and refuses another file than is there now; otherwise the bytes
            travel.
        sha256: Digest of the file that is meant.
        prove: Whether golden rows are replayed.
        drift: A folder that every process sees: each one keeps counts of how rows and scores are distributed in a file
            of its own there, to which a call adds what it counted when it comes to its end.

    Attributes:
        labels: Names of the labels.
        columns: Names of the columns that rows need; None where features have no names.

    Raises:
        ArtifactError: No artifact, another one, or damaged.
        UsageError: Options that contradict each other, no golden rows to replay, or nothing to compare counts with.
    """

    def __init__(
        self,
        artifact: str | os.PathLike[str] | bytes | BinaryIO,
        *,
        keep: Any = (),
        scores: bool = False,
        labels_only: bool = False,
        on_error: str = RAISE,
        thresholds: Thresholds | None = None,
        by_path: bool = False,
        sha256: str | None = None,
        prove: bool = True,
        drift: str | os.PathLike[str] | None = None,
    ) -> None:
        if on_error not in ON_ERROR:
            raise UsageError(f"on_error is {on_error!r}; one of {', '.join(ON_ERROR)} is needed")
        self._artifact = SharedArtifact.of(artifact, by_path=by_path, sha256=sha256, proved=prove)
        contract = self._artifact.contract()
        if thresholds is not None:
            chosen = resolve_thresholds(thresholds, contract.labels, contract.thresholds)
            self._artifact = self._artifact.with_thresholds(chosen)
        self._types = kept_types(keep)
        self._layout = Layout(ids=tuple(self._types), labels_only=labels_only, scores=scores)
        self._on_error = on_error
        self._drift = None if drift is None else os.path.abspath(drift)  # noqa: PTH100 - as processes elsewhere see it
        if self._drift is not None:
            Drift(contract)
        self.labels = contract.labels
        self.columns = encoder(contract.features, contract.input.shape).columns
        _check_names(self._layout, self.labels)

    @property
    def schema(self) -> Any:
        """Columns of the output, a ``pyarrow.Schema``.

        Raises:
            UsageError: Nothing says of which type a column is that is kept.
        """
        return self._schema({})

    @property
    def spark_schema(self) -> Any:
        """Columns of the output as Spark has them, a ``pyspark.sql.types.StructType``."""
        from pyspark.sql.pandas.types import from_arrow_schema

        return from_arrow_schema(self.schema)

    @property
    def spark_udf(self) -> Any:
        """Names of the labels that are on, for a column of each feature in the contract's order, as a pandas UDF."""
        from pyspark.sql.functions import PandasUDFType, pandas_udf

        return pandas_udf(self.tags, "array<string>", PandasUDFType.SCALAR)

    def __call__(self, rows: Any) -> Any:
        """Score an iterable of batches, a table or a batch; see :class:`Scorer`."""
        pyarrow = import_pyarrow()
        if isinstance(rows, pyarrow.Table):
            there = {field.name: field.type for field in rows.schema}
            return pyarrow.Table.from_batches(self._scored(rows.to_batches()), self._schema(there))
        if isinstance(rows, pyarrow.RecordBatch):
            (scored,) = self._scored([rows])
            return scored
        return self._scored(rows)

    def tags(self, *columns: Any) -> Any:
        """Return the names of the labels that are on, as a pandas Series of lists.

        Args:
            columns: A Series or array for each feature, in the contract's order.

        Raises:
            UsageError: There are more or fewer.
        """
        import pandas

        names = self.columns or tuple(map(str, range(len(columns))))
        if len(columns) != len(names):
            raise UsageError(f"{len(columns)} columns were passed; {len(names)} are needed: {', '.join(names)}")
        table = {name: import_pyarrow().Array.from_pandas(column) for name, column in zip(names, columns, strict=True)}
        batch = Batch(first=0, size=len(columns[0]), columns=table)
        model = self._artifact.predictor()
        counted = self._counter(model)
        usable, scores = self._scores(model, batch, counted)
        self._keep(counted)
        on = [list(names) for names in model.names(model.decide(scores))]
        cells = [names if good else None for names, good in zip(on, usable.tolist(), strict=True)]
        return pandas.Series(cells, dtype=object)

    def _scored(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield the output of each batch; rows are counted from the first of the first."""
        model, first = self._artifact.predictor(), 0
        counted = self._counter(model)
        for record in batches:
            if not isinstance(record, import_pyarrow().RecordBatch):
                raise UsageError(
                    f"the scorer takes record batches and tables of pyarrow, not {type(record).__name__} (of "
                    f'{type(batches).__name__}); give batch_format="pyarrow" to Ray, frame.to_arrow() of Polars, or '
                    "pyarrow.Table.from_pandas(frame)"
                )
            check_unique(record.schema.names)
            columns = dict(zip(record.schema.names, record.columns, strict=True))
            batch = Batch(first=first, size=record.num_rows, columns=columns)
            usable, scores = self._scores(model, batch, counted)
            yield self._output(model, batch, record, usable, scores)
            first += record.num_rows
        self._keep(counted)

    def _counter(self, model: Predictor) -> Drift | None:
        """Return what counts the rows of one call."""
        return None if self._drift is None else model.drift()

    def _keep(self, counted: Drift | None) -> None:
        """Add what a call counted to the counts of this process."""
        if counted is not None and self._drift is not None:
            add_counts(self._drift, counted)

    def _scores(self, model: Predictor, batch: Batch, counted: Drift | None) -> tuple[Any, Any]:
        """Return which rows could be scored, and scores for all, zero for the others."""
        ids = self._layout.ids
        encode = model.encoder
        if not batch.size:
            return np.ones(0, bool), np.empty((0, len(self.labels)), np.float32)
        skip = None if self._on_error == RAISE else _ignore
        watch = None if counted is None else counted.count
        try:
            parts = list(score_batches(model, encode, [batch], passed_on=ids, skip=skip, watch=watch))
        except InputValueError as error:
            raise _naming(error, batch, ids) from None
        if len(parts) == 1 and parts[0][0].size == batch.size:
            return np.ones(batch.size, bool), parts[0][1]
        usable, scores = np.zeros(batch.size, bool), np.zeros((batch.size, len(self.labels)), np.float32)
        for part, some in parts:
            place = slice(part.first - batch.first, part.first - batch.first + part.size)
            usable[place], scores[place] = True, some
        return usable, scores

    def _output(self, model: Predictor, batch: Batch, record: Any, usable: Any, scores: Any) -> Any:
        """Return a record batch of the layout's columns."""
        pyarrow = import_pyarrow()
        schema = self._schema({field.name: field.type for field in record.schema})
        columns = self._layout.columns(model, batch, scores)
        mask = None if usable.all() else ~usable
        arrays = []
        for field in schema:
            values = columns[field.name]
            if field.name in self._types:
                arrays.append(_cast(values, field))
            else:
                arrays.append(pyarrow.array(values, field.type, mask=mask))
        out = pyarrow.RecordBatch.from_arrays(arrays, schema=schema)
        return out.filter(pyarrow.array(usable)) if self._on_error == SKIP and mask is not None else out

    def _schema(self, there: Mapping[str, Any]) -> Any:
        """Return the schema of the output; columns that are kept have the types of ``there`` unless they were given."""
        pyarrow = import_pyarrow()
        kept = []
        for name, given in self._types.items():
            if given is None and not there:
                raise UsageError(
                    f"keep names {name!r} without its type, which the output has to say before rows come; give types, "
                    f"such as keep={{{name!r}: 'int64'}}, or a schema, such as keep=df.select({name!r}).schema"
                )
            if name not in there and there:
                raise MissingColumnError([name], list(there))
            kept.append(pyarrow.field(name, there[name] if given is None else given))
        kinds = {"labels": pyarrow.list_(pyarrow.string())} if self._layout.labels_only else {}
        kinds |= {f"score:{label}": pyarrow.float32() for label in self.labels} if self._layout.scores else {}
        predicted = self._layout.predicted(self.labels)
        return pyarrow.schema([*kept, *(pyarrow.field(name, kinds.get(name, pyarrow.bool_())) for name in predicted)])


scorer = Scorer
"""Call that makes one; a class, so that Ray Data can make one in each actor."""


def kept_types(keep: Any) -> dict[str, Any]:
    """Return the Arrow type of each column that is kept; None where nothing says it.

    Raises:
        UsageError: It is neither names nor names with types, or a type is unknown.
    """
    pyarrow = import_pyarrow()
    if isinstance(keep, str):
        return {keep: None}
    if hasattr(keep, "fieldNames"):  # of Spark
        from pyspark.sql.pandas.types import to_arrow_schema

        keep = to_arrow_schema(keep)
    if isinstance(keep, pyarrow.Schema):
        return _once([(field.name, field.type) for field in keep])
    if isinstance(keep, Mapping):
        return {name: _type(name, kind) for name, kind in keep.items()}
    if isinstance(keep, Sequence) and all(isinstance(name, str) for name in keep):
        return _once([(name, None) for name in keep])
    raise UsageError(f"keep is {keep!r}; names of columns, names with types, or a schema is needed")


def _once(kept: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return types by name.

    Raises:
        UsageError: A name is there twice.
    """
    if (repeated := repeated_in([name for name, _ in kept])) is not None:
        raise UsageError(f"keep names the column {repeated!r} more than once; once is needed")
    return dict(kept)


def _type(name: str, kind: Any) -> Any:
    pyarrow = import_pyarrow()
    try:
        return pyarrow.type_for_alias(kind) if isinstance(kind, str) else pyarrow.field(name, kind).type
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"keep gives {name!r} the type {kind!r}; an Arrow type is needed, such as 'int64', 'string' or 'date32'"
        ) from error


def _check_names(layout: Layout, labels: Sequence[str]) -> None:
    if (name := layout.repeated(labels)) is not None:
        raise UsageError(f"label {name!r} and scores=True ask for a column of the same name; give labels_only=True")
    if (name := layout.taken(labels)) is not None:
        raise UsageError(f"keep names {name!r}, and the predictions have a column of that name; rename one of them")


def _ignore(_: InputValueError) -> None:
    """Leave a row out; what is wrong with it is not told."""


def _naming(error: InputValueError, batch: Batch, ids: Sequence[str]) -> InputValueError:
    """Return the same error with what identifies its row: a number within one worker's rows tells little."""
    row = error.row - batch.first
    known = ", ".join(f"{name} is {batch.columns[name][row].as_py()!r}" for name in ids if name in batch.columns)
    return InputValueError(error.row, error.column, f"{error.got}, where {known}", error.need) if known else error


def _cast(values: Any, field: Any) -> Any:
    """Return a column that is kept, with the type that it was given."""
    if values.type == field.type:
        return values
    try:
        return values.cast(field.type)
    except import_pyarrow().ArrowException as error:
        raise DataError(
            f"column {field.name!r} holds {values.type}, which does not fit into {field.type}, as keep has it: {error}"
        ) from error
