"""Do bootstrapped cuts and shrinkage help? Cross-validated F1 of ways to choose thresholds.

    python benchmarks/thresholds.py [--data ../shared/data] [--repeats 3]

The default preset's held-out scores of each data set's training rows are cut in five: thresholds are chosen on
four parts and judged on the fifth, the test rows are not touched.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from quality import data_sets
from sklearn.model_selection import KFold

from tagship_runtime.evaluation.decision_metrics import decision_metrics
from tagship_runtime.terminal.silence import quiet
from tagship_training import Config, Dataset, Objective, Options
from tagship_training.thresholds import tune as tuning

F1 = Objective()


def _own(targets, scores):  # type: ignore[no-untyped-def]
    return [tuning.best_cut(truth, own, F1) for truth, own in zip(targets.T, scores.T, strict=True)]


def _pooled(targets, scores):  # type: ignore[no-untyped-def]
    return [tuning.best_cut(targets.ravel(), scores.ravel(), F1)] * targets.shape[1]


def _shrunk(strength: float) -> Callable[..., object]:
    def choose(targets, scores):  # type: ignore[no-untyped-def]
        with mock.patch.object(tuning, "SHRINKAGE", strength):
            return tuning.tune(targets, scores, F1)

    return choose


WAYS: dict[str, Callable[..., object]] = {
    "0.5 for all": lambda targets, scores: [0.5] * targets.shape[1],
    "each label's best cut": _own,
    "best cut of all together": _pooled,
    "bootstrapped": _shrunk(0.0),
    "bootstrapped, shrunk by n/(n+3)": _shrunk(3.0),
    "bootstrapped, shrunk by n/(n+5)": _shrunk(5.0),
    "bootstrapped, shrunk by n/(n+10)": _shrunk(10.0),
    "bootstrapped, shrunk by n/(n+30)": _shrunk(30.0),
    "bootstrapped, shrunk by n/(n+100)": _shrunk(100.0),
}


def held_out(rows: Dataset, test: Dataset, seed: int) -> tuple[Any, Any]:
    """Targets and held-out scores of the training rows, as the preset's thresholds are tuned on them."""
    from tagship_training.data.prepare import prepare
    from tagship_training.network.ensemble import train_ensemble

    config = replace(Config(), seed=seed)
    ensemble = train_ensemble(prepare(rows, test, None, config, Options()), config)
    return ensemble.rows.held_out_targets, ensemble.held_out


def main() -> None:
    """Print macro- and micro-F1 for each way and data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with quiet():
        import_module("keras").ops.zeros(1)
    for name, rows, test in data_sets(options.data):
        kept = [held_out(rows, test, seed) for seed in range(options.repeats)]
        print(f"{name}: macro-F1, micro-F1")
        for way, choose in WAYS.items():
            figures = []
            for seed, (targets, scores) in enumerate(kept):
                for learned, judged in KFold(5, shuffle=True, random_state=seed).split(targets):
                    cuts = np.array(choose(targets[learned], scores[learned]), np.float32)
                    figures.append(decision_metrics(targets[judged], scores[judged] >= cuts))
            macro, micro = (np.mean([figure[key] for figure in figures]) for key in ("macro_f1", "micro_f1"))
            print(f"  {way:<36} {macro:.4f} {micro:.4f}")


if __name__ == "__main__":
    main()
