"""Bags of words weigh as the formula says, sparse as in the graph, and keep what tells most of the labels."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from scipy import sparse

from tagship_runtime.contract import NumericFeature, TextFeature
from tagship_training.data.bag_of_words import (
    SHORTEST,
    BagOfWords,
    Part,
    information,
    information_by_label,
    inverse_document_frequency,
    ranked,
)
from tagship_training.data.fewer_columns import with_columns
from tagship_training.data.shared_words import bag_of
from tagship_training.data.sparse_rows import SparseRows
from tagship_training.network.preprocessing import word_weights

TITLE = TextFeature(name="title", vocabulary=("oil", "gold"))
BODY = TextFeature(name="body", vocabulary=("gold", "rain", "oil"))
SIZE = NumericFeature(name="size")
FEATURES = (TITLE, SIZE, BODY)
#                    title      size  body
COUNTS = np.array([[1, 0, 7.0, 0, 2, 3], [0, 0, -2.0, 1, 0, 0], [0, 0, 0.5, 0, 0, 0], [2, 1, 1.0, 4, 0, 1]], np.float32)
TARGETS = np.array([[1, 0], [0, 1], [0, 0], [1, 1]], np.uint8)

NO_FOLDS = np.full(4, -1, np.int32)


def bag(weights: dict[str, float] | None) -> BagOfWords:
    found = bag_of(FEATURES, SparseRows(COUNTS), weights)
    assert found is not None
    return ranked(found, sparse.csr_matrix(COUNTS), TARGETS, NO_FOLDS)


def test_weights_are_those_of_the_formula() -> None:
    shared = bag({"title": 2.0, "body": 1.0})
    assert shared.terms == 3  # oil, gold, rain
    counts = np.stack(
        [2 * COUNTS[:, 0] + COUNTS[:, 5], 2 * COUNTS[:, 1] + COUNTS[:, 3], COUNTS[:, 4]], axis=1, dtype=np.float64
    )
    frequency = np.log(5 / (1 + (counts > 0).sum(axis=0))) + 1
    np.testing.assert_allclose(shared.frequency, frequency, rtol=1e-6)
    weights = np.log1p(counts) * frequency
    want = weights / np.sqrt((weights**2).sum(axis=1, keepdims=True) + SHORTEST)
    np.testing.assert_allclose(shared.weigh(sparse.csr_matrix(COUNTS)).toarray(), want, rtol=0, atol=1e-6)
    assert (want[2] == 0).all()  # an empty text


@pytest.mark.parametrize("weights", [None, {"title": 1.0, "body": 1.0}, {"title": 2.0, "body": 1.0}])
@pytest.mark.parametrize("terms", [2, 3, 99])
def test_the_graph_weighs_as_sparse_rows_are_weighed(weights: dict[str, float] | None, terms: int) -> None:
    kept = bag(weights).best(terms)
    assert kept.terms == min(terms, 5 if weights is None else 3)
    columns = np.sort(np.append(kept.columns, 2))
    own = kept.at(columns)
    inputs = keras.Input((len(columns),))
    model = keras.Model(inputs, word_weights(inputs, own))
    want = kept.weigh(sparse.csr_matrix(COUNTS)).toarray()
    np.testing.assert_allclose(np.asarray(model(COUNTS[:, columns])), want, rtol=0, atol=1e-6)


def test_the_words_that_tell_most_are_kept_and_named() -> None:
    best = bag({"title": 1.0, "body": 1.0}).best(1)
    assert best.columns.tolist() == [0, 5]  # oil, which is in the rows of the first label and in no other
    kept = with_columns(FEATURES, np.array([0, 2, 5]))
    assert [feature.name for feature in kept] == ["title", "size", "body"]
    assert [feature.vocabulary for feature in kept if isinstance(feature, TextFeature)] == [("oil",), ("oil",)]
    assert [feature.name for feature in with_columns(FEATURES, np.array([0, 2]))] == ["title", "size"]
    assert with_columns(FEATURES, None) == FEATURES


def test_a_term_tells_what_it_tells_without_any_fold() -> None:
    folds = np.array([0, 1, 1, 0], np.int32)
    whole = bag({"title": 1.0, "body": 1.0})
    found = ranked(whole, sparse.csr_matrix(COUNTS), TARGETS, folds)
    assert found.gain[2] == 0  # rain is in one row, and tells nothing of the others
    assert (found.gain <= whole.gain).all()


def mutual_information(present: np.ndarray, truth: np.ndarray) -> float:
    joint = np.array([[((present == a) & (truth == b)).mean() for b in (0, 1)] for a in (0, 1)])
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    return len(truth) * float((joint * np.log(np.maximum(joint, 1e-300) / np.maximum(independent, 1e-300))).sum())


def test_information_is_mutual_information() -> None:
    random = np.random.default_rng(0)
    counts = random.poisson(0.4, (60, 5))
    targets = random.integers(0, 2, (60, 3)).astype(np.uint8)
    targets[:, 2] = 0
    want = np.array(
        [[mutual_information(counts[:, term] > 0, targets[:, label]) for label in range(3)] for term in range(5)]
    )
    found = information_by_label(sparse.csr_matrix(counts), targets)
    np.testing.assert_allclose(found, want, rtol=0, atol=1e-4)
    assert (found[:, 2] == 0).all()  # nothing tells of a label that is never on
    ranks = information(sparse.csr_matrix(counts), targets, at_once=2)
    np.testing.assert_allclose(ranks, (want[:, :2] / np.sqrt(want[:, :2].max(axis=0))).max(axis=1), rtol=1e-3)
    assert information(sparse.csr_matrix((60, 0)), targets).shape == (0,)


def test_rare_labels_have_words_of_their_own() -> None:
    common = np.repeat([1, 0], 50)
    rare = np.arange(100) % 40 == 7  # three times
    random = np.random.default_rng(0)
    hints = (common[:, None] ^ (random.random((100, 20)) < 0.15)).astype(int)  # each tells much of the common label
    counts = sparse.csr_matrix(np.column_stack([hints, rare]))
    targets = np.column_stack([common, rare]).astype(np.uint8)
    told = information_by_label(counts, targets).max(axis=1)
    assert (told > told[20]).sum() == 20
    found = information(counts, targets)
    assert (found > found[20]).sum() < 15


def test_rare_terms_weigh_more() -> None:
    frequency = inverse_document_frequency(sparse.csr_matrix([[1, 1, 0], [3, 0, 0]]))
    np.testing.assert_allclose(frequency, [np.log(3 / 3) + 1, np.log(3 / 2) + 1, np.log(3) + 1], rtol=1e-6)


def test_a_table_without_texts_has_no_bag() -> None:
    assert bag_of((SIZE,), np.ones((4, 1), np.float32), None) is None
    part = Part(columns=np.array([4, 6]), places=np.array([2, 0]), weight=1.0)
    assert part.inverse(3, 99).tolist() == [6, 99, 4]
