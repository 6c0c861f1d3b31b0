"""Built-in data sets, as tables whose label columns are prefixed ``label:``."""

from __future__ import annotations

import pyarrow
from sklearn.datasets import make_multilabel_classification

SAMPLES, FEATURES, CLASSES, LABELS, SEED = 10_000, 6, 3, 2, 42


def synthetic() -> pyarrow.Table:
    """The reference data set: 10,000 rows of 6 counts and 3 labels, about 2 of them on."""
    features, targets = make_multilabel_classification(
        n_samples=SAMPLES, n_features=FEATURES, n_classes=CLASSES, n_labels=LABELS, random_state=SEED
    )
    columns = {f"feature_{i}": features[:, i].astype("float32") for i in range(FEATURES)}
    columns |= {f"label:class_{i}": targets[:, i].astype("uint8") for i in range(CLASSES)}
    return pyarrow.table(columns)
