"""How fast is training? Against the article's own script, and on a large table.

    python benchmarks/training_speed.py [--pairs 3] [--rows 1000000] [--json]

Each measurement is a process of its own, and the two sides take turns. Time is that of building, training and
scoring, with the imports apart; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json

from new_process import measure

ARTICLE = """
import json, resource, sys, time
start = time.perf_counter()
import keras
import numpy as np
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
keras.ops.zeros(1)
imported = time.perf_counter()
keras.utils.set_random_seed(int(sys.argv[1]))
X, y = make_multilabel_classification(10000, 6, n_classes=3, n_labels=2, random_state=42)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=42)
model = keras.Sequential([keras.Input((6,)), *(keras.layers.Dense(n, "relu") for n in (32, 16, 8)),
                          keras.layers.Dense(3, "sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])
model.fit(X_train, y_train, epochs=50, batch_size=250, validation_split=0.2, verbose=0)
loss = model.evaluate(X_test, y_test, verbose=0)[0]
done = time.perf_counter()
print(json.dumps({"import": imported - start, "train": done - imported, "loss": loss}))
"""

OURS = """
import json, sys, time
from dataclasses import replace
start = time.perf_counter()
import keras
from tagship_training import LabelColumns, PRESETS, from_table, read
from tagship_training.data.splits import split_test
from tagship_training.trainer import train
keras.ops.zeros(1)
imported = time.perf_counter()
data = from_table(read("sample:synthetic"), LabelColumns())
rest, test = split_test(data.targets, 42, stratify=False)
run = train(data.take(rest), test=data.take(test), config=replace(PRESETS["article"], seed=int(sys.argv[1])))
done = time.perf_counter()
print(json.dumps({"import": imported - start, "train": done - imported, "loss": run.metrics["test"]["log_loss"]}))
"""

LARGE = """
import json, resource, sys, time
rows, width = int(sys.argv[1]), int(sys.argv[2])
import keras
import numpy as np
from tagship_training import Config, from_arrays
from tagship_training.trainer import train
keras.ops.zeros(1)
features = np.empty((rows, width), np.float32)
random = np.random.default_rng(0)
for first in range(0, rows, 10_000):
    features[first:first + 10_000] = random.normal(size=features[first:first + 10_000].shape)
targets = np.stack([features[:, i] + features[:, i + 1] > 0.5 for i in range(5)], axis=1).astype(np.uint8)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
data = from_arrays(features, targets)
before = peak()
test = from_arrays(features[:10_000], targets[:10_000])
start = time.perf_counter()
train(data, test=test, config=Config(epochs=1))
print(json.dumps({"seconds": time.perf_counter() - start, "matrix": features.nbytes / 2**20, "before": before,
                  "peak": peak()}))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pairs = [(measure(ARTICLE, seed), measure(OURS, seed)) for seed in range(options.pairs)]
    large = measure(LARGE, options.rows, options.width)
    if options.json:
        print(json.dumps({"pairs": pairs, "large": large}, indent=2))
        return
    for article, ours in pairs:
        whole = (ours["import"] + ours["train"]) / (article["import"] + article["train"])
        print(
            f"article's script {article['train']:.1f} s (+ {article['import']:.1f} s), loss {article['loss']:.4f}; "
            f"preset article {ours['train']:.1f} s (+ {ours['import']:.1f} s), loss {ours['loss']:.4f}: "
            f"ratio {ours['train'] / article['train']:.2f}, with imports {whole:.2f}"
        )
    losses = [sum(side["loss"] for side in sides) / options.pairs for sides in zip(*pairs, strict=True)]
    print(f"mean loss over {options.pairs} seeds: article's script {losses[0]:.4f}, preset article {losses[1]:.4f}")
    grown = large["peak"] - large["before"]
    print(
        f"{options.rows:,} x {options.width}: an epoch of each network in {large['seconds']:.0f} s; the matrix is "
        f"{large['matrix']:.0f} MB, the process {large['before']:.0f} MB before training and {large['peak']:.0f} MB at "
        f"its peak, {grown / large['matrix']:.1f} matrices more"
    )


if __name__ == "__main__":
    main()
