"""What is wrong with a signal? A 1-D convolution finds spikes, drift, hum and dropouts, of which several may be there.

python examples/signal_conv1d.py --out build/signal
"""

from __future__ import annotations

import argparse
from pathlib import Path

import keras
import numpy as np
from sklearn.metrics import f1_score

import tagship_runtime
from tagship_export import export, verify
from tagship_training import tune_thresholds

EVENTS = ("spike", "drift", "hum", "dropout")
SHARES = (0.3, 0.25, 0.4, 0.15)
SAMPLES = 256


def record(rows: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Signals as a sensor of vibrations might give them, float32 (rows, samples, 1); and what happens in each."""
    truth = random.random((rows, len(EVENTS))) < SHARES
    time = np.arange(SAMPLES) / SAMPLES
    speed, phase = random.uniform(3, 9, (rows, 1)), random.uniform(0, 2 * np.pi, (rows, 1))
    signal = np.sin(2 * np.pi * speed * time + phase) + random.normal(0, 0.4, (rows, SAMPLES))
    for row, (spike, drift, hum, dropout) in enumerate(truth):
        start = random.integers(20, SAMPLES - 60)
        if spike:
            signal[row, start : start + 3] += random.choice([-1, 1]) * random.uniform(1.2, 4)
        if drift:
            signal[row] += random.choice([-1, 1]) * random.uniform(0.5, 3) * time
        if hum:
            signal[row] += random.uniform(0.15, 1) * np.sin(2 * np.pi * 50 * time + random.uniform(0, 2 * np.pi))
        if dropout:
            start, length = random.integers(0, SAMPLES - 80), random.integers(16, 80)
            signal[row, start : start + length] = signal[row, start]
    return (100 + 20 * signal[..., None]).astype(np.float32), truth  # in the sensor's own unit


def split() -> list[tuple[np.ndarray, np.ndarray]]:
    """Recorded apart: to learn from, to choose thresholds by and to export with, and to judge by."""
    random = np.random.default_rng(0)
    return [record(rows, random) for rows in (3000, 1000, 1000)]


def build(train: np.ndarray) -> keras.Model:
    """Three convolutions; the scaling is inside, so that artifacts take what the sensor gives."""
    layers = keras.layers
    scaling = layers.Normalization(axis=None)
    scaling.adapt(train)
    signal = keras.Input((SAMPLES, 1))
    x = scaling(signal)
    for filters in (16, 32, 32):
        x = layers.Conv1D(filters, 9, strides=2, padding="same", activation="relu")(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x)])
    return keras.Model(signal, layers.Dense(len(EVENTS), activation="sigmoid")(x))


def main() -> None:
    """Train, tune, export, verify, predict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default="build/signal", type=Path, metavar="DIR", help="where the artifacts go")
    parser.add_argument("--epochs", default=15, type=int, metavar="N", help="passes over the training signals")
    options = parser.parse_args()

    (train, train_truth), (held_out, held_out_truth), (test, test_truth) = split()

    keras.utils.set_random_seed(0)
    model = build(train)
    model.compile("adam", "binary_crossentropy")
    model.fit(train, train_truth, epochs=options.epochs, batch_size=32, verbose=0)
    thresholds = tune_thresholds(held_out_truth, model.predict(held_out, verbose=0))

    decisions = model.predict(test, verbose=0) >= np.array(thresholds, np.float32)
    for event, f1 in zip(EVENTS, f1_score(test_truth, decisions, average=None), strict=True):
        print(f"F1 of {event}: {f1:.3f}")
    print(f"macro-F1 on {len(test)} test signals: {f1_score(test_truth, decisions, average='macro'):.3f}")
    always = f1_score(test_truth, np.ones_like(test_truth), average="macro")
    print(f"macro-F1 if every event were always found: {always:.3f}")

    # Every recipe for both formats; what does not decide as the model does lands in DIR/rejected.
    options.out.mkdir(parents=True, exist_ok=True)
    model.save(options.out / "model.keras")
    settings = {"labels": EVENTS, "thresholds": thresholds, "data": (held_out, held_out_truth)}
    made = export(model, options.out, recipes=["all"], **settings)
    for artifact in made:
        proof = verify(model, artifact.path, (test, test_truth))
        print(
            f"{artifact.path.relative_to(options.out)}: {proof.size:,} bytes, macro-F1 {proof.after.macro_f1:.3f}, "
            f"{proof.shipped_flips} of {decisions.size:,} decisions differ: {'passed' if proof.passed else 'FAILED'}"
        )

    # What a device does, which has neither Keras nor TensorFlow.
    shipped = tagship_runtime.load(next(artifact.path for artifact in made if artifact.recommended))
    for signal, truth in zip(test[:4], test_truth, strict=False):
        there = [event for event, on in zip(EVENTS, truth, strict=True) if on]
        print(f"found {shipped.predict_one(signal)}, put in {tuple(there)}")


if __name__ == "__main__":
    main()
