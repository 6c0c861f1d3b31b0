"""A search for the inputs on which an artifact differs most from its original.

Sampled rows show what is usual. Here batches of rows climb: each is changed at random within the features'
ranges, and kept where the difference grew. It needs no gradient, so it works through any artifact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.golden import record
from tagship_export.data.rows import Rows
from tagship_export.source.original import Original
from tagship_runtime.container import attach, unpack
from tagship_runtime.contract import CategoryFeature, Feature, Golden, NumericFeature
from tagship_runtime.features import columns_of, encoder
from tagship_runtime.predictor import Predictor
from tagship_runtime.typing import Features, Scores

ROUNDS, POPULATION, POPULATION_CELLS = 40, 2048, 1 << 21
SHARE, STEP = 0.2, 0.1
OnRound = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterExample:
    """A row that can be replayed with ``tagship predict``.

    Attributes:
        row: As a caller would pass it.
        label: In which it differs most.
        original, artifact: The two scores.
        threshold: The original's.
        flipped: Whether they fall on different sides of it.
    """

    row: Any
    label: str
    original: float
    artifact: float
    threshold: float
    flipped: bool

    @property
    def difference(self) -> float:
        """Of the scores."""
        return abs(self.original - self.artifact)

    @property
    def confidence(self) -> float:
        """How far the nearer of the two scores is from the threshold, negative where nothing flipped."""
        nearer = min(abs(self.original - self.threshold), abs(self.artifact - self.threshold))
        return nearer if self.flipped else -nearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was found.

    Attributes:
        scored: How many rows were tried.
        farthest: The row with the largest score difference.
        flip: The most confident flip: both scores are far from the threshold, on different sides; or the
            nearest to one.
    """

    scored: int
    farthest: CounterExample
    flip: CounterExample

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"scored": self.scored, "farthest": asdict(self.farthest), "flip": asdict(self.flip)}


def search(
    original: Original,
    artifact: Predictor,
    rows: Rows,
    thresholds: tuple[float, ...],
    *,
    seed: int = 0,
    on_round: OnRound = lambda number, of: None,
) -> Search:
    """Look within the ranges of ``rows`` for the worst disagreement.

    Args:
        original: Keras.
        artifact: What is to be doubted.
        rows: Training rows if there are any: they set the ranges, and half of the search starts from them.
        thresholds: The original's.
        seed: Two searches with one seed find the same.
        on_round: Told how far it is.
    """
    random = np.random.default_rng(seed)
    space = _Space.of(artifact.contract.features, rows, original.row_shape)
    encode = encoder(artifact.contract.features, (None, *original.row_shape)).encode
    plain = Predictor(b"", artifact.engine, artifact.contract.replace(features=None, golden=None))
    cut = np.array(thresholds, np.float32)
    goals: tuple[Callable[[Scores, Scores], NDArray[np.float64]], ...] = (
        lambda want, got: np.abs(want.astype(np.float64) - got),
        lambda want, got: _confidence(want, got, cut),
    )
    scored = 0
    found: list[CounterExample] = []
    for goal in goals:
        population = space.start(POPULATION, random)
        fitness = np.full(len(population), -np.inf)
        for number in range(ROUNDS):
            on_round(len(found) * ROUNDS + number, len(goals) * ROUNDS)
            trial = population if number == 0 else space.change(population, random)
            matrix = encode(space.decode(trial))
            value = goal(original.scores(matrix), plain.predict_proba(matrix)).max(axis=1)
            better = value > fitness
            population = np.where(better.reshape(-1, *(1,) * (population.ndim - 1)), trial, population)
            fitness = np.where(better, value, fitness)
            scored += len(matrix)
            _replace_worst(population, fitness)
        best = space.decode(population[[int(fitness.argmax())]])[0]
        found.append(_example(original, artifact, encode, best, cut, goal))
    return Search(scored=scored, farthest=found[0], flip=found[1])


def with_golden(data: bytes, artifact: Predictor, example: CounterExample) -> bytes:
    """The artifact's file with a counter-example among its golden rows, so that self-tests replay it."""
    payload, contract = unpack(data).payload, artifact.contract
    old = contract.golden
    added = record(artifact, [example.row], old.tolerance if old else 2 * example.difference)
    if old is not None:
        added = Golden(
            rows=(*old.rows, *added.rows),
            scores=(*old.scores, *added.scores),
            decisions=(*old.decisions, *added.decisions),
            tolerance=old.tolerance,
        )
    return attach(payload, contract.replace(golden=added))


def _confidence(want: Scores, got: Scores, cut: Scores) -> NDArray[np.float64]:
    nearer: NDArray[np.float64] = np.minimum(np.abs(want - cut), np.abs(got - cut)).astype(np.float64)
    return np.where((want >= cut) != (got >= cut), nearer, -nearer)


def _replace_worst(population: NDArray[np.float64], fitness: NDArray[np.float64]) -> None:
    """The lowest eighth start again from the highest; in place."""
    order = np.argsort(fitness, kind="stable")
    eighth = len(order) // 8
    if eighth:
        population[order[:eighth]] = population[order[-eighth:]]
        fitness[order[:eighth]] = fitness[order[-eighth:]]


def _example(
    original: Original,
    artifact: Predictor,
    encode: Callable[[Any], Features],
    row: Any,
    cut: Scores,
    goal: Callable[[Scores, Scores], NDArray[np.float64]],
) -> CounterExample:
    """Scored once more, as the caller's row."""
    want, got = original.scores(encode([row])), artifact.predict_proba([row])
    label = int(goal(want, got)[0].argmax())
    scores = float(want[0, label]), float(got[0, label])
    return CounterExample(
        row=row,
        label=artifact.labels[label],
        original=scores[0],
        artifact=scores[1],
        threshold=float(cut[label]),
        flipped=bool((want[0, label] >= cut[label]) != (got[0, label] >= cut[label])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Space:
    """Where rows may be: numbers within a range, categories by position in their list.

    Attributes:
        low, high: Bounds of each cell, float64, broadcast over rows; a category's are 0 and its last position.
        whole: Which cells are positions.
        real: Rows to start from, (rows, ...).
        features: What cells mean; None where rows are arrays.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    whole: NDArray[np.bool_]
    real: NDArray[np.float64]
    features: tuple[Feature, ...] | None

    @classmethod
    def of(cls, features: tuple[Feature, ...] | None, rows: Rows, shape: tuple[int, ...]) -> _Space:
        """The space that these rows span."""
        if features is None:
            cells = encoder(None, (None, *shape)).encode(rows.values).astype(np.float64)
            low, high = (np.full(shape, bound) for bound in (cells.min(), cells.max()))
            return cls(low=low, high=high, whole=np.zeros(shape, bool), real=cells, features=None)
        columns = columns_of(rows.values)
        if columns is None:
            values = np.asarray(rows.values)
            columns = {feature.name: values[:, place] for place, feature in enumerate(features)}
        cells = np.stack([_cells(feature, columns[feature.name]) for feature in features], axis=1)
        whole = np.array([isinstance(feature, CategoryFeature) for feature in features])
        last = [len(f.values) - 1 if isinstance(f, CategoryFeature) else 0 for f in features]
        return cls(
            low=np.where(whole, 0, cells.min(axis=0)),
            high=np.where(whole, np.maximum(last, 0), cells.max(axis=0)),
            whole=whole,
            real=cells,
            features=features,
        )

    def start(self, count: int, random: np.random.Generator) -> NDArray[np.float64]:
        """Half real rows, half anywhere."""
        count = max(8, min(count, POPULATION_CELLS // self.low.size))
        real = self.real[random.integers(len(self.real), size=count // 2)]
        return np.concatenate([real, self._anywhere(count - count // 2, random)])

    def change(self, population: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
        """A fifth of the cells: numbers move by about a tenth of their range or jump, categories jump."""
        shape = population.shape
        moved = population + random.normal(0, STEP, shape) * (self.high - self.low)
        jumped = self._anywhere(len(population), random)
        jump = self.whole | (random.random(shape) < STEP)
        chosen = random.random(shape) < SHARE
        changed = np.where(chosen, np.where(jump, jumped, moved), population)
        return np.clip(changed, self.low, self.high)

    def decode(self, population: NDArray[np.float64]) -> list[Any]:
        """Rows as a caller would pass them; numbers as float32 holds them."""
        if self.features is None:
            return [row.astype(np.float32).tolist() for row in population]
        columns = [
            [feature.values[int(cell)] for cell in column]
            if isinstance(feature, CategoryFeature) and feature.values
            else column.astype(np.float32).tolist()
            for feature, column in zip(self.features, population.T, strict=True)
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    def _anywhere(self, count: int, random: np.random.Generator) -> NDArray[np.float64]:
        cells = random.uniform(0, 1, (count, *self.low.shape))
        found: NDArray[np.float64] = self.low + (self.high - self.low) * cells
        return np.where(self.whole, np.floor(self.low + (self.high - self.low + 1) * cells), found)


def _cells(feature: Feature, values: NDArray[Any]) -> NDArray[np.float64]:
    """A column as numbers; what is missing or unknown becomes the fill, or the first there is."""
    if isinstance(feature, CategoryFeature):
        place = {value: number for number, value in enumerate(feature.values)}
        from tagship_runtime.features.cells import word

        return np.array([place.get(word(value), 0) for value in values.tolist()], np.float64)
    numbers = values.astype(np.float64)
    known = numbers[np.isfinite(numbers)]
    fallback = feature.fill if isinstance(feature, NumericFeature) and feature.fill is not None else 0.0
    return np.where(np.isfinite(numbers), numbers, known[0] if len(known) else fallback)
