"""Tables as they come: what each column is taken for, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pyarrow
import pytest

from tagship_runtime.contract import CategoryFeature, NumericFeature
from tagship_runtime.files.dataset import Dataset
from tagship_training.config import Kinds
from tagship_training.data.columns import check, infer, unknown_words
from tagship_training.data.label_columns import LabelColumns
from tagship_training.data.tables import from_table, read
from tagship_training.errors import TrainingError

ROWS = 200


TARGET = (np.arange(ROWS) % 2).astype(np.uint8)[:, None]


def rows(**columns: Any) -> Dataset:
    return Dataset(table=pyarrow.table(columns), targets=TARGET, labels=("y",))


WORDS = ["red", "green", "blue", None] * 50


MISSING_AT_RANDOM = [None if i % 7 == 0 else float(i) for i in range(ROWS)]


MISSING_WITH_LABEL = [None if i % 2 else float(i) for i in range(ROWS)]


@pytest.mark.parametrize(
    ("values", "want"),
    [
        (np.arange(ROWS), NumericFeature(name="c")),
        (np.arange(ROWS) % 2 == 0, NumericFeature(name="c")),
        (MISSING_AT_RANDOM, NumericFeature(name="c", fill=float(np.median([i for i in range(ROWS) if i % 7])))),
        (MISSING_WITH_LABEL, NumericFeature(name="c", fill=99.0, indicator=True)),
        ([str(i) for i in range(ROWS - 2)] + ["?", ""], NumericFeature(name="c", fill=98.5)),
        (WORDS, CategoryFeature(name="c", values=("", "blue", "green", "red"))),
        (["a"] * 100 + ["b"] * 97 + ["c"] * 3, CategoryFeature(name="c", values=("a", "b"))),
    ],
)
def test_kinds(values: Any, want: object) -> None:
    features, notices = infer(rows(c=values), Kinds())
    assert features == (want,)
    assert notices == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([7.0] * ROWS, "every value is 7"),
        ([None] * ROWS, "missing"),
        (["same"] * ROWS, "every value is 'same'"),
        ([f"person {i}" for i in range(ROWS)], "200 different texts"),
    ],
)
def test_what_says_nothing_is_left_out_and_told(values: Any, said: str) -> None:
    features, (notice,) = infer(rows(c=values, x=np.arange(ROWS)), Kinds())
    assert [feature.name for feature in features] == ["x"]
    assert notice.startswith("column 'c' is left out")
    assert said in notice
    with pytest.raises(TrainingError, match="no column is left"):
        infer(rows(c=values), Kinds())


def test_overrides() -> None:
    grades = [1, 2, 3, 4] * 50
    (feature,), _ = infer(rows(c=grades), Kinds(categorical=("c",)))
    assert feature == CategoryFeature(name="c", values=("1", "2", "3", "4"))
    with pytest.raises(TrainingError, match="'red' is not a number"):
        check(rows(c=WORDS), Kinds(numeric=("c",)))
    with pytest.raises(TrainingError, match="no feature column is called 'd'"):
        check(rows(c=grades), Kinds(categorical=("d",)))


def test_the_matrix_is_the_runtimes() -> None:
    data = rows(a=MISSING_WITH_LABEL, b=WORDS, c=np.arange(ROWS))
    features, _ = infer(data, Kinds())
    matrix = data.matrix(features)
    assert matrix.shape == (ROWS, 2 + 4 + 1)
    np.testing.assert_array_equal(matrix[:2], [[0, 0, 0, 0, 0, 1, 0], [99, 1, 0, 0, 1, 0, 1]])


def test_unknown_words_are_counted() -> None:
    features = (CategoryFeature(name="c", values=("red",)), NumericFeature(name="d"))
    assert unknown_words(rows(c=WORDS, d=np.arange(ROWS)), features) == {"c": 100}


def test_a_category_without_a_frequent_word_is_left_out_though_it_is_asked_for() -> None:
    names = [f"person {i}" for i in range(ROWS)]
    (feature,), (notice,) = infer(rows(c=names, x=np.arange(ROWS)), Kinds(categorical=("c",)))
    assert feature.name == "x"
    assert notice == (
        "column 'c' is left out: 200 different texts in 200 rows, none of them on 5 or more; "
        "--text c counts their words"
    )
    with pytest.raises(TrainingError, match="no column is left to learn from"):
        infer(rows(c=names), Kinds(categorical=("c",)))


@pytest.mark.parametrize(
    ("values", "offset", "said"),
    [
        (np.arange(ROWS) + 1_700_000_000, 1_700_000_100, None),  # seconds
        (np.arange(ROWS) + 20_000_000, 20_000_100, None),  # of 200 ids, 101 were left
        (52.5 + np.arange(ROWS) * 1e-7, 52.50000995, None),  # places in one street
        (np.arange(ROWS) * 1000 + 20_000_001, None, "rounds by up to 1"),
        (np.append(np.arange(ROWS - 2), [2**40, 2**40 + 1]), None, "200 different numbers, of which 199 are left"),
        (np.linspace(0, 1, ROWS), None, None),
        (np.linspace(0, 1, ROWS).astype(np.float32) * 1e9, None, None),
    ],
)
def test_large_numbers_are_kept_apart_or_told(values: Any, offset: float | None, said: str | None) -> None:
    (feature,), notices = infer(rows(c=values), Kinds())
    assert isinstance(feature, NumericFeature)
    assert getattr(feature, "offset", None) == (None if offset is None else pytest.approx(offset, rel=1e-9))
    assert (said is None) == (notices == []), notices
    assert said is None or said in notices[0]
    if offset is not None:
        assert len(np.unique(rows(c=values).matrix([feature]))) == ROWS


def test_a_constant_of_many_digits_is_told_as_it_is() -> None:
    _, (notice,) = infer(rows(c=[1_700_000_001] * ROWS, x=np.arange(ROWS)), Kinds())
    assert notice == "column 'c' is left out: every value is 1700000001"


@pytest.mark.parametrize("name", ["plz", "mixed"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_integers_with_zeros_before_them_are_words(name: str, kind: str, tmp_path: Path) -> None:
    """01067 is a town, and 7 another part than 007; a number would lose that."""
    cells = {"plz": ["01067", "10115", "80331"], "mixed": ["007", "7", "12"]}[name] * 40
    frame = pandas.DataFrame({name: cells, "label:a": [1, 0] * 60})
    path = tmp_path / f"t.{kind}"
    {"csv": lambda: frame.to_csv(path, index=False), "parquet": lambda: frame.to_parquet(path)}.get(
        kind, lambda: frame.to_json(path, orient="records", lines=True)
    )()
    rows = from_table(read(str(path)), LabelColumns())
    (feature,), notes = infer(rows, Kinds())
    assert feature == CategoryFeature(name=name, values=tuple(sorted(set(cells))))
    why = f"it holds codes such as {cells[0]!r}, whose zeros a number would lose; --numeric {name} takes numbers"
    assert notes == [f"column {name!r} is taken as words: {why}"]
    (feature,), notes = infer(rows, Kinds(numeric=(name,)))
    assert (feature, notes) == (NumericFeature(name=name), [])


@pytest.mark.parametrize(
    ("bounds", "others", "told"),
    [
        (
            ["<0,5"],
            ["1", "2", "3", "4"],
            """'<0,5' and the like in 40 of 200 training rows among its numbers; --missing""",
        ),
        (["< 1"], ["1", "2", "3", "4"], """--missing '< 1' takes numbers, or write a number for a bound"""),
        (["<1", ">9"], ["1", "2", "3", "4"], "'<1' and the like in 80 of 240 training rows among its numbers; write a"),
        (["<1"], ["red", "2", "green", "blue"], None),
        (["<b>"], ["1", "2", "3", "4"], None),
    ],
)
def test_measurements_known_by_a_bound_are_told(bounds: list[str], others: list[str], told: str | None) -> None:
    cells = (bounds + others) * 40
    data = Dataset(table=pyarrow.table({"c": cells}), targets=np.resize(TARGET, (len(cells), 1)), labels=("y",))
    (feature,), notes = infer(data, Kinds())
    assert feature == CategoryFeature(name="c", values=tuple(sorted({*bounds, *others})))
    assert bool(notes) == (told is not None)
    assert told is None or (notes[0].startswith("column 'c' is taken as words: it holds") and told in notes[0])
    assert infer(data, Kinds(categorical=("c",)))[1] == []


def test_blanks_are_no_bounds() -> None:
    data = Dataset(
        table=pyarrow.table({"c": ["rot", "blau", ""] * 60}), targets=np.resize(TARGET, (180, 1)), labels=("y",)
    )
    assert infer(data, Kinds())[1] == []


def test_numbers_named_as_missing_are_told_where_they_are_no_texts() -> None:
    """In Parquet and frames there is null for what is missing."""
    data = rows(c=[-999.0, 1.5, 2.0, 3.5] * 50)
    told = "column 'c' holds the number -999, and --missing means texts in such a file; make it null"
    assert infer(data, Kinds(missing=("-999",)))[1] == [told]
    assert infer(data, Kinds(missing=("-998", "k.A.")))[1] == []


def test_codes_that_are_numbers_by_a_power_of_ten_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "code,size,label:a\n" + "".join(f"{n}E{n % 4},{n}.5E2,{n % 2}\n" for n in range(40))
    )
    notes: list[str] = []
    read(str(tmp_path / "t.csv"), note=notes.append)
    said = "'0E0' in column 'code' is read as 0; training with --categorical code takes words"
    assert notes == [f"{tmp_path / 't.csv'}: {said}"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([f"P{row:02}" for row in range(60)], [f"P{row:02}" for row in range(60)]),  # one column each below 100 rows
        (["none"] * 40 + [f"P{row}" for row in range(160)], ["none"]),
    ],
)
def test_a_column_of_names_is_left_out_unless_it_is_named(names: list[str], words: list[str]) -> None:
    """The option that the note names does keep it."""
    table = pyarrow.table({"part": names, "x": list(range(len(names)))})
    data = Dataset(table=table, targets=TARGET[: len(names)], labels=("y",))
    (feature,), (note,) = infer(data, Kinds())
    assert feature.name == "x"
    assert note.endswith(f"different texts in {len(names)} rows, as in a name or free text; --categorical keeps it")
    features, notes = infer(data, Kinds(categorical=("part",)))
    assert features[0] == CategoryFeature(name="part", values=tuple(words))
    assert notes == []


def test_codes_and_words_that_look_alike_are_both_told() -> None:
    (_,), (note,) = infer(rows(c=["007", "7 ", "7", "12"] * 50), Kinds())
    assert "is taken as words: it holds codes such as '007'" in note
    assert "; it has '7' and '7 ', which differ by blanks" in note
