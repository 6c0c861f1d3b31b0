"""Predictions: the same answer through every door, and one clear error for what is wrong."""

from __future__ import annotations

import gc
import io
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import numpy as np
import pandas
import polars
import pyarrow
import pytest

import tagship_runtime
from tagship_runtime import container, errors
from tagship_runtime.contract import NumericFeature
from tagship_runtime.typing import Features, Scores

ENGINES = ("ai_edge_litert", "onnxruntime")


@pytest.fixture
def model(artifact: Path) -> tagship_runtime.Predictor:
    return tagship_runtime.load(artifact)


def test_the_doors_agree(model: tagship_runtime.Predictor, rows: Features) -> None:
    rows = rows[:50]
    scores, decisions = model.predict_proba(rows), model.predict(rows)
    assert scores.dtype == np.float32
    assert decisions.dtype == np.bool_
    np.testing.assert_array_equal(decisions, scores >= model.thresholds)
    names = [tuple(np.array(model.labels)[row]) for row in decisions]
    assert model.predict_labels(rows) == names
    one_by_one = [model.predict_one(row) for row in rows]
    near = np.abs(scores - model.thresholds).min(axis=1) < 1e-6
    assert [n for n, skip in zip(one_by_one, near, strict=True) if not skip] == [
        n for n, skip in zip(names, near, strict=True) if not skip
    ]


FEATURES = [f"feature_{i}" for i in range(6)]


@pytest.mark.parametrize(
    "convert",
    [
        lambda x: x.astype(np.float64),
        lambda x: x.astype(int),
        np.asfortranarray,
        lambda x: x.tolist(),
        lambda x: [dict(zip(FEATURES, row, strict=True)) for row in x.tolist()],
        lambda x: {name: x[:, i] for i, name in enumerate(FEATURES)},
        lambda x: pandas.DataFrame(x[:, ::-1], columns=FEATURES[::-1]).assign(extra="ignored"),
        lambda x: polars.DataFrame({n: x[:, i].tolist() for i, n in reversed(list(enumerate(FEATURES)))}),
        lambda x: pyarrow.table({n: x[:, i] for i, n in reversed(list(enumerate(FEATURES)))}),
        lambda x: x.astype(str),
    ],
)
def test_every_kind_of_rows(model: tagship_runtime.Predictor, rows: Features, convert: Any) -> None:
    np.testing.assert_array_equal(model.predict_proba(convert(rows[:9])), model.predict_proba(rows[:9]))


def test_no_rows(model: tagship_runtime.Predictor) -> None:
    assert model.predict_proba(np.empty((0, 6))).shape == (0, 3)
    assert model.predict([]).shape == (0, 3)
    assert model.predict_labels([]) == []


GOOD = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("bad", "error", "said"),
    [
        ([[1.0, 2.0]], errors.InputShapeError, r"\(1, 2\), the model takes \(rows, 6\)"),
        (GOOD, errors.InputShapeError, r"x\[None\]"),
        (1.0, errors.InputShapeError, r"\(\)"),
        ([GOOD, [1.0]], errors.InputError, "unequal length"),
        ([GOOD, [1.0, 2.0, float("nan"), 4, 5, 6]], errors.InputValueError, "row 1, column 'feature_2'.*missing"),
        ([[1.0, 2.0, 3.0, 1e39, 5, 6]], errors.InputValueError, "column 'feature_3'.*infinite in float32"),
        ([["a", *GOOD[1:]]], errors.InputValueError, "row 0, column 'feature_0': 'a' is not a number"),
        ([[None, *GOOD[1:]]], errors.InputValueError, "missing"),
        ({"feature_0": 1.0}, errors.MissingColumnError, "missing columns 'feature_1'"),
        (np.ones((1, 6), complex), errors.InputError, "complex128"),
    ],
)
def test_wrong_rows(model: tagship_runtime.Predictor, bad: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        model.predict(bad)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert str(again) == str(caught.value)


def test_scores_belong_to_the_caller(model: tagship_runtime.Predictor, rows: Features) -> None:
    first = model.predict_proba(rows[:3])
    kept = first.copy()
    model.predict_proba(rows[3:6])
    np.testing.assert_array_equal(first, kept)
    first[:] = 0


def test_thresholds_can_be_replaced(model: tagship_runtime.Predictor, rows: Features) -> None:
    scores = model.predict_proba(rows)
    other = model.with_thresholds({"class_1": 0.9})
    np.testing.assert_array_equal(other.predict(rows)[:, 1], scores[:, 1] >= np.float32(0.9))
    np.testing.assert_array_equal(other.predict(rows)[:, 0], model.predict(rows)[:, 0])
    with pytest.raises(errors.LabelError, match="no label is called 'class_9'"):
        model.with_thresholds({"class_9": 0.5})
    with pytest.raises(errors.LabelError, match="between 0 and 1"):
        model.with_thresholds(1.5)
    with pytest.raises(ValueError, match="read-only"):
        model.thresholds[0] = 0
    for name, value, makes in (("thresholds", [0.5] * 3, "with_thresholds"), ("labels", ("a", "b", "c"), "load")):
        for one in (model, model.with_thresholds(0.5)):
            with pytest.raises(AttributeError, match=rf"{name} .* cannot be set; {makes}\(...\)"):
                setattr(one, name, value)


class Named(NamedTuple):
    """Thresholds by name, in another order than the labels."""

    class_2: float = 0.7
    class_0: float = 0.2
    class_1: float = 0.6


@pytest.mark.parametrize("thresholds", [Named(), Named()._asdict(), pandas.Series(Named()._asdict())])
def test_thresholds_with_names_go_by_name(artifact: Path, thresholds: Any) -> None:
    want = np.array([0.2, 0.6, 0.7], np.float32)
    for model in (
        tagship_runtime.load(artifact, thresholds=thresholds),
        tagship_runtime.load(artifact).with_thresholds(thresholds),
        tagship_runtime.load(artifact).with_thresholds(list(want)),
        tagship_runtime.load(artifact).with_thresholds(pandas.Series(want)),
    ):
        np.testing.assert_array_equal(model.thresholds, want)
    some = tagship_runtime.load(artifact).with_thresholds(pandas.Series({"class_1": 0.9}))
    np.testing.assert_array_equal(some.thresholds[1:2], np.array([0.9], np.float32))
    with pytest.raises(errors.LabelError, match="no label is called 'class_9'"):
        model.with_thresholds(pandas.Series({"class_0": 0.5, "class_9": 0.5, "class_1": 0.5}))


@pytest.mark.parametrize("wrong", [10**400, {0.1, 0.2, 0.3}, "0.5", [[0.1], 0.2, 0.3], [10**400] * 3, None, 0.5j])
def test_what_is_no_threshold(model: tagship_runtime.Predictor, wrong: Any) -> None:
    with pytest.raises(errors.LabelError, match="threshold"):
        model.with_thresholds(wrong)


def test_scores_and_decisions_in_lists(model: tagship_runtime.Predictor, rows: Features) -> None:
    scores = model.predict_proba(rows[:20])
    decisions = model.decide(scores)
    np.testing.assert_array_equal(model.decide(scores.tolist()), decisions)
    np.testing.assert_array_equal(model.decide([model.thresholds.tolist()]), np.ones((1, 3)))  # type: ignore[arg-type]
    for given in (decisions.tolist(), decisions.astype(int).tolist(), np.asfortranarray(decisions)):
        assert model.names(given) == model.predict_labels(rows[:20])
    assert model.names([]) == []  # type: ignore[arg-type]
    assert model.highest(scores.tolist(), 2) == model.top_k(rows[:20], 2)


@pytest.mark.parametrize(
    ("method", "values", "error", "said"),
    [
        ("decide", [[0.5, 0.5]], errors.InputShapeError, r"\(1, 2\)"),
        ("decide", [["a", "b", "c"]], errors.InputError, "scores have to be numbers"),
        ("decide", [[0.5], [0.5, 0.5]], errors.InputError, "as many in each row"),
        ("names", [[True, False]], errors.InputShapeError, r"\(1, 2\)"),
        ("names", np.ones((2, 4), bool), errors.InputShapeError, r"\(2, 4\)"),
        ("names", [True, False, True], errors.InputShapeError, r"for one row pass \[row\]"),
        ("names", [[True], [True, False]], errors.InputError, "unequal length"),
        ("names", [[0.1, 0.9, 0.5]], errors.InputError, r"float64; .*decide\(scores\)"),
        ("highest", [[0.5, 0.5]], errors.InputShapeError, r"\(1, 2\)"),
        ("highest", [["a", "b", "c"]], errors.InputError, "numbers are needed"),
    ],
)
def test_wrong_scores_and_decisions(
    model: tagship_runtime.Predictor, method: str, values: Any, error: type[Exception], said: str
) -> None:
    further = (1,) if method == "highest" else ()
    with pytest.raises(error, match=said):
        getattr(model, method)(values, *further)


def test_sources(artifact: Path, rows: Features) -> None:
    want = tagship_runtime.load(str(artifact)).predict(rows[:9])
    for source in (artifact, artifact.read_bytes(), io.BytesIO(artifact.read_bytes())):
        np.testing.assert_array_equal(tagship_runtime.load(source).predict(rows[:9]), want)
    with artifact.open("rb") as stream:
        np.testing.assert_array_equal(tagship_runtime.load(stream).predict(rows[:9]), want)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        tagship_runtime.load(artifact.parent / "absent.onnx")
    with pytest.raises(errors.MissingFileError, match="is a folder"):
        tagship_runtime.load(artifact.parent)


def test_pickle_keeps_model_and_thresholds(model: tagship_runtime.Predictor, rows: Features) -> None:
    other = pickle.loads(pickle.dumps(model.with_thresholds(0.3)))  # noqa: S301
    np.testing.assert_array_equal(other.predict_proba(rows[:9]), model.predict_proba(rows[:9]))
    np.testing.assert_array_equal(other.thresholds, np.full(3, 0.3, np.float32))


def test_eight_threads_agree(model: tagship_runtime.Predictor, rows: Features) -> None:
    sizes = [1, 7, 300, 5000, 2, 64, 4097, 1] * 4
    wanted = {size: model.predict_proba(rows[:size]) for size in sizes}
    with ThreadPoolExecutor(8) as pool:
        for size, got in zip(sizes, pool.map(lambda size: model.predict_proba(rows[:size]), sizes), strict=True):
            np.testing.assert_array_equal(got, wanted[size])


def test_model_without_contract(artifact: Path, rows: Features) -> None:
    payload = container.unpack(artifact.read_bytes()).payload
    with pytest.raises(errors.NoContractError, match="labels="):
        tagship_runtime.load(payload)
    with pytest.raises(errors.LabelError, match="2 labels"):
        tagship_runtime.load(payload, labels=["a", "b"])
    model = tagship_runtime.load(payload, labels=["a", "b", "c"], thresholds=[0.2, 0.5, 0.7])
    np.testing.assert_array_equal(
        model.predict(rows), tagship_runtime.load(artifact).predict_proba(rows) >= np.array([0.2, 0.5, 0.7], np.float32)
    )
    again = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert again.labels == ("a", "b", "c")
    with pytest.raises(errors.CheckFailedError, match="no golden rows"):
        model.selftest()


def test_labels_that_contradict_the_contract(artifact: Path) -> None:
    with pytest.raises(errors.LabelError, match="leave them out"):
        tagship_runtime.load(artifact, labels=["a", "b", "c"])


def test_highest_scores_and_scores_by_name(model: tagship_runtime.Predictor, rows: Features) -> None:
    scores = model.predict_proba(rows[:20])
    for row, highest, named in zip(scores, model.top_k(rows[:20], 2), model.scores_by_name(rows[:20]), strict=True):
        order = sorted(range(3), key=lambda label: -row[label])
        assert highest == [(model.labels[label], float(row[label])) for label in order[:2]]
        assert list(named.items()) == list(zip(model.labels, map(float, row), strict=True))
    assert model.highest(np.full((1, 3), 0.5, np.float32), 3) == [[(label, 0.5) for label in model.labels]]
    assert model.top_k([], 1) == []
    for k in (0, 4, -1, 1.5, "2", None):
        with pytest.raises(errors.UsageError, match="from 1 to 3"):
            model.top_k(rows[:1], k)  # type: ignore[arg-type]


def test_thresholds_for_one_call(model: tagship_runtime.Predictor, rows: Features) -> None:
    before = model.predict(rows)
    other = model.with_thresholds({"class_1": 0.9})
    np.testing.assert_array_equal(model.predict(rows, thresholds={"class_1": 0.9}), other.predict(rows))
    assert model.predict_labels(rows[:99], thresholds={"class_1": 0.9}) == other.predict_labels(rows[:99])
    assert model.predict_one(rows[0], thresholds=[1e-6] * 3) == model.labels
    np.testing.assert_array_equal(model.predict(rows), before)
    both = other.with_thresholds({"class_0": 0.8})
    np.testing.assert_allclose(both.thresholds[:2], [0.8, 0.9])
    with pytest.raises(errors.LabelError, match="no label is called"):
        model.predict(rows, thresholds={"class_9": 0.5})


class Unhelpful:
    """Neither a number nor a sequence."""


@pytest.mark.parametrize(
    "row",
    [
        ["1", 2, 3, 4, 5, 6],
        [True, 2, 3, 4, 5, 6],
        [np.float64(1), 2, 3, 4, 5, np.int8(6)],
        (1, 2, 3, 4, 5, 6),
        np.arange(1, 7),
        np.arange(1, 7, dtype=np.float32),
        np.arange(6, 0, -1, dtype=np.float32)[::-1],
        dict(zip(FEATURES, range(1, 7), strict=True)),
        pandas.Series(range(6, 0, -1), FEATURES[::-1]),
        range(1, 7),
    ],
    ids=lambda row: type(row).__name__,
)
def test_every_kind_of_single_row(model: tagship_runtime.Predictor, row: Any) -> None:
    assert model.predict_one(row) == model.predict_labels([[1, 2, 3, 4, 5, 6]])[0]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ([1, 2, 3], errors.InputShapeError),
        ([1] * 7, errors.InputShapeError),
        ([], errors.InputError),
        (7.0, errors.InputShapeError),
        ("123456", errors.InputError),
        ([None, 2, 3, 4, 5, 6], errors.InputValueError),
        (["x", 2, 3, 4, 5, 6], errors.InputValueError),
        ([1e39, 2, 3, 4, 5, 6], errors.InputValueError),
        ([float("inf"), 2, 3, 4, 5, 6], errors.InputValueError),
        ([float("nan"), 2, 3, 4, 5, 6], errors.InputValueError),
        ([1j, 2, 3, 4, 5, 6], errors.InputError),
        ([Unhelpful(), 2, 3, 4, 5, 6], errors.InputError),
        ([[1], 2, 3, 4, 5, 6], errors.InputError),
        ([np.timedelta64(5, "ns"), 2, 3, 4, 5, 6], errors.InputError),
        ([1.0, np.datetime64("2020", "ns"), 3, 4, 5, 6], errors.InputError),
        ([np.complex128(1 + 2j), 2.0, 3, 4, 5, 6], errors.InputError),
        ((1, 2, 3, 4, 5, np.complex64(1)), errors.InputError),
        (dict.fromkeys(FEATURES, np.complex128(1 + 2j)), errors.InputError),
        (np.ma.masked_array(np.arange(6.0), np.arange(6) == 1), errors.InputValueError),
        (np.ones((6, 6), np.float32), errors.InputShapeError),
        (np.ones(5, np.float32), errors.InputShapeError),
        (np.full(6, np.nan, np.float32), errors.InputValueError),
    ],
)
def test_wrong_single_rows(model: tagship_runtime.Predictor, row: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        model.predict_one(row)
    assert model.predict_one([1, 2, 3, 4, 5, 6]) == model.predict_labels([[1, 2, 3, 4, 5, 6]])[0]


@pytest.mark.filterwarnings("ignore::tagship_runtime.RoundingWarning")
@pytest.mark.parametrize("size", [1, 9, 20_000])
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, np.uint8, np.bool_, np.longdouble])
def test_numbers_are_converted_once(model: tagship_runtime.Predictor, dtype: Any, size: int) -> None:
    random = np.random.default_rng(size)
    numbers = random.uniform(0, 25, (size, 6)).astype(dtype)
    if dtype is np.int64:
        numbers[0, 0] = (1 << 24) + 1  # halfway between two float32
    want = model.predict_proba(numbers.astype(np.float32))
    for given in (numbers, np.asfortranarray(numbers), np.repeat(numbers, 2, axis=0)[::2]):
        np.testing.assert_array_equal(model.predict_proba(given), want)
        np.testing.assert_array_equal(model.predict(given), want >= model.thresholds)


@pytest.mark.parametrize("size", [1, 100, 9000])
def test_missing_numbers_are_filled_in_arrays(artifact: Path, rows: Features, size: int) -> None:
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    assert contract.features is not None
    features = tuple(NumericFeature(name=feature.name, fill=3.0) for feature in contract.features)
    model = tagship_runtime.load(container.attach(payload, replace(contract, features=features, golden=None)))
    gaps = np.resize(rows, (size, 6)).copy()
    gaps[size // 2, 4] = np.nan
    filled = np.where(np.isnan(gaps), np.float32(3), gaps)
    np.testing.assert_array_equal(model.predict_proba(gaps), model.predict_proba(filled))
    assert model.predict_one(gaps[size // 2].tolist()) == model.predict_one(filled[size // 2])
    gaps[0, 0] = np.inf
    with pytest.raises(errors.InputValueError, match="row 0, column 'feature_0': inf is infinite"):
        model.predict(gaps)


@pytest.mark.parametrize("wrong", [np.nan, -1e-6, 1.0000002, np.inf, -np.inf])
def test_what_is_no_score_is_an_error(artifact: Path, rows: Features, wrong: float) -> None:
    from runtime.test_selftest import Wrong

    def spoil(scores: Scores) -> Scores:
        scores[-1, 1] = wrong
        return scores

    model = tagship_runtime.load(artifact)
    spoiled = tagship_runtime.Predictor(artifact.read_bytes(), Wrong(model.engine, spoil), model.contract)
    with pytest.raises(errors.NotAScoreError, match="row 6; scores lie between 0 and 1"):
        spoiled.predict(rows[:7])
    for one_row in (lambda: spoiled.predict(rows[:1]), lambda: spoiled.predict_one(rows[0].tolist())):
        with pytest.raises(errors.NotAScoreError, match="row 0; scores lie between 0 and 1"):
            one_row()
    zero = tagship_runtime.Predictor(
        artifact.read_bytes(), Wrong(model.engine, lambda scores: scores * np.float32(-0.0)), model.contract
    )
    assert not zero.predict(rows[:7]).any()
    assert zero.predict_one(rows[0].tolist()) == ()


@pytest.mark.parametrize("threads", [1, 2])
def test_closing_during_a_batch_is_one_error_or_none(artifact: Path, rows: Features, threads: int) -> None:
    many = np.resize(rows, (200_000, 6))
    for wait in (0.0, 0.0005, 0.001, 0.002):
        model = tagship_runtime.load(artifact, threads=threads)
        closing = Timer(wait, model.close)
        closing.start()
        try:
            for _ in range(20):
                model.predict(many)
        except errors.EngineError as error:
            assert "the predictor was closed" in str(error)
        closing.join()


def test_closing_frees_the_engine(artifact: Path, rows: Features) -> None:
    model = tagship_runtime.load(artifact)
    held = [weakref.ref(part) for part in vars(model.engine).values() if type(part).__module__.startswith(ENGINES)]
    model.predict(rows)
    model.predict_one(rows[0])
    model.close()
    gc.collect()
    assert held
    assert not [part for part in held if part() is not None]


LARGE = 2**24 + 1
ROUNDED = "holds integers above 16,777,216, which float32, the type of the model's input, rounds by up to 1"


@pytest.mark.parametrize(
    "rows",
    [
        np.full((2, 6), LARGE),
        np.full((2, 6), -LARGE),
        np.full((2, 6), LARGE, np.uint32),
        np.full((2, 6), float(LARGE)),
        [[LARGE] * 6, [1] * 6],
        [[1.0] * 5 + [float(-LARGE)]],
    ],
)
def test_integers_that_are_rounded_are_told(model: tagship_runtime.Predictor, rows: Any) -> None:
    for ask in (model.predict_proba, model.predict, model.predict_labels, model.answers):
        with pytest.warns(tagship_runtime.RoundingWarning, match=ROUNDED):
            ask(rows)
    rounded: dict[str, float] = {}
    model.predict_proba(rows, rounded=rounded)
    assert set(rounded.values()) == {1.0}
    with pytest.warns(tagship_runtime.RoundingWarning, match=f"^column '{next(iter(rounded))}' {ROUNDED}"):
        model.predict(rows)


@pytest.mark.parametrize("row", [[1, 2, 3, 4, 5, LARGE], (LARGE, -LARGE, 0, 0, 0, 0), np.array([LARGE] * 6)])
def test_integers_of_one_row_that_are_rounded_are_told(model: tagship_runtime.Predictor, row: Any) -> None:
    with pytest.warns(tagship_runtime.RoundingWarning, match=ROUNDED):
        model.predict_one(row)


@pytest.mark.parametrize(
    "rows", [np.full((2, 6), 2**24), np.full((2, 6), 2**24 + 2), np.full((2, 6), LARGE, np.float32), [[2**25] * 6]]
)
def test_integers_that_float32_holds_are_no_matter(model: tagship_runtime.Predictor, rows: Any) -> None:
    model.predict(rows)  # warnings are errors here
    model.predict_one(rows[0])
