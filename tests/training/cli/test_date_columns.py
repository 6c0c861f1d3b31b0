"""Dates and durations from a table as people have it to the decisions of every kind of file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas
import pytest

Command = Callable[..., Any]
SMALL = ("--epochs", 40, "--members", 2, "--hidden", 16)


@pytest.fixture(scope="module")
def deliveries() -> pandas.DataFrame:
    """Parts that are late at weekends and after March 2024, how long they took, and when their shift began."""
    random = np.random.default_rng(7)
    days = [date(2023, 1, 2) + timedelta(days=int(day)) for day in random.integers(0, 700, 420)]
    frame = pandas.DataFrame({"delivered": days})
    frame["took"] = [timedelta(seconds=int(seconds)) for seconds in random.integers(60, 9000, 420)]
    frame["length"] = random.normal(50, 20, 420).round(2)
    late = [day > date(2024, 3, 1) or day.weekday() > 4 for day in days]
    frame["label:late"] = np.array(late).astype(int)
    return frame


def german(frame: pandas.DataFrame, path: Path) -> Path:
    """Write as a German Excel exports; some dates are not known."""
    lines = [";".join(frame.columns)]
    for row, (day, took, length, label) in enumerate(frame.itertuples(index=False)):
        spelled = "k.A." if row % 10 == 3 else f"{day:%d.%m.%Y}"
        lines.append(f"{spelled};{took};{str(length).replace('.', ',')};{'ja' if label else 'nein'}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def run(deliveries: pandas.DataFrame, tagship: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dates")
    table = german(deliveries, folder / "deliveries.csv")
    done = tagship("train", table, "--missing", "k.A.", "--out", folder / "run", *SMALL)
    assert done.code == 0, done.err
    done = tagship(
        "export", folder / "run", "--out", folder / "out", "--formats", "tflite,onnx", "--recipes", "float32"
    )
    assert done.code == 0, done.err
    return folder


def test_what_the_contract_says(run: Path) -> None:
    delivered, took, _ = json.loads((run / "out" / "float32.onnx.json").read_text())["features"]
    assert (delivered["kind"], delivered["parts"], delivered["missing"]) == ("date", ["weekday"], ["k.A."])
    assert (took["kind"], took["missing"]) == ("duration", ["k.A."])
    rows = json.loads((run / "out" / "float32.onnx.json").read_text())["golden"]["rows"]
    assert all(row[0] is None or date.fromisoformat(row[0]) for row in rows)


def test_every_form_of_the_table_gives_the_same_decisions(
    run: Path, deliveries: pandas.DataFrame, tagship: Command
) -> None:
    """And a word for missing that training was told is known to the file."""
    rows = deliveries.drop(columns="label:late").head(40)
    german(deliveries.head(40), run / "ask.csv")
    known = rows.assign(delivered=[None if row % 10 == 3 else day for row, day in enumerate(rows["delivered"])])
    known.to_parquet(run / "ask.parquet")
    known.assign(delivered=known["delivered"].astype(str).replace("None", None), took=rows["took"].astype(str)).to_json(
        run / "ask.jsonl", orient="records", lines=True
    )
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(list(rows.columns))
    for day, took, length in known.itertuples(index=False):
        book.active.append([None if day is None else datetime(day.year, day.month, day.day), took, length])
    book.save(run / "ask.xlsx")
    artifact = run / "out" / "float32.onnx"
    want = tagship("predict", artifact, run / "ask.csv")
    assert want.code == 0, want.err
    assert set(want.out.split()[1:]) == {"0", "1"}
    for kind in ("parquet", "jsonl", "xlsx"):
        found = tagship("predict", artifact, run / f"ask.{kind}")
        assert found.code == 0, found.err
        assert found.out == want.out, kind


def test_artifacts_are_verified_on_the_table(run: Path, tagship: Command) -> None:
    for kind in ("tflite", "onnx"):
        artifact = run / "out" / f"float32.{kind}"
        done = tagship("verify", run / "run", artifact, "--data", run / "deliveries.csv")
        assert done.code == 0, done.err
        assert tagship("selftest", artifact).code == 0


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y"])
@pytest.mark.parametrize("certain", [True, False])
def test_the_order_of_days_and_months_is_found_again_or_said(
    form: str, certain: bool, run: Path, deliveries: pandas.DataFrame, tagship: Command
) -> None:
    """Training saw no such dates; where no cell tells, each command asks, and takes the option of training."""
    small = np.array([day.day <= 12 for day in deliveries["delivered"]])
    rows = deliveries if certain else deliveries[small]
    folder = run / f"{form[1]}{certain}"
    folder.mkdir()
    rows.assign(delivered=[f"{day:%Y-%m-%d}" for day in rows["delivered"]]).to_csv(folder / "iso.csv", index=False)
    rows.assign(delivered=[f"{day:{form}}" for day in rows["delivered"]]).to_csv(folder / "other.csv", index=False)
    artifact = run / "out" / "float32.onnx"
    commands = {
        "predict": ("predict", artifact, "TABLE", "--scores"),
        "verify": ("verify", run / "run", artifact, "--json", "--data", "TABLE"),
        "selftest": ("selftest", artifact, "--data", "TABLE"),
        "export": ("export", run / "run", "--out", folder / "out", "--formats", "onnx", "--recipes", "float32",
                   "--data", "TABLE"),
    }  # fmt: skip
    order = ("--dates", "day-first" if form[1] == "d" else "month-first")
    for name, command in commands.items():
        want, found, said = (
            tagship(*(folder / table if word == "TABLE" else word for word in command), *more)
            for table, more in (("iso.csv", ()), ("other.csv", ()), ("other.csv", order))
        )
        assert (want.code, said.code) == (0, 0), (name, want.err, said.err)
        if name in ("predict", "verify"):
            assert said.out.replace("other.csv", "iso.csv") == want.out
        assert found.code == (0 if certain else 2), (name, found.err)
        if certain and name in ("predict", "verify"):
            assert found.out.replace("other.csv", "iso.csv") == want.out
        if not certain:
            assert "neither another cell nor training tells; say which with --dates" in found.err.splitlines()[-1]


def test_an_impossible_date_is_an_error_with_its_row(run: Path, tagship: Command) -> None:
    (run / "bad.csv").write_text("delivered;took;length\n01.02.2024;1:00;1,5\n30.02.2024;1:00;1,5\n")
    done = tagship("predict", run / "out" / "float32.onnx", run / "bad.csv")
    assert done.code == 2
    assert "row 1, column 'delivered': '30.02.2024' is no day of the calendar" in done.err


@pytest.mark.parametrize(("order", "code"), [(None, 2), ("day-first", 0)])
def test_where_nothing_tells_the_order_an_error_asks(
    order: str | None, code: int, tagship: Command, tmp_path: Path
) -> None:
    rows = [f"{1 + row % 12:02d}/{1 + row % 11:02d}/2024,{row},{row % 2}" for row in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["day,x,label:on", *rows]) + "\n")
    more = () if order is None else ("--dates", order)
    done = tagship("train", tmp_path / "a.csv", "--out", tmp_path / "run", *more, "--epochs", 1, "--members", 2)
    assert done.code == code, done.err
    if order is None:
        assert "column 'day': the day or the month may stand first in '01/01/2024'" in done.err
    else:
        assert "the day first: '01/01/2024' is read as 2024-01-01" in done.err + done.out


SPELLINGS = {"iso": "%Y-%m-%d", "compact": "%Y%m%d", "named": "%d-%b-%Y", "american": "%B %d, %Y"}


def spelled(deliveries: pandas.DataFrame, form: str) -> pandas.DataFrame:
    days = [None if row % 10 == 3 else f"{day:{form}}" for row, day in enumerate(deliveries["delivered"])]
    return deliveries.assign(delivered=days, took=deliveries["took"].astype(str))


def test_dates_without_marks_and_with_months_names_are_dates_in_every_command(
    deliveries: pandas.DataFrame, tagship: Command, tmp_path: Path
) -> None:
    for name, form in SPELLINGS.items():
        spelled(deliveries, form).to_csv(tmp_path / f"{name}.csv", index=False)
    numbers = spelled(deliveries, "%Y%m%d")
    numbers.assign(delivered=pandas.to_numeric(numbers["delivered"])).to_excel(tmp_path / "book.xlsx", index=False)
    forms = [*(f"{name}.csv" for name in SPELLINGS), "book.xlsx"]
    runs = []
    for number, form in enumerate(forms):
        test = ("--test", tmp_path / forms[number - 1], "--epochs", 2, "--members", 1, "--hidden", 8, "--no-baselines")
        done = tagship("train", tmp_path / form, "--out", tmp_path / form.replace(".", "-"), *test)
        assert done.code == 0, done.err
        assert ("holds dates" in done.err) == (number > 0 or forms[number - 1] != "iso.csv")
        runs.append(json.loads((tmp_path / form.replace(".", "-") / "run.json").read_text()))
        assert runs[-1]["features"] == runs[0]["features"]
        assert runs[-1]["metrics"] == runs[0]["metrics"]
    assert runs[0]["features"][0]["kind"] == "date"
    run, artifact = tmp_path / "compact-csv", tmp_path / "out" / "float32.onnx"
    assert tagship("export", run, "--out", tmp_path / "out", "--formats", "onnx", "--recipes", "float32").code == 0
    answers = [tagship("predict", artifact, tmp_path / form, "--scores") for form in forms]
    assert {done.code for done in answers} == {0}, [done.err for done in answers]
    assert len({done.out for done in answers}) == 1
    verdicts = [tagship("verify", run, artifact, "--data", tmp_path / form, "--json") for form in forms]
    assert len({str(json.loads(done.out)[0]["quality"]) for done in verdicts}) == 1
    assert tagship("selftest", artifact, "--data", tmp_path / "named.csv").code == 0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["01-Aug-2023", "2 Aug 2023", "3-Aug-2023", "soon"], "column 'day' holds dates, but 'soon' in row 3"),
        (["01-Aug-23", "02-Sep-23", "03-Okt-23"], "column 'day' holds '01-Aug-23'; if these are dates, write years"),
        (["1 août 2023", "2 juin 2023", "3 mai 2023"], "months are known by their English and German names"),
    ],
)
def test_what_is_nearly_a_date_is_no_word(cells: list[str], said: str, tagship: Command, tmp_path: Path) -> None:
    rows = [f"{cells[row % len(cells)]};{row % 7};{row % 2}" for row in range(60)]
    (tmp_path / "a.csv").write_text("\n".join(["day;x;label:on", *rows]) + "\n")
    done = tagship("train", tmp_path / "a.csv", "--out", tmp_path / "run", "--epochs", 1, "--members", 2)
    assert (done.code, (tmp_path / "run").exists()) == (2, False)
    assert said in done.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "kind", "note"),
    [
        ((), "numeric", "holds 20240102 and the like, which are taken as numbers, because of 99991231"),
        (("--missing", "99991231"), "date", "'20240102' is read as 2024-01-02"),
        (("--numeric", "day"), "numeric", ""),
        (("--categorical", "day"), "category", ""),
    ],
)
def test_a_number_that_is_no_date_is_told(
    options: tuple[str, ...], kind: str, note: str, tagship: Command, tmp_path: Path
) -> None:
    rows = [f"{99991231 if row == 7 else f'202401{2 + row % 28:02}'},{row * 0.7},{row % 2}" for row in range(120)]
    (tmp_path / "a.csv").write_text("\n".join(["day,x,label:on", *rows]) + "\n")
    done = tagship("train", tmp_path / "a.csv", "--out", tmp_path / "run", "--epochs", 1, "--members", 1, "--hidden", 8,
                   "--no-baselines", *options)  # fmt: skip
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "run" / "run.json").read_text())["features"][0]["kind"] == kind
    assert note in done.err
    assert ("if they are dates" in done.err) == (kind == "numeric" and not options)


def test_plain_numbers_among_durations_are_refused_by_every_command(
    run: Path, deliveries: pandas.DataFrame, tagship: Command, tmp_path: Path
) -> None:
    """A workbook's 505 may be seconds or days; in silence, training would judge by other durations than it learned."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["delivered", "took", "length", "label:late"])
    for row, (day, took, length, label) in enumerate(deliveries.itertuples(index=False)):
        sheet.append([day, 505 if row == 7 else took, length, label])
    table = tmp_path / "plain.xlsx"
    book.save(table)
    artifact, trained = run / "out" / "float32.onnx", ("train", run / "deliveries.csv", "--missing", "k.A.")
    for command in (
        (*trained, "--test", table, "--out", tmp_path / "run"),
        (*trained, "--validation", table, "--out", tmp_path / "run"),
        ("predict", artifact, table),
        ("verify", run / "run", artifact, "--data", table),
        ("export", run / "run", "--data", table, "--out", tmp_path / "out", "--formats", "onnx"),
        ("benchmark", artifact, "--data", table),
    ):
        done = tagship(*command)
        assert (done.code, "row 7, column 'took': 505 is a plain number" in done.err.splitlines()[-1]) == (2, True)
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("word", ["9999-12-31", "31.12.9999", "31/12/9999", "99991231"])
def test_a_date_may_stand_for_a_missing_one(
    word: str, deliveries: pandas.DataFrame, tagship: Command, tmp_path: Path
) -> None:
    """As databases have it for what does not end, in the spelling of the other dates."""
    form = {"9": "%Y%m%d" if word.isdigit() else "%Y-%m-%d", "3": f"%d{word[2]}%m{word[2]}%Y"}[word[0]]
    days = [f"{day:{form}}" for day in deliveries["delivered"]]
    blank = ["" if row % 10 == 3 else day for row, day in enumerate(days)]
    named = [word if row % 10 == 3 else day for row, day in enumerate(days)]
    runs, scores = [], []
    for name, cells in (("blank", blank), ("named", named)):
        deliveries.assign(delivered=cells, took=1.5).to_csv(tmp_path / f"{name}.csv", index=False)
        done = tagship("train", tmp_path / f"{name}.csv", "--out", tmp_path / name, "--missing", word, "--epochs", 2,
                       "--members", 1, "--hidden", 8, "--no-baselines")  # fmt: skip
        assert done.code == 0, done.err
        runs.append(json.loads((tmp_path / name / "run.json").read_text()))
    assert runs[0]["features"] == runs[1]["features"]
    assert runs[0]["metrics"] == runs[1]["metrics"]
    assert (runs[0]["features"][0]["kind"], runs[0]["features"][0]["missing"]) == ("date", [word])
    done = tagship("export", tmp_path / "named", "--out", tmp_path / "out", "--formats", "onnx", "--recipes", "float32")
    assert done.code == 0, done.err
    for name in ("blank", "named"):
        done = tagship("predict", tmp_path / "out" / "float32.onnx", tmp_path / f"{name}.csv", "--scores")
        assert done.code == 0, done.err
        scores.append(done.out)
    assert scores[0] == scores[1]
