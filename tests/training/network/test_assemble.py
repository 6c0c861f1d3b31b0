"""Groups of networks become one graph: the shares with the lowest held-out loss, and the members' averaged scores."""

from __future__ import annotations

import numpy as np
import pytest

from tagship_training import Config
from tagship_training.data.folds import LearningRows, deal
from tagship_training.network.assemble import SHARES, assemble, mix
from tagship_training.network.choose_architectures import choose_architectures
from tagship_training.network.ensemble import train_groups
from tagship_training.network.held_out import held_out_scores
from tagship_training.network.keras_scores import scores_of
from tagship_training.network.log_loss import log_loss


def test_no_other_shares_have_a_lower_loss() -> None:
    random = np.random.default_rng(0)
    targets = random.integers(0, 2, (300, 2)).astype(np.uint8)
    first, second = (
        np.clip(targets * 0.4 + random.random((300, 2)) * 0.6, 0.01, 0.99).astype(np.float32) for _ in range(2)
    )
    shares, scores = mix(targets, [first, second])
    assert sum(shares) == pytest.approx(1)
    assert 0 < shares[0] < 1  # two noises are averaged out
    best = min(log_loss(targets, (1 - share) * first + share * second) for share in SHARES)
    assert log_loss(targets, scores) == pytest.approx(best, abs=1e-7)
    assert mix(targets, [first]) == ((1.0,), first)


@pytest.fixture(scope="module")
def rows() -> LearningRows:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(120, 3)).astype(np.float32)
    targets = (matrix[:, :2] + random.normal(size=(120, 2)) > 0).astype(np.uint8)
    return LearningRows(matrix=matrix, targets=targets, folds=deal(targets, 3, 0))


def test_one_graph_scores_as_its_members_do(rows: LearningRows) -> None:
    config = Config(hidden=(4,), members=3, epochs=2)
    architectures = choose_architectures(config, rows=120, width=3, numeric=3, labels=2)
    groups = train_groups(architectures, rows, rows.matrix, config).groups
    assert [group.architecture.name for group in groups] == ["wide", "narrow"]
    assembled = assemble(groups, rows, calibrate=False)
    by_group = [1 / (1 + np.exp(-np.asarray(group.model(rows.matrix, training=False)))) for group in groups]
    want = sum(share * scores.mean(axis=0) for share, scores in zip(assembled.shares, by_group, strict=True))
    np.testing.assert_allclose(scores_of(assembled.model, rows.matrix), want, rtol=0, atol=1e-6)
    # A row's held-out score is that of the one member that did not learn from it.
    own = [scores[rows.folds, np.arange(120)] for scores in by_group]
    for group, scores in zip(groups, own, strict=True):
        np.testing.assert_allclose(held_out_scores(group, rows), scores, rtol=0, atol=1e-6)
    mixed = sum(share * scores for share, scores in zip(assembled.shares, own, strict=True))
    np.testing.assert_allclose(assembled.held_out, mixed, rtol=0, atol=1e-6)
