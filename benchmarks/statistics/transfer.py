"""Claim: thresholds that are moved onto an artifact's scores make it decide more like its original, never less."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from lines import Line

from tagship_export.verification.threshold_transfer import agreeing_thresholds, transfer_thresholds

TITLE = "threshold transfer: flips on fresh rows, as a share of decisions"
SAMPLES, FRESH = 60, 20_000


def lines(seed: int) -> Iterator[Line]:
    """Artifacts whose logits are shifted, noisy or cut off; the claim is the share of flips without any transfer."""
    for rows, shift, noise, ceiling in (
        (300, 0.0, 0.1, 9.0),
        (1500, 0.0, 0.1, 9.0),
        (1500, 0.05, 0.1, 9.0),
        (1500, 0.3, 0.1, 9.0),
        (1500, 0.0, 0.1, 4.0),
    ):
        random = np.random.default_rng(seed)
        threshold = 0.98 if ceiling < 9 else 0.5
        shares = []
        for _ in range(SAMPLES):
            logits = random.normal(-1, 2.5, (rows + FRESH, 1))
            original = _sigmoid(logits)
            artifact = _sigmoid(
                np.round(np.minimum(logits + shift + random.normal(0, noise, logits.shape), ceiling), 1)
            )
            flips = []
            for cut in (
                threshold,
                agreeing_thresholds(original[:rows], (threshold,), artifact[:rows])[0],
                transfer_thresholds(original[:rows], (threshold,), artifact[:rows])[0],
            ):
                wanted = original[rows:] >= np.float32(threshold)
                flips.append(((artifact[rows:] >= np.float32(cut)) != wanted).mean())
            shares.append(flips)
        unmoved, before, after = np.mean(shares, axis=0)
        cut_off = ", scores cut off at 0.982" if ceiling < 9 else ""
        yield Line(
            f"{rows:,} rows, logits off by {shift:g} +- {noise:g}{cut_off}",
            f"<= {unmoved:.2%}",
            f"{before:.2%}",
            f"{after:.2%}",
        )


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
