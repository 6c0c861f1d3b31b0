"""How good are the sizes that ``tagship train`` ships, beside the baselines? Means over seeds on fixed test rows.

    python benchmarks/quality.py [--seeds 5] [--data ../shared/data] [--json]

Data sets: the built-in one on its reference split, and those of the folder where it is there.
The test rows are only reported: everything about the preset was chosen within the training rows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tagship_runtime.documents import SizeDocument
from tagship_runtime.terminal.silence import quiet
from tagship_training import Config, Dataset, LabelColumns, Options, Run, from_table, read
from tagship_training.data.samples import synthetic, synthetic_optimum
from tagship_training.data.splits import split_test

FIGURES = ("log_loss", "binary_accuracy_at_0.5", "micro_f1", "macro_f1")
SETS = ("synthetic", "emotions", "yeast", "thyroid", "water_quality", "medical", "bibtex")
WANTED: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "synthetic": {
        "default": {"parameters": 3000, "log_loss": 0.2912, "binary_accuracy_at_0.5": 0.863},
        "1,000 parameters": {"log_loss": 0.2918},
        "quality": {"log_loss": 0.2906},
    },
    "emotions": {
        "default": {"parameters": 10_000, "log_loss": 0.418, "macro_f1": 0.70},
        "quality": {"log_loss": 0.414, "macro_f1": 0.71},
    },
    "yeast": {
        "default": {"parameters": 15_000, "log_loss": 0.427, "macro_f1": 0.485},
        "quality": {"log_loss": 0.422, "micro_f1": 0.65, "macro_f1": 0.503},
    },
    "thyroid": {
        "default": {"parameters": 30_000, "log_loss": 0.0335, "micro_f1": 0.83},
        "quality": {"log_loss": 0.031, "macro_f1": 0.80},
    },
    "water_quality": {
        "default": {"log_loss": 0.541},
        "quality": {"log_loss": 0.539, "micro_f1": 0.625, "macro_f1": 0.602},
    },
    "medical": {
        "default": {"log_loss": 0.046, "micro_f1": 0.79, "macro_f1": 0.43},
        "quality": {"log_loss": 0.041, "micro_f1": 0.80, "macro_f1": 0.44},
    },
    "bibtex": {
        "default": {"log_loss": 0.047, "micro_f1": 0.45, "macro_f1": 0.38},
        "quality": {"log_loss": 0.047, "micro_f1": 0.45, "macro_f1": 0.38},
    },
}
"""What is asked of each choice: parameters and log losses at most, the others at least."""


def data_sets(folder: Path) -> Iterator[tuple[str, Dataset, Dataset]]:
    """Name, rows to learn from, rows to judge by."""
    data = from_table(synthetic(), LabelColumns())
    rest, test = split_test(data.targets, 42, stratify=False)
    yield "synthetic", data.take(rest), data.take(test)
    for name in SETS[1:]:
        files = [folder / f"{name}-{part}.csv.gz" for part in ("train", "test")]
        if all(file.is_file() for file in files):
            train, test = (from_table(read(str(file)), LabelColumns()) for file in files)
            yield name, train, test
        else:
            print(f"{name} is left out: {files[0]} is not there", file=sys.stderr)


def choices(run: Run) -> dict[str, dict[str, float]]:
    """Test figures of what the options would have shipped: none, ``--prefer quality``, ``--max-parameters 1000``."""
    ladder = run.to_dict()["ladder"]

    def best(sizes: list[SizeDocument]) -> SizeDocument:
        return min(sizes, key=lambda size: (size["metrics"]["held_out"]["log_loss"], -size["parameters"]))

    picked = {"default": next(size for size in ladder if size["chosen"]), "quality": best(ladder)}
    small = [size for size in ladder if size["parameters"] <= 1000]
    if small:
        picked["1,000 parameters"] = best(small)
    return {
        choice: {figure: float(value) for figure, value in size["metrics"]["test"].items()}
        | {"parameters": float(size["parameters"]), "seconds": run.seconds}
        for choice, size in picked.items()
    }


def main() -> None:
    """Train, print, and say which figures are not reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # as the command does
    with quiet():
        import_module("keras").ops.zeros(1)
    from tagship_training.trainer import train

    results: dict[str, dict[str, dict[str, list[float]]]] = {}
    for name, rows, test in data_sets(options.data):
        if name not in options.sets.split(","):
            continue
        models: dict[str, list[dict[str, float]]] = {}
        for seed in range(options.seeds):
            optimum = synthetic_optimum if name == "synthetic" else None
            config = replace(Config(), seed=seed)
            run = train(rows, test=test, config=config, options=Options(optimum=optimum))
            for choice, figures in choices(run).items():
                models.setdefault(choice, []).append(figures)
                _progress(f"{name}, seed {seed}, {choice}", figures)
            for baseline in run.baselines:
                models.setdefault(baseline.title, []).append({**baseline.figures})
            if run.diagnosis.optimal is not None:
                models.setdefault("best possible", []).append({"log_loss": run.diagnosis.optimal})
        results[name] = {title: _summary(runs) for title, runs in models.items()}
        if not options.json:
            _show(name, results[name], options.seeds)
    if options.json:
        print(json.dumps(results, indent=2))


def _progress(title: str, figures: Mapping[str, float]) -> None:
    """Say each seed's figures at once, to stderr: runs of hours may be stopped."""
    print(title, *(f"{figure}={value:.5g}" for figure, value in figures.items()), file=sys.stderr, flush=True)


def _summary(runs: list[dict[str, float]]) -> dict[str, list[float]]:
    """Mean and standard deviation of each figure."""
    figures = [figure for figure in (*FIGURES, "parameters", "seconds") if figure in runs[0]]
    columns = {figure: [run[figure] for run in runs] for figure in figures}
    return {figure: [float(np.mean(values)), float(np.std(values))] for figure, values in columns.items()}


def _show(name: str, models: dict[str, dict[str, list[float]]], seeds: int) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(f"{name}, {seeds} seeds, mean (sd)")
    for heading in ("log loss", "accuracy at 0.5", "micro-F1", "macro-F1", "parameters", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for title, figures in models.items():
        spreads = [figures.get(figure) for figure in FIGURES]
        cells = ["-" if found is None else f"{found[0]:.4f} ({found[1]:.4f})" for found in spreads]
        size = f"{figures['parameters'][0]:,.0f}" if "parameters" in figures else ""
        table.add_row(title, *cells, size, f"{figures['seconds'][0]:.0f}" if "seconds" in figures else "")
    Console(width=130).print(table)
    for choice, wanted in WANTED[name].items():
        for figure, bound in wanted.items():
            mean = models[choice][figure][0]
            reached = mean <= bound if figure in ("log_loss", "parameters") else mean >= bound
            print(f"  {choice}: {figure} {mean:,.4g}, asked {bound:,}: {'reached' if reached else 'MISSED'}")
    print()


if __name__ == "__main__":
    main()
