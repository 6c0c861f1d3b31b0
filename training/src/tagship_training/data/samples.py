"""Built-in data sets, as tables whose label columns are prefixed ``label:``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations, permutations
from math import exp, factorial

import numpy as np
import pyarrow
from numpy.typing import NDArray
from sklearn.datasets import make_multilabel_classification

from tagship_runtime.files.label_columns import LABEL_PREFIX
from tagship_runtime.typing import Features, Scores

SAMPLES, FEATURES, CLASSES, LABELS, SEED = 10_000, 6, 3, 2, 42


def synthetic() -> pyarrow.Table:
    """The reference data set: 10,000 rows of 6 counts and 3 labels, about 2 of them on."""
    features, targets = make_multilabel_classification(
        n_samples=SAMPLES, n_features=FEATURES, n_classes=CLASSES, n_labels=LABELS, random_state=SEED
    )
    columns = {f"feature_{i}": features[:, i].astype("float32") for i in range(FEATURES)}
    columns |= {f"{LABEL_PREFIX}class_{i}": targets[:, i].astype("uint8") for i in range(CLASSES)}
    return pyarrow.table(columns)


def synthetic_optimum(rows: Features) -> Scores:
    """The best scores there can be for rows of :func:`synthetic`: each label's posterior probability.

    scikit-learn's generator draws how many labels a row has from Poisson(2), again while it is more than 3;
    then that many different labels by their probabilities p_c; then words, each from the sum of the labels'
    word distributions p_w_c made to sum to 1, or evenly where there is no label. So a row's counts are
    multinomial given its set of labels, and the posterior over the eight sets follows from Bayes' rule.

    Args:
        rows: Counts, (rows, 6).

    Returns:
        float32, (rows, 3).
    """
    *_, p_c, p_w_c = make_multilabel_classification(
        n_samples=1,
        n_features=FEATURES,
        n_classes=CLASSES,
        n_labels=LABELS,
        random_state=SEED,
        return_distributions=True,
    )
    sets = [chosen for size in range(CLASSES + 1) for chosen in combinations(range(CLASSES), size)]
    sizes = np.array([LABELS**size / factorial(size) * exp(-LABELS) for size in range(CLASSES + 1)])
    sizes /= sizes.sum()
    logs = []
    for chosen in sets:
        words = p_w_c[:, list(chosen)].sum(axis=1) if chosen else np.ones(FEATURES)
        prior = sizes[len(chosen)] * _chance(chosen, p_c)
        logs.append(np.log(prior) + rows.astype(np.float64) @ np.log(words / words.sum()))
    log = np.stack(logs, axis=1)
    posterior = np.exp(log - log.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    member = np.array([[label in chosen for label in range(CLASSES)] for chosen in sets], np.float64)
    return np.asarray(posterior @ member, np.float32)


def _chance(chosen: tuple[int, ...], p_c: NDArray[np.float64]) -> float:
    """Probability of drawing exactly these labels one after the other without replacement, in any order."""
    total = 0.0
    for order in permutations(chosen):
        chance, left = 1.0, 1.0
        for label in order:
            chance *= p_c[label] / left
            left -= p_c[label]
        total += chance
    return total


OPTIMA: Mapping[str, Callable[[Features], Scores]] = {"sample:synthetic": synthetic_optimum}
"""Built-in data sets whose best possible scores are known."""
