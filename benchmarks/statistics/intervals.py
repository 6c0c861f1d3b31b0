"""Claim: the true figure is within its 95% interval in 95% of test sets, wherever an interval is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from lines import Line, share
from scipy.stats import norm

from tagship_training.evaluation import metrics
from tagship_training.evaluation.bootstrap import bootstrap, interval
from tagship_training.evaluation.intervals import intervals
from tagship_training.network.log_loss import row_losses

TITLE = "95% intervals of test figures: the true figure is inside"
SAMPLES, POPULATION = 200, 200_000


@dataclass(slots=True)
class Held:
    """Whether each interval held the truth."""

    before: list[bool] = field(default_factory=list)
    after: list[bool] = field(default_factory=list)


def lines(seed: int) -> Iterator[Line]:
    """Test sets with labels that are rare or not; labels of one row depend on each other."""
    of_labels = {name: Held() for name in ("0", "1 to 2", "3 to 5", "6 to 9", "10 or more")}
    others = {name: Held() for name in ("micro-F1", "binary accuracy", "rows with every label right", "log loss")}
    for rows, shares, ranking in (
        (100, np.full(6, 0.01), 0.9),
        (100, np.full(20, 0.01), 0.9),
        (100, np.linspace(0.01, 0.2, 20), 0.8),
        (200, np.full(6, 0.05), 0.95),
        (600, np.full(20, 0.01), 0.9),
        (300, np.linspace(0.02, 0.5, 14), 0.7),
        (600, np.geomspace(0.002, 0.3, 38), 0.9),
        (1000, np.full(50, 0.02), 0.8),
    ):
        yield _macro_f1(seed, rows, shares, ranking, of_labels, others)
    for name, held in of_labels.items():
        yield Line(f"F1 of a label with {name} positives", "95% or none", share(held.before), share(held.after))
    for name, held in others.items():
        yield Line(name, "95%", share(held.before), share(held.after))


def _macro_f1(
    seed: int, rows: int, shares: np.ndarray, ranking: float, of_labels: dict[str, Held], others: dict[str, Held]
) -> Line:
    random = np.random.default_rng(seed)
    thresholds = tuple(np.clip(0.7 * np.sqrt(shares), 0.02, 0.5).tolist())  # near those that are best for F1
    names = tuple(map(str, range(len(shares))))
    truth, scores = _rows(random, POPULATION, shares, ranking)
    known = metrics.evaluate(truth, scores, thresholds)
    known["log_loss"] = float(row_losses(truth, scores).mean())
    f1 = np.array([one["f1"] for one in metrics.per_label(truth, scores, thresholds, names).values()])
    macro, shown = Held(), 0
    for sample in range(SAMPLES):
        targets, own = _rows(random, rows, shares, ranking)
        spread = bootstrap(targets, own, thresholds, sample)
        low, high = interval(spread["macro_f1"])
        macro.before.append(low <= known["macro_f1"] <= high)
        held_out = np.broadcast_to(shares, (1, len(shares)))
        frequent = metrics.frequent(targets, own, thresholds, names, held_out)
        if frequent is not None:
            shown += 1
            low, high = frequent["interval"]
            macro.after.append(low <= f1[[int(name) for name in frequent["labels"]]].mean() <= high)
        for label, one in enumerate(metrics.per_label(targets, own, thresholds, names).values()):
            held = of_labels[_class(one["positives"])]
            low, high = interval(spread["f1_per_label"][:, label])
            held.before.append(low <= f1[label] <= high)
            if one["f1_low"] is not None and one["f1_high"] is not None:
                held.after.append(one["f1_low"] <= f1[label] <= one["f1_high"])
        now = intervals(targets, own, thresholds)
        for name, key in zip(others, ("micro_f1", "binary_accuracy", "subset_accuracy", "log_loss"), strict=True):
            low, high = interval(spread[key])
            others[name].before.append(low <= known[key] <= high)  # type: ignore[literal-required]
            low, high = now[key]  # type: ignore[literal-required]
            others[name].after.append(low <= known[key] <= high)  # type: ignore[literal-required]
    said = "" if shown == SAMPLES else f", shown in {shown / SAMPLES:.0%}"
    case = f"macro-F1, {rows} rows, {len(shares)} labels of {shares.min():.1%} to {shares.max():.1%}{said}"
    return Line(case, "95% or none", share(macro.before), share(macro.after))


def _class(positives: int) -> str:
    bounds = ((0, "0"), (2, "1 to 2"), (5, "3 to 5"), (9, "6 to 9"))
    return next((name for most, name in bounds if positives <= most), "10 or more")


def _rows(random: np.random.Generator, rows: int, shares: np.ndarray, ranking: float):  # type: ignore[no-untyped-def]
    """Truth and scores, (rows, labels): probabilities given a noisy view; labels depend on each other."""
    common = 0.7 * random.normal(size=(rows, 1))
    hidden = (random.normal(size=(rows, len(shares))) + common) / np.sqrt(1 + 0.7**2)
    seen = ranking * hidden + np.sqrt(1 - ranking**2) * random.normal(size=hidden.shape)
    chance = norm.cdf((ranking * seen + norm.ppf(shares)) / np.sqrt(1 - ranking**2))
    return (hidden > -norm.ppf(shares)).astype(np.uint8), chance.astype(np.float32)
