"""Terms are ranked by what they tell of labels: rare labels have words of their own, runs more than their words."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tagship_training.data.information import NO_WORD, information, information_by_label, words_within


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


def test_runs_know_their_words() -> None:
    assert words_within(["crude", "oil"]) is None
    found = words_within(["oil", "crude oil", "oil crude oil", "new york"])
    assert found is not None
    no = NO_WORD
    assert found.tolist() == [[no] * 3, [no, 0, no], [0, no, 0], [no] * 3]
    of_columns = words_within(["title: oil", "body: oil", "title: oil oil", "a: b: oil", "a: b: oil gas"])
    assert of_columns is not None
    assert of_columns.tolist() == [[no] * 2, [no] * 2, [0, 0], [no] * 2, [3, no]]


def test_a_run_tells_what_it_tells_more_than_each_of_its_words() -> None:
    words = ["crude", "oil", "not", "good", "crude oil", "not good"]
    crude = np.repeat([1, 0], 20)  # always with oil, so the pair tells what the word does
    negated, good = np.tile([1, 1, 0, 0], 10), np.tile([1, 0], 20)
    counts = np.stack([crude, np.ones(40), negated, good, crude, negated * good], axis=1)
    targets = np.stack([crude, negated & good], axis=1).astype(np.uint8)
    within = words_within(words)
    plain = information(sparse.csr_matrix(counts), targets)
    found = information(sparse.csr_matrix(counts), targets, within)
    np.testing.assert_array_equal(found[:4], plain[:4])
    assert found[4] == 0 < plain[4]
    told = information_by_label(sparse.csr_matrix(counts), targets)[:, 1]
    np.testing.assert_allclose(found[5], (told[5] - max(told[2], told[3])) / np.sqrt(told[5]), rtol=1e-5)
    np.testing.assert_array_equal(found, information(sparse.csr_matrix(counts), targets, within, at_once=2))
