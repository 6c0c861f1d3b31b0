"""The training as an estimator of scikit-learn."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.base import clone, is_classifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import tagship_runtime
from tagship_runtime.errors import LabelError, PackageMissingError
from tagship_training import FittedClassifier, TagshipClassifier, TrainingError
from tagship_training.data.sparse_table import SparseTable

SMALL: dict[str, Any] = {"hidden": (8,), "members": 1, "epochs": 4}


@pytest.fixture(scope="module")
def fitted(parts: tuple[pandas.DataFrame, pandas.DataFrame]) -> TagshipClassifier:
    return TagshipClassifier(**SMALL, random_state=1).fit(*parts)


def test_frames_with_words_and_blanks(
    fitted: TagshipClassifier, parts: tuple[pandas.DataFrame, pandas.DataFrame]
) -> None:
    frame, _ = parts
    assert is_classifier(fitted)
    assert fitted.classes_.tolist() == ["large", "hot"]
    assert fitted.labels_ == ("large", "hot")
    assert fitted.feature_names_in_.tolist() == list(frame)
    scores = fitted.predict_proba(frame)
    np.testing.assert_array_equal(scores, fitted.run_.predict_proba(frame))
    np.testing.assert_array_equal(fitted.predict(frame), (scores >= fitted.thresholds_).astype(int))
    assert fitted.thresholds_.tolist() == [np.float32(value) for value in fitted.run_.thresholds]
    assert len(fitted.run_.rows["train"]) + len(fitted.run_.rows["test"]) == 300
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(frame.rename(columns={"width": "breadth"}))


def test_it_survives_pickling_and_cloning(
    fitted: TagshipClassifier, parts: tuple[pandas.DataFrame, pandas.DataFrame]
) -> None:
    frame, _ = parts
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301
    np.testing.assert_array_equal(again.predict_proba(frame), fitted.predict_proba(frame))
    fresh = clone(fitted)
    assert fresh.get_params() == fitted.get_params()
    assert not hasattr(fresh, "run_")
    assert fresh.set_params(epochs=9).epochs == 9


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_one_file_is_shipped(
    fitted: TagshipClassifier, parts: tuple[pandas.DataFrame, pandas.DataFrame], tmp_path: Path, suffix: str
) -> None:
    frame, labels = parts
    path = tmp_path / f"model{suffix}"
    (made,) = fitted.export(path)
    assert made.verification.passed
    model = tagship_runtime.load(path)
    assert model.selftest().passed
    np.testing.assert_allclose(model.predict_proba(frame), fitted.predict_proba(frame), rtol=0, atol=1e-5)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]

    shipped = FittedClassifier(model)
    assert is_classifier(shipped)
    np.testing.assert_array_equal(shipped.predict(frame), model.predict(frame).astype(int))
    assert shipped.score(frame, labels.to_numpy()) == fitted.score(frame, labels.to_numpy())
    from sklearn.metrics import RocCurveDisplay, get_scorer, roc_auc_score

    wanted = roc_auc_score(labels["hot"], model.predict_proba(frame)[:, 1])
    hot = FittedClassifier(model, label="hot")
    assert RocCurveDisplay.from_estimator(hot, frame, labels["hot"]).roc_auc == pytest.approx(wanted)
    assert get_scorer("roc_auc")(hot, frame, labels["hot"]) == pytest.approx(wanted)
    with pytest.raises(LabelError, match="no label is called 'cold'"):
        FittedClassifier(model, label="cold")


def test_a_folder_of_artifacts(fitted: TagshipClassifier, tmp_path: Path) -> None:
    made = fitted.export(tmp_path / "artifacts", recipes=["float32", "float16"], formats=["onnx"])
    assert [artifact.path.name for artifact in made] == ["float32.onnx", "float16.onnx"]
    assert all(artifact.path.parent == tmp_path / "artifacts" for artifact in made)


def test_in_searches_and_pipelines(rows: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    few = rows[:240, :3]
    targets = np.stack([few[:, 0] > 12, few[:, 1] + few[:, 2] > 24], axis=1).astype(int)
    estimator = TagshipClassifier(**SMALL, hold_out=False)
    scores = cross_val_score(Pipeline([("scale", StandardScaler()), ("tags", estimator)]), few, targets, cv=2)
    assert scores.shape == (2,)
    assert (scores > 0.3).all()
    search = GridSearchCV(estimator, {"epochs": [1, 12]}, scoring="f1_macro", cv=2, refit=False).fit(few, targets)
    assert search.best_params_ == {"epochs": 12}
    assert search.cv_results_["mean_test_score"].min() > 0


def test_one_column_of_two_classes(rows: np.ndarray[Any, np.dtype[np.float32]]) -> None:
    few = rows[:120, :3]
    classes = np.where(few[:, 0] > 12, "wide", "narrow")
    fitted = TagshipClassifier(**SMALL | {"epochs": 40}, hold_out=False).fit(few, classes)
    assert fitted.classes_.tolist() == ["narrow", "wide"]
    assert fitted.labels_ == ("wide",)
    scores = fitted.predict_proba(few)
    assert scores.shape == (120, 2)
    assert set(fitted.predict(few)) <= {"narrow", "wide"}
    np.testing.assert_array_equal(fitted.predict(few) == "wide", scores[:, 1] >= fitted.thresholds_[0])
    assert fitted.score(few, classes) > 0.7


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["a", "b", "c", "a"], "Only binary classification is supported"),
        (["a", "a", "a", "a"], "1 class only"),
        ([[0, 2], [1, 0], [0, 1], [1, 1]], "an indicator matrix of 0 and 1"),
    ],
)
def test_targets_that_it_does_not_take(targets: Any, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        TagshipClassifier(**SMALL).fit(np.eye(4), targets)


def test_without_export_it_says_what_is_missing(fitted: TagshipClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagship_training.scikit_learn.classifier.entry_points", lambda group: [])
    with pytest.raises(PackageMissingError, match=r"run: pip install tagship-export$"):
        fitted.export("model.tflite")


def test_rows_of_a_vectorizer_stay_sparse() -> None:
    words = ["bolt", "gear", "seal", "pump", "oil", "rust"]
    random = np.random.default_rng(2)
    texts = [" ".join(random.choice(words, 3)) for _ in range(120)]
    targets = np.array([["bolt" in text, "oil" in text] for text in texts], int)
    estimator = TagshipClassifier(**SMALL | {"epochs": 120}, hold_out=False)
    tagger = Pipeline([("words", CountVectorizer(max_features=5)), ("tags", estimator)]).fit(texts, targets)
    assert (tagger.predict(texts) == targets).mean() > 0.95
    assert isinstance(tagger["tags"].run_.rows["train"].table, SparseTable)
    counts = tagger["words"].transform(texts)
    np.testing.assert_allclose(estimator.predict_proba(counts), estimator.predict_proba(counts.toarray()), atol=1e-6)
