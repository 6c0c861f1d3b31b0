"""A search for the inputs on which an artifact differs most from its original.

Sampled rows show what is usual. Here batches of rows climb: each is changed at random within the features'
ranges, and kept where the difference grew. It needs no gradient, so it works through any artifact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagship_export.data.golden import record
from tagship_export.errors import ExportError
from tagship_export.source.original import Original
from tagship_export.targets.decider import Decider
from tagship_export.targets.registry import TARGETS
from tagship_runtime.container import unpack
from tagship_runtime.contract import Golden
from tagship_runtime.features import Encoder
from tagship_runtime.files.dataset import Dataset
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
    artifact: Decider,
    rows: Dataset,
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
    codec = artifact.encoder
    space, encode = _Space.of(codec, rows), codec.encode
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
            matrix = encode(codec.from_cells(trial))
            value = goal(original.scores(matrix), artifact.runner.scores(matrix)).max(axis=1)
            better = value > fitness
            population = np.where(better.reshape(-1, *(1,) * (population.ndim - 1)), trial, population)
            fitness = np.where(better, value, fitness)
            scored += len(matrix)
            _replace_worst(population, fitness)
        best = codec.from_cells(population[[int(fitness.argmax())]])[0]
        found.append(_example(original, artifact, encode, best, cut, goal))
    return Search(scored=scored, farthest=found[0], flip=found[1])


def with_golden(data: bytes, artifact: Decider, example: CounterExample) -> bytes:
    """Return the artifact's file with a counterexample among its golden rows, so that self-tests replay it."""
    format, payload, contract = unpack(data)
    if contract is None:
        raise ExportError("the file has no contract that golden rows could be added to; 'tagship attach' gives it one")
    old = contract.golden
    added = record(artifact, [example.row], old.tolerance if old else 2 * example.difference)
    if old is not None:
        added = Golden(
            rows=(*old.rows, *added.rows),
            scores=(*old.scores, *added.scores),
            decisions=(*old.decisions, *added.decisions),
            tolerance=old.tolerance,
        )
    return TARGETS[format.name].embed(payload, replace(contract, golden=added))


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
    artifact: Decider,
    encode: Callable[[Any], Features],
    row: Any,
    cut: Scores,
    goal: Callable[[Scores, Scores], NDArray[np.float64]],
) -> CounterExample:
    """Scored once more, as the caller's row."""
    want, got = original.scores(encode([row])), artifact.scores([row])
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
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    whole: NDArray[np.bool_]
    real: NDArray[np.float64]

    @classmethod
    def of(cls, codec: Encoder, rows: Dataset) -> _Space:
        """The space that these rows span."""
        cells = codec.to_cells(rows.table)
        low, high = codec.bounds(cells)
        return cls(low=low, high=high, whole=codec.discrete(), real=cells)

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

    def _anywhere(self, count: int, random: np.random.Generator) -> NDArray[np.float64]:
        cells = random.uniform(0, 1, (count, *self.low.shape))
        found: NDArray[np.float64] = self.low + (self.high - self.low) * cells
        return np.where(self.whole, np.floor(self.low + (self.high - self.low + 1) * cells), found)
