"""What float32 keeps apart of a column of numbers, and which words are numbers after all."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagship_runtime.contract import NumericFeature, OffsetFeature
from tagship_runtime.features import as_column
from tagship_runtime.files import read_table
from tagship_runtime.files.spelling.numerals import MOSTLY
from tagship_training.config import Kinds
from tagship_training.data.kinds.base import Column
from tagship_training.data.kinds.choose import check_no_numbers, kind_of
from tagship_training.data.kinds.numeric import describe, resolution
from tagship_training.errors import TableError


@pytest.mark.parametrize(
    ("numbers", "offset", "note"),
    [
        ([1, 2.5, 3], None, None),
        ([0.1, 100_000.1], None, None),  # fractions over a wide range are as good as exact
        ([0.1, 0.1 + 1e-12, 1.1], None, None),
        ([1e6 + k / 100 for k in range(10)], 1e6 + 0.045, None),  # one of them is whole
        ([1.7e9 + k for k in range(100)], 1.7e9 + 50, None),  # half way is rounded to an even number
        ([0, 16_777_217, 1e12 + 1], None, "holds integers above 16,777,216, .* rounds by up to 32768"),
        ([0, *(1e12 + k for k in range(10))], None, "holds 11 different numbers, of which 2 are left in float32"),
        ([1.7e9 + 100_000_001 * (k > 49) + k for k in range(100)], None, "holds 100 different numbers, of which"),
        ([0.1, 1e9 + 1, 1e9 + 2, 1e9 + 3], None, "holds 4 different numbers, of which 2 are left in float32"),
        ([1.7e18 + 256 * k for k in range(100)], None, "holds 100 .* of which 1 are left .* not even float64"),
        ([1e20, 6e23, 0.5], None, None),
    ],
)
def test_what_float32_keeps_apart(numbers: list[float], offset: float | None, note: str | None) -> None:
    got, said = resolution(np.array(numbers, np.float64))
    assert got == (None if offset is None else pytest.approx(offset, abs=1e-9))
    assert said is None if note is None else re.match(note, said or "")


def described(*numbers: float) -> Any:
    values = np.array(numbers, np.float64)
    return describe(Column(name="c", values=values, targets=np.zeros((len(values), 1), np.uint8), incomplete=False))


def test_an_offset_goes_into_the_feature() -> None:
    assert described(*(1.7e9 + k for k in range(100))).feature == OffsetFeature(name="c", offset=1.7e9 + 50)
    one = described(7.0, np.nan)
    assert (one.feature, one.useless) == (NumericFeature(name="c", fill=7.0), "every value is 7 or missing")


@pytest.mark.parametrize(
    ("cells", "different", "reason"),
    [
        ([2**70 + k for k in range(200)], 200, "its 200 different values, 1.18059162071741e+21 among them"),
        ([str(2**60 + k) for k in range(9)], 9, "its 9 different values"),
        ([2**53, 2**53 + 1], 2, "its 2 different values"),
        ([1e-50 * k for k in range(1, 10)], 9, "its 9 different values, 1e-50 among them, become one in float32"),
        ([2**60] * 3, 1, "every value is 1.15292150460685e+18"),
        (["1e20", "1e20"], 1, "every value is 1e+20"),
    ],
)
def test_every_value_is_one_only_where_the_cells_are_equal(cells: list[Any], different: int, reason: str) -> None:
    values = as_column(cells)
    found = describe(Column(name="c", values=values, targets=np.zeros((len(cells), 1), np.uint8), incomplete=False))
    assert (found.useless or "").startswith(reason)
    if different > 1:
        assert (found.note or "").startswith(f"holds {different:,} different numbers, of which 1 are left in float32")


def files(numbers: list[int], folder: Path) -> list[Path]:
    paths = [folder / f"t.{kind}" for kind in ("csv", "jsonl", "parquet")]
    with paths[0].open("w", newline="") as stream:
        csv.writer(stream).writerows([["c"], *([number] for number in numbers)])
    paths[1].write_text("".join(json.dumps({"c": number}) + "\n" for number in numbers))
    if max(numbers) >= 2**63:
        return paths[:2]
    pyarrow.parquet.write_table(pa.table({"c": pa.array(numbers, pa.int64())}), paths[2])
    return paths


@given(
    st.sampled_from([2**24, 2**40, 2**53, 2**60, 2**63, 2**70]),
    st.lists(st.integers(-2000, 2000), min_size=2, max_size=8),
)
def test_different_integers_stay_so_or_are_told(base: int, steps: list[int]) -> None:
    """Whatever file they come from: none becomes another in silence, and all files are fitted alike."""
    numbers = [base + step for step in steps]
    said = set()
    with tempfile.TemporaryDirectory() as folder:
        for path in files(numbers, Path(folder)):
            values = as_column(read_table(str(path), ())["c"], "c")
            column = Column(name="c", values=values, targets=np.zeros((len(steps), 1), np.uint8), incomplete=False)
            found = describe(column)
            matrix = np.zeros((len(steps), 1), np.float32)
            assert found.feature is not None
            found.feature.encode(values, matrix)
            assert len(np.unique(matrix)) == len(set(numbers)) or "different numbers" in (found.note or ""), path
            assert ("every value" in (found.useless or "")) == (len(set(numbers)) == 1)
            said.add((found.feature, found.useless, found.note))
    assert len(said) == 1


def texts(*values: Any) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


FRACTIONS = [f"{k}.5" for k in range(30)]
COMMAS = [f"{k},5" for k in range(30)]
WORD = "unknown"


@pytest.mark.parametrize(
    ("values", "left_out", "refused"),
    [
        ([*FRACTIONS, WORD], False, True),
        ([*COMMAS, WORD], False, True),
        ([*FRACTIONS[:11], WORD], False, True),
        ([*FRACTIONS[:10], WORD], False, False),
        ([*FRACTIONS[:10] * 3, WORD], False, False),
        ([*FRACTIONS[:10], WORD], True, True),
        ([*map(str, range(30)), WORD], False, False),  # codes
        ([*map(str, range(30)), WORD], True, True),
        ([*FRACTIONS], True, False),
        ([*FRACTIONS, None, ""], True, False),
        ([*FRACTIONS[:12], *["a", "b", "c"] * 12], True, False),
    ],
)
def test_words_that_are_mostly_numbers(values: list[Any], left_out: bool, refused: bool) -> None:
    if refused:
        with pytest.raises(TableError, match=r"numbers, but there are 'unknown' and the like \(1 cells\)"):
            check_no_numbers("c", texts(*values), left_out=left_out)
    else:
        check_no_numbers("c", texts(*values), left_out=left_out)


UNITS = (
    "mm", "°C", "°", "℃", "Grad C", "° C", "°F", "%vol", "% vol", "€/kg", "$/h", "€/m²", "Mio. €", "mg / l",
    "l / 100 km", "m^2", "sq ft", "fl. oz", "″", "% p.a.", "(mm)", "pieces/hour", "Ω", "[mm]",
    "㎡", "% (v/v)", "˚C", "”", "milligrams per litre",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("number", ["{},5 ", "-{}", "1.{:03},25 ", "1.{}e-3 ", "< {}", "ca. {},5 ", "1,{} ± 0,1 "])
def test_numbers_with_a_unit_are_no_words(unit: str, number: str) -> None:
    cells = [f"{number.format(place)}{unit}" for place in range(30)]
    for left_out in (True, False)[: 1 + ("," in number)]:
        with pytest.raises(TableError, match="numbers with a unit, such as"):
            check_no_numbers("c", texts(*cells), left_out=left_out)
    check_no_numbers("c", texts(*[f"{place} {unit} {place}" for place in range(30)]), left_out=True)


@pytest.mark.parametrize(
    "amount",
    [
        "EUR {},4 Mio",
        "Rs. {} lakh",
        "CHF {} Mio",
        "US$ {} bn",
        "kr. {},5 mio",
        "${}.40/h",
        "€ {},4/kg",
        "{} 1/min",
        "\uff11{}\uff0c\uff14 mm",
        f"{{}},4{' ' * 60}mm",
    ],
)
def test_amounts_with_a_unit_are_no_words(amount: str) -> None:
    with pytest.raises(TableError, match="numbers with a unit, such as"):
        check_no_numbers("c", texts(*[amount.format(place) for place in range(60)]), left_out=True)


@pytest.mark.parametrize("spelled", ["{}-A", "{}:30", "{}_x", "A{}", "{} Main St {}", "{}/A", "no. {}"])
def test_names_with_numbers_stay_names(spelled: str) -> None:
    check_no_numbers("c", texts(*[spelled.format(place, 2 * place) for place in range(100, 130)]), left_out=True)


def test_a_dash_that_only_tables_of_text_take_for_missing_is_told() -> None:
    """JSON Lines and Parquet have their own null, so that a column of numbers and dashes is not left out unsaid."""
    with pytest.raises(TableError, match=r"numbers, but there are '-' .*\(10 cells\).* name them with --missing"):
        check_no_numbers("c", texts(*FRACTIONS, *["-"] * 10, "NA", ""), left_out=True)


def test_mostly_begins_at_its_bound() -> None:
    total = 20
    numerals = round(MOSTLY * total)
    assert numerals == MOSTLY * total
    with pytest.raises(TableError, match="mostly numbers"):
        check_no_numbers("c", texts(*FRACTIONS[:numerals], *[WORD] * (total - numerals)), left_out=True)
    check_no_numbers("c", texts(*FRACTIONS[: numerals - 1], *[WORD] * (total - numerals + 1)), left_out=True)


def test_an_array_in_a_cell_is_no_number() -> None:
    with pytest.raises(TableError, match="numbers or texts are needed, so leave it out"):
        kind_of("c", texts("red", np.array([1.0])), Kinds())
