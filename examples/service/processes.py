"""A table scored by several processes, each of which loads the artifact once.

    python processes.py float32.onnx parts.csv

Where threads will do, ``tagship_runtime.load(..., threads=4)`` is simpler: the engine computes outside Python's lock.
Processes help where a program's own work on each row takes the time.
"""

import csv
import multiprocessing
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import tagship_runtime

Row = dict[str, str]

model: tagship_runtime.Predictor


def start(loaded: tagship_runtime.Predictor) -> None:
    """Keep the model that came to this process; it opened an engine of its own on arrival."""
    global model
    model = loaded


def score(rows: list[Row]) -> list[tagship_runtime.Answer]:
    """Return answers in plain Python types, which are cheap to send back."""
    return model.answers(rows)


def chunks(path: Path, size: int) -> Iterator[list[Row]]:
    """Yield the rows of a CSV file, some at a time."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        while chunk := list(islice(rows, size)):
            yield chunk


def score_file(artifact: str, table: Path, *, processes: int = 2, size: int = 1000) -> Iterator[Any]:
    """Yield each row's answer, in the order of the file."""
    loaded = tagship_runtime.load(artifact)
    context = multiprocessing.get_context("spawn")  # as on Windows and macOS; forking works as well
    with context.Pool(processes, start, (loaded,)) as pool:
        for answers in pool.imap(score, chunks(table, size)):
            yield from answers


if __name__ == "__main__":
    for answer in score_file(sys.argv[1], Path(sys.argv[2])):
        print(", ".join(answer["labels"]) or "nothing")
