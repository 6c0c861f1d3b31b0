"""``tagship train``: what it writes, how good it is, what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet
import pytest
from scipy import sparse
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split

Command = Callable[..., Any]


def read(run: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((run / "run.json").read_text())
    return document


def test_the_reference_is_reached(article_run: Path) -> None:
    run = read(article_run)
    assert run["metrics"]["test"]["log_loss"] <= 0.308
    assert run["metrics"]["test"]["binary_accuracy_at_0.5"] >= 0.856
    assert run["parameters"] == 6 * 32 + 32 + 32 * 16 + 16 + 16 * 8 + 8 + 8 * 3 + 3
    assert run["epochs"] == 50
    assert "accuracy" not in run["metrics"]["test"]


def test_the_reference_is_split_as_in_the_article(article_run: Path) -> None:
    features, targets = make_multilabel_classification(10000, 6, n_classes=3, n_labels=2, random_state=42)
    split = train_test_split(features, targets, test_size=0.33, random_state=42)
    tables = {name: pyarrow.parquet.read_table(article_run / "rows" / f"{name}.parquet") for name in ("train", "test")}
    for name, x, y in (("train", split[0], split[2]), ("test", split[1], split[3])):
        columns = [column.to_numpy() for column in tables[name].itercolumns()]
        rows = 5360 if name == "train" else 3300
        np.testing.assert_array_equal(np.stack(columns[:6], axis=1), x[:rows])
        np.testing.assert_array_equal(np.stack(columns[6:], axis=1), y[:rows])


def test_a_run_folder_is_complete(article_run: Path) -> None:
    run = read(article_run)
    names = {path.name for path in article_run.iterdir()} - {"export.json"}  # which exports of it leave there
    assert names == {"curves.json", "history.csv", "model.keras", "report.html", "rows", "run.json"}
    assert run["labels"] == ["class_0", "class_1", "class_2"]
    assert [feature["name"] for feature in run["features"]] == [f"feature_{i}" for i in range(6)]
    assert all(0 < threshold < 1 for threshold in run["thresholds"])
    (network,) = run["networks"]
    assert (network["hidden"], network["members"], network["scale"], network["bins"]) == ([32, 16, 8], 1, False, 0)
    assert (network["batch_size"], network["epochs"], network["learning_rate"]) == (250, 50, 0.001)
    assert (network["dropout_in"], network["dropout"], network["weight_decay"]) == (0, 0, None)  # plain Adam
    assert [run["rows"][name] for name in ("train", "validation", "test")] == [5360, 1340, 3300]
    assert set(run["versions"]) >= {"tensorflow", "keras", "tagship-training"}
    with (article_run / "history.csv").open() as stream:
        history = list(csv.DictReader(stream))
    assert [int(float(row["epoch"])) for row in history] == list(range(1, 51))
    assert float(history[-1]["val_loss"]) < float(history[0]["val_loss"])


SMALL = ("--epochs", 2, "--hidden", 4, "--members", 2)


@pytest.fixture
def table() -> pyarrow.Table:
    random = np.random.default_rng(0)
    features = random.normal(size=(60, 2))
    return pyarrow.table(
        {
            "width": features[:, 0],
            "height": (features[:, 1] * 10).astype(int),
            "label:large": (features[:, 0] > 0).astype(int),
            "label:round": (features[:, 1] > 0).astype(int),
        }
    )


def test_a_seed_gives_the_same_weights_twice(tagship: Command, table: pyarrow.Table, tmp_path: Path) -> None:
    import keras

    pyarrow.csv.write_csv(table, tmp_path / "parts.csv")
    weights = []
    for seed, name in ((1, "a"), (1, "b"), (2, "c")):
        out = tmp_path / name
        assert tagship("train", tmp_path / "parts.csv", "--out", out, "--seed", seed, *SMALL).code == 0
        model = keras.saving.load_model(out / "model.keras")
        weights.append(np.concatenate([weight.ravel() for weight in model.get_weights()]))
    np.testing.assert_array_equal(weights[0], weights[1])
    assert weights[0].shape != weights[2].shape or (weights[0] != weights[2]).any()


def test_tables_of_every_kind(tagship: Command, table: pyarrow.Table, tmp_path: Path) -> None:
    pyarrow.csv.write_csv(table, tmp_path / "parts.csv")
    pyarrow.parquet.write_table(table, tmp_path / "parts.parquet")
    (tmp_path / "parts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    metrics = []
    for suffix in ("csv", "parquet", "jsonl"):
        out = tmp_path / suffix
        done = tagship("train", tmp_path / f"parts.{suffix}", "--out", out, *SMALL)
        assert done.code == 0, done.err
        metrics.append(read(out)["metrics"])
    assert metrics[0] == metrics[1] == metrics[2]


def test_a_goal_is_shown_with_its_confidence(tagship: Command, table: pyarrow.Table, tmp_path: Path) -> None:
    pyarrow.parquet.write_table(table, tmp_path / "data.parquet")
    goal = ("--objective", "recall=0.6", "--confidence", 0.9, "--hidden", 4, "--members", 2, "--epochs", 1)
    done = tagship("train", tmp_path / "data.parquet", "--out", tmp_path / "run", *goal)
    assert done.code == 0, done.err
    assert "\nfor recall=0.6, confidence 0.9  held out" in done.out


def test_labels_by_name(tagship: Command, table: pyarrow.Table, tmp_path: Path) -> None:
    renamed = table.rename_columns(["width", "height", "large", "round"])
    pyarrow.csv.write_csv(renamed, tmp_path / "parts.csv")
    out = tmp_path / "run"
    assert tagship("train", tmp_path / "parts.csv", "--out", out, "--labels", "round,large", *SMALL).code == 0
    assert read(out)["labels"] == ["round", "large"]


def test_a_finished_run_is_kept(tagship: Command, table: pyarrow.Table, tmp_path: Path) -> None:
    pyarrow.csv.write_csv(table, tmp_path / "parts.csv")
    out = tmp_path / "run"
    assert tagship("train", tmp_path / "parts.csv", "--out", out, *SMALL).code == 0
    before = (out / "run.json").read_bytes()
    refused = tagship("train", tmp_path / "parts.csv", "--out", out, *SMALL, "--seed", 9)
    assert (refused.code, (out / "run.json").read_bytes()) == (2, before)
    assert "--force" in refused.err
    left = tmp_path / f".run.{'0f' * 8}.tmp"
    left.mkdir()
    done = tagship("train", tmp_path / "parts.csv", "--out", out, *SMALL, "--seed", 9, "--force")
    assert (done.code, read(out)["configuration"]["seed"], left.exists()) == (0, 9, True)
    assert f"note: {left} was left by a process that was killed" in done.err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    refused = tagship("train", tmp_path / "parts.csv", "--out", tmp_path / "mine", "--force")
    assert (refused.code, (tmp_path / "mine" / "thesis.txt").exists()) == (2, True)


def test_a_label_may_be_dropped(tagship: Callable[..., Any], tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    width = random.random(60)
    labels = {"label:all": np.ones(60, int), "label:large": (width > 0.5).astype(int)}
    table = pyarrow.table({"width": width, "height": random.random(60), **labels})
    pyarrow.csv.write_csv(table, tmp_path / "parts.csv")
    quick = ("--out", tmp_path / "run", "--hidden", "4", "--epochs", "1", "--members", "1")
    assert "label 'all' is always on" in tagship("train", tmp_path / "parts.csv", *quick).err
    assert tagship("train", tmp_path / "parts.csv", *quick, "--drop", "label:all").code == 0
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (run["labels"], list(run["label_words"])) == (["large"], ["large"])
    assert [feature["name"] for feature in run["features"]] == ["width", "height"]


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda t: t.rename_columns(["a", "b", "c", "d"]), (), "no column starts with 'label:'"),
        (lambda t: t, ("--labels", "green"), "no column is called 'green'"),
        (lambda t: t.set_column(3, "label:round", pyarrow.array([2] * 60)), (), "'label:round' holds 2 in row 0"),
        (lambda t: t.set_column(3, "label:round", pyarrow.array(["maybe"] * 60)), (), "only 0 and 1 are labels"),
        (lambda t: t.set_column(3, "label:round", pyarrow.array(["yes"] * 60)), (), "'round' is always on"),
        (lambda t: t.set_column(3, "label:round", pyarrow.array([None] * 60, "int8")), (), "only 0 and 1"),
        (lambda t: t.set_column(3, "label:round", pyarrow.array(["0", "1", "yes"] * 20)), (), "'yes' in row 2"),
        (lambda t: t.set_column(3, "label:round", pyarrow.array([0] * 60)), (), "'round' is never on"),
        (
            lambda t: t.set_column(0, "width", pyarrow.array([*"123" * 19, *"45x"])),
            (),
            "'x' in row 59",
        ),
        (lambda t: t.set_column(0, "width", pyarrow.array([1.0] * 59 + [1e39])), (), "row 59, column 'width'"),
        (lambda t: t.set_column(0, "width", pyarrow.array([[1]] * 60)), (), "--drop width"),
        (lambda t: t.rename_columns(["a", "b", "label:", "label:x"]), (), "not empty"),
        (lambda t: t.append_column("width", t["width"]), (), "more than one column 'width'"),
        (lambda t: t, ("--labels", ""), "--labels is empty"),
        (lambda t: t, ("--positive", ""), "--positive is empty"),
        (lambda t: t, ("--tags-column", "a", "--tags-separator", ""), "--tags-separator is empty"),
        (lambda t: t, ("--drop", "width,height"), "at least one feature"),
        (lambda t: t, ("--numeric", "depth"), "no feature column is called 'depth'"),
        (lambda t: t, ("--objective", "best"), "precision=0.9"),
        (lambda t: t, ("--hidden", "99999"), "--max-parameters"),
        (lambda t: t.select(["label:large"]), (), "at least one feature"),
        (lambda t: t.slice(0, 0), (), "no rows"),
        (lambda t: t.slice(0, 8), (), "8 rows"),
        (lambda t: t, ("--epochs", 0), "epochs is 0"),
        (lambda t: t, ("--hidden", "wide"), "--hidden is 'wide'"),
        (lambda t: t, ("--preset", "best"), "choose one of default, article"),
    ],
)
def test_what_cannot_be_learned_from(
    tagship: Command,
    table: pyarrow.Table,
    tmp_path: Path,
    change: Callable[[pyarrow.Table], pyarrow.Table],
    options: tuple[str, ...],
    said: str,
) -> None:
    pyarrow.parquet.write_table(change(table), tmp_path / "parts.parquet")
    done = tagship("train", tmp_path / "parts.parquet", "--out", tmp_path / "run", *options)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["parts.parquet"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.csv", None, "does not exist"),
        ("empty.csv", b"", "cannot be read as a table"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "is not text in UTF-8"),
        ("picture.png", b"\x89PNG", "do not know this kind of table"),
        ("broken.parquet", b"PAR1", "cannot be read as a table"),
        ("ragged.csv", b"a,label:b\n1,0\n1,0,1\n", "cannot be read as a table"),
        ("truncated.csv.gz", b"\x1f\x8b\x08\x00", "cannot be read as a table"),
    ],
)
def test_what_is_no_table(tagship: Command, tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = tagship("train", tmp_path / name, "--out", tmp_path / "run")
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_test_table_with_other_labels(tagship: Command, table: pyarrow.Table, tmp_path: Path) -> None:
    pyarrow.csv.write_csv(table, tmp_path / "a.csv")
    pyarrow.csv.write_csv(table.drop_columns(["label:round"]), tmp_path / "b.csv")
    done = tagship("train", tmp_path / "a.csv", "--test", tmp_path / "b.csv", "--out", tmp_path / "run", *SMALL)
    assert done.code == 2
    assert "the test table has the labels" in done.err


def test_a_sparse_matrix_and_its_truth(tmp_path: Path, tagship: Command) -> None:
    random = np.random.default_rng(3)
    dense = ((random.random((300, 230)) < 0.05) * random.integers(1, 3, (300, 230))).astype(np.float32)
    truth = np.stack([dense[:, :30].sum(axis=1) > 2, dense[:, 40:60].sum(axis=1) > 1], axis=1).astype(np.uint8)
    matrix = sparse.csr_matrix(dense)
    names: dict[str, Any] = {"feature_names": [f"word {i}" for i in range(230)], "label_names": ["a", "b"]}
    arrays = {name: getattr(matrix, name) for name in ("data", "indices", "indptr", "shape", "format")}
    np.savez(tmp_path / "wide.npz", y=truth, **arrays, **names)
    np.savez(tmp_path / "dense.npz", y=truth, X=dense, **names)
    small = ("--hidden", "8", "--members", "1", "--epochs", "3", "--drop", "word 5")
    for name in ("wide", "dense"):
        done = tagship("train", tmp_path / f"{name}.npz", "--out", tmp_path / name, *small)
        assert done.code == 0, done.err
    runs = [json.loads((tmp_path / name / "run.json").read_text("utf-8")) for name in ("wide", "dense")]
    assert runs[0]["features"] == runs[1]["features"]
    assert runs[0]["metrics"]["test"]["log_loss"] == pytest.approx(runs[1]["metrics"]["test"]["log_loss"], abs=1e-5)
    tables = [pyarrow.parquet.read_table(tmp_path / name / "rows" / "test.parquet") for name in ("wide", "dense")]
    assert tables[0].equals(tables[1])
    np.savez(tmp_path / "blind.npz", **arrays)
    assert "holds no y" in tagship("train", tmp_path / "blind.npz", "--out", tmp_path / "r").err
    assert "'word 500'" in tagship("train", tmp_path / "wide.npz", "--out", tmp_path / "r", "--drop", "word 500").err
