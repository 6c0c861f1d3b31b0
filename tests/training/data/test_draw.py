"""Rows drawn from many files, and all other rows in an order that the seed decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from tagship_runtime.errors import DataError, MissingFileError
from tagship_training import Config, Kinds, LabelColumns, Options, draw, open_parts
from tagship_training.data.columns import classes_of
from tagship_training.data.draw import DrawnRows
from tagship_training.data.prepare import Prepared, prepare
from tagship_training.data.stream import Stream
from tagship_training.errors import ConfigError, TableError

ROWS, FILES = 3000, 3
EACH = ROWS // FILES


def table() -> pyarrow.Table:
    random = np.random.default_rng(0)
    number = np.arange(ROWS)
    return pyarrow.table(
        {
            "number": pyarrow.array(number),
            "exact": pyarrow.array(number / 2),  # tells which row it is, and counts nothing
            "x": pyarrow.array(random.normal(size=ROWS)),
            "word": pyarrow.array(np.array(["red", "green", "blue"])[number % 3]),
            "label:odd": pyarrow.array((number % 2).astype(np.uint8)),
            "label:third": pyarrow.array(np.where(number % 3 == 0, "x", "")),
        }
    )


def write(folder: Path, rows: pyarrow.Table) -> Path:
    for place in range(FILES):
        part = rows.slice(place * EACH, EACH)
        pyarrow.parquet.write_table(part, folder / f"part-{place}.parquet", row_group_size=300)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, table())


def changed(name: str, row: int, value: Any) -> pyarrow.Table:
    """The table with another cell."""
    rows = table()
    cells = rows[name].to_pylist()
    cells[row] = value
    return rows.set_column(rows.column_names.index(name), name, pyarrow.array(cells, rows[name].type))


def drawn(folder: Path, **settings: Any) -> DrawnRows:
    return draw(open_parts(str(folder)), LabelColumns(), **{"sample": 400, "seed": 7, **settings})


def stream_of(rows: DrawnRows) -> Stream:
    assert rows.stream is not None
    return rows.stream


def prepared(rows: DrawnRows) -> Prepared:
    return prepare(rows.train, rows.test, rows.validation, Config(), Options(), rows.stream)


def numbers(rows: Any) -> list[int]:
    return [round(2 * exact) for exact in rows.columns["exact"].tolist()]


def test_every_row_has_one_purpose_and_its_own_labels(folder: Path) -> None:
    rows = drawn(folder)
    assert rows.validation is not None
    assert rows.test is not None
    train, held_out, test = numbers(rows.train), numbers(rows.validation), numbers(rows.test)
    assert (len(train), len(held_out), len(test)) == (200, 100, 100)
    assert len({*train, *held_out, *test}) == 400
    for part in (rows.train, rows.validation, rows.test):
        own = np.array(numbers(part))
        np.testing.assert_array_equal(part.known_targets, np.stack([own % 2, own % 3 == 0], axis=1))


def test_rows_are_drawn_evenly_from_all_files(folder: Path) -> None:
    rows = drawn(folder, sample=900)
    counts = np.bincount(np.array(numbers(rows.train)) // EACH, minlength=FILES)
    assert (abs(counts - 150) < 45).all()  # 4.5 standard deviations of a hypergeometric count


def test_a_pass_gives_each_row_that_is_not_set_aside_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagship_training.data.shuffled.POOL_ROWS", (256, 256))
    rows = drawn(folder)
    features = prepared(rows).features
    place = [feature.name for feature in features].index("exact")
    assert rows.validation is not None
    assert rows.test is not None
    aside = {*numbers(rows.validation), *numbers(rows.test)}
    orders = []
    for seed in (1, 1, 2):
        chunks = list(stream_of(rows).chunks(features, ("third", "odd"), seed))
        assert max(len(targets) for _, targets in chunks) <= 300  # half of what is held, and a last batch
        order = np.concatenate([np.rint(2 * np.asarray(matrix)[:, place]) for matrix, _ in chunks]).astype(int)
        targets = np.concatenate([targets for _, targets in chunks])
        np.testing.assert_array_equal(targets, np.stack([order % 3 == 0, order % 2], axis=1))
        orders.append(order.tolist())
    assert sorted(orders[0]) == sorted(set(range(ROWS)) - aside)
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    # Neighbours in the files are none any more, though groups of 300 rows are read one after the other.
    assert np.mean(np.abs(np.diff(orders[0])) == 1) < 0.02


def test_a_stream_encodes_as_the_rows_that_were_drawn(folder: Path) -> None:
    rows = drawn(folder)
    ready = prepared(rows)
    place = [feature.name for feature in ready.features].index("exact")
    chunks = [np.asarray(matrix) for matrix, _ in stream_of(rows).chunks(ready.features, ready.labels, 3)]
    streamed = np.concatenate(chunks)
    train = np.asarray(ready.matrices["train"])
    order, own = np.argsort(streamed[:, place]), np.argsort(train[:, place])
    there = np.searchsorted(streamed[order][:, place], train[own][:, place])
    np.testing.assert_array_equal(streamed[order][there], train[own])


def test_a_column_that_counts_the_rows_of_the_table_is_left_out(folder: Path) -> None:
    ready = prepared(drawn(folder))
    assert {feature.name for feature in ready.features} == {"exact", "x", "word"}
    assert any("'number' is left out: it counts the rows" in notice for notice in ready.notices)


def test_a_shuffled_number_of_the_row_is_left_out(tmp_path: Path) -> None:
    rows = table()
    mixed = np.random.default_rng(1).permutation(ROWS)
    ready = prepared(drawn(write(tmp_path, rows.set_column(0, "number", pyarrow.array(mixed)))))
    assert any("'number' is left out: it numbers the rows" in notice for notice in ready.notices)


def test_a_missing_number_anywhere_is_filled(folder: Path, tmp_path: Path) -> None:
    rows = drawn(folder)
    assert all(getattr(feature, "fill", None) is None for feature in prepared(rows).features)
    free = next(row for row in range(ROWS) if row not in numbers(rows.train))
    again = drawn(write(tmp_path, changed("x", free, float("nan"))))
    fills = {feature.name: getattr(feature, "fill", None) for feature in prepared(again).features}
    assert fills["x"] is not None
    assert fills["exact"] is None


def test_few_rows_are_read_as_they_are(folder: Path) -> None:
    rows = drawn(folder, sample=ROWS)
    assert (rows.stream, rows.test, rows.validation) == (None, None, None)
    assert numbers(rows.train) == list(range(ROWS))


def test_rows_of_others_are_not_drawn(folder: Path) -> None:
    rows = drawn(folder, judge=False)
    assert rows.test is None
    assert (len(rows.train), stream_of(rows).rows) == (300, ROWS - 100)


@pytest.mark.parametrize(("rows", "passes"), [(3000, 6), (100_000_000, 1), (2_000_000, 3)])
def test_passes_depend_on_the_rows(folder: Path, monkeypatch: pytest.MonkeyPatch, rows: int, passes: int) -> None:
    monkeypatch.setattr("tagship_training.data.draw.VISITS", 5_000_000 * 2900 // rows)
    assert stream_of(drawn(folder)).passes == passes


def test_tags_are_those_of_the_rows_that_were_drawn(tmp_path: Path) -> None:
    rows = table().drop_columns(["label:odd", "label:third"])
    tags = [f"{'odd' if number % 2 else 'even'};rare-{number}" for number in range(ROWS)]
    folder = write(tmp_path, rows.append_column("tags", pyarrow.array(tags)))
    found = draw(open_parts(str(folder)), LabelColumns(tags="tags"), sample=400, seed=7)
    ready = prepared(found)
    assert ready.labels == ("even", "odd")
    place = [feature.name for feature in ready.features].index("exact")
    for matrix, targets in stream_of(found).chunks(ready.features, ready.labels, 1):
        own = np.rint(2 * np.asarray(matrix)[:, place])
        np.testing.assert_array_equal(targets, np.stack([own % 2 == 0, own % 2 == 1], axis=1))


def test_texts_stream_as_sparse_rows(tmp_path: Path) -> None:
    words = np.random.default_rng(2).choice(["ship", "train", "plane", "car", "tram"], (ROWS, 4))
    texts = [f"{' '.join(own)} number {place}" for place, own in enumerate(words)]
    folder = write(tmp_path, table().append_column("text", pyarrow.array(texts)))
    rows = drawn(folder)
    ready = prepared(rows)
    assert any(feature.counted for feature in ready.features)
    count = 0
    for matrix, targets in stream_of(rows).chunks(ready.features, ready.labels, 1):
        assert matrix.shape == (len(targets), ready.matrices["train"].shape[1])
        count += len(targets)
    assert count == ROWS - 200


@pytest.mark.parametrize(
    ("name", "row", "value", "message"),
    [
        ("x", 2500, float("inf"), r"part-2\.parquet: row 500, column 'x': inf is infinite in float32"),
        ("label:odd", 1700, 7, r"part-1\.parquet: label column 'label:odd' holds 7 in row 700"),
        ("label:third", 2, "maybe", r"part-0\.parquet: label column 'label:third' holds 'maybe' in row 2"),
        ("label:odd", 1700, None, r"part-1\.parquet: label column 'label:odd' holds None in row 700"),
    ],
)
def test_a_bad_cell_is_named_with_its_file_and_row(
    tmp_path: Path, name: str, row: int, value: Any, message: str
) -> None:
    folder = write(tmp_path, changed(name, row, value))
    with pytest.raises(TableError, match=message):
        prepared(drawn(folder))


def test_a_bad_cell_among_rows_that_were_drawn_is_named_alike(folder: Path, tmp_path: Path) -> None:
    row = numbers(drawn(folder).train)[-1]
    again = write(tmp_path, changed("x", row, float("inf")))
    with pytest.raises(TableError, match=rf"part-{row // EACH}\.parquet: row {row % EACH}, column 'x'"):
        prepared(drawn(again))


def test_words_in_a_column_of_spelled_numbers_are_named(tmp_path: Path) -> None:
    rows = table()
    cells = [str(value) for value in rows["x"].to_pylist()]
    cells[2999] = "lots"
    folder = write(tmp_path, rows.set_column(2, "x", pyarrow.array(cells)))
    with pytest.raises(TableError, match=r"part-2\.parquet: .*'lots'.* row 999|part-2\.parquet: row 999.*'lots'"):
        prepared(drawn(folder))


def test_a_label_that_is_spelled_otherwise_in_another_file_is_refused(tmp_path: Path) -> None:
    rows = table()
    cells = ["yes" if number % 2 else "no" for number in range(EACH)] + ["1" if n % 2 else "0" for n in range(2 * EACH)]
    place = rows.column_names.index("label:odd")
    folder = write(tmp_path, rows.set_column(place, "label:odd", pyarrow.array(cells)))
    with pytest.raises(TableError, match="all files together: label column 'label:odd'"):
        drawn(folder)


def test_files_have_to_have_the_same_columns(folder: Path) -> None:
    path = folder / "part-1.parquet"
    rows = pyarrow.parquet.read_table(path)
    place = rows.column_names.index("x")
    pyarrow.parquet.write_table(rows.set_column(place, "x", rows["x"].cast("float32")), path)
    with pytest.raises(TableError, match=r"part-1\.parquet has float in column 'x', and .*part-0\.parquet has double"):
        open_parts(str(folder))
    pyarrow.parquet.write_table(rows.drop_columns(["x"]), path)
    with pytest.raises(TableError, match=r"part-1\.parquet has no column 'x'"):
        open_parts(str(folder))
    pyarrow.parquet.write_table(rows.append_column("more", rows["x"]), path)
    with pytest.raises(
        TableError, match=r"part-1\.parquet has double in column 'more', and .*part-0\.parquet has none"
    ):
        open_parts(str(folder))
    pyarrow.parquet.write_table(rows.select(rows.column_names[::-1]), path)  # columns have names, so order is free
    assert numbers(drawn(folder, sample=ROWS).train) == list(range(ROWS))


def test_a_damaged_file_is_named(folder: Path) -> None:
    path = folder / "part-1.parquet"
    data = bytearray(path.read_bytes())
    data[200:3000] = bytes(2800)  # within the first pages; the description at the end is whole
    path.write_bytes(data)
    with pytest.raises((DataError, TableError), match=r"part-1\.parquet cannot be read as Parquet"):
        prepared(drawn(folder))
    path.write_bytes(data[:2000])
    with pytest.raises(DataError, match=r"part-1\.parquet cannot be read as Parquet"):
        open_parts(str(folder))


def test_what_is_no_parquet_is_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "notes.csv").write_text("a,b\n")
    with pytest.raises(TableError, match=r"notes\.csv is no Parquet file"):
        open_parts(str(folder))
    assert len(open_parts(f"{folder}/part-*.parquet")) == ROWS
    with pytest.raises(MissingFileError, match="no table is in"):
        open_parts(str(tmp_path_factory.mktemp("empty")))


def test_settings_out_of_range_are_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="sample is 100; at least 200"):
        drawn(folder, sample=100)
    with pytest.raises(ConfigError, match="passes is 0; at least 1"):
        drawn(folder, passes=0)


def test_kinds_that_a_user_names_hold_for_all_rows(folder: Path) -> None:
    rows = drawn(folder)
    kinds = Kinds(categorical=("number",))
    ready = prepare(rows.train, rows.test, rows.validation, Config(), Options(kinds=kinds), rows.stream)
    assert "number" in classes_of(rows.train, kinds)
    assert not any("counts the rows" in notice for notice in ready.notices)
