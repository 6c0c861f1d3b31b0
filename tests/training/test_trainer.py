"""Training on arrays and frames, on real tables, and what it says of the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

import tagship_runtime
from tagship_export import export
from tagship_runtime.typing import Features
from tagship_training import Config, Objective, Options, TrainingError, train
from tagship_training.data.folds import EVERYBODY, NOBODY, LearningRows, deal, last_fifth
from tagship_training.data.label_columns import LabelColumns
from tagship_training.data.repeated_rows import count_repeated
from tagship_training.data.samples import synthetic, synthetic_optimum
from tagship_training.data.splits import split_test
from tagship_training.data.tables import from_table
from tagship_training.evaluation.diagnosis import Diagnosis, fall_of
from tagship_training.network import fit as fitting
from tagship_training.network.history import History
from tagship_training.network.log_loss import log_loss

Command = Callable[..., Any]
QUICK = Config(hidden=(8,), epochs=4, members=3)


@pytest.fixture(scope="module")
def parts() -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """300 rows with a word, a missing number, a flag and noise, and two labels that follow from them."""
    random = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "width": random.normal(50, 20, 300),
            "colour": random.choice(["red", "green", "blue"], 300),
            "new": random.random(300) < 0.5,
        }
    )
    labels = pandas.DataFrame(
        {"large": (frame["width"] > 55).astype(int), "hot": ((frame["colour"] == "red") & frame["new"]).astype(int)}
    )
    frame.loc[::9, "width"] = np.nan
    return frame, labels


def test_a_frame_becomes_a_run_that_predicts_as_its_artifacts(
    parts: tuple[pandas.DataFrame, pandas.DataFrame], tmp_path: Path
) -> None:
    frame, labels = parts
    run = train(frame, labels, config=QUICK)
    assert run.labels == ("large", "hot")
    assert [feature.name for feature in run.features] == ["width", "colour", "new"]
    run.save(tmp_path / "run")
    want = run.predict_proba(frame)
    for artifact in export(tmp_path / "run", tmp_path / "artifacts"):
        model = tagship_runtime.load(artifact.path)
        np.testing.assert_allclose(model.predict_proba(frame), want, rtol=0, atol=1e-5)
        records = frame.astype(object).where(frame.notna(), None).to_dict("records")
        np.testing.assert_array_equal(model.predict_proba(records), model.predict_proba(frame))


def test_one_seed_one_model(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    first, second = (train(*parts, config=QUICK) for _ in range(2))
    for a, b in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert first.thresholds == second.thresholds


def test_validation_rows_are_not_learned_from(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    frame, labels = parts
    run = train(
        frame[:200],
        labels[:200],
        test=(frame[200:250], labels[200:250]),
        validation=(frame[250:], labels[250:]),
        config=QUICK,
    )
    assert {name: len(rows) for name, rows in run.rows.items()} == {"train": 200, "test": 50, "validation": 50}
    held_out = log_loss(run.rows["validation"].targets, run.predict_proba(frame[250:]))
    assert run.metrics["held_out"]["log_loss"] == pytest.approx(held_out, abs=1e-5)


def test_held_out_scores_come_from_members_that_did_not_learn() -> None:
    """Labels that are pure noise can be learned by heart, but not predicted."""
    random = np.random.default_rng(0)
    features, targets = random.normal(size=(200, 6)), random.integers(0, 2, (200, 1))
    run = train(
        features, targets, test=(features, targets), config=Config(hidden=(64,), epochs=60, members=4, dropout=0.0)
    )
    assert run.diagnosis.held_out > 0.69  # log(2) is what guessing costs
    assert run.diagnosis.learned < 0.67


def test_interrupting_keeps_the_best_so_far(parts: tuple[pandas.DataFrame, pandas.DataFrame], tmp_path: Path) -> None:
    def stop(group: str, epoch: int, *_: object) -> None:
        if group == "wide" and epoch == 2:
            raise KeyboardInterrupt

    run = train(*parts, config=QUICK, on_epoch=stop)
    assert len(run.history) == 2
    assert any("interrupted in epoch 3 of 4" in notice for notice in run.notices)
    run.save(tmp_path / "run")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["epochs"] == 2


def test_divergence_is_an_error(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    random = np.random.default_rng(0)
    features = (random.normal(size=(60, 2)) * 1e38).astype(np.float32)
    with pytest.raises(TrainingError, match="diverged"):
        train(features, random.integers(0, 2, (60, 2)), config=Config(preset="article", stratify=False, epochs=2))


@pytest.mark.parametrize(
    "change", [{"class_weights": "balanced"}, {"calibrate": True}, {"members": 1}, {"hidden": (4, 4, 4)}]
)
def test_choices(parts: tuple[pandas.DataFrame, pandas.DataFrame], change: dict[str, Any]) -> None:
    from dataclasses import replace

    run = train(*parts, config=replace(QUICK, **change))
    assert np.isfinite(run.metrics["test"]["log_loss"])
    if "members" not in change:
        held = run.metrics["held_out"]["log_loss"]
        assert held == pytest.approx(run.diagnosis.held_out)


def test_calibration_is_in_the_graph() -> None:
    """Balanced class weights inflate a rare label's scores; calibration takes that back."""
    random = np.random.default_rng(0)
    features = random.normal(size=(1500, 2))
    targets = (features[:, :1] + random.normal(size=(1500, 1)) > 2).astype(int)
    losses = []
    for calibrate in (False, True):
        config = Config(hidden=(16,), epochs=10, members=3, class_weights="balanced", calibrate=calibrate)
        losses.append(train(features, targets, config=config).metrics["test"]["log_loss"])
    assert losses[1] < losses[0] - 0.05


def test_objectives_move_thresholds(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    thresholds = {
        text: train(*parts, config=Config(hidden=(8,), epochs=4, members=3, objective=Objective.parse(text))).thresholds
        for text in ("fixed=0.4", "recall=0.99", "precision=0.9")
    }
    assert thresholds["fixed=0.4"] == pytest.approx((0.4, 0.4))
    assert thresholds["recall=0.99"] < thresholds["precision=0.9"]


def test_baselines_are_compared_and_named(
    parts: tuple[pandas.DataFrame, pandas.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagship_training.evaluation.baselines.TREES", 10)
    random = np.random.default_rng(0)
    features = random.normal(size=(400, 3))
    targets = (features @ random.normal(size=(3, 2)) > 0).astype(int)  # a line is all there is to learn
    run = train(features, targets, config=QUICK, options=Options(baselines=True, learning_curve=True))
    titles = [baseline.title for baseline in run.baselines]
    assert titles == ["constant frequencies", "logistic regression", "linear SVM", "random forest"]
    assert run.baselines[1].as_good
    assert "a simpler model" in str(run.baseline_verdict)
    assert not run.baselines[0].as_good
    assert run.diagnosis.curve is not None
    assert list(run.diagnosis.curve) == ["25%", "50%", "100%"]
    json.dumps(run.to_dict(), allow_nan=False)


def test_the_optimum_is_the_known_one() -> None:
    data = from_table(synthetic(), LabelColumns())
    _, test = split_test(data.targets, 42, stratify=False)
    matrix = np.stack([column[test] for column in data.columns.values()], axis=1)
    best = synthetic_optimum(matrix)
    assert log_loss(data.targets[test], best) == pytest.approx(0.28532, abs=5e-6)
    assert ((best >= 0.5) == data.targets[test]).mean() == pytest.approx(0.8659, abs=5e-5)


def test_diagnosis_says_what_the_losses_say() -> None:
    assert "variance" in Diagnosis(learned=0.2, held_out=0.4, test=0.4).verdict
    assert "bias or noise" in Diagnosis(learned=0.39, held_out=0.4, test=0.4).verdict
    assert "still fell by 2.0%" in Diagnosis(learned=0.39, held_out=0.4, test=0.4, falling=0.02).verdict
    histories = {
        None: [("wide", 0.5), ("narrow", 0.5), ("narrow", 0.4)],
        0.2: [("wide", 0.5), ("wide", 0.4), ("narrow", 0.5), ("narrow", 0.5)],
        -0.1: [("wide", 0.5 + 0.05 * (epoch == 19)) for epoch in range(20)],
    }
    for want, losses in histories.items():
        history: History = [{"network": n, "epoch": 1, "loss": 0.0, "val_loss": loss} for n, loss in losses]
        assert fall_of(history) == (None if want is None else pytest.approx(want))
    assert "after a single epoch" in Diagnosis(learned=0.39, held_out=0.4, test=0.4, falling=None).verdict
    assert "nothing to gain" in Diagnosis(learned=0.2, held_out=0.3, test=0.29, optimal=0.285).verdict
    assert (
        "more rows would help"
        in Diagnosis(learned=0.2, held_out=0.4, test=0.4, curve={"25%": 0.6, "50%": 0.5, "100%": 0.4}).verdict
    )


@pytest.mark.parametrize("members", [1, 2, 5])
def test_folds_keep_each_labels_share(members: int) -> None:
    targets = (np.random.default_rng(0).random((1000, 4)) < [0.5, 0.2, 0.05, 0.02]).astype(np.uint8)
    folds = deal(targets, members, seed=1)
    assert set(np.unique(folds)) == ({EVERYBODY, 0} if members == 1 else set(range(members)))
    for member in range(members):
        share = targets[folds == member].mean(axis=0)
        np.testing.assert_allclose(share, targets.mean(axis=0), atol=0.02)


def test_other_splits() -> None:
    assert np.flatnonzero(last_fifth(10) != EVERYBODY).tolist() == [8, 9]
    targets = np.zeros((300, 1), np.uint8)
    targets[:9] = 1
    rest, test = split_test(targets, 0, stratify=True)
    assert sorted([*rest, *test]) == list(range(300))
    assert targets[test].sum() == 3
    assert NOBODY != EVERYBODY
    train_rows = np.array([[1, 2], [3, 4]], np.float32)
    assert count_repeated(train_rows, np.array([[3, 4], [4, 3], [3, 4]], np.float32)) == 2


def test_one_network_in_the_loop_is_keras_own(rows: Features) -> None:
    """The compiled loop takes the same steps as ``model.fit`` with the same order of rows."""
    import keras

    from tagship_training.network.architecture import choose_architectures
    from tagship_training.network.graph import build

    config = Config(preset="article", epochs=2, batch_size=64, stratify=False)
    (article,) = choose_architectures(config, rows=200, width=6, numeric=6, labels=3)
    matrix = (rows[:200] / 25).astype(np.float32)
    targets = (matrix[:, :3] > 0.5).astype(np.uint8)
    folds = np.full(200, EVERYBODY, np.int32)
    folds[150:] = 0
    keras.utils.set_random_seed(5)
    group = build(article, None, 6, np.full(3, 0.5, np.float32))
    start = group.model.get_weights()
    history = fitting.fit(group, LearningRows(matrix=matrix, targets=targets, folds=folds), seed=9)

    peer = keras.models.clone_model(group.model)
    peer.set_weights(start)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(article.learning_rate)
    random = np.random.default_rng(9)
    import tensorflow as tf

    for _ in range(2):
        order = random.permutation(np.arange(150))
        for first in range(0, 150, 64):
            batch = order[first : first + 64]
            with tf.GradientTape() as tape:
                value = loss(targets[batch].astype("float32"), peer(matrix[batch], training=True)[0])
            optimizer.apply(tape.gradient(value, peer.trainable_variables), peer.trainable_variables)
    for ours, theirs in zip(group.model.get_weights(), peer.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert [entry["epoch"] for entry in history] == [1, 2]


def test_a_table_as_it_comes(tagship: Command, shared_data: Path, tmp_path: Path) -> None:
    """Words, blanks and wild ranges, from the file to both formats' answers."""
    train_rows, test_rows = (shared_data / f"thyroid-{part}.csv.gz" for part in ("train", "test"))
    quick = ("--epochs", 2, "--hidden", 8, "--members", 2)
    done = tagship("train", train_rows, "--test", test_rows, "--out", tmp_path / "run", *quick)
    assert done.code == 0, done.err
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    kinds = {feature["name"]: feature for feature in document["features"]}
    assert kinds["sex"]["kind"] == "category"
    assert kinds["TSH"]["fill"] is not None
    assert tagship("export", tmp_path / "run", "--out", tmp_path / "artifacts").code == 0
    outputs = [tagship("predict", tmp_path / "artifacts" / f"float32.{kind}", test_rows) for kind in ("tflite", "onnx")]
    assert outputs[0].code == 0, outputs[0].err
    assert len(outputs[0].out.splitlines()) == 3028
    assert outputs[0].out == outputs[1].out


WORDS = ["02139", "10001", "7"]


@pytest.fixture
def spelled(tmp_path: Path) -> Path:
    """A CSV whose categories look like numbers and booleans, and decide the label."""
    random = np.random.default_rng(0)
    lines = ["code,flag,level,x,label:a,label:b"]
    for _ in range(240):
        code, flag, level = random.choice(WORDS), random.choice(["True", "False"]), random.choice(["1.0", "2.0"])
        lines.append(f"{code},{flag},{level},{random.normal():.3f},{int(code == '7')},{int(flag == 'True')}")
    path = tmp_path / "spelled.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_categories_are_read_as_they_are_spelled(tagship: Command, spelled: Path, tmp_path: Path) -> None:
    """Training, verification and prediction take one word for one, whatever it looks like."""
    rows = spelled.read_text().splitlines()
    plain = spelled.with_name("plain.csv")  # on its own, code would be read as a number here
    plain.write_text("\n".join([rows[0], *(row for row in rows[1:] if row.startswith("7"))]) + "\n")
    options = ("--categorical", "code,flag,level", "--test", plain, "--epochs", 4, "--members", 2, "--hidden", 8)
    done = tagship("train", spelled, "--out", tmp_path / "run", *options)
    assert done.code == 0, done.err
    assert "without a column" not in done.err
    features = {f["name"]: f for f in json.loads((tmp_path / "run" / "run.json").read_text())["features"]}
    assert features["code"]["values"] == sorted(WORDS)
    assert features["flag"]["values"] == ["False", "True"]
    assert features["level"]["values"] == ["1.0", "2.0"]
    assert tagship("export", tmp_path / "run", "--out", tmp_path / "artifacts", "--formats", "onnx").code == 0
    artifact = tmp_path / "artifacts" / "float32.onnx"
    predicted = tagship("predict", artifact, plain)
    assert (predicted.code, predicted.err) == (0, "")
    verified = json.loads(tagship("verify", tmp_path / "run", artifact, "--data", plain, "--json").out)[0]
    told = [[int(cell) for cell in row.split(",")] for row in predicted.out.splitlines()[1:]]
    truth = [[int(cell) for cell in row.split(",")[-2:]] for row in plain.read_text().splitlines()[1:]]
    wrong = float(np.mean(np.array(told) != np.array(truth)))
    assert verified["quality"]["artifact"]["hamming_loss"] == pytest.approx(wrong)


def test_one_blank_cell_anywhere_is_filled(tagship: Command, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    rows = [f"{random.normal():.3f},{random.normal():.3f},{i % 2}" for i in range(60)]
    for blank in (0, 31, 59):
        table = tmp_path / "blank.csv"
        some = [f",{row.partition(',')[2]}" if i == blank else row for i, row in enumerate(rows)]
        table.write_text("\n".join(["a,b,label:y", *some]))
        quick = ("--epochs", 1, "--members", 2, "--hidden", 2, "--force")
        done = tagship("train", table, "--out", tmp_path / "run", *quick)
        assert done.code == 0, done.err
        features = json.loads((tmp_path / "run" / "run.json").read_text())["features"]
        assert [feature["fill"] is None for feature in features] == [False, True]


def test_tags_of_other_tables_are_those_of_training() -> None:
    where = LabelColumns(tags="t", min_count=2)
    import pyarrow

    data = from_table(pyarrow.table({"x": [1, 2, 3], "t": ["a;b", "a;b", "c"]}), where)
    assert data.labels == ("a", "b")
    from dataclasses import replace

    other = from_table(pyarrow.table({"x": [1, 2], "t": ["b;d", ""]}), replace(where, vocabulary=data.labels))
    assert (other.labels, other.targets.tolist()) == (("a", "b"), [[0, 1], [0, 0]])


def test_a_feature_named_as_a_saved_label_is_refused() -> None:
    import pyarrow

    table = pyarrow.table({"b": [0, 1], "label:b": [1.0, 2.0]})
    with pytest.raises(TrainingError, match="'label:b' is a feature"):
        from_table(table, LabelColumns(names=("b",)))


def test_a_goal_that_is_not_reached_is_told(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    frame, _ = parts
    noise = pandas.DataFrame({"noise": np.random.default_rng(5).integers(0, 2, len(frame))})
    config = Config(hidden=(4,), epochs=2, members=2, objective=Objective.parse("precision=0.99"))
    assert any("'noise' reaches precision" in notice for notice in train(frame, noise, config=config).notices)


@pytest.mark.parametrize("most", [300, 1_000, 5_000, 250_000])
def test_a_budget_makes_networks_smaller(most: int) -> None:
    from tagship_training.network.architecture import choose_architectures, count_parameters

    groups = choose_architectures(Config(max_parameters=most), rows=500, width=3, numeric=3, labels=2)
    assert sum(count_parameters(group, 3, 3, 2) for group in groups) <= most
    with pytest.raises(TrainingError, match="max-parameters"):
        choose_architectures(Config(max_parameters=20), rows=500, width=3, numeric=3, labels=2)
