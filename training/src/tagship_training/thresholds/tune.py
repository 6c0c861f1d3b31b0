"""One threshold per label, chosen on rows that the scores were not learned from."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tagship_runtime.thresholds import decide
from tagship_runtime.typing import Scores, Targets
from tagship_training.errors import TableError
from tagship_training.thresholds.cuts import Cuts, Flags, all_cuts
from tagship_training.thresholds.guarantees import guaranteed_cuts, nearest_cuts, shortfall
from tagship_training.thresholds.objectives import Objective, check_confidence

BOOTSTRAPS = 30
BOOTSTRAP_ROWS = 100_000
"""Above this many rows one cut on all of them is stable by itself."""

SHRINKAGE = 3.0
"""With as many positives as this a label's own cut and that of all labels together count the same; chosen by
benchmarks/thresholds.py."""

FEW = 3
"""Labels that miss their goal are told of one by one up to so many."""

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChosenThresholds:
    """Each label's threshold, and what is to be said of them.

    Attributes:
        thresholds: One per label, in (0, 1).
        missed_by: Names of the labels whose goal no threshold reaches, or is sure to reach; in label order.
        notices: Sentences on those.
    """

    thresholds: tuple[float, ...]
    missed_by: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def tune_thresholds(
    targets: ArrayLike,
    scores: ArrayLike,
    objective: Objective | str = "f1",
    *,
    seed: int = 0,
    confidence: float | None = None,
) -> tuple[float, ...]:
    """Tune each label's threshold for a model of your own as ``tagship train`` tunes those of its models.

    The result is what ``tagship_export.export(..., thresholds=...)`` takes.

    Args:
        targets: The truth, 0 and 1 or bool, (rows, labels).
        scores: Probabilities in [0, 1], (rows, labels), of a model that did not learn from these rows.
        objective: ``f1``, ``precision=0.9``, ``recall=0.95``, ``cost=FP:FN``, ``fixed=0.5``, or what
            :meth:`Objective.parse` made of it.
        seed: Of the bootstrap samples that steady each cut.
        confidence: For a precision or recall, the chance that new rows reach it as well; None aims at it on these.

    Returns:
        Values in (0, 1) that float32 holds exactly, for ``score >= threshold``.

    Raises:
        ConfigError: The objective is none of these, or takes no confidence.
        TableError: The arrays do not fit together, or hold something else.

    Warns:
        UserWarning: A label does not reach the precision or recall that was asked for at any threshold; its own is
            then the one that comes nearest.
    """
    goal = Objective.parse(objective) if isinstance(objective, str) else objective
    truth, p = _checked(targets, scores)
    check_confidence(goal, confidence)
    thresholds = tune(truth, p, goal, seed, confidence)
    if confidence is not None:
        for label, said in unsure(truth, p, thresholds, goal, confidence).items():
            warnings.warn(f"label {label}: {said}", stacklevel=2)
        return thresholds
    for label, reached in unreached(truth, p, thresholds, goal).items():
        warnings.warn(f"label {label} reaches a {goal.kind} of {reached:.3f} at best, not {goal.value:g}", stacklevel=2)
    return thresholds


def _checked(targets: ArrayLike, scores: ArrayLike) -> tuple[Targets, Scores]:
    """Return the truth and its scores as uint8 and float32.

    Raises:
        TableError: They do not fit together, or hold something else.
    """
    truth, given = np.asarray(targets), np.asarray(scores)
    if truth.ndim != 2 or truth.shape != given.shape or not truth.size:
        raise TableError(
            f"targets have shape {truth.shape} and scores {given.shape}; both have to be (rows, labels), with a row"
        )
    if not np.isin(truth, (0, 1)).all():
        raise TableError("the targets hold something else than 0 and 1")
    if given.dtype.kind not in "fiu" or not ((given >= 0) & (given <= 1)).all():
        raise TableError("a score is not in [0, 1]; give what the model says after its sigmoid")
    return truth.astype(np.uint8), given.astype(np.float32)


def choose_thresholds(
    targets: Targets,
    scores: Scores,
    labels: Sequence[str],
    objective: Objective,
    seed: int,
    confidence: float | None = None,
) -> ChosenThresholds:
    """Choose each label's threshold from held-out scores, and tell of labels whose goal no threshold reaches.

    Args:
        targets: uint8, (rows, labels).
        scores: float32, (rows, labels), of models that did not learn from these rows.
        labels: Names of the labels.
        objective: Goal of each label's decisions.
        seed: Of the bootstrap samples.
        confidence: For a precision or recall, the chance that new rows reach it as well.
    """
    thresholds = tune(targets, scores, objective, seed, confidence)
    if confidence is not None:
        doubtful = unsure(targets, scores, thresholds, objective, confidence)
        missed = {labels[label]: f": {said}" for label, said in doubtful.items()}
    else:
        missed = {
            labels[label]: f" reaches {objective.kind} {reached:.3f} at best on held-out rows, not {objective.value:g}"
            for label, reached in unreached(targets, scores, thresholds, objective).items()
        }
    return ChosenThresholds(thresholds, tuple(missed), _told(missed))


def _told(missed: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences on labels that miss their goal, one for all where they are many.

    Args:
        missed: The rest of a sentence that begins with the label, by its name.
    """
    sentences = [f"label {name!r}{said}" for name, said in missed.items()]
    if len(sentences) <= FEW:
        return tuple(sentences)
    names = ", ".join(map(repr, list(missed)[:FEW]))
    return (
        f"{len(missed):,} labels miss their goal, {names} among them (goal_missed_by in run.json and in the contract "
        f"names all); {sentences[0]}",
    )


def tune(
    targets: Targets, scores: Scores, objective: Objective, seed: int = 0, confidence: float | None = None
) -> tuple[float, ...]:
    """Each label's threshold for ``score >= threshold``.

    A single best cut follows the chance of which rows there are. So each label's cut is the mean, in logits, of
    the best cuts on bootstrap samples; and where the objective allows, it is drawn towards the best cut of all
    labels together, by n / (n + 3) for n positives.

    Args:
        targets: uint8, (rows, labels).
        scores: float32, (rows, labels), of a model that did not learn from these rows.
        objective: Goal of each label's decisions.
        seed: Of the bootstrap samples.
        confidence: For a precision or recall, the chance that new rows reach it as well.

    Returns:
        Values in (0, 1) that float32 holds exactly.
    """
    if confidence is not None:
        sure = (sure_cut(truth, s, objective, confidence) for truth, s in zip(targets.T, scores.T, strict=True))
        return tuple(float(np.float32(cut)) for cut in sure)
    if objective.kind == "fixed":
        return tuple(float(np.float32(objective.value)) for _ in targets.T)
    if objective.kind == "micro-f1":  # all decisions weigh alike, so that one cut serves all labels best
        cut = best_cut(targets.ravel(), scores.ravel(), objective)
        return tuple(float(np.float32(cut)) for _ in targets.T)
    if not objective.pooled:
        cuts = [best_cut(truth, s, objective) for truth, s in zip(targets.T, scores.T, strict=True)]
        return tuple(float(np.float32(cut)) for cut in cuts)
    rows = len(targets)
    pooled = _logit(best_cut(targets.ravel(), scores.ravel(), objective))
    random = np.random.default_rng(seed)
    if rows > BOOTSTRAP_ROWS:
        samples = [np.ones(rows)]
    else:
        draws = (random.integers(0, rows, rows) for _ in range(BOOTSTRAPS))
        samples = [np.bincount(draw, minlength=rows).astype(np.float64) for draw in draws]
    thresholds = []
    for truth, own_scores in zip(targets.T, scores.T, strict=True):
        own = np.mean([_logit(best_cut(truth, own_scores, objective, weights)) for weights in samples])
        positives = int(truth.sum(dtype=np.int64))
        share = positives / (positives + SHRINKAGE)
        logit = share * own + (1 - share) * pooled
        thresholds.append(float(np.float32(1 / (1 + np.exp(-logit)))))
    return tuple(thresholds)


def unreached(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], objective: Objective
) -> dict[int, float]:
    """Labels, by position, whose precision or recall falls short of the goal at any cut, and what they reach."""
    if objective.kind not in ("precision", "recall"):
        return {}
    on = decide(scores, thresholds)
    right = (on & (targets == 1)).sum(axis=0)
    total = (on if objective.kind == "precision" else targets).sum(axis=0, dtype=np.int64)
    reached = right / np.maximum(total, 1)
    return {int(label): float(reached[label]) for label in np.flatnonzero(reached < objective.value)}


def unsure(
    targets: Targets, scores: Scores, thresholds: tuple[float, ...], objective: Objective, confidence: float
) -> dict[int, str]:
    """Labels, by position, of which no cut is sure to reach the goal, and what that would take."""
    decisions = decide(scores, thresholds)
    said = {}
    for label, (truth, own) in enumerate(zip(targets.T, scores.T, strict=True)):
        if not guaranteed_cuts(all_cuts(truth, own), objective, confidence).any():
            on = decisions[:, label]
            hits = int((on & (truth == 1)).sum())
            said[label] = shortfall(objective, confidence, hits, int(on.sum()), int(truth.sum(dtype=np.int64)))
    return said


def best_cut(targets: NDArray[np.uint8], scores: Scores, objective: Objective, weights: Weights | None = None) -> float:
    """The cut of one label with the largest gain, halfway between two scores; the highest of equally good ones.

    Args:
        targets: 0 or 1, (rows,).
        scores: float32, (rows,).
        objective: Goal of the label's decisions.
        weights: Number of times that each row counts.
    """
    cuts = all_cuts(targets, scores, weights)
    return _best(cuts, objective, cuts.real)


def sure_cut(targets: NDArray[np.uint8], scores: Scores, objective: Objective, confidence: float) -> float:
    """The cut with the largest gain of those that reach the goal with this confidence, or else come nearest to that."""
    cuts = all_cuts(targets, scores)
    sure = guaranteed_cuts(cuts, objective, confidence)
    return _best(cuts, objective, sure if sure.any() else nearest_cuts(cuts, objective))


def _best(cuts: Cuts, objective: Objective, among: Flags) -> float:
    gain = objective.gain(cuts.true_positives, cuts.switched_on, cuts.positives)
    return float(cuts.thresholds[int(np.argmax(np.where(among, gain, -np.inf)))])


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
