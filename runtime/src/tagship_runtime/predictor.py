"""Scores, decisions and label names from one loaded artifact."""

from __future__ import annotations

import struct
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import hypot
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar

import numpy as np

from tagship_runtime.container import unpack
from tagship_runtime.contract import Contract
from tagship_runtime.engines.base import Engine
from tagship_runtime.engines.batching import Scorer
from tagship_runtime.engines.sessions import CLOSED, OneRow
from tagship_runtime.errors import EngineError, InputError, InputShapeError, RoundingWarning, UsageError
from tagship_runtime.features import encoder
from tagship_runtime.features.cells import EXACT
from tagship_runtime.thresholds import Thresholds, decide, resolve_thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.engines.log_odds import LogOdds
    from tagship_runtime.explanation import Influence
    from tagship_runtime.monitoring.drift import Drift
    from tagship_runtime.selftest import SelfTest
    from tagship_runtime.typing import Decisions, Features, Scores

T = TypeVar("T")


class Answer(TypedDict):
    """One row's answer in Python's own types: labels that are on, in order, and every label's score."""

    labels: list[str]
    scores: dict[str, float]


FAST_ROW = 256
"""Most numbers of a row that takes the fast path; beyond, the time goes into the model anyway."""

PART_CELLS, WIDE_CELLS, WIDE = 1 << 23, 1 << 18, 1024
"""Most numbers of rows that are encoded at a time, 32 MiB; and of rows that are at least so wide, 1 MiB, which the
processor's cache holds until the engine has read them."""

KNOWN_NAMES = 4096
"""Number of different sets of labels that are remembered as tuples of names."""

_FLOAT32 = np.dtype(np.float32)
_REAL = (float, np.floating)
_FIXED = frozenset({"labels", "thresholds", "contract", "engine"})
_NOT_PACKABLE = (struct.error, OverflowError, TypeError, ValueError)


class Predictor:
    """A loaded artifact. Use :func:`tagship_runtime.load` to get one.

    It may be shared between threads, copied, pickled, and used after a fork; every thread and process opens its
    own session through the engine. ``with`` closes it at the end.

    Attributes:
        labels: Names, in the order of the scores.
        thresholds: float32, (labels,), read-only.
        contract: What the artifact says of itself.
        engine: What computes the scores.
        encoder: Turns rows as callers have them into the model's input.
    """

    thresholds: Scores

    def __init__(
        self,
        data: bytes,
        engine: Engine,
        contract: Contract,
        *,
        threads: int = 1,
        reload: Callable[..., Predictor] | None = None,
    ) -> None:
        self.contract, self.engine = contract, engine
        self.labels = contract.labels
        self._data, self._reload = data, reload
        self.encoder = encoder(contract.features, contract.input.shape, contract.input.integers)
        self._scorer = Scorer(engine, contract.input, contract.output, threads)
        self._sessions = self._scorer.sessions
        self._part = self._scorer.rows_of(WIDE_CELLS if self._scorer.row_cells >= WIDE else PART_CELLS)
        self._shape, self._pack = self._fast_path()
        self._repeated: Scores | None = None
        self._log_odds: tuple[LogOdds | None] | None = None
        self._set_thresholds(contract.thresholds)

    @property
    def payload(self) -> bytes:
        """The model's own bytes, without the contract."""
        return unpack(self._data).payload

    @property
    def weight_bytes(self) -> Mapping[str, int]:
        """Bytes of the model's weights and other constants, by NumPy type name."""
        format, payload, _ = unpack(self._data)
        return format.weight_bytes(payload)

    def predict_proba(
        self, rows: Any, *, unknown: Counter[str] | None = None, rounded: dict[str, float] | None = None
    ) -> Scores:
        """Scores for rows: an array-like, a list of dicts, or a data frame.

        Args:
            rows: What to score.
            unknown: Gets, by feature, how many cells hold a word that is not among a category's values.
            rounded: Gets, by column, by how much integers above 2**24 were rounded, instead of the warning.

        Returns:
            float32 in [0, 1], (rows, labels).

        Raises:
            InputError: Rows that the model cannot take; the message names row and column.
            EngineError: The engine failed, or the predictor was closed.

        Warns:
            RoundingWarning: Integers that float32 cannot hold; the nearest ones are scored, here and in
                :meth:`predict` and all that is made of them.
        """
        return self._compute(rows, self._scorer.scores, unknown, rounded)

    def predict(self, rows: Any, *, thresholds: Thresholds | None = None) -> Decisions:
        """Decisions for rows: bool, (rows, labels), True where ``score >= threshold``.

        Args:
            rows: As for :meth:`predict_proba`.
            thresholds: For this call; see :meth:`with_thresholds`.
        """
        if thresholds is not None:
            return self.with_thresholds(thresholds).predict(rows)
        if type(rows) is np.ndarray and rows.dtype is _FLOAT32 and rows.shape == self._shape:
            one: OneRow
            try:
                one = self._sessions.local.one  # Sessions.one() without the call
            except AttributeError:
                one = self._sessions.one()
            one.input[...] = rows
            if (decisions := one.decide(self._row)) is not None:
                return decisions
        return self._compute(rows, self._decisions)

    def predict_labels(self, rows: Any, *, thresholds: Thresholds | None = None) -> list[tuple[str, ...]]:
        """Names of the labels that are on, for each row, in label order."""
        return self.names(self.predict(rows, thresholds=thresholds))

    def predict_one(self, row: Any, *, thresholds: Thresholds | None = None) -> tuple[str, ...]:
        """Names of the labels that are on for a single row: a sequence of numbers, or a dict."""
        if thresholds is not None:
            return self.with_thresholds(thresholds).predict_one(row)
        kind = type(row)
        if kind is np.ndarray:
            return self._named(self.predict(row[None]))
        if self._pack is not None and (kind is list or kind is tuple):
            one = self._sessions.one()
            try:
                # Dates and complex numbers can be packed, silently, and so can integers that are rounded.
                if not isinstance(sum(row, 0.0), _REAL) or hypot(*row) >= EXACT:
                    return self._predict_row(row)
                self._pack(one.bytes, 0, *row)
            except _NOT_PACKABLE:  # a word, a missing value, another length: the encoder fills it, or says so
                return self._predict_row(row)
            if (decisions := one.decide(self._row)) is not None:
                return self._named(decisions)
        return self._predict_row(row)

    def top_k(self, rows: Any, k: int) -> list[list[tuple[str, float]]]:
        """Labels with the ``k`` highest scores, for each row, highest first, whatever their thresholds.

        Raises:
            UsageError: ``k`` is not between 1 and the number of labels.
        """
        return self.highest(self.predict_proba(rows), k)

    def scores_by_name(self, rows: Any) -> list[dict[str, float]]:
        """Scores of each row by label name."""
        return [dict(zip(self.labels, row, strict=True)) for row in self.predict_proba(rows).tolist()]

    def answers(self, rows: Any) -> list[Answer]:
        """Labels that are on and scores by name, for each row, computed once: what an application sends on.

        Everything in it is Python's own, so ``json.dumps`` and web frameworks take it as it is.
        """
        scores = self.predict_proba(rows)
        named = zip(self.names(self.decide(scores)), scores.tolist(), strict=True)
        return [{"labels": list(on), "scores": dict(zip(self.labels, row, strict=True))} for on, row in named]

    @property
    def thresholds_by_name(self) -> dict[str, float]:
        """Thresholds by label name, as Python's floats; :meth:`with_thresholds` takes it back."""
        return dict(zip(self.labels, self.thresholds.tolist(), strict=True))

    def decide(self, scores: Scores) -> Decisions:
        """Decisions for scores that are there already; lists of them will do."""
        return decide(scores, self.thresholds)

    def names(self, decisions: Decisions) -> list[tuple[str, ...]]:
        """Names of the labels that are on, for decisions that are there already.

        Raises:
            InputError: They are not one of True and False, or 1 and 0, for each label.
        """
        rows = self._each_label(decisions)
        if rows.dtype.kind not in "biu" and rows.size:
            raise InputError(f"decisions are {rows.dtype}; True and False are needed, as decide(scores) gives")
        return [self._named(row) for row in rows.astype(np.bool_, order="C", copy=False)]

    def highest(self, scores: Scores, k: int) -> list[list[tuple[str, float]]]:
        """Return :meth:`top_k` for scores that are there already; of equal scores, the first label comes first."""
        if not isinstance(k, int | np.integer) or not 1 <= k <= len(self.labels):
            raise UsageError(
                f"k is {k!r}; a whole number from 1 to {len(self.labels)}, the number of labels, is needed"
            )
        scores = self._each_label(scores)
        if scores.dtype.kind not in "biuf":
            raise InputError(f"scores are {scores.dtype}; numbers are needed")
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, axis=1).tolist()
        return [
            [(self.labels[label], score) for label, score in zip(labels, row, strict=True)]
            for labels, row in zip(order.tolist(), best, strict=True)
        ]

    def with_thresholds(self, thresholds: Thresholds) -> Predictor:
        """Return the same model with other thresholds; with a dict, labels that it does not name keep theirs.

        Raises:
            LabelError: An unknown label, or a threshold that is not between 0 and 1.
        """
        chosen = resolve_thresholds(thresholds, self.labels, self._chosen)
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._set_thresholds(chosen)
        return other

    def explain(self, row: Any, *, most: int = 10) -> dict[str, list[Influence]]:
        """Return what moved each label's score most, for a single row of a table, strongest first.

        The row is scored again without each of its parts, one at a time: an n-gram of a text, the word of a category
        (as one that is not known), a number (as if it was missing, or the middle of the golden rows where none may be).
        The effect is the difference of the label's log-odds, which is what is lost with this part alone: of a linear
        model what the part adds, unless rows are divided by their length, as those of words are in trained models.
        Log-odds are taken from before the sigmoid, so that scores near 1 can be told apart; where a model does not end
        in sigmoids, from its scores, and next to 1 an effect is then the least that it may be, or cannot be told from
        none.

        Args:
            row: A dict, or a sequence of cells.
            most: So many parts for each label at most; those without any effect are left out.

        Raises:
            UsageError: The model's input has no columns.
            InputError: The row is none.
        """
        from tagship_runtime.explanation import Explainer

        return Explainer(self, most).explain(row)

    def encode(self, rows: Any) -> Features:
        """Return rows as the model takes them, float32 (rows, ...)."""
        return self.encoder.encode(rows)

    def predict_encoded(self, matrix: Features) -> Scores:
        """Scores for what :meth:`encode` gives, columns and all, float32 (rows, labels).

        Raises:
            InputError: A number is not finite, or too large for the model.
        """
        scores = self._scorer.scores(matrix)
        if scores is None:
            raise InputError(f"a number is too large for the model, whose input is {self.contract.input.dtype}")
        return scores

    def log_odds(self, matrix: Features) -> NDArray[np.float64] | None:
        """Return ``log(score / (1 - score))`` for what :meth:`encode` gives, (rows, labels), from before the sigmoid.

        So they tell scores apart that float32 rounds to 1. None where the scores are no sigmoid, nor a mean of several.

        Raises:
            InputError: A number is not finite, or too large for the model.
            EngineError: The engine failed, or the predictor was closed.
        """
        if self._log_odds is None:
            from tagship_runtime.engines.log_odds import LogOdds

            if self._sessions.closed:
                raise EngineError(CLOSED)
            format, payload, _ = unpack(self._data)
            found = LogOdds.open(format, payload, self.contract.input, len(self.labels))
            self._log_odds = (found,)
            if found is not None:
                self._scorer.also_close(found)
        (opened,) = self._log_odds
        return None if opened is None else opened.compute(matrix)

    def selftest(self) -> SelfTest:
        """Replay the golden rows on this machine."""
        from tagship_runtime.selftest import replay

        return replay(self)

    def drift(self) -> Drift:
        """Return what counts rows and scores, to compare them with those that the model was made with.

        Raises:
            UsageError: The contract does not say how these were distributed.
        """
        from tagship_runtime.monitoring.drift import Drift

        return Drift(self.contract)

    def close(self) -> None:
        """Free the engine's memory, also for predictors made by :meth:`with_thresholds`; predicting then fails."""
        self._scorer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _fast_path(self) -> tuple[tuple[int, ...] | None, Callable[..., None] | None]:
        """Return the shape of one row as a batch, and what packs its numbers, if this model allows the fast path."""
        tensors = self.contract.input, self.contract.output
        plain = self.encoder.plain
        if any(tensor.dtype != "float32" or tensor.shape[0] not in (None, 1) for tensor in tensors) or plain is None:
            return None, None
        size = int(np.prod(plain))
        if size > FAST_ROW:
            return None, None
        return (1, *plain), struct.Struct(f"{size}f").pack_into if len(plain) == 1 else None

    def _compute(
        self,
        rows: Any,
        compute: Callable[[NDArray[Any]], T | None],
        unknown: Counter[str] | None = None,
        rounded: dict[str, float] | None = None,
    ) -> T:
        """Compute numbers as they are; what has names or words, or is not finite, through the encoder."""
        plain = type(rows) is np.ndarray and rows.dtype.kind in "biuf" and rows.ndim > 0
        if plain and rows.shape[1:] == self.encoder.plain and (result := compute(rows)) is not None:
            if rows.dtype.itemsize > 2 and rows.dtype is not _FLOAT32 and _large(rows):
                self._note_rounded(rows, rounded)
            return result
        parts, large = [], False
        for matrix in self.encoder.encode_parts(rows, self._part, unknown):
            part = compute(matrix)
            if part is None:
                raise InputError(f"a number is too large for the model, whose input is {self.contract.input.dtype}")
            parts.append(part)
            large = large or _large(matrix)
        if large:
            self._note_rounded(rows, rounded)
        joined: Any = parts[0] if len(parts) == 1 else np.concatenate(parts)  # type: ignore[arg-type]
        return joined  # type: ignore[no-any-return]

    def _note_rounded(self, rows: Any, rounded: dict[str, float] | None) -> None:
        """Tell of integers that float32 does not hold: to who asks for them, else by a warning."""
        from tagship_runtime.features.rounding import keep_largest, rounding_notes

        found = self.encoder.rounded(rows)
        if rounded is not None:
            keep_largest(rounded, found)
        elif found:
            warnings.warn("; ".join(rounding_notes(found)), RoundingWarning, stacklevel=4)

    def _decisions(self, features: NDArray[Any]) -> Decisions | None:
        if self._repeated is None:
            self._repeated = self._scorer.repeat(self.thresholds)
        return self._scorer.decisions(features, self._repeated)

    def _predict_row(self, row: Any) -> tuple[str, ...]:
        return self._named(self.predict([row]))

    def _each_label(self, values: Any) -> NDArray[Any]:
        """Return scores or decisions that a caller has, as an array (rows, labels)."""
        try:
            rows = np.asarray(values)
        except ValueError as error:
            raise InputError(f"rows of unequal length; {len(self.labels)} values are needed in each") from error
        if rows.shape == (0,):
            return rows.reshape(0, len(self.labels))
        if rows.shape[1:] != (len(self.labels),):
            raise InputShapeError(rows.shape, (None, len(self.labels)))
        return rows

    def _named(self, decisions: Decisions) -> tuple[str, ...]:
        key = decisions.tobytes()
        names = self._known.get(key)
        if names is None:
            names = tuple(label for label, on in zip(self.labels, decisions.ravel().tolist(), strict=True) if on)
            if len(self._known) < KNOWN_NAMES:
                self._known[key] = names
        return names

    def _set_thresholds(self, thresholds: Sequence[float]) -> None:
        self._chosen = tuple(thresholds)
        values = np.array(thresholds, np.float32)
        values.flags.writeable = False
        self.__dict__["thresholds"] = values  # past __setattr__
        self._row = values[None]
        self._repeated = None
        self._known: dict[bytes, tuple[str, ...]] = {}

    def __setattr__(self, name: str, value: object) -> None:
        if name in _FIXED and name in self.__dict__:
            other = "with_thresholds(...)" if name == "thresholds" else "load(...)"
            raise AttributeError(f"{name} of a predictor cannot be set; {other} makes another predictor")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<Predictor {self.contract.recipe} {self.engine.name} labels={list(self.labels)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        labels = None if self.contract.digest else self.labels
        if self._reload is None:
            raise TypeError("a predictor that was put together by hand cannot be pickled; take one from load(...)")
        return self._reload, (self._data, labels, self._chosen, self._scorer.threads)


def _large(numbers: NDArray[Any]) -> bool:
    """Tell whether some are, or were, beyond what float32 holds every integer of."""
    return bool(numbers.size) and bool(numbers.max() >= EXACT or numbers.min() <= -EXACT)
