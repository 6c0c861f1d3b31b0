"""Small Keras models of every kind that is exported, each with rows to score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tagship_runtime.contract import CategoryFeature, NumericFeature, TextFeature
from tagship_runtime.typing import Features

ROWS = 600
Made = tuple[Any, Features]


def _random(shape: tuple[int, ...], low: float = -2.0, high: float = 2.0) -> Features:
    return np.random.default_rng(3).uniform(low, high, (ROWS, *shape)).astype(np.float32)


def article() -> Made:
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    hidden = [layers.Dense(units, "relu") for units in (32, 16, 8)]
    return keras.Sequential([keras.Input((6,)), *hidden, layers.Dense(3, "sigmoid")]), _random((6,), 0, 25)


def raw_ranges() -> Made:
    """0/1 flags beside values of hundreds, as in the thyroid table; scaled and clipped inside."""
    import keras

    rows = _random((12,), 0, 1)
    rows[:, :6] = rows[:, :6] > 0.8
    rows[:, 6:] *= np.array([600, 0.05, 880, 1.5, 200, 65_000], np.float32)
    center, spread = np.median(rows, axis=0), np.maximum(rows.std(axis=0), 1e-3)
    keras.utils.set_random_seed(5)
    inputs = keras.Input((12,), name="features")
    x = keras.layers.Rescaling((1 / spread).tolist(), (-center / spread).tolist(), name="scale")(inputs)
    x = keras.ops.clip(x, -3.0, 3.0)
    x = keras.layers.Dense(48, "relu", name="hidden_1")(x)
    x = keras.layers.Dense(48, "relu", name="hidden_2")(x)
    return keras.Model(inputs, keras.layers.Dense(5, "sigmoid", name="scores")(x)), rows


def images() -> Made:
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(4, "sigmoid"),
        ]
    )
    return model, np.floor(_random((12, 12, 3), 0, 256))


def signals() -> Made:
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((32, 2)),
            layers.Conv1D(8, 5, activation="relu", padding="same"),
            layers.MaxPooling1D(2),
            layers.Conv1D(16, 3, activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(5, "sigmoid"),
        ]
    )
    return model, _random((32, 2))


def normalised() -> Made:
    """Batch normalisation whose statistics are not what it starts with."""
    import keras

    layers, rows = keras.layers, _random((10,), -5, 9)
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((10,)),
            layers.BatchNormalization(momentum=0.5),
            layers.Dense(32),
            layers.BatchNormalization(momentum=0.5),
            layers.ReLU(),
            layers.Dense(3, "sigmoid"),
        ]
    )
    for _ in range(8):
        model(rows, training=True)
    return model, rows


def logits() -> Made:
    import keras

    keras.utils.set_random_seed(5)
    return keras.Sequential([keras.Input((8,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(4)]), _random((8,))


def one_label() -> Made:
    import keras

    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(32, "relu"), keras.layers.Dense(1, "sigmoid")]
    return keras.Sequential([keras.Input((8,)), *layers]), _random((8,))


def many_labels() -> Made:
    import keras

    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(64, "relu"), keras.layers.Dense(200, "sigmoid")]
    return keras.Sequential([keras.Input((20,)), *layers]), _random((20,))


def ensemble() -> Made:
    """Members behind one scaling with a categorical part, averaged and weighed."""
    import keras

    keras.utils.set_random_seed(5)
    ops, layers = keras.ops, keras.layers
    inputs = keras.Input((8,), name="features")
    numbers = ops.clip((ops.take(inputs, [0, 1, 2], axis=1) - 100.0) * 0.01, -3.0, 3.0)
    flags = ops.take(inputs, [3, 4, 5, 6, 7], axis=1) - 0.5
    x = layers.Concatenate()([numbers, flags])
    members = []
    for number in range(3):
        hidden = layers.Dense(24, "relu", name=f"member_{number}_hidden")(x)
        members.append(layers.Dense(4, "sigmoid", name=f"member_{number}_scores")(hidden))
    mean = layers.Average()(members)
    outputs = mean * 0.75 + members[0] * 0.25
    rows = _random((8,), 0, 1)
    rows[:, :3] *= 400
    rows[:, 3:] = rows[:, 3:] > 0.5
    return keras.Model(inputs, outputs), rows


MODELS: Mapping[str, Callable[[], Made]] = {
    made.__name__: made
    for made in (article, raw_ranges, images, signals, normalised, logits, one_label, many_labels, ensemble)
}


def mixed() -> tuple[Any, Any, tuple[Any, ...]]:
    """A model, a table and features of every kind: words, missing numbers and their flags."""
    import keras
    import pyarrow

    random = np.random.default_rng(1)
    count = 400
    table = pyarrow.table(
        {
            "age": [None if random.random() < 0.2 else float(random.integers(1, 90)) for _ in range(count)],
            "sex": [["F", "M", None][random.integers(3)] for _ in range(count)],
            "dose": random.uniform(0, 500, count),
            "label:a": random.integers(0, 2, count),
            "label:b": random.integers(0, 2, count),
        }
    )
    features = (
        NumericFeature(name="age", fill=40.0, indicator=True),
        CategoryFeature(name="sex", values=("F", "M")),
        NumericFeature(name="dose"),
    )
    keras.utils.set_random_seed(2)
    inputs = keras.Input((5,))
    scaled = keras.ops.clip(inputs * np.array([0.02, 1, 1, 1, 0.005], np.float32), -3.0, 3.0)
    hidden = keras.layers.Dense(16, "relu")(scaled)
    return keras.Model(inputs, keras.layers.Dense(2, "sigmoid")(hidden)), table, features


LOUD = {"oil": (2.0, -1.0), "gold": (-1.5, 0.5), "caf\u00e9": (0.25, 3.0)}
"""What each word of :func:`spoken` adds to the logits of its labels, wherever it stands."""


def spoken() -> tuple[Any, Any, tuple[Any, ...]]:
    """A linear model on the words of two texts and a number, a table, and features."""
    import keras
    import pyarrow

    random = np.random.default_rng(4)
    words = [*LOUD, "rain", "the"]
    table = pyarrow.table(
        {
            "title": [" ".join(random.choice(words, 2)) for _ in range(300)],
            "body": [" ".join(random.choice(words, 9)) for _ in range(300)],
            "size": random.normal(size=300),
            "label:up": random.integers(0, 2, 300),
            "label:down": random.integers(0, 2, 300),
        }
    )
    features = (
        TextFeature(name="title", vocabulary=("oil", "gold")),
        TextFeature(name="body", vocabulary=("oil", "cafe\u0301")),
        NumericFeature(name="size", fill=0.0),
    )
    kernel = [LOUD["oil"], LOUD["gold"], LOUD["oil"], LOUD["caf\u00e9"], (0.5, 0.0)]
    inputs = keras.Input((5,))
    layer = keras.layers.Dense(2, "sigmoid")
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.array(kernel, np.float32), np.array([-1.0, 0.0], np.float32)])
    return model, table, features


def rebuilt(original: Any, change: Callable[[Any], None]) -> Any:
    """Return a copy of a model in which something was changed."""
    import keras

    other = keras.models.clone_model(original)
    other.set_weights(original.get_weights())
    change(other)
    return other
