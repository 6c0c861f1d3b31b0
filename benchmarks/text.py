"""How good are tags on news, at what size and speed, beside scikit-learn's and fastText's? Means over seeds.

    python benchmarks/text.py [--seeds 5] [--data ../shared/data] [--json FILE] [--runs FOLDER] [--ngrams 2] [--quick]

Trains on Reuters-21578 as ``tagship train`` does, exports every size in every recipe, and measures each file that
passed: its bytes, figures on the test articles, and articles per second from raw text with LiteRT on one thread. The
best file of at most 1.5 MB and of at most 300 KB is chosen by the log loss of the size on held-out articles; test
articles only report. Peers learn from the same texts, their thresholds tuned out of fold. fastText is compared with
where it is installed. Figures of each size are printed, and of each seed written to the JSON file, as they come;
``--quick`` leaves files and peers out, ``--runs`` keeps the run folders, and ``--ngrams 2`` counts pairs of words too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import tagship_runtime
from tagship_runtime.terminal.silence import quiet
from tagship_training import Config, Dataset, Kinds, LabelColumns, Options, Run, from_table, read, tune_thresholds
from tagship_training.evaluation.metrics import evaluate

Figures = dict[str, float]

RECIPES = ("float32", "float16", "dynamic_int8", "int8")

WANTED: Mapping[str, Mapping[str, float]] = {
    "default": {"log_loss": 0.0152, "micro_f1": 0.884, "macro_f1": 0.736},
    "at most 1,500,000 bytes": {"log_loss": 0.0158, "micro_f1": 0.875, "macro_f1": 0.72},
    "at most 300,000 bytes": {"log_loss": 0.0162, "micro_f1": 0.86, "macro_f1": 0.68},
}
"""What is asked: log losses at most, the others at least."""

BOUNDS = {"at most 1,500,000 bytes": 1_500_000, "at most 300,000 bytes": 300_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An artifact with its figures, and the held-out log loss of its size."""

    title: str
    held_out: float
    figures: Figures


def articles(folder: Path) -> tuple[Dataset, Dataset]:
    """Rows to learn from and rows to judge by; ends where they are not there."""
    files = [folder / f"reuters-{part}.csv.gz" for part in ("train", "test")]
    if not all(file.is_file() for file in files):
        sys.exit(f"{files[0]} is not there; give the folder that holds it as --data")
    train = from_table(read(str(files[0]), ["topics"]), LabelColumns(tags="topics"))
    where = LabelColumns(tags="topics", vocabulary=train.labels)
    return train, from_table(read(str(files[1]), ["topics"]), where)


LEAST_SHARE = 4
"""No recipe makes a file smaller than the float32 one by more than this."""


def artifacts(run: Run, test: Dataset) -> Iterator[File]:
    """Export every size that ships, or may fit a bound, in every recipe, and measure what passed."""
    from tagship_export import export

    assert run.ladder is not None
    with tempfile.TemporaryDirectory() as name:
        folder = run.save(Path(name) / "run")
        for size in run.ladder.sizes:
            out = Path(name) / size.name
            chosen = size is run.ladder.chosen
            if not chosen and size.bytes > LEAST_SHARE * max(BOUNDS.values()):
                continue
            export(folder, out, size=None if chosen else size.name, formats=["tflite"], recipes=list(RECIPES))
            for path in sorted(out.glob("*.tflite")):
                title = f"{size.name}{' *' if chosen else ''}, {path.stem}"
                yield File(title=title, held_out=size.metrics["log_loss"], figures=measure_file(path, test))


def measure_file(path: Path, test: Dataset) -> Figures:
    """Figures of an artifact on the test articles at its own thresholds, bytes, and speed from raw texts."""
    model = tagship_runtime.load(path.read_bytes())
    columns = {name: values.tolist() for name, values in test.columns.items()}
    started = time.perf_counter()
    scores = model.predict_proba(columns)
    seconds = time.perf_counter() - started
    one = [{name: values[row] for name, values in columns.items()} for row in range(100)]
    times = []
    for row in one:
        begun = time.perf_counter()
        model.predict_one(row)
        times.append(time.perf_counter() - begun)
    return {
        **_figures(test, scores, tuple(model.thresholds)),
        "bytes": float(path.stat().st_size),
        "articles_per_second": len(scores) / seconds,
        "microseconds": 1e6 * float(np.median(times)),
    }


def _figures(test: Dataset, scores: Any, thresholds: Sequence[float]) -> Figures:
    found = evaluate(test.known_targets, np.asarray(scores, np.float32), tuple(thresholds))
    return {name: float(found[name]) for name in ("log_loss", "micro_f1", "macro_f1")}  # type: ignore[literal-required]


def best_within(files: Sequence[File], most: float) -> File | None:
    """The file within a bound whose size lost least on held-out articles; the smaller of equals."""
    small = [file for file in files if file.figures["bytes"] <= most]
    return min(small, key=lambda file: (file.held_out, file.figures["bytes"]), default=None)


def texts(rows: Dataset) -> list[str]:
    """Title and body of each article."""
    columns = rows.columns
    return [f"{title or ''} {body or ''}" for title, body in zip(columns["title"], columns["body"], strict=True)]


def peers(train: Dataset, test: Dataset, seed: int) -> dict[str, Figures]:
    """scikit-learn's on TF-IDF of words, with thresholds tuned out of fold and at 0.5."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.svm import LinearSVC

    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=3)
    learned, judged = vectorizer.fit_transform(texts(train)), vectorizer.transform(texts(test))
    targets = train.known_targets
    line = OneVsRestClassifier(LogisticRegression(C=30, solver="liblinear"))
    folds = KFold(5, shuffle=True, random_state=seed)
    held_out = cross_val_predict(line, learned, targets, cv=folds, method="predict_proba")
    scores = line.fit(learned, targets).predict_proba(judged)
    machine = OneVsRestClassifier(LinearSVC(random_state=seed)).fit(learned, targets)
    margins = machine.decision_function(judged)
    tuned = tune_thresholds(targets, held_out.astype(np.float32))
    half = (0.5,) * len(train.labels)
    svm = _figures(test, 1 / (1 + np.exp(-margins)), half)
    return {
        f"logistic regression, {learned.shape[1]:,} words, tuned": _figures(test, scores, tuned),
        "the same at 0.5": _figures(test, scores, half),
        "linear SVM at 0": {name: value for name, value in svm.items() if name != "log_loss"},
    }


def fast_text(train: Dataset, test: Dataset, seed: int) -> dict[str, Figures]:
    """FastText's supervised model with one-vs-all loss; nothing where it is not installed."""
    if find_spec("fasttext") is None:
        return {}
    import fasttext

    with tempfile.TemporaryDirectory() as name:

        def learn(rows: NDArray[np.intp]) -> Any:
            lines = texts(train)
            path = Path(name) / "rows.txt"
            with path.open("w", encoding="utf-8") as file:
                for row in rows.tolist():
                    own = np.flatnonzero(train.known_targets[row])
                    marks = " ".join(f"__label__{label}" for label in own)
                    file.write(f"{marks} {' '.join(lines[row].lower().split())}\n")
            options = {
                "loss": "ova",
                "epoch": 50,
                "lr": 0.5,
                "bucket": 200_000,
                "thread": 1,
                "seed": seed,
                "verbose": 0,
            }
            return fasttext.train_supervised(str(path), **options)

        def score(model: Any, lines: Sequence[str]) -> NDArray[np.float32]:
            found = np.zeros((len(lines), len(train.labels)), np.float32)
            for row, line in enumerate(lines):
                # Its own predict asks NumPy 2 for an array without a copy, which there is not.
                for value, mark in model.f.predict(" ".join(line.lower().split()) + "\n", -1, 0.0, "strict"):
                    found[row, int(mark.removeprefix("__label__"))] = min(max(float(value), 0.0), 1.0)
            return found

        rows = np.random.default_rng(seed).permutation(len(train))
        held, rest = rows[: len(rows) // 5], rows[len(rows) // 5 :]
        lines = texts(train)
        tuned = tune_thresholds(train.known_targets[held], score(learn(rest), [lines[row] for row in held.tolist()]))
        return {"fastText, one-vs-all, tuned": _figures(test, score(learn(rows), texts(test)), tuned)}


def tagship(
    train: Dataset,
    test: Dataset,
    seed: int,
    *,
    files_too: bool = True,
    runs: Path | None = None,
    ngrams: int | None = None,
) -> dict[str, Figures]:
    """What the command ships by default and within bounds, and every other file."""
    from tagship_training.trainer import train as learn

    started = time.process_time()
    run = learn(train, test=test, config=replace(Config(), seed=seed), options=Options(kinds=Kinds(ngrams=ngrams)))
    own: Figures = {name: float(run.metrics["test"][name]) for name in ("log_loss", "micro_f1", "macro_f1")}  # type: ignore[literal-required]
    found = {
        "default": own | {"seconds": run.seconds, "processor_seconds": time.process_time() - started, "bytes": 0.0}
    }
    assert run.ladder is not None
    for size in run.ladder.sizes:
        own = run.size_metrics[size.name]
        found[f"{size.name} as trained"] = {name: float(own[name]) for name in ("log_loss", "micro_f1", "macro_f1")}  # type: ignore[literal-required]
        found[f"{size.name} as trained"]["held_out"] = float(size.metrics["log_loss"])
        print(f"seed {seed}, {size.name}: {found[f'{size.name} as trained']}", file=sys.stderr, flush=True)
    if runs is not None:
        run.save(runs / str(seed))
    files = list(artifacts(run, test)) if files_too else []
    for title, most in BOUNDS.items():
        best = best_within(files, most)
        found |= {} if best is None else {title: best.figures}
    whole = next((file for file in files if "*, float32" in file.title), None)
    if whole is not None:
        speed = ("bytes", "articles_per_second", "microseconds")
        found["default"] |= {name: whole.figures[name] for name in speed}
    return found | {file.title: file.figures for file in files}


def main() -> None:
    """Train, print, and say which figures are not reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=Path, metavar="FOLDER")
    parser.add_argument("--ngrams", type=int, metavar="N")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # as the command does
    with quiet():
        import_module("keras").ops.zeros(1)
    train, test = articles(options.data)
    models: dict[str, list[Figures]] = {}
    own = partial(tagship, files_too=not options.quick, runs=options.runs, ngrams=options.ngrams)
    makers: Sequence[Callable[[Dataset, Dataset, int], dict[str, Figures]]] = (own, peers, fast_text)
    for seed in range(options.seeds):
        for make in makers[:1] if options.quick else makers:
            for title, figures in make(train, test, seed).items():
                models.setdefault(title, []).append(figures)
        if options.json is not None:
            options.json.write_text(json.dumps(models, indent=2) + "\n", encoding="utf-8")
    show(models, options.seeds)


def show(models: Mapping[str, list[Figures]], seeds: int) -> None:
    """Print a line per model, and what was asked."""
    table = Table(box=None, pad_edge=False)
    table.add_column(f"reuters, {seeds} seeds, means")
    for heading in (
        "held out",
        "log loss",
        "micro-F1",
        "macro-F1",
        "bytes",
        "us/article",
        "articles/s",
        "trained in s",
        "processor s",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    spelled = (
        ("held_out", ".4f"),
        ("log_loss", ".4f"),
        ("micro_f1", ".4f"),
        ("macro_f1", ".4f"),
        ("bytes", ",.0f"),
        ("microseconds", ",.0f"),
        ("articles_per_second", ",.0f"),
        ("seconds", ",.0f"),
        ("processor_seconds", ",.0f"),
    )
    means = {title: _means(runs) for title, runs in models.items()}
    for title, mean in means.items():
        table.add_row(title, *(format(mean[name], form) if name in mean else "" for name, form in spelled))
    Console(width=160).print(table)
    measured = {title: wanted for title, wanted in WANTED.items() if title in means}
    for title, wanted in measured.items():
        for name, bound in wanted.items():
            found = means.get(title, {}).get(name, float("nan"))
            reached = found <= bound if name == "log_loss" else found >= bound
            print(f"  {title}: {name} {found:.4f}, asked {bound}: {'reached' if reached else 'MISSED'}")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def _means(runs: Sequence[Figures]) -> Figures:
    names = [name for name in runs[0] if all(name in run for run in runs)]
    return {name: float(np.mean([run[name] for run in runs])) for name in names}


if __name__ == "__main__":
    main()
