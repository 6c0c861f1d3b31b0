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

from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.runner import Runner
from tagship_export.verification.search_space import SearchSpace
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.typing import Scores

ROUNDS, POPULATION = 40, 2048
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
        """Difference of the two scores."""
        return abs(self.original - self.artifact)

    @property
    def confidence(self) -> float:
        """Distance of the nearer of the two scores from the threshold, negative where nothing flipped."""
        nearer = min(abs(self.original - self.threshold), abs(self.artifact - self.threshold))
        return nearer if self.flipped else -nearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Result of a search.

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
        """Return it as ``verify --search --json`` gives it."""
        return {"scored": self.scored, "farthest": asdict(self.farthest), "flip": asdict(self.flip)}


def search(
    original: Runner,
    artifact: OpenArtifact,
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
    space = SearchSpace.of(artifact.encoder, rows.table)
    pair = _Pair(original=original, artifact=artifact, cut=np.array(thresholds, np.float32))
    goals: tuple[Goal, ...] = (_Pair.difference, _Pair.confidence)
    scored, found = 0, []
    for place, goal in enumerate(goals):
        population = space.start(POPULATION, random)
        fitness = np.full(len(population), -np.inf)
        for number in range(ROUNDS):
            on_round(place * ROUNDS + number, len(goals) * ROUNDS)
            trial = population if number == 0 else space.change(population, random)
            value = pair.fitness(goal, trial)
            scored += len(trial)
            better = value > fitness
            population = np.where(better.reshape(-1, *(1,) * (population.ndim - 1)), trial, population)
            fitness = np.where(better, value, fitness)
            _replace_worst(population, fitness)
        found.append(pair.example(goal, population[[int(fitness.argmax())]]))
    return Search(scored=scored, farthest=found[0], flip=found[1])


def _replace_worst(population: NDArray[np.float64], fitness: NDArray[np.float64]) -> None:
    """Start the lowest eighth again from the highest; in place."""
    order = np.argsort(fitness, kind="stable")
    eighth = len(order) // 8
    if eighth:
        population[order[:eighth]] = population[order[-eighth:]]
        fitness[order[:eighth]] = fitness[order[-eighth:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Original and artifact, scored on the same rows.

    Attributes:
        original: Keras.
        artifact: What is doubted.
        cut: The original's thresholds, float32 (labels,).
    """

    original: Runner
    artifact: OpenArtifact
    cut: Scores

    def difference(self, want: Scores, got: Scores) -> NDArray[np.float64]:
        """Return how far scores are apart."""
        return np.abs(want.astype(np.float64) - got)

    def confidence(self, want: Scores, got: Scores) -> NDArray[np.float64]:
        """Return how far the nearer of two scores is from the threshold, negative where nothing flipped."""
        nearer: NDArray[np.float64] = np.minimum(np.abs(want - self.cut), np.abs(got - self.cut)).astype(np.float64)
        return np.where((want >= self.cut) != (got >= self.cut), nearer, -nearer)

    def fitness(self, goal: Goal, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the goal's value in each row's worst label."""
        codec = self.artifact.encoder
        matrix = codec.encode(codec.from_cells(cells))
        worst: NDArray[np.float64] = goal(self, self.original.scores(matrix), self.artifact.runner.scores(matrix)).max(
            axis=1
        )
        return worst

    def example(self, goal: Goal, cells: NDArray[np.float64]) -> CounterExample:
        """Score one row once more, as a caller would pass it."""
        codec = self.artifact.encoder
        row = codec.from_cells(cells)[0]
        want, got = self.original.scores(codec.encode([row])), self.artifact.scores([row])
        label = int(goal(self, want, got)[0].argmax())
        return CounterExample(
            row=row,
            label=self.artifact.labels[label],
            original=float(want[0, label]),
            artifact=float(got[0, label]),
            threshold=float(self.cut[label]),
            flipped=bool((want[0, label] >= self.cut[label]) != (got[0, label] >= self.cut[label])),
        )


Goal = Callable[[_Pair, Scores, Scores], NDArray[np.float64]]
"""Figure that a search makes as large as it can, from the original's and the artifact's scores."""
