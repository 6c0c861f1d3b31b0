"""The page to try an artifact in: what it predicts in Chromium is what the runtime predicts, and it reaches nowhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow
import pytest
from playwright.sync_api import Browser, Page

import tagship_runtime
from chromium import launched, needs_chromium
from report.pages import HOSTILE
from tagship_export import export
from tagship_report.errors import ReportError
from tagship_report.try_page.render import MOST_BYTES, write_try_page
from tagship_runtime import Contract, container
from tagship_runtime.errors import ArtifactError, MissingFileError, OutputError, UsageError
from tagship_runtime.files.dataset import Dataset
from tagship_runtime.files.formulas import neutral

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Write a page for an artifact and open it from disk; whatever it requests or complains of fails the test."""
    contexts = []
    unwanted: list[str] = []

    def go(artifact: Path, *, width: int = 1200, **options: Any) -> Page:
        path = write_try_page(artifact, tmp_path / "try.html")
        context = browser.new_context(viewport={"width": width, "height": 800}, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: unwanted.extend([request.url] * (not request.url.startswith("blob:"))))
        page.on("console", lambda message: unwanted.append(message.text))
        page.on("pageerror", lambda error: unwanted.append(str(error)))
        page.on("dialog", lambda dialog: unwanted.append(dialog.message))
        page.goto(path.as_uri())
        page.locator("main, .proof.bad").first.wait_for()
        assert unwanted == [path.as_uri()]
        return page

    yield go
    for context in contexts:
        context.close()
    assert len(unwanted) <= 1, unwanted


def relabelled(artifact: Path, out: Path, change: Callable[[Contract], Contract]) -> Path:
    """The same model with another contract."""
    unpacked = container.unpack(artifact.read_bytes())
    assert unpacked.contract is not None
    out.write_bytes(container.attach(unpacked.payload, change(unpacked.contract)))
    return out


def fill(page: Page, names: Sequence[str], cells: Sequence[Any]) -> None:
    for name, cell in zip(names, cells, strict=True):
        page.get_by_label(name, exact=True).fill(str(cell))


def shown(page: Page) -> list[float]:
    return [float(text.split(",")[0]) for text in page.locator(".answer .figures").all_inner_texts()]


@needs_chromium
def test_a_row_is_scored_as_the_runtime_does(visit: Open, artifacts: dict[tuple[str, str], Path]) -> None:
    path = artifacts["scaled", "onnx"]
    model = tagship_runtime.load(path)
    names = [feature.name for feature in model.contract.features or ()]
    page = visit(path)
    assert page.locator("#proof").inner_text() == "24 of 24 golden rows agree in this browser"
    assert "good" in (page.locator("#proof").get_attribute("class") or "")
    for row in ([6, 23, 0, 4, 8, 8], [1, 2, 3, 4, 5, 6], [20, 0, 1, 0, 0, 0.5]):
        fill(page, names, row)
        want = model.predict_proba([row])[0]
        page.wait_for_timeout(50)
        np.testing.assert_allclose(shown(page), want, rtol=0, atol=6e-4)  # three digits are shown
        on = model.predict_one(row)
        said = f"On: {', '.join(on)}" if on else "No label is on."
        assert page.locator("#summary").inner_text() == said


@needs_chromium
def test_a_threshold_moves_its_label_and_gives_the_flag(visit: Open, artifacts: dict[tuple[str, str], Path]) -> None:
    path = artifacts["scaled", "onnx"]
    model = tagship_runtime.load(path)
    rows = np.random.default_rng(1).integers(0, 12, (100, 6)).tolist()
    scores = model.predict_proba(rows)[:, 1]
    open_one = int(np.argmin(np.abs(scores - 0.5)))
    row, score = rows[open_one], float(scores[open_one])
    page = visit(path)
    fill(page, [feature.name for feature in model.contract.features or ()], row)
    page.wait_for_timeout(50)
    slider = page.get_by_role("slider", name="Threshold of class_1")
    for threshold in (round(score - 0.01, 3), round(score + 0.01, 3)):
        slider.fill(str(threshold))
        on = page.locator("#summary").inner_text().removeprefix("On: ").split(", ")
        assert ("class_1" in on) == (score >= threshold)
        assert page.locator("#flags textarea").input_value() == f"--threshold class_1={threshold:g}"
    page.get_by_role("button", name="Reset thresholds").click()
    assert page.locator("#flags").is_hidden()
    assert ("class_1" in page.locator("#summary").inner_text()) == ("class_1" in model.predict_one(row))


@needs_chromium
def test_texts_are_typed(visit: Open, texts: dict[str, Path]) -> None:
    path = texts["onnx"]
    model = tagship_runtime.load(path)
    page = visit(path)
    assert page.locator("#proof").inner_text() == "24 of 24 golden rows agree in this browser"
    for row in (
        ["Oil! OIL; gold", "Caf\u00e9s close, the CAFE\u0301 said: \u30ab\u30d5\u30a7", "1.5"],
        ["", "", "0"],
        ["nothing that is known", "o\u00ad\u200di\u200dl", "-2"],
    ):
        fill(page, ["title", "body", "size"], row)
        page.wait_for_timeout(50)
        want = model.predict_proba([[*row[:2], float(row[2])]])[0]
        np.testing.assert_allclose(shown(page), want, rtol=0, atol=6e-4)  # three digits are shown
    assert page.get_by_label("title", exact=True).evaluate("field => field.tagName") == "TEXTAREA"


@needs_chromium
def test_texts_by_keras_rules_are_typed(visit: Open, tmp_path: Path) -> None:
    keras.utils.set_random_seed(2)
    words = keras.layers.TextVectorization(
        output_mode="count", vocabulary=["rain", "goal", "don\u2019t", "\u00e9t\u00e9"]
    )
    source = keras.Input((1,), dtype="string")
    scores = keras.layers.Dense(2, activation="sigmoid", kernel_initializer="random_normal")(words(source))
    texts = np.array(["rain, rain", "the goal", "no word", "goal and rain", ""] * 40, object)
    targets = np.stack([["rain" in text for text in texts], ["goal" in text for text in texts]], axis=1)
    data = Dataset(table=pyarrow.table({"text": texts}), targets=targets.astype(np.uint8), labels=("rain", "goal"))
    model = keras.Model(source, scores)
    (artifact,) = export(model, tmp_path / "out", labels=["rain", "goal"], data=data, formats=["onnx"])
    page, predictor = visit(artifact.path), tagship_runtime.load(artifact.path)
    assert re.fullmatch(r"(\d+) of \1 golden rows agree in this browser", page.locator("#proof").inner_text())
    for text in ("Rain! RAIN?", "the goal\tof \u00e9t\u00e9, don\u2019t", "\u00c9T\u00c9 don't", "a\u00a0goal", ""):
        fill(page, ["text"], [text])
        page.wait_for_timeout(50)
        np.testing.assert_allclose(shown(page), predictor.predict_proba([{"text": text}])[0], rtol=0, atol=6e-4)


@needs_chromium
def test_words_are_choices_and_missing_numbers_are_filled(visit: Open, every_kind: dict[str, Path]) -> None:
    path = every_kind["mixed float32.onnx"]
    model = tagship_runtime.load(path)
    features = model.contract.features or ()
    assert model.contract.golden is not None
    page = visit(path)
    word = next(feature for feature in features if feature.kind == "category")
    options = page.get_by_label(word.name, exact=True).locator("option").all_inner_texts()
    assert options[: len(word.values) + 1] == ["(missing)", *word.values]  # type: ignore[attr-defined]
    for _ in range(3):
        page.get_by_role("button", name="Another example").click()
    page.wait_for_timeout(50)
    want = model.predict_proba([model.contract.golden.rows[3]])[0]
    np.testing.assert_allclose(shown(page), want, rtol=0, atol=6e-4)
    bad = next(feature for feature in features if feature.kind == "numeric")
    page.get_by_label(bad.name, exact=True).fill("seven")
    page.locator(".field .bad").wait_for()
    assert page.locator(".field .bad").inner_text() == "'seven' is not a number; a finite number is needed"
    assert bad.name in page.locator("#summary").inner_text()


@needs_chromium
def test_a_table_is_scored_and_saved(visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path) -> None:
    path = artifacts["scaled", "onnx"]
    model = tagship_runtime.load(path)
    names = [feature.name for feature in model.contract.features or ()]
    rows = np.random.default_rng(5).integers(0, 25, (1203, 6)).tolist()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["comment", *reversed(names)])
    writer.writerows([f'a "quoted", {at}\nline', *reversed(row)] for at, row in enumerate(rows))
    writer.writerow(["bad", *["x"] * 6])
    table = tmp_path / "rows.csv"
    table.write_text(text.getvalue(), newline="")
    page = visit(path)
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name="Save the result").wait_for()
    said = page.locator("#progress").inner_text()
    assert said == "1203 of 1204 rows scored; the others have an error. The first 50 are shown, all are saved."
    assert page.locator("#rows tbody tr").count() == 50
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the result").click()
    download.value.save_as(tmp_path / "scored.csv")
    with (tmp_path / "scored.csv").open(encoding="utf-8-sig", newline="") as file:
        saved = list(csv.DictReader(file))
    assert len(saved) == 1204
    assert saved[7]["comment"] == 'a "quoted", 7\nline'
    got = [[float(row[f"score:{label}"]) for label in model.labels] for row in saved[:-1]]
    np.testing.assert_allclose(got, model.predict_proba(rows), rtol=0, atol=2e-6)
    assert [row["labels"] for row in saved[:20]] == [";".join(row) for row in model.predict_labels(rows[:20])]
    assert "'x' is not a number" in saved[-1]["error"]


@needs_chromium
def test_labels_that_a_spreadsheet_would_compute_are_texts(
    visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    def rename(contract: Contract) -> Contract:
        names = ('=HYPERLINK("x")', "@sum", " \uff1d1", *contract.labels[3:])
        return contract.replace(labels=names, thresholds=(0.001,) * len(names), golden=None)

    page = visit(relabelled(artifacts["scaled", "onnx"], tmp_path / "formula.onnx", rename))
    model = tagship_runtime.load(tmp_path / "formula.onnx")
    names = [feature.name for feature in model.contract.features or ()]
    page.locator("#paste").fill(f"{','.join(names)}\n1,2,3,4,5,6\n")
    page.locator("#score").click()
    page.get_by_role("button", name="Save the result").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the result").click()
    download.value.save_as(tmp_path / "scored.csv")
    with (tmp_path / "scored.csv").open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)
    on = model.predict_one([1, 2, 3, 4, 5, 6])
    assert on[0] == '=HYPERLINK("x")'
    assert row[header.index("labels")] == ";".join(map(neutral, on))
    assert not any(name.startswith(("=", "@")) for name in header)


@needs_chromium
def test_the_page_knows_formulas_as_predict_does(visit: Open, artifacts: dict[tuple[str, str], Path]) -> None:
    page = visit(artifacts["scaled", "onnx"])
    texts = [f"{before}{sign}1" for before in ("", *map(chr, range(0x3100)), "\ufeff") for sign in "=a"]
    texts += [*map(chr, range(0x20, 0xD800)), *map(chr, range(0xE000, 0x10000)), "-5", "+1,5", "x;=1;-2;@a", ""]
    assert page.evaluate("texts => texts.map(neutral)", texts) == list(map(neutral, texts))


@needs_chromium
def test_words_that_the_model_does_not_know_are_counted(visit: Open, every_kind: dict[str, Path]) -> None:
    path = every_kind["mixed float32.onnx"]
    contract = tagship_runtime.load(path).contract
    features = contract.features or ()
    assert contract.golden is not None
    known = ["" if cell is None else str(cell) for cell in contract.golden.rows[0]]
    word = next(place for place, feature in enumerate(features) if feature.kind == "category")
    lines = [[feature.name for feature in features], known, [*known[:word], "Unobtainium", *known[word + 1 :]]]
    page = visit(path)
    page.locator("#paste").fill("\n".join("\t".join(line) for line in lines))
    page.locator("#score").click()
    page.get_by_role("button", name="Save the result").wait_for()
    said = page.locator("#progress").inner_text()
    assert said == (
        f"2 rows scored. Words that the model does not know: 1, such as 'Unobtainium' in {features[word].name}."
    )


HEADER = ",".join(f"feature_{place}" for place in range(6))


@needs_chromium
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There are no rows"),
        ("feature_0,feature_1\n1,2\n", "Missing columns: feature_2, feature_3, feature_4, feature_5. The table has"),
        ("a;b\n1;2\n", "The table has a, b."),
        (f"{HEADER}\n1,2,3,4,5,6\n1,2,3,4,5\n", "Row 2 has 5 cells, the header has 6; mend the file."),
        (f"{HEADER}\n1,2,3,4,5,6,7\n", "Row 1 has 7 cells, the header has 6; mend the file."),
        (f"{HEADER},feature_0\n1,2,3,4,5,6,7\n", "The table has more than one column feature_0; leave one."),
        (f'{HEADER}\n1,2,3,4,5,6\n"1,2,3,4,5,6\n1,2,3,4,5,6\n"1,2,3,4,5,6\n', "Row 2 goes on with"),
        (f'{HEADER}\n1,2,3,4,5,"6"6\n', "Row 1 goes on with"),
        (f'{HEADER}\n1,2,3,4,5,"6\n', "A quote is opened and never closed; mend the file."),
        (f'{HEADER}\n"1,5",2,3,4,5,6\n', "'1,5' in column feature_0 has a comma, which this page does not read"),
        (
            f"{HEADER}\n2.561,2,3,4,5,6\n1,2,3,4,5,6\n".replace(",", ";"),
            "'2.561' in column feature_0 may be 2561 or a fraction",
        ),
    ],
)
def test_a_table_that_does_not_fit(text: str, said: str, visit: Open, artifacts: dict[tuple[str, str], Path]) -> None:
    page = visit(artifacts["scaled", "onnx"])
    page.locator("#paste").fill(text)
    page.get_by_role("button", name="Score the rows").click()
    page.wait_for_timeout(50)
    assert said in page.locator("#progress").inner_text()


@needs_chromium
@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", None),
        ("0.924", None),
        ("92,4 %", None),
        ("1.234,5 %", None),
        ("x %", "x %"),
        ("12 %", "0.12"),
        (" 92.4% ", "0.924"),
        ("-7 %", "-0.07"),
        ("0.1 %", "0.001"),
        ("n/a", ""),
        ("", ""),
    ],
)
def test_shares_of_a_table(cell: str, number: str | None, visit: Open, artifacts: dict[tuple[str, str], Path]) -> None:
    """As `tagship predict` reads them, or refused: a number without a sign may be a share or a hundred of them."""
    page = visit(artifacts["scaled", "onnx"])
    table = {"header": ["share"], "rows": [[cell]], "separator": ";"}
    features = [{"name": "share", "kind": "numeric", "percent": True}]
    found = page.evaluate("([table, features]) => faultOf(table, features) ?? null", [table, features])
    assert (found is None) == (number is not None)
    if number is not None:
        assert page.evaluate("([cell, features]) => cellsOf(['share'], features)([cell])", [cell, features]) == [number]
    features[0]["percent"] = False
    found = page.evaluate("([table, features]) => faultOf(table, features) ?? null", [table, features])
    assert (found is None) == ("," not in cell)


@needs_chromium
@pytest.mark.parametrize(
    ("cells", "first", "said"),
    [
        (["03/04/2024"], None, "'03/04/2024' in column day begins with its day or its month"),
        (["03/04/2024", "12/31/2024 10:00"], "day", "'12/31/2024 10:00' in column day does not have its day first"),
        (["03/04/2024", "31-12-2024"], "month", "'31-12-2024' in column day does not have its month first"),
        (["2024-01-01 10:00", "2024-01-01 10:00+02:00"], None, "a time with a zone, and '2024-01-01 10:00', one"),
        (["03/04/2024", "31/12/2024", "2024-12-31", "31.12.2024", "", "n/a"], "day", None),
        (["2024-01-01 10:00", "2024-12-31", "31.12.2024"], None, None),
    ],
)
def test_dates_of_a_table_are_in_one_order(
    cells: list[str], first: str | None, said: str | None, visit: Open, artifacts: dict[tuple[str, str], Path]
) -> None:
    page = visit(artifacts["scaled", "onnx"])
    table = {"header": ["day"], "rows": [[cell] for cell in cells], "separator": ","}
    features = [{"name": "day", "kind": "date", "first": first}]
    found = page.evaluate("([table, features]) => faultOf(table, features) ?? null", [table, features])
    assert found is None if said is None else said in found
    assert page.get_by_role("button", name="Save the result").is_hidden()


@needs_chromium
def test_files_are_read_as_what_they_are_or_refused(
    visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    page, table = visit(artifacts["scaled", "onnx"]), tmp_path / "rows.csv"
    text = f"note,{HEADER}\nWei\xdfblech,1,2,3,4,5,6\n"
    for encoding, said in (
        ("cp1252", "The file is no text in UTF-8 or UTF-16: save it as CSV in UTF-8"),
        ("utf-8", "1 row scored."),
        ("utf-8-sig", "1 row scored."),
        ("utf-16", "1 row scored."),
    ):
        table.write_bytes(text.encode(encoding))
        page.locator("#progress").evaluate("one => (one.textContent = '')")
        page.locator("input[type=file]").set_input_files([])
        page.locator("input[type=file]").set_input_files(table)
        page.locator("#progress", has_text=said).wait_for()
        assert page.get_by_role("button", name="Save the result").is_visible() == (encoding != "cp1252")


@needs_chromium
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"PK\x03\x04\x14\0\6\0",
            "The file is an Excel workbook or an archive: save the table as CSV, or give the file to",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "The file is a workbook of an old Excel: save the table as CSV"),
        (b"PAR1\x15\x04", "The file is a Parquet file: save the table as CSV"),
        (b"\x1f\x8b\x08\0", "The file is compressed: save the table as CSV"),
        (f"{HEADER}\n1,2,3,4,5,6\n".encode("utf-16-le"), "The file is no text in UTF-8 or UTF-16: save it as CSV"),
        (b'{"feature_0": 1}\n', "The text is JSON: save the table as CSV, or give the file to 'tagship predict'."),
        (b'[{"feature_0": 1}]', "The text is JSON: save the table as CSV"),
        (b"", "There are no rows"),
    ],
    ids=["xlsx", "xls", "parquet", "gzip", "utf-16 without a mark", "json lines", "json", "empty"],
)
def test_another_kind_of_file_is_named(
    data: bytes, said: str, visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    page, table = visit(artifacts["scaled", "onnx"]), tmp_path / "rows"
    table.write_bytes(data)
    page.locator("input[type=file]").set_input_files(table)
    page.locator("#progress", has_text=said).wait_for()
    assert page.get_by_role("button", name="Save the result").is_hidden()


@needs_chromium
def test_a_large_table_is_scored_in_pieces_and_another_takes_its_place(
    visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    page, table = visit(artifacts["scaled", "onnx"]), tmp_path / "rows.csv"
    table.write_text(f"{HEADER}\n" + "6,23,0,4,8,8\n1,2,3,4,5,6\n" * 100_000)
    page.locator("input[type=file]").set_input_files(table)
    page.locator("#progress", has_text=" of 200000 rows").wait_for()  # drawn while it computes
    page.locator("#paste").fill(f"{HEADER}\n1,2,3,4,5,6\n")
    page.get_by_role("button", name="Score the rows").click()
    page.locator("#progress", has_text="1 row scored.").wait_for()
    page.wait_for_timeout(200)
    assert page.locator("#progress").inner_text() == "1 row scored."  # nothing more of the first
    page.locator("input[type=file]").set_input_files([])
    page.locator("input[type=file]").set_input_files(table)
    page.locator("#progress", has_text="200000 rows scored. The first 50 are shown, all are saved.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the result").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    assert len(lines) == 200_001
    assert lines[1::2] == [lines[1]] * 100_000
    assert lines[2::2] == [lines[2]] * 100_000


@needs_chromium
def test_a_browser_that_computes_something_else_says_so(
    visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    def spoil(contract: Contract) -> Contract:
        assert contract.golden is not None
        first, *others = contract.golden.scores
        return replace(contract, golden=replace(contract.golden, scores=(tuple(1 - s for s in first), *others)))

    page = visit(relabelled(artifacts["scaled", "onnx"], tmp_path / "spoilt.onnx", spoil))
    said = page.locator("#proof").inner_text()
    assert said == "23 of 24 golden rows agree in this browser: do not trust what it shows"
    assert "bad" in (page.locator("#proof").get_attribute("class") or "")


@needs_chromium
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_and_not_run(
    name: str, visit: Open, artifacts: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    def rename(contract: Contract) -> Contract:
        assert contract.features is not None
        features = (replace(contract.features[0], name=name), *contract.features[1:])
        return replace(contract, labels=(name, *contract.labels[1:]), features=features)

    page = visit(relabelled(artifacts["scaled", "onnx"], tmp_path / "hostile.onnx", rename))
    page.wait_for_timeout(50)
    assert page.locator(".answer .name").first.text_content() == name
    assert page.locator(".field label").first.text_content() == name
    assert page.locator("main img, main script, main b").count() == 0


@needs_chromium
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_only_boxes_scroll_sideways_with_200_labels_and_300_columns(
    width: int, visit: Open, wide_artifact: Path
) -> None:
    page = visit(wide_artifact, width=width)
    assert page.locator(".answer:visible").count() == 12
    assert page.locator(".field:visible").count() == 300
    page.get_by_role("button", name="Show all labels").click()
    assert page.locator(".answer:visible").count() == 200
    page.get_by_label("Find a column").fill("column 29")
    assert page.locator(".field:visible").count() == 11
    page.locator("#paste").fill(",".join(f"column {at}" for at in range(300)) + "\n" + ",".join("1" * 300))
    page.get_by_role("button", name="Score the rows").click()
    page.get_by_role("button", name="Save the result").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def wide_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 labels of 300 columns: one dense layer."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    weights = random.normal(size=(300, 200)).astype(np.float32) / 20
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["features", "w", "b"], ["logits"]),
            helper.make_node("Sigmoid", ["logits"], ["scores"]),
        ],
        "wide",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 300])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 200])],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.zeros(200, np.float32), "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    document = {
        "tagship": 1,
        "labels": [f"a label with a rather long name, number {at}" for at in range(200)],
        "thresholds": [0.5] * 200,
        "features": [{"name": f"column {at}", "kind": "numeric", "fill": 0.0} for at in range(300)],
        "input": {"name": "features", "dtype": "float32", "shape": [None, 300]},
        "output": {"name": "scores", "dtype": "float32", "shape": [None, 200]},
        **{"recipe": "float32", "source": {}, "parity": None, "quality": None, "golden": None},
    }
    path = tmp_path_factory.mktemp("wide") / "wide.onnx"
    path.write_bytes(container.attach(model.SerializeToString(), Contract.from_json(json.dumps(document))))
    return path


def test_ranges_of_the_training_rows_come_from_the_run_above(
    scaled_run: Path, artifacts: dict[tuple[str, str], Path], article_run: Path, tmp_path: Path
) -> None:
    artifact = artifacts["scaled", "onnx"]

    def known(page: Path) -> Any:
        (text,) = re.findall(r'id="known">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
        return json.loads(text)["features"]

    curves = json.loads((scaled_run / "curves.json").read_text())
    assert known(write_try_page(artifact, tmp_path / "a.html")) is None  # no run above it
    assert known(write_try_page(artifact, tmp_path / "a.html", scaled_run)) == curves["features"]
    with pytest.raises(UsageError, match=r"is no run that .* was made from"):
        write_try_page(artifact, tmp_path / "b.html", article_run)
    assert not (tmp_path / "b.html").exists()


def test_what_no_page_can_be_made_of(
    artifacts: dict[tuple[str, str], Path], every_kind: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "try.html"
    with pytest.raises(ReportError, match=r"no \.onnx file, which is what a page runs; export with --formats onnx"):
        write_try_page(artifacts["scaled", "tflite"], out)
    with pytest.raises(ReportError, match="a page runs dense networks, and has no Conv, MaxPool, Reshape, Transpose"):
        write_try_page(every_kind["one image float32.onnx"], out)
    large = tmp_path / "large.onnx"
    large.write_bytes(bytes(MOST_BYTES + 1))
    with pytest.raises(ReportError, match=r"has 5,000,001 bytes, a page holds 5,000,000; export with"):
        write_try_page(large, out)
    with pytest.raises(MissingFileError, match=r"none\.onnx cannot be read"):
        write_try_page(tmp_path / "none.onnx", out)
    damaged = bytearray(artifacts["scaled", "onnx"].read_bytes())
    damaged[500] ^= 1
    large.write_bytes(damaged)
    with pytest.raises(ArtifactError, match="not as it was exported"):
        write_try_page(large, out)
    assert not out.exists()
    out.write_text("mine")
    with pytest.raises(OutputError, match="no report of tagship"):
        write_try_page(artifacts["scaled", "onnx"], out)
    assert out.read_text() == "mine"


def test_the_command_writes_the_page(
    artifacts: dict[tuple[str, str], Path], tmp_path: Path, tagship: Callable[..., Any]
) -> None:
    out = tmp_path / "try.html"
    outcome = tagship("page", artifacts["scaled", "onnx"], "--out", out)
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{out}\n", "")
    first = out.read_bytes()
    assert tagship("page", artifacts["scaled", "onnx"], "--out", out).code == 0
    assert out.read_bytes() == first
    refused = tagship("page", artifacts["scaled", "tflite"], "--out", out)
    assert refused.code == 2
    assert refused.err.count("\n") == 1
