"""Several labels per image: is a handwritten digit even, prime, larger than four, and has it a loop?

python examples/digits_labels.py --out build/digits
"""

from __future__ import annotations

import argparse
from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

import tagship_runtime
from tagship_export import export, verify
from tagship_training import tune_thresholds

LABELS = {
    "even": [0, 2, 4, 6, 8],
    "prime": [2, 3, 5, 7],
    "has a loop": [0, 6, 8, 9],
    "larger than four": [5, 6, 7, 8, 9],
}


def truth_of(digits: np.ndarray) -> np.ndarray:
    """Which labels are on, bool (rows, labels)."""
    return np.stack([np.isin(digits, group) for group in LABELS.values()], axis=1)


def split() -> list[tuple[np.ndarray, np.ndarray]]:
    """Images, float32 (rows, 8, 8, 1) from 0 to 16, with the digits that they show; each image in one set only.

    One set to learn from, one to choose thresholds by and to export with, and one to judge by.
    """
    images, digits = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype(np.float32)
    rest, test, rest_digits, test_digits = train_test_split(
        images, digits, test_size=0.3, stratify=digits, random_state=0
    )
    train, held_out, train_digits, held_out_digits = train_test_split(
        rest, rest_digits, test_size=0.3, stratify=rest_digits, random_state=0
    )
    return [(train, train_digits), (held_out, held_out_digits), (test, test_digits)]


def build() -> keras.Model:
    """A small network; scaling is a layer of it, so that every artifact takes grey values as they come."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Rescaling(1 / 16),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(len(LABELS), activation="sigmoid"),
        ]
    )


def main() -> None:
    """Train, tune, export, verify, predict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="build/digits", type=Path, metavar="DIR", help="where the artifacts go")
    parser.add_argument("--epochs", default=20, type=int, metavar="N", help="passes over the training images")
    options = parser.parse_args()

    (train, train_digits), (held_out, held_out_digits), (test, test_digits) = split()
    held_out_truth, test_truth = truth_of(held_out_digits), truth_of(test_digits)

    keras.utils.set_random_seed(0)
    model = build()
    model.compile("adam", "binary_crossentropy")
    model.fit(train, truth_of(train_digits), epochs=options.epochs, batch_size=32, verbose=0)
    thresholds = tune_thresholds(held_out_truth, model.predict(held_out, verbose=0))

    decisions = model.predict(test, verbose=0) >= np.array(thresholds, np.float32)
    print(f"macro-F1 on {len(test)} test images: {f1_score(test_truth, decisions, average='macro'):.3f}")
    always = f1_score(test_truth, np.ones_like(test_truth), average="macro")
    print(f"macro-F1 if every label were always on: {always:.3f}")

    # The two that are asked for, and, in a folder of its own, what "auto" finds best for each format.
    settings = {"labels": list(LABELS), "thresholds": thresholds, "data": (held_out, held_out_truth)}
    options.out.mkdir(parents=True, exist_ok=True)
    model.save(options.out / "model.keras")
    made = export(model, options.out, recipes=["float32", "int8"], **settings)
    best = export(model, options.out / "best", recipes=["auto"], **settings)
    for artifact in [*made, *best]:
        proof = verify(model, artifact.path, (test, test_truth))
        print(
            f"{artifact.path.relative_to(options.out)}: {proof.size:,} bytes, macro-F1 {proof.after.macro_f1:.3f}, "
            f"{proof.shipped_flips} of {decisions.size:,} decisions differ: {'passed' if proof.passed else 'FAILED'}"
        )

    # What a device does, which has neither Keras nor TensorFlow.
    shipped = tagship_runtime.load(best[0].path)
    for image, digit in zip(test[:4], test_digits, strict=False):
        print(f"a {digit}: {', '.join(shipped.predict_one(image)) or 'nothing'}")


if __name__ == "__main__":
    main()
