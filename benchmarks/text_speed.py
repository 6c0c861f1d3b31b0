"""How long do artifacts of texts take from raw texts to decisions, for one article and for many?

    python benchmarks/text_speed.py ARTIFACT... [--data ../shared/data]

Scores the test articles of Reuters-21578 on one thread: ``predict_one`` on articles of about 150 words, of which the
shortest of many calls counts, and ``predict_proba`` on all of them, of which the fastest batch counts, by the time of
the processor. Artifacts take turns, so that all of them meet the same neighbours on a busy machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import tagship_runtime
from tagship_runtime.features.tokenizer import tokens
from tagship_training import read

LEAST, MOST, ARTICLES = 145, 155, 6
"""Words of an article that is scored alone, and how many there are."""

TURNS, CALLS = 6, 60
"""Turns of each artifact, and calls for each article in a turn."""


def shortest(call: Callable[[], Any], calls: int, clock: Callable[[], float]) -> float:
    """Least seconds of a call."""
    times = []
    for _ in range(calls):
        begun = clock()
        call()
        times.append(clock() - begun)
    return min(times)


def main() -> None:
    """Measure, and print a line for each artifact."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifacts", nargs="+", type=Path, metavar="ARTIFACT")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    options = parser.parse_args()
    table = read(str(options.data / "reuters-test.csv.gz"), ["topics"])
    columns = {name: [cell or "" for cell in table[name].to_pylist()] for name in ("title", "body")}
    rows = [{"title": title, "body": body} for title, body in zip(*columns.values(), strict=True)]
    lengths = [len(tokens(row["title"])) + len(tokens(row["body"])) for row in rows]
    one = [row for row, length in zip(rows, lengths, strict=True) if LEAST <= length <= MOST][:ARTICLES]
    models = {path: tagship_runtime.load(path) for path in options.artifacts}
    alone = {path: np.full(len(one), np.inf) for path in models}
    batch = dict.fromkeys(models, np.inf)
    for _ in range(TURNS):
        for path, model in models.items():
            for place, row in enumerate(one):
                found = shortest(lambda model=model, row=row: model.predict_one(row), CALLS, time.perf_counter)
                alone[path][place] = min(alone[path][place], found)
            found = shortest(lambda model=model: model.predict_proba(columns), 1, time.process_time)
            batch[path] = min(batch[path], found)
    print(f"articles of {np.mean(lengths):.0f} words in the mean; alone, of {LEAST} to {MOST}")
    for path in models:
        print(f"{path}: {1e6 * np.median(alone[path]):.0f} us alone, {len(rows) / batch[path]:,.0f} a second")


if __name__ == "__main__":
    main()
