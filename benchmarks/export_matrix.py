"""Every recipe in both formats on several data sets, beside what the stock converters give on the same rows.

    python benchmarks/export_matrix.py [synthetic emotions yeast thyroid] [--data FOLDER] [--runs FOLDER]

The real data sets are NAME-train.csv.gz and NAME-test.csv.gz in the folder. They are one-hot encoded and imputed
here, and learned by a 128-128 network that scales and clips inside its graph; with --runs, the run folder of
that name is taken instead. Stock are tf.lite's full int8, with float and with int8 ends, and onnxruntime's
quantize_static, all at their defaults; thresholds are the original's for them. Ratios are to float32 of the
same format, F1 is macro-F1.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from tagship_export import export_all, open_original
from tagship_export.data.splits import HeldOutSplits, split_rows
from tagship_export.original.open_original import Original
from tagship_export.verification.metrics import Quality, measure
from tagship_export.verification.parity import compare
from tagship_runtime.files import read_table
from tagship_runtime.loading import load
from tagship_runtime.terminal.silence import quiet

HIDDEN, EPOCHS, SEED, CLIP, STOCK_ROWS = 128, 25, 1, 3.0, 500
NAMES = ("synthetic", "emotions", "yeast", "thyroid")
COLUMNS = "{:<32}{:>9}{:>7}{:>10}{:>7}{:>9}{:>9}{:>8}{:>9}{:>11}{:>8}  {}"


def main() -> None:
    """Print a table per data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--runs", type=Path)
    options = parser.parse_args()
    for name in options.names:
        with tempfile.TemporaryDirectory() as folder:
            run = options.runs / name if options.runs else _train(name, options.data, Path(folder))
            _show(name, run)


def _show(name: str, run: Path) -> None:
    original, evidence = split_rows(open_original(run))
    with tempfile.TemporaryDirectory() as folder:
        done = export_all(run, folder, recipes=["all"])
    print(f"\n{name}: {len(evidence.verdict):,} test rows, {len(original.labels or ())} labels")
    heads = ("bytes", "ratio", "1 row us", "ratio", "max", "p99", "flips", "shipped", "F1 before", "after", "verdict")
    print(COLUMNS.format("", *heads))
    float32 = {c.kind: c for c in done.candidates if c.recipe.name == "float32"}
    for c in done.candidates:
        v, base = c.verification, float32[c.kind]
        cells = v.parity.rows * len(v.thresholds)
        speed = f"{c.one_row_us:.1f}", f"{c.one_row_us / base.one_row_us:.2f}"
        apart = f"{v.parity.max_difference:.1e}", f"{v.parity.p99_difference:.1e}"
        flips = f"{v.parity.flip_rate:.2%}", f"{v.shipped_flips / cells:.2%}"
        verdict = "passed" if v.passed else v.faults[0]
        size = f"{c.size:,}", f"{c.size / base.size:.2f}"
        print(COLUMNS.format(c.name, *size, *speed, *apart, *flips, _f1(v.before), _f1(v.after), verdict), flush=True)
    for refusal in done.refusals:
        print(f"{refusal.name:<32}no file: {refusal.reason}")
    for title, payload in _stock(original, evidence):
        print(_stock_line(title, payload, original, evidence), flush=True)


def _f1(quality: Quality | None) -> str:
    return "-" if quality is None else f"{quality.macro_f1:.4f}"


def _stock(original: Original, evidence: HeldOutSplits) -> Iterator[tuple[str, bytes]]:
    """What somebody gets who follows the converters' own documentation."""
    import onnx
    import tensorflow as tf
    from onnxruntime.quantization import CalibrationDataReader, quantize_static

    rows = original.encoder.encode(evidence.calibration.table)[:STOCK_ROWS]
    for title, ends in (("float ends", tf.float32), ("int8 ends", tf.int8)):
        with quiet(), tempfile.TemporaryDirectory() as folder:
            original.model.export(folder, format="tf_saved_model", verbose=False)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: ([row[None]] for row in rows)
            if ends is tf.int8:
                converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = ends
            payload = converter.convert()
        yield f"stock tf.lite int8, {title}", payload

    class Rows(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self, name: str) -> None:
            self.batches = iter([{name: rows}])

        def get_next(self) -> dict[str, Any] | None:
            return next(self.batches, None)

    with quiet(), tempfile.TemporaryDirectory() as folder:
        before, after = str(Path(folder, "float32.onnx")), str(Path(folder, "int8.onnx"))
        original.model.export(before, format="onnx", verbose=False)
        quantize_static(before, after, Rows(onnx.load(before).graph.input[0].name))
        payload = Path(after).read_bytes()
    yield "stock quantize_static", payload


def _stock_line(title: str, payload: bytes, original: Original, evidence: HeldOutSplits) -> str:
    labels, thresholds = original.labels or (), original.thresholds or ()
    matrix = original.encoder.encode(evidence.verdict.table)
    with quiet():
        got = load(payload, labels=labels, thresholds=list(thresholds)).predict_proba(matrix)
    parity = compare(original.scores(matrix), got, thresholds, labels, tolerance=0.0)
    cut = np.array(thresholds, np.float32)
    truth = evidence.verdict.targets
    f1 = ["-" if truth is None else _f1(measure(truth, s >= cut)) for s in (original.scores(matrix), got)]
    apart = f"{parity.max_difference:.1e}", f"{parity.p99_difference:.1e}", f"{parity.flip_rate:.2%}"
    return COLUMNS.format(title, f"{len(payload):,}", "", "", "", *apart, "", *f1, "")


def _train(name: str, data: Path, folder: Path) -> Path:
    """A run folder with an encoded table and a network of this script's own."""
    import keras

    parts = (
        _synthetic() if name == "synthetic" else [_read(data / f"{name}-{part}.csv.gz") for part in ("train", "test")]
    )
    train, test = _encoded(*parts)
    order = np.random.default_rng(0).permutation(len(train))
    cut = len(train) // 5
    rows = {"train": train.iloc[order[cut:]], "validation": train.iloc[order[:cut]], "test": test}
    labels = [column for column in train if column.startswith("label:")]
    features = [column for column in train if column not in labels]
    x, y = ({key: part[columns].to_numpy(np.float32) for key, part in rows.items()} for columns in (features, labels))
    keras.utils.set_random_seed(SEED)
    model = _network(x["train"], len(labels))
    model.compile("adam", "binary_crossentropy")
    stop = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
    model.fit(
        x["train"],
        y["train"],
        epochs=EPOCHS,
        batch_size=64,
        verbose=0,
        validation_data=(x["validation"], y["validation"]),
        callbacks=[stop],
    )
    scores = model.predict(x["validation"], verbose=0)
    model.save(folder / "model.keras")
    (folder / "rows").mkdir()
    for key, part in rows.items():
        part.to_parquet(folder / "rows" / f"{key}.parquet", index=False)
    run = {
        "tagship_run": 1,
        "labels": [label.removeprefix("label:") for label in labels],
        "thresholds": [_best_f1(y["validation"][:, i], scores[:, i]) for i in range(len(labels))],
        "features": [{"name": name, "kind": "numeric", "fill": None} for name in features],
        "configuration": {},
    }
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def _synthetic() -> list[pd.DataFrame]:
    table = read_table("sample:synthetic").to_pandas()
    return [table.iloc[: len(table) * 2 // 3], table.iloc[len(table) * 2 // 3 :]]


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, true_values=["t"], false_values=["f"])


def _encoded(train: pd.DataFrame, test: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Words one-hot, missing numbers as the training median, everything else as it is."""
    median = train.median(numeric_only=True)
    both = pd.get_dummies(pd.concat([train.fillna(median), test.fillna(median)], ignore_index=True), dtype=np.float32)
    both = both.astype({column: np.float32 for column in both if not column.startswith("label:")})
    return both.iloc[: len(train)], both.iloc[len(train) :]


def _network(rows: Any, labels: int) -> Any:
    import keras

    low, center, high = np.percentile(rows, [5, 50, 95], axis=0)
    spread = np.where(high > low, (high - low) / 2, np.maximum(rows.std(axis=0), 1e-3))
    inputs = keras.Input((rows.shape[1],), name="features")
    x = keras.layers.Rescaling((1 / spread).tolist(), (-center / spread).tolist(), name="scale")(inputs)
    x = keras.ops.clip(x, -CLIP, CLIP)
    for number in (1, 2):
        x = keras.layers.Dense(HIDDEN, "relu", name=f"hidden_{number}")(x)
        x = keras.layers.Dropout(0.2, name=f"dropout_{number}")(x)
    return keras.Model(inputs, keras.layers.Dense(labels, "sigmoid", name="scores")(x))


def _best_f1(truth: Any, scores: Any) -> float:
    cuts = np.unique(np.quantile(scores, np.linspace(0.01, 0.99, 99)).astype(np.float32))
    return float(max(cuts, key=lambda cut: f1_score(truth, scores >= cut, zero_division=0)))


if __name__ == "__main__":
    main()
