"""Weights of the epoch in which the rows that judge a network had the lowest loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tagship_training.network.graph import Group


class BestWeights:
    """Weights of each network's best epoch, or of the last one.

    Attributes:
        epoch: The last one that was the best of any network.
    """

    def __init__(self, group: Group, *, keep_last: bool) -> None:
        self.epoch = 0
        self._variables = group.model.trainable_variables
        self._keep_last = keep_last
        self._kept = [variable.numpy() for variable in self._variables]
        self._losses = np.full(group.architecture.networks, np.inf)

    def keep(self, losses: NDArray[np.float64], epoch: int) -> None:
        """Keep the present weights of the networks whose loss is lower than ever, (networks,)."""
        better = np.full(len(losses), True) if self._keep_last else losses < self._losses
        self._losses[better] = losses[better]
        self.epoch = epoch if better.any() else self.epoch
        for kept, variable in zip(self._kept, self._variables, strict=True):
            _copy(kept, variable.numpy(), better)

    def restore(self) -> None:
        """Put the kept weights back into the group."""
        for kept, variable in zip(self._kept, self._variables, strict=True):
            variable.assign(kept)


def _copy(kept: NDArray[np.float32], now: NDArray[np.float32], members: NDArray[np.bool_]) -> None:
    """Copy the weights of some members; a lone network's have no axis for them."""
    if len(members) == 1:
        if members[0]:
            kept[...] = now
    else:
        kept[members] = now[members]
