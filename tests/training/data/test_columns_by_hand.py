"""Rules for columns at their very bounds: what is a number, what is flagged, what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, fisher_exact

from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Kinds
from tagship_training.data.columns import check, infer, textual, unknown_words
from tagship_training.data.kinds.base import Column
from tagship_training.data.kinds.choose import kind_of
from tagship_training.data.kinds.numeric import chance_of_independence, describe, related
from tagship_training.errors import TableError

ROWS = 1000
HALF = (np.arange(ROWS) % 2).astype(np.uint8)


def rows(targets: Any = None, **columns: Any) -> Dataset:
    return Dataset(table=columns, targets=HALF[:, None] if targets is None else targets, labels=("y",))


def texts(*values: Any) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def column(values: Any, targets: Any = None, incomplete: bool = False) -> Column:
    return Column(
        name="c",
        values=np.asarray(values),
        targets=HALF[: len(values), None] if targets is None else targets,
        incomplete=incomplete,
    )


@pytest.mark.parametrize(("missing", "flagged"), [(10, True), (9, False)])
def test_missing_values_are_flagged_from_one_in_a_hundred(missing: int, flagged: bool) -> None:
    """All of them go with the label, which is rare, so that chance explains neither."""
    values = np.arange(ROWS, dtype=np.float64)
    values[:missing] = np.nan
    truth = (np.arange(ROWS) < 20).astype(np.uint8)[:, None]
    assert related(np.isnan(values), truth)
    described = describe(column(values, truth))
    assert described.useless is None
    assert described.feature == NumericFeature(name="c", fill=float(np.median(values[missing:])), indicator=flagged)


def test_missing_values_that_go_with_no_label_are_not_flagged() -> None:
    values = np.arange(ROWS, dtype=np.float64)
    values[:100] = np.nan
    assert describe(column(values)).feature == NumericFeature(name="c", fill=549.5)


@pytest.mark.parametrize(
    ("values", "incomplete", "feature", "useless"),
    [
        ([np.nan] * 4, False, NumericFeature(name="c"), "every value is missing"),
        ([2.5] * 4, False, NumericFeature(name="c"), "every value is 2.5"),
        ([2.5] * 4, True, NumericFeature(name="c", fill=2.5), "every value is 2.5 or missing"),
        ([2.5, 2.5, np.nan, 2.5], False, NumericFeature(name="c", fill=2.5), "every value is 2.5 or missing"),
        ([1, 2, 3, 4], False, NumericFeature(name="c"), None),
        ([1, 2, 3, 4], True, NumericFeature(name="c", fill=2.5), None),
    ],
)
def test_what_a_column_of_numbers_says(values: Any, incomplete: bool, feature: Any, useless: str | None) -> None:
    described = describe(column(np.array(values, np.float64), incomplete=incomplete))
    assert (described.feature, described.useless) == (feature, useless)


def test_a_constant_whose_missing_values_tell_the_label_is_kept() -> None:
    values = np.where(HALF == 1, np.nan, 7.0)
    described = describe(column(values))
    assert described.feature == NumericFeature(name="c", fill=7.0, indicator=True)
    assert described.useless is None


def test_the_bound_on_chance_is_shared_by_the_labels() -> None:
    """A p-value of 0.0062 counts for one label and not for two."""
    missing = np.arange(200) < 100
    truth = np.zeros((200, 2), np.uint8)
    truth[:60, 0] = truth[100:141, 0] = 1
    truth[::2, 1] = 1
    p = chance_of_independence(missing, truth[:, 0] == 1)
    assert 0.005 < p < 0.01
    assert related(missing, truth[:, :1])
    assert not related(missing, truth)
    assert related(missing, np.stack([truth[:, 1], missing], axis=1).astype(np.uint8))


def flags(both: int, first: int, second: int, neither: int) -> tuple[Any, Any]:
    counts = [both, first, second, neither]
    return np.repeat([True, True, False, False], counts), np.repeat([True, False, True, False], counts)


@pytest.mark.parametrize("cells", [(8, 12, 12, 8), (3, 7, 7, 3), (30, 10, 30, 30), (5, 5, 6, 4)])
def test_few_expected_rows_take_fishers_test(cells: tuple[int, int, int, int]) -> None:
    a, b, c, d = cells
    n, sums = sum(cells), ((a + b), (c + d), (a + c), (b + d))
    expected = min(sums[i] * sums[j] / n for i in (0, 1) for j in (2, 3))
    statistic = n * (a * d - b * c) ** 2 / float(np.prod(sums))
    want = fisher_exact([[a, b], [c, d]]).pvalue if expected < 5 else chi2.sf(statistic, 1)
    assert chance_of_independence(*flags(*cells)) == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("cells", [(5, 5, 0, 0), (0, 0, 5, 5), (5, 0, 5, 0), (0, 5, 0, 5)])
def test_a_flag_that_never_changes_goes_with_nothing(cells: tuple[int, int, int, int]) -> None:
    assert chance_of_independence(*flags(*cells)) == 1.0


def test_exactly_five_expected_rows_take_pearsons_test() -> None:
    first, second = flags(2, 8, 8, 2)
    assert chance_of_independence(first, second) == pytest.approx(chi2.sf(20 * (4 - 64) ** 2 / 10**4, 1))


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (np.arange(3), NumericFeature),
        (np.array([True, False]), NumericFeature),
        (np.arange(3, dtype=np.uint8), NumericFeature),
        (np.arange(3) / 2, NumericFeature),
        (np.array(["1", "2.5"]), NumericFeature),
        (np.array(["1", "2"], np.dtypes.StringDType()), NumericFeature),
        (texts("1", "NA", None, "true"), NumericFeature),
        (texts(1, 2.5, None), NumericFeature),
        (texts(None, None), NumericFeature),
        (texts("", "?"), NumericFeature),
        (texts("red", "1"), CategoryFeature),
        (np.array(["red", "blue"]), CategoryFeature),
        (texts("red", None, ""), CategoryFeature),
        (texts("red", "green", *["1"] * 17), CategoryFeature),
    ],
)
def test_what_a_column_is_taken_for(values: Any, want: type) -> None:
    assert kind_of("c", values, Kinds()) is want
    assert kind_of("c", values, Kinds(categorical=("c",))) is CategoryFeature
    assert kind_of("c", values, Kinds(numeric=("c",))) is NumericFeature
    assert kind_of("c", values, Kinds(categorical=("d",), numeric=("e",))) is want


@pytest.mark.parametrize(("numbers", "stray"), [(9, True), (8, False)])
def test_one_word_in_ten_cells_is_a_mistake(numbers: int, stray: bool) -> None:
    values = texts(*["1"] * 4, "red", *["2"] * (numbers - 4))
    if stray:
        with pytest.raises(TableError, match=r"'red' in row 4 \(1 such cells\)"):
            kind_of("c", values, Kinds())
    else:
        assert kind_of("c", values, Kinds()) is CategoryFeature


@pytest.mark.parametrize("value", [[1], (1,), {"a": 1}, object(), b"x"])
def test_cells_that_are_neither_texts_nor_numbers(value: Any) -> None:
    with pytest.raises(TableError, match="numbers or texts are needed, so leave it out: --drop c"):
        kind_of("c", texts("red", value), Kinds())


def test_a_column_of_bytes_is_none_of_texts() -> None:
    with pytest.raises(TableError, match="holds bytes such as b'1'"):
        kind_of("c", np.array([b"1", b"2"]), Kinds())


@pytest.mark.parametrize("kind", ["V8", "complex64"])
def test_columns_that_are_neither_texts_nor_numbers(kind: str) -> None:
    with pytest.raises(TableError, match="so --drop it"):
        kind_of("c", np.zeros(3, kind), Kinds())


def test_columns_are_left_out_unless_their_kind_is_named() -> None:
    data = rows(c=np.full(ROWS, 7.0), d=np.arange(ROWS), e=np.arange(ROWS).astype(str))
    features, (notice,) = infer(data, Kinds())
    assert [feature.name for feature in features] == ["d", "e"]
    assert notice == "column 'c' is left out: every value is 7"
    features, notices = infer(data, Kinds(numeric=("c",)))
    assert [feature.name for feature in features] == ["c", "d", "e"]
    assert notices == []
    features, notices = infer(data, Kinds(categorical=("c",)))
    assert features[0] == CategoryFeature(name="c", values=("7",))
    features, _ = infer(data, Kinds(), incomplete=["d"])
    assert features[0] == NumericFeature(name="d", fill=499.5)
    with pytest.raises(TableError, match="no column is left to learn from: column 'c' is left out"):
        infer(rows(c=np.full(ROWS, 7.0)), Kinds())


def test_words_that_are_mostly_numbers_are_words_only_if_the_user_says_so() -> None:
    cells = [f"{n}.5" if n % 4 else "abc" for n in range(40)]
    data = rows(c=texts(*cells * (ROWS // 40)), d=np.arange(ROWS))
    with pytest.raises(TableError, match="column 'c' is mostly numbers, but there are 'abc'"):
        infer(data, Kinds())
    features, _ = infer(data, Kinds(categorical=("c",)))
    assert [type(feature) for feature in features] == [CategoryFeature, NumericFeature]


def test_columns_in_which_a_value_is_missing() -> None:
    data = rows(a=np.arange(3.0), b=np.array([1, np.nan, 2]), c=texts("red", None, "x"), d=texts("1", "", "2"))
    assert check(data, Kinds()) == {"b", "d"}
    assert textual(data, Kinds()) == ["c"]
    assert textual(data, Kinds(categorical=("a",))) == ["a", "c"]


@pytest.mark.parametrize(
    ("columns", "kinds", "said"),
    [
        ({"a": np.array([1, 1e39, np.inf])}, Kinds(), "row 1, column 'a': 1e.39 is infinite in float32"),
        ({"a": np.array([1, -np.inf])}, Kinds(), "row 1, column 'a': -inf is infinite"),
        ({"a": texts("red", "x")}, Kinds(numeric=("a",)), "'red' is not a number"),
        ({"a": np.arange(2)}, Kinds(numeric=("b",)), "no feature column is called 'b'"),
        ({"a": np.arange(2)}, Kinds(categorical=("b",)), r"there are \['a'\]"),
    ],
)
def test_columns_that_are_refused(columns: Any, kinds: Kinds, said: str) -> None:
    with pytest.raises(TableError, match=said):
        check(rows(**columns), kinds)


def test_words_without_a_column_are_counted() -> None:
    data = rows(a=texts("red", "blue", None, "green"), b=texts("red", "red", "red", "red"), c=np.arange(4))
    features = (
        CategoryFeature(name="a", values=("red",)),
        CategoryFeature(name="b", values=("red",)),
        NumericFeature(name="c"),
    )
    assert unknown_words(data, features) == {"a": 2}


@pytest.mark.parametrize(
    ("count", "different", "left_out"), [(80, 80, True), (80, 73, True), (80, 72, False), (19, 19, False)]
)
def test_names_of_rows_are_left_out_of_small_tables(count: int, different: int, left_out: bool) -> None:
    names = [f"A{row % different:04d}" for row in range(count)]
    values = {"sku": texts(*names), "x": np.arange(count) * 0.5}
    features, notices = infer(rows(HALF[:count, None], **values), Kinds(), frozenset())
    assert [feature.name for feature in features] == (["x"] if left_out else ["sku", "x"])
    assert [f"{different} different texts in {count} rows, as in a name" in notice for notice in notices] == [
        True
    ] * left_out
