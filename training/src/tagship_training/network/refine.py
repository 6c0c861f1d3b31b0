"""Networks that learned from the rows that were drawn learn from all rows of a table, which memory need not hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tagship_runtime.contract import Feature
from tagship_runtime.typing import Features
from tagship_training.config import Config
from tagship_training.data.folds import EVERYBODY, LearningRows
from tagship_training.data.prepare import Prepared
from tagship_training.data.shuffled import Rows
from tagship_training.data.sparse_rows import take_rows
from tagship_training.data.stream import Stream
from tagship_training.network.best_weights import BestWeights
from tagship_training.network.fit import positive_weights
from tagship_training.network.graph import Group
from tagship_training.network.history import History, OnEpoch, OnStep
from tagship_training.network.steps import Steps

AT_ONCE = 2
"""Groups that learn at the same time."""


@dataclass(frozen=True, slots=True)
class Refined:
    """Outcome for several groups.

    Attributes:
        history: Losses after each pass over all rows.
        notices: Sentences for the user.
    """

    history: History = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


Refine = Callable[[Sequence[Group], LearningRows, History], Refined]
"""Call that trains groups on, in place: the groups, rows of which some judge, and the losses so far."""


def leave(groups: Sequence[Group], rows: LearningRows, begun: History) -> Refined:
    """Leave groups as they are, where the rows that they learned from are all."""
    return Refined()


def refinement(table: Prepared, config: Config, on_epoch: OnEpoch | None, on_step: OnStep) -> Refine:
    """Return the call that trains groups on: over all rows where those of a table were drawn, else none."""
    if table.stream is None:
        return leave
    return Refinement(
        stream=table.stream,
        features=table.features,
        labels=table.labels,
        seed=config.seed,
        balanced=config.class_weights == "balanced",
        on_epoch=on_epoch,
        on_step=on_step,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement:
    """A table to learn from, and how.

    Attributes:
        stream: All rows.
        features: That encode them.
        labels: Names of their targets' columns.
        seed: Of their order.
        balanced: Whether positives are weighted against negatives.
        on_epoch: Called after each pass.
        on_step: Called as rows are read.
    """

    stream: Stream
    features: Sequence[Feature]
    labels: Sequence[str]
    seed: int
    balanced: bool = False
    on_epoch: OnEpoch | None = None
    on_step: OnStep = lambda step: None

    def __call__(self, groups: Sequence[Group], rows: LearningRows, begun: History) -> Refined:
        """Train groups on, in place; each keeps the weights that its judges like best, those of before among them.

        Ctrl-C ends with the weights of the last pass that was finished.

        Args:
            groups: Trained on the rows that were drawn.
            rows: Those rows; the ones that no member learned from judge.
            begun: Losses so far.
        """
        judges = rows.held_out
        judged = LearningRows(
            matrix=take_rows(rows.matrix, judges), targets=rows.targets[judges], folds=rows.folds[judges]
        )
        weights = positive_weights(rows.targets) if self.balanced else np.ones(rows.targets.shape[1], np.float32)
        learners = [_Learner(group, judged, weights, self.stream) for group in groups]
        found = Refined()
        try:
            for number in range(1, self.stream.passes + 1):
                self._pass(learners, number)
                for learner in learners:
                    self._judge(learner, begun, found)
        except KeyboardInterrupt:
            found.notices.append("interrupted while all rows were read; the best weights so far are kept")
        for learner in learners:
            found.notices.append(learner.restore())
        return found

    def _pass(self, learners: Sequence[_Learner], number: int) -> None:
        """Read all rows once."""
        read = 0
        with ThreadPoolExecutor(AT_ONCE, "tagship-refine") as pool:
            for rows in self.stream.chunks(self.features, self.labels, self.seed + number):
                list(pool.map(_Learner.learn, learners, [rows] * len(learners)))
                read += len(rows[1])
                self.on_step(f"pass {number} of {self.stream.passes}: {read:,} of {self.stream.rows:,} rows")

    def _judge(self, learner: _Learner, begun: History, found: Refined) -> None:
        """Record how a pass went."""
        name = learner.steps.architecture.name
        loss, val_loss = learner.end_pass()
        if not np.isfinite([loss, val_loss]).all():
            return
        epoch = 1 + sum(one["network"] == name for one in (*begun, *found.history))
        found.history.append({"network": name, "epoch": epoch, "loss": loss, "val_loss": val_loss})
        if self.on_epoch is not None:
            self.on_epoch(name, learner.passes, self.stream.passes, loss, val_loss)


class _Learner:
    """One group that learns from chunks of rows.

    Attributes:
        steps: Its compiled steps.
        passes: How many were finished.
    """

    def __init__(self, group: Group, judged: LearningRows, weights: Features, stream: Stream) -> None:
        group = replace(group, architecture=replace(group.architecture, epochs=stream.passes))
        self.steps, self.passes = Steps(group, weights), 0
        self.steps.plan(-(-stream.rows // group.architecture.batch_size))
        self._group, self._judged = group, replace(judged, matrix=group.prepare(judged.matrix))
        self._best = BestWeights(group, keep_last=False)
        self._before = self._loss = self._keep()
        self._total, self._rows = 0.0, 0

    def learn(self, rows: Rows) -> None:
        """Take the steps of some rows."""
        matrix, targets = rows
        folds = np.full(len(targets), EVERYBODY, np.int32)
        learned = LearningRows(matrix=self._group.prepare(matrix), targets=targets, folds=folds)
        self._total += len(targets) * self.steps.train(learned, targets, np.arange(len(targets)))
        self._rows += len(targets)

    def end_pass(self) -> tuple[float, float]:
        """Return the mean loss of the pass, and the loss of the rows that judge."""
        loss, self._total, self._rows = self._total / max(self._rows, 1), 0.0, 0
        self.passes += 1
        judged = self._keep()
        self._loss = np.fmin(self._loss, judged)
        return loss, float(judged.mean())

    def restore(self) -> str:
        """Put the best weights back, and say what the passes were good for."""
        self._best.restore()
        before, after = float(self._before.mean()), float(self._loss.mean())
        name = self.steps.architecture.name
        if after >= before:
            return f"{name}: all rows made it no better, so the weights from the rows that were drawn stay"
        return f"{name}: held-out log loss {before:.4f} from the rows that were drawn, {after:.4f} from all rows"

    def _keep(self) -> NDArray[np.float64]:
        losses = self.steps.judge(self._judged)
        if self.steps.architecture.final:
            losses[-1] = losses[:-1].mean()
        self._best.keep(losses, self.passes)
        return losses
