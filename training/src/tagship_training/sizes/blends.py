"""Sizes that are several groups of networks in one graph, with the shares that held-out rows choose."""

from __future__ import annotations

from collections.abc import Sequence

from tagship_runtime.typing import Scores
from tagship_training.network.blend import blend, weighted_mean
from tagship_training.network.graph import Group
from tagship_training.sizes.make_size import SizeMaker
from tagship_training.sizes.size import BLENDED, LINEAR, NETWORKS, Size

Candidates = Sequence[tuple[Group, Scores]]
"""Groups, each with its scores of the held-out rows by networks that did not learn from them, (rows, labels)."""


def sizes_of_teachers(groups: Candidates, maker: SizeMaker) -> list[Size]:
    """Blend the networks among the teachers, and set the logistic regression beside them.

    Args:
        groups: Teachers that can ship.
        maker: Makes models of them.
    """
    sizes = [_blended(NETWORKS, groups, maker)]
    if [architecture.name for architecture in sizes[0].architectures] == [LINEAR] and len(groups) > 1:
        sizes = []  # which would be the logistic regression a second time
    if len(groups) > 1:
        regressions = [(group, scores) for group, scores in groups if group.architecture.name == LINEAR]
        sizes += [maker.make(LINEAR, [group], (1.0,), scores) for group, scores in regressions]
    return sizes


def size_of_all(teachers: Candidates, students: Candidates, maker: SizeMaker) -> list[Size]:
    """Blend teachers with students of all folds, averaged; nothing where no student counts in that, or one alone.

    One alone is the best size averaged, which is on the ladder already.

    Args:
        teachers: Those that can ship.
        students: Of every size, each fold's.
        maker: Makes a model of them.
    """
    size = _blended(BLENDED, [*teachers, *students], maker)
    names = {group.architecture.name for group, _ in teachers}
    alone = len(size.architectures) == 1
    return [] if alone or all(architecture.name in names for architecture in size.architectures) else [size]


def _blended(name: str, groups: Candidates, maker: SizeMaker) -> Size:
    shares = blend(maker.rows.held_out_targets, [scores for _, scores in groups])
    chosen = [(group, scores, share) for (group, scores), share in zip(groups, shares, strict=True) if share]
    mean = weighted_mean([scores for _, scores, _ in chosen], [share for *_, share in chosen])
    return maker.make(name, [group for group, *_ in chosen], tuple(share for *_, share in chosen), mean)
