"""How good is the default preset, beside the baselines? Means over seeds on fixed test rows.

    python benchmarks/quality.py [--seeds 5] [--data ../shared/data] [--json]

Data sets: the built-in one on its reference split, and emotions, yeast and thyroid where the folder is there.
The test rows are only reported: everything about the preset was chosen within the training rows.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tagship_runtime.terminal.silence import quiet
from tagship_training import Config, Dataset, LabelColumns, Options, from_table, read
from tagship_training.data.samples import synthetic, synthetic_optimum
from tagship_training.data.splits import split_test

FIGURES = ("log_loss", "binary_accuracy_at_0.5", "micro_f1", "macro_f1")
WANTED = {
    "synthetic": {"log_loss": 0.291, "binary_accuracy_at_0.5": 0.863},
    "emotions": {"log_loss": 0.428, "macro_f1": 0.68},
    "yeast": {"log_loss": 0.434, "macro_f1": 0.45, "micro_f1": 0.64},
    "thyroid": {"log_loss": 0.045, "micro_f1": 0.80, "macro_f1": 0.70},
}
"""What is asked of each: log losses at most, the others at least."""


def data_sets(folder: Path) -> Iterator[tuple[str, Dataset, Dataset]]:
    """Name, rows to learn from, rows to judge by."""
    data = from_table(synthetic(), LabelColumns())
    rest, test = split_test(data.targets, 42, stratify=False)
    yield "synthetic", data.take(rest), data.take(test)
    for name in ("emotions", "yeast", "thyroid"):
        files = [folder / f"{name}-{part}.csv.gz" for part in ("train", "test")]
        if all(file.is_file() for file in files):
            train, test = (from_table(read(str(file)), LabelColumns()) for file in files)
            yield name, train, test
        else:
            print(f"{name} is left out: {files[0]} is not there", file=sys.stderr)


def main() -> None:
    """Train, print, and say which figures are not reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--sets", default="synthetic,emotions,yeast,thyroid")
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with quiet():
        import_module("keras").ops.zeros(1)
    from tagship_training.trainer import train

    results = {}
    for name, rows, test in data_sets(options.data):
        if name not in options.sets.split(","):
            continue
        models: dict[str, list[dict[str, float]]] = {}
        for seed in range(options.seeds):
            optimum = synthetic_optimum if name == "synthetic" else None
            run = train(
                rows,
                test=test,
                config=replace(Config(), seed=seed),
                options=Options(baselines=seed == 0 and not options.no_baselines, optimum=optimum),
            )
            models.setdefault("network", []).append({**run.metrics["test"], "seconds": run.seconds})
            for baseline in run.baselines:
                models[baseline.title] = [dict(baseline.figures)]
            if run.diagnosis.optimal is not None:
                models["best possible"] = [{"log_loss": run.diagnosis.optimal}]
        results[name] = {title: _summary(runs) for title, runs in models.items()}
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for name, models in results.items():
        _show(name, models, options.seeds)


def _summary(runs: list[dict[str, float]]) -> dict[str, list[float]]:
    """Mean and standard deviation of each figure."""
    figures = [figure for figure in (*FIGURES, "seconds") if figure in runs[0]]
    columns = {figure: [run[figure] for run in runs] for figure in figures}
    return {figure: [float(np.mean(values)), float(np.std(values))] for figure, values in columns.items()}


def _show(name: str, models: dict[str, dict[str, list[float]]], seeds: int) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(f"{name}, {seeds} seeds, mean (sd)")
    for heading in ("log loss", "accuracy at 0.5", "micro-F1", "macro-F1", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for title, figures in models.items():
        cells = []
        for figure in FIGURES:
            mean, spread = figures.get(figure, (None, None))
            cells.append("-" if mean is None else f"{mean:.4f}" + (f" ({spread:.4f})" if title == "network" else ""))
        table.add_row(title, *cells, f"{figures['seconds'][0]:.1f}" if title == "network" else "")
    Console(width=110).print(table)
    for figure, bound in WANTED[name].items():
        mean = models["network"][figure][0]
        reached = mean <= bound if figure == "log_loss" else mean >= bound
        print(f"  {figure} {mean:.4f}, asked {bound}: {'reached' if reached else 'MISSED'}")
    print()


if __name__ == "__main__":
    main()
