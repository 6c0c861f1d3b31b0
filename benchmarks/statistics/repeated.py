"""Claim: a warning of repeated test rows means that rows got into both parts, and such rows are found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from lines import Line, share
from sklearn.ensemble import RandomForestClassifier

from tagship_training.data.repeated_rows import find_repeated, find_repeated_within
from tagship_training.evaluation.repeated import judge_repeated

TITLE = "warning of repeated test rows"
SAMPLES, TRAIN, TEST = 40, 1200, 600

Table = tuple[np.ndarray, np.ndarray]
Draw = Callable[[np.random.Generator, int], np.ndarray]
Leak = Callable[[np.random.Generator, Draw], tuple[Table, Table]]


def lines(seed: int) -> Iterator[Line]:
    """Tables of few or many values, with and without rows in both parts; the model is a random forest."""
    for name, draw, leak, claimed in (
        ("8 flags, nothing leaked", _flags, _apart, "none"),
        ("3 ratings of 1 to 5, nothing leaked", _ratings, _apart, "none"),
        ("10 numbers, nothing leaked", _numbers, _apart, "none"),
        ("10 numbers, 10% of test rows copied from training", _numbers, _copied(0.1, 0.0), "all"),
        ("10 numbers, 10% copied with a jitter of 1e-6", _numbers, _copied(0.1, 1e-6), "all"),
        ("10 numbers, 2% copied", _numbers, _copied(0.02, 0.0), "all"),
        ("10 numbers, a third of the rows stood in the table twice", _numbers, _twice, "all"),
    ):
        random = np.random.default_rng(seed)
        before, after = [], []
        for sample in range(SAMPLES):
            train, test = leak(random, draw)
            exact = {row.tobytes() for row in train[0]}
            before.append(np.mean([row.tobytes() in exact for row in test[0]]) > 0.05)
            forest = RandomForestClassifier(60, min_samples_leaf=2, random_state=sample, n_jobs=1).fit(*train)
            scores = np.stack([p[:, -1] for p in forest.predict_proba(test[0])], axis=1).astype(np.float32)
            repeated = find_repeated(train[0], test[0])
            judged = judge_repeated(test[1], scores, (0.5, 0.5), repeated, find_repeated_within(train[0]))
            after.append(judged is not None and (judged["more"] or judged["worse"]))
        yield Line(name, claimed, share(before), share(after))


def _labels(random: np.random.Generator, table: np.ndarray) -> np.ndarray:
    """Two labels by a noisy sum of columns."""
    sums = table[:, :3].sum(axis=1), table[:, 1] - table[:, 2]
    noisy = (one - one.mean() + one.std() * random.normal(size=len(one)) for one in sums)
    return np.stack([one > 0 for one in noisy], axis=1).astype(np.uint8)


def _flags(random: np.random.Generator, rows: int) -> np.ndarray:
    return (random.random((rows, 8)) < np.linspace(0.1, 0.5, 8)).astype(np.float32)


def _ratings(random: np.random.Generator, rows: int) -> np.ndarray:
    return random.integers(1, 6, (rows, 3)).astype(np.float32)


def _numbers(random: np.random.Generator, rows: int) -> np.ndarray:
    return random.normal(size=(rows, 10)).astype(np.float32)


def _apart(random: np.random.Generator, draw: Draw) -> tuple[Table, Table]:
    table = draw(random, TRAIN + TEST)
    targets = _labels(random, table)
    return (table[:TRAIN], targets[:TRAIN]), (table[TRAIN:], targets[TRAIN:])


def _copied(part: float, jitter: float) -> Leak:
    def leak(random: np.random.Generator, draw: Draw) -> tuple[Table, Table]:
        train, (table, targets) = _apart(random, draw)
        count = int(part * TEST)
        source = random.choice(TRAIN, count, replace=False)
        noise = jitter * random.normal(size=(count, table.shape[1]))
        table[:count], targets[:count] = train[0][source] + noise.astype(np.float32), train[1][source]
        return train, (table, targets)

    return leak


def _twice(random: np.random.Generator, draw: Draw) -> tuple[Table, Table]:
    once = draw(random, (TRAIN + TEST) * 3 // 4)
    targets = _labels(random, once)
    order = random.permutation(np.concatenate([np.arange(len(once)), np.arange(len(once) // 3)]))
    return (once[order[:TRAIN]], targets[order[:TRAIN]]), (once[order[TRAIN:]], targets[order[TRAIN:]])
