"""A cell means the same whatever stands beside it and whatever kind of column it comes in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tagship_runtime.contract import CategoryFeature, DateFeature, DurationFeature, Feature, NumericFeature, TextFeature
from tagship_runtime.errors import InputValueError
from tagship_runtime.features import encoder

BIG = 2**53 + 1
WORDS = CategoryFeature(name="f", values=("", "1", "true", "x", "y", str(BIG), "0.5"))
NUMBER = NumericFeature(name="f", fill=7.0, indicator=True)


def encoded(rows: Any, feature: Any = WORDS) -> list[list[float]]:
    matrix: list[list[float]] = encoder((feature,), (None, feature.width)).encode(rows).tolist()
    return matrix


DICTIONARIES: dict[str, Callable[[Sequence[str | None]], Any]] = {
    "pandas": lambda cells: pd.DataFrame({"f": pd.Categorical(cells)}),
    "polars Categorical": lambda cells: pl.DataFrame({"f": pl.Series(cells, dtype=pl.Categorical)}),
    "polars Enum": lambda cells: pl.DataFrame({"f": pl.Series(cells, dtype=pl.Enum(["x", "y"]))}),
    "pyarrow": lambda cells: pa.table({"f": pa.array(cells).dictionary_encode()}),
    "pyarrow in pieces": lambda cells: pa.table(
        {"f": pa.chunked_array([pa.array([cell], pa.string()).dictionary_encode() for cell in cells])}
    ),
    "pyarrow from pandas": lambda cells: pa.Table.from_pandas(pd.DataFrame({"f": pd.Categorical(cells)})),
    "pyarrow from polars": lambda cells: pl.DataFrame({"f": pl.Series(cells, dtype=pl.Categorical)}).to_arrow(),
}


@pytest.mark.parametrize("make", DICTIONARIES.values(), ids=DICTIONARIES)
@pytest.mark.parametrize("cells", [["x", None, "y"], [None, "y"], ["y", "x", None, None]], ids=str)
def test_missing_is_missing_in_a_dictionary(make: Callable[..., Any], cells: list[str | None]) -> None:
    assert encoded(make(cells)) == encoded([{"f": cell} for cell in cells])
    assert encoded(make(cells))[cells.index(None)] == [1, 0, 0, 0, 0, 0, 0]


BESIDE_NONE: dict[str, Callable[[Sequence[int | None]], Any]] = {
    "pandas Int64": lambda cells: pd.DataFrame({"f": pd.array(cells, "Int64")}),
    "pandas int64[pyarrow]": lambda cells: pd.DataFrame({"f": pd.array(cells, "int64[pyarrow]")}),
    "pandas uint64[pyarrow]": lambda cells: pd.DataFrame({"f": pd.array(cells, "uint64[pyarrow]")}),
    "dict of a pandas Series": lambda cells: {"f": pd.Series(cells, dtype="Int64")},
    "dict of a pandas Series of Arrow": lambda cells: {"f": pd.Series(cells, dtype="int64[pyarrow]")},
    "dict of a pandas array": lambda cells: {"f": pd.array(cells, "Int64")},
    "dict of a Series of categories": lambda cells: {"f": pd.Series(pd.Categorical(cells))},
    "dict of categories": lambda cells: {"f": pd.Categorical(cells)},
    "polars": lambda cells: pl.DataFrame({"f": cells}),
    "dict of a polars Series": lambda cells: {"f": pl.Series(cells)},
    "dict of a pyarrow array": lambda cells: {"f": pa.array(cells)},
    "pyarrow": lambda cells: pa.table({"f": cells}),
    "dict of a list": lambda cells: {"f": list(cells)},
}


@pytest.mark.parametrize("make", BESIDE_NONE.values(), ids=BESIDE_NONE)
def test_an_id_stays_itself_beside_a_missing_one(make: Callable[..., Any]) -> None:
    assert encoded(make([BIG, None, 1])) == [[0, 0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0]]


@pytest.mark.parametrize("make", BESIDE_NONE.values(), ids=BESIDE_NONE)
def test_a_small_number_beside_a_missing_one(make: Callable[..., Any]) -> None:
    assert encoded(make([2, None, 1]), NUMBER) == [[2, 0], [7, 1], [1, 0]]


TAKING: dict[str, Feature] = {
    "filled number": NUMBER,
    "number": NumericFeature(name="f"),
    "filled duration": DurationFeature(name="f", fill=60.0),
    "duration": DurationFeature(name="f"),
    "filled date": DateFeature(name="f", since="2024-01-01", fill="2024-01-02"),
    "date": DateFeature(name="f", since="2024-01-01"),
    "word": WORDS,
    "text": TextFeature(name="f", vocabulary=("a",)),
}


@pytest.mark.parametrize("feature", TAKING.values(), ids=TAKING)
def test_a_missing_cell_is_encoded_where_the_feature_says_so(feature: Feature) -> None:
    if feature.takes_missing:
        assert np.isfinite(encoded([{"f": None}], feature)).all()
    else:
        with pytest.raises(InputValueError, match="missing"):
            encoded([{"f": None}], feature)


def test_words_for_missing_that_all_numbers_share() -> None:
    """A reader converts all columns of numbers by one list; a date's are its own."""
    first = NumericFeature(name="a", fill=0.0, missing=("k.A.", "-99"))
    other = NumericFeature(name="b", missing=("-99", "unknown"))
    day = DateFeature(name="c", since="2024-01-01", missing=("never",))
    for features, words in [((first,), ("k.A.", "-99")), ((first, other, day), ("-99",)), ((first, NUMBER), ())]:
        assert encoder(features, (None, 9)).missing_words == words
    assert encoder((WORDS, day), (None, 9)).missing_words == ()


def test_numbers_in_a_dictionary() -> None:
    table = pa.table({"f": pa.array([2.5, None, 2.5]).dictionary_encode()})
    assert encoded(table, NUMBER) == [[2.5, 0], [7, 1], [2.5, 0]]


@pytest.mark.parametrize(
    "cells",
    [[1, True], [True, 1, None], [BIG, 0.5], [BIG, None], ["x", 1, True, None, 0.5], [1, 0.5], [np.int64(1), "1"]],
    ids=str,
)
def test_neighbours_do_not_count(cells: list[Any]) -> None:
    alone = [row for cell in cells for row in encoded([{"f": cell}])]
    assert encoded([{"f": cell} for cell in cells]) == alone
    assert encoded({"f": cells}) == alone
    assert encoded([[cell] for cell in cells]) == alone


LONG: dict[str, Callable[[list[int | None]], Any]] = {
    "pandas": lambda cells: pd.DataFrame({"f": pd.array(cells, dtype="Int64")}),
    "polars": lambda cells: pl.DataFrame({"f": pl.Series(cells, dtype=pl.Int64)}),
    "pyarrow": lambda cells: pa.table({"f": pa.array(cells, pa.int64())}),
}


@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
def test_long_integers_beside_missing_ones(make: Callable[..., Any]) -> None:
    cells: list[int | None] = [1, None, BIG]
    assert (
        encoded(make(cells))
        == encoded([{"f": cell} for cell in cells])
        == [
            [0, 1, 0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 0],
        ]
    )


def test_a_dictionary_of_views_of_texts() -> None:
    """Of which pyarrow casts none."""
    words = pa.array(["red", "blue"]).cast(pa.string_view())
    column = pa.DictionaryArray.from_arrays(pa.array([1, None, 0]), words)
    codec = encoder((CategoryFeature(name="c", values=("red", "blue")),), (None, 2))
    for rows in (pa.table({"c": column}), {"c": column}, pa.table({"c": pa.chunked_array([column])})):
        assert codec.encode(rows).tolist() == [[0, 1], [0, 0], [1, 0]]
