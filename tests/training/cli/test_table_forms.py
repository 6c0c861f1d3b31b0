"""One table in many forms: dialects, encodings, spellings of labels and kinds of file, from training to decisions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas
import pyarrow.parquet
import pytest

from tagship_export.data.rows import read_rows
from tagship_runtime.files import Dialect, TableFile
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.readers import csv_rows
from tagship_training.data.label_columns import LabelColumns
from tagship_training.data.tables import from_table, read

Command = Callable[..., Any]
LABELS = ("large", "heavy")
SPELLINGS = {
    "0/1": ("1", "0"),
    "yes": ("Yes", "no"),
    "ja": ("ja", "nein"),
    "WAHR": ("WAHR", "FALSCH"),
    "x": ("x", ""),
    "own": ("gut", "schlecht"),
}
SEPARATORS = {"comma": (",", "."), "semicolon": (";", ","), "tab": ("\t", ","), "bar": ("|", ".")}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
WAYS = (
    "semicolon-cp1252-ja.csv",
    "tab-utf-16-x.csv",
    "own.xlsx",
    "texts-comma-ja.jsonl",
    "texts-yes.parquet",
    "texts-comma-x.xlsx",
)
SMALL = ("--epochs", 3, "--members", 2, "--hidden", 8)


@pytest.fixture(scope="module")
def parts() -> pandas.DataFrame:
    """Parts with sizes, a price in thousands, a share, missing weights and words that are no ASCII."""
    random = np.random.default_rng(3)
    frame = pandas.DataFrame(
        {
            "größe": random.normal(50, 20, 240).round(2),
            "preis": random.uniform(500, 9000, 240).round(2),
            "anteil": random.integers(1, 99, 240) / 100,
            "gewicht": random.normal(5, 2, 240).round(3),
            "material": random.choice(["Stahl", "Kunststoff", "weißes Glas"], 240),
        }
    )
    frame["label:large"] = (frame["größe"] > 55).astype(int)
    frame["label:heavy"] = (frame["gewicht"] > 5).astype(int)
    frame.loc[::9, "gewicht"] = np.nan
    return frame


def spelled(number: float, decimal: str) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,")) if decimal == "," else f"{number:,.2f}"


def texts(parts: pandas.DataFrame, decimal: str, spelling: str) -> Iterator[tuple[str, ...]]:
    """Yield rows as somebody's program would write them: thousands, percent, a dash for what is missing."""
    on, off = SPELLINGS[spelling]
    for row in parts.itertuples(index=False):
        numbers = (spelled(row[0], decimal), spelled(row[1], decimal), f"{round(row[2] * 100)} %")
        weight = "-" if np.isnan(row[3]) else f"{row[3]:.3f}".replace(".", decimal)
        yield (*numbers, weight, row[4], *(on if truth else off for truth in row[5:]))


def write(parts: pandas.DataFrame, path: Path, separator: str, decimal: str, encoding: str, spelling: str) -> Path:
    """Write the table as text."""
    lines = [separator.join(parts.columns)]
    for cells in texts(parts, decimal, spelling):
        lines.append(separator.join(f'"{cell}"' if separator in cell else cell for cell in cells))
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def write_texts(parts: pandas.DataFrame, path: Path, decimal: str, spelling: str) -> Path:
    """Write the table into a file that has types of its own, with nothing but texts in it."""
    table = pyarrow.table(dict(zip(parts.columns, zip(*texts(parts, decimal, spelling), strict=True), strict=True)))
    match path.suffix:
        case ".parquet":
            encoded = table.set_column(0, parts.columns[0], table[parts.columns[0]].dictionary_encode())
            pyarrow.parquet.write_table(encoded, path)
        case ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
        case ".xlsx":
            book = openpyxl.Workbook()
            for row in (table.column_names, *texts(parts, decimal, spelling)):
                book.worksheets[0].append(list(row))
            book.save(path)
    return path


def write_excel(parts: pandas.DataFrame, path: Path, spelling: str) -> Path:
    on, off = SPELLINGS[spelling]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(parts.columns))
    for row in parts.itertuples(index=False):
        weight = "n/a" if np.isnan(row[3]) else row[3]
        sheet.append([*row[:3], weight, row[4], *(on if truth else off for truth in row[5:])])
    book.save(path)
    return path


def forms(parts: pandas.DataFrame, folder: Path) -> Iterator[tuple[Path, Dialect, tuple[str, ...]]]:
    """Yield the table in every form, with what has to be said of it."""
    for (name, (separator, decimal)), encoding, spelling in product(SEPARATORS.items(), ENCODINGS, SPELLINGS):
        path = folder / f"{name}-{encoding}-{spelling.replace('/', '')}.csv"
        dialect = Dialect(encoding="cp1252" if encoding == "cp1252" else None)
        positive = ("gut",) if spelling == "own" else ()
        yield write(parts, path, separator, decimal, encoding, spelling), dialect, positive
    for spelling in SPELLINGS:
        path = folder / f"{spelling.replace('/', '')}.xlsx"
        positive = ("gut",) if spelling == "own" else ()
        yield write_excel(parts, path, spelling), Dialect(), positive
        for decimal, kind in product(".,", (".jsonl", ".parquet", ".xlsx")):
            path = folder / f"texts{'-comma' if decimal == ',' else ''}-{spelling.replace('/', '')}{kind}"
            yield write_texts(parts, path, decimal, spelling), Dialect(), positive


def assert_same(got: Dataset, want: Dataset) -> None:
    assert got.labels == want.labels
    np.testing.assert_array_equal(got.known_targets, want.known_targets)
    assert list(got.columns) == list(want.columns)
    for name, column in want.columns.items():
        if name.startswith("label:"):
            continue
        np.testing.assert_array_equal(got.columns[name], column)


@pytest.fixture(scope="module")
def clean(tagship: Command, parts: pandas.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the clean table, its run and its artifact."""
    folder = tmp_path_factory.mktemp("clean")
    parts.to_csv(folder / "clean.csv", index=False)
    done = tagship("train", folder / "clean.csv", "--out", folder / "run", *SMALL)
    assert done.code == 0, done.err
    assert "names or free text" not in done.err
    assert tagship("export", folder / "run", "--out", folder / "artifacts", "--formats", "onnx").code == 0
    return folder


def test_training_learns_from_the_same_rows(parts: pandas.DataFrame, clean: Path, tmp_path: Path) -> None:
    want = from_table(read(str(clean / "clean.csv")), LabelColumns())
    for path, dialect, positive in forms(parts, tmp_path):
        assert_same(from_table(read(str(path), dialect=dialect), LabelColumns(positive=positive)), want)


def test_verification_compares_the_same_rows(parts: pandas.DataFrame, clean: Path, tmp_path: Path) -> None:
    want = read_rows(str(clean / "clean.csv"), LABELS)
    for path, dialect, positive in forms(parts, tmp_path):
        assert_same(read_rows(TableFile(path=str(path), dialect=dialect, positive=positive), LABELS), want)


def test_prediction_scores_the_same_rows(
    tagship: Command, parts: pandas.DataFrame, clean: Path, tmp_path: Path
) -> None:
    artifact = clean / "artifacts" / "float32.onnx"
    want = tagship("predict", artifact, clean / "clean.csv", "--scores").out
    assert len(want.splitlines()) == 241
    for path, dialect, _ in forms(parts, tmp_path):
        said = () if dialect.encoding is None else ("--encoding", dialect.encoding)
        done = tagship("predict", artifact, path, "--scores", *said)
        assert done.code == 0, (path.name, done.err)
        assert done.out == want, path.name


@pytest.mark.parametrize("form", WAYS)
def test_the_whole_way(form: str, tagship: Command, parts: pandas.DataFrame, clean: Path, tmp_path: Path) -> None:
    """Trained on another form, the model is the same one, and verification comes to the same figures."""
    path, dialect, positive = next(found for found in forms(parts, tmp_path) if found[0].name == form)
    said = [] if dialect.encoding is None else ["--encoding", dialect.encoding]
    said += ["--positive", "gut"] if positive else []
    done = tagship("train", path, "--out", tmp_path / "run", *SMALL, *said)
    assert done.code == 0, done.err
    first, second = (json.loads((folder / "run" / "run.json").read_text()) for folder in (clean, tmp_path))
    percent = second["features"][2].pop("percent", False)
    assert percent == (path.name != "own.xlsx")  # this workbook holds numbers, however it shows them
    for key in ("labels", "features", "thresholds", "metrics", "per_label", "diagnosis"):
        assert first[key] == second[key], key
    artifact = clean / "artifacts" / "float32.onnx"
    verdicts = [
        json.loads(tagship("verify", clean / "run", artifact, "--data", data, "--json", *more).out)[0]
        for data, more in ((clean / "clean.csv", ()), (path, said))
    ]
    assert verdicts[0]["quality"] == verdicts[1]["quality"]
    assert verdicts[0]["parity"] == verdicts[1]["parity"]


@pytest.mark.parametrize("form", WAYS)
def test_rows_of_ones_own_are_replayed_and_timed(
    form: str, tagship: Command, parts: pandas.DataFrame, clean: Path, tmp_path: Path
) -> None:
    path, dialect, _ = next(found for found in forms(parts, tmp_path) if found[0].name == form)
    said = [] if dialect.encoding is None else ["--encoding", dialect.encoding]
    artifact = clean / "artifacts" / "float32.onnx"
    replayed = tagship("selftest", artifact, "--data", path, "--json", *said)
    assert replayed.code == 0, replayed.err
    assert json.loads(replayed.out)["given"]["rows"] == 240
    assert tagship("benchmark", artifact, "--data", path, *said).code == 0
    if said:
        assert "--encoding cp1252" in tagship("selftest", artifact, "--data", path).err


def test_numbers_that_are_texts_in_parquet_files(tagship: Command, parts: pandas.DataFrame, tmp_path: Path) -> None:
    """Several files are read together, whole or some rows at a time, as one file of numbers is."""
    random = np.random.default_rng(6)
    dates = [20240000 + 100 * month + day for month, day in random.integers(1, [13, 29], (len(parts), 2)).tolist()]
    parts.assign(datum=dates).to_parquet(tmp_path / "clean.parquet", index=False)
    rows = tmp_path / "rows"
    rows.mkdir()
    for place in range(3):
        some = slice(80 * place, 80 * (place + 1))
        path = write_texts(parts[some], rows / f"{place}.parquet", ",", "x")
        table = pyarrow.parquet.read_table(path).append_column("datum", pyarrow.array(dates[some]))
        pyarrow.parquet.write_table(table, path)
    documents = {}
    for name, source, more in (
        ("clean", tmp_path / "clean.parquet", ()),
        ("small", rows, ()),
        ("drawn", rows, ("--sample", 200)),
    ):
        done = tagship("train", source, "--out", tmp_path / name, *SMALL, *more)
        assert done.code == 0, done.err
        documents[name] = json.loads((tmp_path / name / "run.json").read_text())
        if name != "clean":
            assert "(decimal comma)" in done.err
            assert "column 'datum' holds dates: '2024" in done.err
    kinds = {name: [(one["name"], one["kind"]) for one in found["features"]] for name, found in documents.items()}
    assert kinds["small"] == kinds["drawn"] == kinds["clean"]
    assert documents["small"]["metrics"] == documents["clean"]["metrics"]
    made = tmp_path / "made"
    assert tagship("export", tmp_path / "drawn", "--out", made, "--formats", "onnx").code == 0
    want = tagship("predict", made / "float32.onnx", tmp_path / "clean.parquet", "--scores")
    got = [tagship("predict", made / "float32.onnx", rows / f"{place}.parquet", "--scores") for place in range(3)]
    assert [line for one in got for line in one.out.splitlines()[1:]] == want.out.splitlines()[1:]


def test_numbers_of_another_mark_in_rows_that_were_not_drawn(
    tagship: Command, parts: pandas.DataFrame, tmp_path: Path
) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    write_texts(pandas.concat([parts] * 4), rows / "0.parquet", ",", "x")
    write_texts(parts[:1], rows / "1.parquet", ".", "x")
    done = tagship("train", rows, "--out", tmp_path / "run", *SMALL, "--sample", 200)
    assert done.code == 2
    assert "decimal comma" in done.err
    assert not (tmp_path / "run").exists()


def test_decimal_commas_are_told(tagship: Command, parts: pandas.DataFrame, clean: Path, tmp_path: Path) -> None:
    """Numbers that were left out as free text, in silence and with exit code 0, are numbers, and a note shows one."""
    path = write(parts, tmp_path / "commas.csv", ",", ",", "utf-8", "0/1")
    done = tagship("train", path, "--out", tmp_path / "run", *SMALL)
    assert done.code == 0, done.err
    assert "(decimal comma)" in done.err
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    assert [feature["name"] for feature in document["features"]] == list(parts.columns[:5])
    assert any("(decimal comma)" in notice for notice in document["notices"])
    assert done.err.count("(decimal comma)") == 1


@pytest.mark.parametrize(
    ("cells", "options", "said"),
    [
        (["1,234"] * 40, (), "'1,234' in column 'x' may be 1234 or 1.234"),
        ([f"{n}.5" if n % 4 else "abc" for n in range(40)], (), "column 'x' is mostly numbers, but there are 'abc'"),
        ([f"{number},5" for number in range(30)] + ["k.A."] * 10, (), "name them with --missing"),
        ([f"{n},5 mm" for n in range(40)], (), "column 'x' holds numbers with a unit, such as '0,5 mm'"),
        ([f"1.{n:03}.{n:03}" if n % 2 else f"{n}1 or 2 or 3" for n in range(40)], (), "column 'x' is mostly numbers"),
        (
            [f"1,{n + 10},8942" for n in range(40)],
            (),
            "digits and marks that are no number in a spelling that is known",
        ),
        ([f"{n}.{n}.7 %" for n in range(40)], (), "such as '0.0.7 %'; if these are numbers"),
        ([f"{n}_{n + 10}3" for n in range(80)], (), "such as '0_103'"),  # each a word, among few rows
        ([f"{n}.{n}.7 mm" for n in range(40)], (), "column 'x' holds numbers with a unit, such as '0.0.7 mm'"),
    ],
)
def test_doubt_is_no_free_text(
    cells: list[str], options: tuple[str, ...], said: str, tagship: Command, tmp_path: Path
) -> None:
    lines = [f"{cell};{row % 7};{row % 2}" for row, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["x;y;label:a", *lines]))
    done = tagship("train", tmp_path / "t.csv", "--out", tmp_path / "run", *SMALL, *options)
    assert (done.code, (tmp_path / "run").exists()) == (2, False)
    assert said in done.err.splitlines()[-1]


def test_rows_without_a_cell_below_a_table_are_no_negatives(tagship: Command, tmp_path: Path) -> None:
    """Spreadsheets write them where cells were emptied; a blank would mean that the label is off."""
    lines = [f"{row}.5;{row % 7};{'x' if row % 2 else ''}" for row in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["a;b;label:y", *lines, *[";;"] * 5]))
    done = tagship("train", tmp_path / "t.csv", "--out", tmp_path / "run", *SMALL)
    assert (done.code, (tmp_path / "run").exists()) == (2, False)
    assert "has no cell from row 40 on, up to its last row 44; remove these rows" in done.err


def test_words_for_what_is_missing(tagship: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named once, to training, they are known to the file: the fast reader of CSV needs no help with them."""
    cells = [f"{number % 9},5" for number in range(60)] + ["k.A."] * 20
    lines = [f"{cell};{row % 7};{row % 2}" for row, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["x;y;label:a", *lines]))
    done = tagship("train", tmp_path / "t.csv", "--out", tmp_path / "run", *SMALL, "--missing", "k.A.")
    assert done.code == 0, done.err
    feature = json.loads((tmp_path / "run" / "run.json").read_text())["features"][0]
    assert (feature["kind"], feature["missing"]) == ("numeric", ["k.A."])
    assert 2.5 <= feature["fill"] <= 5.5
    assert tagship("export", tmp_path / "run", "--out", tmp_path / "out", "--formats", "onnx").code == 0
    artifact = tmp_path / "out" / "float32.onnx"
    (tmp_path / "points.csv").write_text((tmp_path / "t.csv").read_text().replace(",", ".").replace(";", ","))
    plain = [tagship("predict", artifact, tmp_path / name, "--scores") for name in ("t.csv", "points.csv")]
    assert [done.code for done in plain] == [0, 0], plain[0].err
    assert plain[0].out == plain[1].out
    verified = tagship("verify", tmp_path / "run", artifact, "--data", tmp_path / "t.csv", "--json")
    assert verified.code == 0, verified.err
    assert json.loads(verified.out)[0]["parity"]["rows"] == 80
    monkeypatch.setattr(csv_rows, "LARGE", 0)
    monkeypatch.setattr(csv_rows, "parse", None)
    for name in ("t.csv", "points.csv"):
        assert tagship("predict", artifact, tmp_path / name, "--scores").out == plain[0].out


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (("label:large", "label:heavy"), ["label:large", "label:heavy"]),
        (("label:*",), ["label:large", "label:heavy"]),
        (("6-7",), ["label:large", "label:heavy"]),
        (("7", "6"), ["label:heavy", "label:large"]),
        (("6-",), ["label:large", "label:heavy"]),
    ],
)
def test_label_columns_by_pattern_and_position(wanted: tuple[str, ...], labels: list[str], clean: Path) -> None:
    table = read(str(clean / "clean.csv"))
    assert list(from_table(table, LabelColumns(names=wanted), ["label:none"][:0]).labels) == labels


def test_a_table_is_verified_by_what_meant_on_in_training(tagship: Command, tmp_path: Path) -> None:
    """Yes and no are a usual pair, whose yes would be taken for on."""
    random = np.random.default_rng(8)
    size = random.normal(size=300)
    lines = [f"{number:.3f},{'no' if number > 0 else 'yes'}" for number in size]
    table, run, out = tmp_path / "passed.csv", tmp_path / "run", tmp_path / "made"
    table.write_text("\n".join(["size,failed", *lines]) + "\n", encoding="utf-8")
    done = tagship("train", table, "--labels", "failed", "--positive", "no", "--out", run, *SMALL[:4], "--epochs", 60)
    assert done.code == 0, done.err
    assert json.loads((run / "run.json").read_text())["configuration"]["positive"] == ["no"]
    assert tagship("export", run, "--out", out, "--formats", "onnx").code == 0
    found = []
    for more in ((), ("--data", table), ("--data", table, "--positive", "no")):
        done = tagship("verify", run, out / "float32.onnx", "--json", *more)
        assert done.code == 0, done.err
        found.append(json.loads(done.out)[0]["quality"]["original"]["macro_f1"])
    assert min(found) > 0.9
    assert found[1] == found[2]
    done = tagship("verify", run, out / "float32.onnx", "--json", "--data", table, "--positive", "yes")
    assert json.loads(done.out)[0]["quality"]["original"]["macro_f1"] < 0.5


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".jsonl", ".parquet"])
def test_a_label_that_is_blank_in_all_rows_is_off(
    kind: str, tagship: Command, parts: pandas.DataFrame, clean: Path, tmp_path: Path
) -> None:
    """Which training knew by its x, a table of rows to judge by need not show again."""
    light = parts[parts["label:heavy"] == 0]
    light.to_parquet(tmp_path / "clean.parquet", index=False)
    crossed = write(parts, tmp_path / "crossed.csv", ";", ",", "utf-8", "x")
    named = tmp_path / f"light{kind}"
    write(light, named, ";", ",", "utf-8", "x") if kind == ".csv" else write_texts(light, named, ",", "x")
    done = tagship("train", crossed, "--test", named, "--validation", named, "--out", tmp_path / "run", *SMALL)
    assert done.code == 0, done.err
    assert done.err.count("label column 'label:heavy' is blank in all rows, and so off") == 1
    document = json.loads((tmp_path / "run" / "run.json").read_text())
    assert document["label_words"] == {"large": ["x"], "heavy": ["x"]}
    assert document["per_label"]["heavy"]["positives"] == 0
    made = tmp_path / "made"
    done = tagship("export", tmp_path / "run", "--data", named, "--out", made, "--formats", "onnx")
    assert done.code == 0, done.err
    done = tagship("verify", tmp_path / "run", made / "float32.onnx", "--data", named, "--json")
    assert done.code == 0, done.err
    assert "is blank in all rows" in done.err
    want = tagship("verify", tmp_path / "run", made / "float32.onnx", "--data", tmp_path / "clean.parquet", "--json")
    assert json.loads(done.out)[0]["quality"] == json.loads(want.out)[0]["quality"]
    refused = tagship("verify", clean / "run", clean / "artifacts" / "float32.onnx", "--data", named)
    assert refused.code == 2  # training had 0 and 1
    assert "label:heavy" in refused.err


BOOLEANS = {"WAHR": "FALSCH", "wahr": "falsch", "TRUE": "FALSE", "True": "False", "VRAI": "FAUX", "1": "0"}


def test_booleans_of_excel_are_the_same_in_every_form(tagship: Command, tmp_path: Path) -> None:
    """As text, a German Excel spells them otherwise than a workbook holds them, which were words and numbers."""
    random = np.random.default_rng(5)
    frame = pandas.DataFrame({"size": random.normal(size=240).round(2), "checked": random.random(240) < 0.5})
    frame["label:good"] = (frame["size"] + frame["checked"] > 0.5).astype(int)
    frame.to_excel(tmp_path / "book.xlsx", index=False)
    frame.to_parquet(tmp_path / "rows.parquet")
    for on, off in BOOLEANS.items():
        frame.assign(checked=np.where(frame["checked"], on, off)).to_csv(tmp_path / f"{on}.csv", index=False)
    forms = [tmp_path / "book.xlsx", tmp_path / "rows.parquet", *(tmp_path / f"{on}.csv" for on in BOOLEANS)]
    scores = []
    for trained in (forms[0], tmp_path / "WAHR.csv"):
        folder = tmp_path / trained.stem
        assert tagship("train", trained, "--out", folder / "run", *SMALL).code == 0
        assert tagship("export", folder / "run", "--out", folder / "out", "--formats", "onnx").code == 0
        for form in forms:
            done = tagship("predict", folder / "out" / "float32.onnx", form, "--scores")
            assert done.code == 0, (form.name, done.err)
            assert "does not know" not in done.err
            scores.append(done.out)
    assert len(set(scores)) == 1


def test_shares_are_not_taken_for_percent_nor_dollars_for_euros(tagship: Command, tmp_path: Path) -> None:
    """A text without a percent sign where training had one is refused by every command, as another currency is."""
    random = np.random.default_rng(6)
    percent = random.integers(1, 99, 240)
    frame = pandas.DataFrame({"share": percent / 100, "price": 5.0, "label:good": (percent > 50).astype(int)})
    frame["price"] += np.arange(240) % 7
    spelled = {
        "signs": [f"{number} %" for number in percent],
        "bare": [str(number) for number in percent],
        "shares": [f"{number / 100}" for number in percent],
    }
    for name, cells in spelled.items():
        frame.assign(share=cells, price=frame["price"].map("{:.2f} €".format)).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    frame.assign(share=spelled["signs"]).to_csv(tmp_path / "amounts.csv", index=False)
    for name, sign in (("euros", "EUR"), ("dollars", "US$")):
        frame.assign(share=spelled["signs"], price=[f"{sign} {amount:.2f}" for amount in frame["price"]]).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    frame.to_parquet(tmp_path / "rows.parquet")
    frame.to_excel(tmp_path / "book.xlsx", index=False)
    run, artifact = tmp_path / "run", tmp_path / "out" / "float32.onnx"
    assert tagship("train", tmp_path / "signs.csv", "--out", run, *SMALL).code == 0
    assert tagship("export", run, "--out", tmp_path / "out", "--formats", "onnx").code == 0
    share, price = json.loads((tmp_path / "out" / "float32.onnx.json").read_text())["features"]
    assert share == {"name": "share", "kind": "numeric", "fill": None, "percent": True}
    assert price == {"name": "price", "kind": "numeric", "fill": None, "currency": "€"}
    scores = [
        tagship("predict", artifact, tmp_path / form, "--scores").out
        for form in ("signs.csv", "rows.parquet", "book.xlsx", "amounts.csv", "euros.csv")
    ]
    assert len(scores[0].splitlines()) == 241
    assert set(scores) == {scores[0]}
    assert tagship("verify", run, artifact, "--data", tmp_path / "signs.csv").code == 0
    for name, said in (
        ("bare", f"row 0, column 'share': '{spelled['bare'][0]}' has no percent sign"),
        ("shares", f"row 0, column 'share': '{spelled['shares'][0]}' has no percent sign"),
        ("dollars", "column 'price' holds 'US$ 5.00', and training's cells had €; convert the numbers"),
    ):
        table = tmp_path / f"{name}.csv"
        for command in (
            ("predict", artifact, table),
            ("verify", run, artifact, "--data", table),
            ("selftest", artifact, "--data", table),
            ("train", tmp_path / "signs.csv", "--test", table, "--out", tmp_path / "other"),
        ):
            done = tagship(*command)
            assert (done.code, done.out) == (2, ""), command
            assert said in done.err


def test_errors_and_formulas_of_a_workbook_are_told_by_every_command(
    tagship: Command, parts: pandas.DataFrame, clean: Path, tmp_path: Path
) -> None:
    artifact = clean / "artifacts" / "float32.onnx"
    for place, cell, said in (
        ("A9", "#DIV/0!", "'#DIV/0!'"),
        ("A9", "=B9/2", "the formula in cell A9 has no value in the file"),
        ("F9", "#REF!", "label column 'label:large' holds '#REF!' in row 7"),
    ):
        book = openpyxl.load_workbook(write_excel(parts, tmp_path / "t.xlsx", "x"))
        book.worksheets[0][place] = cell
        book.save(tmp_path / "t.xlsx")
        train = tagship("train", tmp_path / "t.xlsx", "--out", tmp_path / "run", *SMALL)
        verify = tagship("verify", clean / "run", artifact, "--data", tmp_path / "t.xlsx")
        predict = tagship("predict", artifact, tmp_path / "t.xlsx")
        for done in (train, verify) if place == "F9" else (train, verify, predict):
            assert done.code == 2
            assert said in done.err
        assert (tmp_path / "run").exists() is False
