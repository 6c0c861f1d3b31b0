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


def test_rare_terms_weigh_more() -> None:
    frequency = inverse_document_frequency(sparse.csr_matrix([[1, 1, 0], [3, 0, 0]]))
    np.testing.assert_allclose(frequency, [np.log(3 / 3) + 1, np.log(3 / 2) + 1, np.log(3) + 1], rtol=1e-6)


def test_a_table_without_texts_has_no_bag() -> None:
    assert bag_of((SIZE,), np.ones((4, 1), np.float32), None) is None
    part = Part(columns=np.array([4, 6]), places=np.array([2, 0]), weight=1.0)
    assert part.inverse(3, 99).tolist() == [6, 99, 4]
