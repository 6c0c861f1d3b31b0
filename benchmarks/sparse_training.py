"""Memory and time of training on a sparse matrix, beside what the same table takes as a dense one.

    python benchmarks/sparse_training.py [--rows 20000] [--columns 20000] [--labels 10] [--sizes]

Rows are drawn: some words of each label's own, and others. By default one network is trained for three epochs, which
takes all that holds rows: description of columns, encoding, training, figures and the run folder; ``--sizes`` trains
teachers and students as ``tagship train`` does.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tagship_training import Config, train

WORDS, OWN_WORDS, SHARE_ON = 80, 60, 0.15
"""Words of a row at most; words that tell a label; share of rows that have a label."""


def draw(rows: int, columns: int, labels: int) -> tuple[Any, NDArray[np.uint8]]:
    """Draw sparse rows of 1 and 0, and their labels."""
    random = np.random.default_rng(0)
    own = random.integers(0, columns, (labels, OWN_WORDS))
    targets = (random.random((rows, labels)) < SHARE_ON).astype(np.uint8)
    indices, ends = [], [0]
    for on in targets:
        words = {*random.integers(0, columns, WORDS // 2).tolist()}
        for label in np.flatnonzero(on):
            words |= {*random.choice(own[label], WORDS // 4).tolist()}
        indices += sorted(words)
        ends.append(len(indices))
    return sparse.csr_array((np.ones(len(indices), np.float32), indices, ends), (rows, columns)), targets


def peak() -> float:
    """Most memory that this process has had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    """Draw, train, save, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=20_000)
    parser.add_argument("--labels", type=int, default=10)
    parser.add_argument("--sizes", action="store_true")
    options = parser.parse_args()
    matrix, targets = draw(options.rows, options.columns, options.labels)
    dense = options.rows * options.columns * 4 / 1e9
    print(f"{options.rows:,} x {options.columns:,}, {matrix.nnz:,} numbers that are not zero; dense {dense:.2f} GB")
    train(matrix[:400], targets[:400], config=Config(hidden=(4,), members=1, epochs=1))  # which loads TensorFlow
    before, started = peak(), time.process_time()
    run = train(matrix, targets, config=Config() if options.sizes else Config(hidden=(32,), members=1, epochs=3))
    with TemporaryDirectory() as folder:
        run.save(Path(folder) / "run")
    print(f"{before:.2f} GB once TensorFlow is loaded, {peak():.2f} GB at most")
    print(f"{time.process_time() - started:.0f} s of processor time, log loss {run.metrics['test']['log_loss']:.4f}")


if __name__ == "__main__":
    main()
