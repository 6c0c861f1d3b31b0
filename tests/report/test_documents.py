"""Files of a folder: read whatever version wrote them, or refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from repo.schemas import DOCUMENTS, schema
from report.pages import curves_json, export_json, run_json, write
from report.parsing import LABELS, page, words
from tagship_report.documents import read_documents
from tagship_report.errors import ReportError
from tagship_report.render import write_page
from tagship_runtime.documents import EXPORT_FORMAT
from tagship_runtime.errors import MissingFileError

V0_1 = Path(__file__).parents[1] / "data" / "v0_1" / "run"


def test_a_run_of_an_earlier_version(tmp_path: Path) -> None:
    said = words(page(write(tmp_path, run=run_json(LABELS))))
    assert "made by a version that kept no curves" in said
    assert "it is not exported yet" in said
    assert "tagship export" in said


def test_an_export_of_an_earlier_version(tmp_path: Path) -> None:
    export = export_json(LABELS)
    for key in ("tagship_export", "labels", "features", "source"):
        del export[key]
    for one in export["artifacts"]:
        del one["distances"], one["quality_unmoved"]
        one["digest"] = None
    said = words(page(write(tmp_path, run=run_json(LABELS), curves=curves_json(LABELS), export=export)))
    assert "made by a version that kept no histograms" in said
    assert "0.8000 \u2013 0.7950" in said


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "is no folder"),
        (lambda folder: folder.mkdir(), "neither run.json nor export.json"),
        (lambda folder: write(folder).joinpath("run.json").write_text("{"), "is damaged"),
        (lambda folder: write(folder).joinpath("run.json").write_text("[]"), "holds no JSON object"),
        (lambda folder: write(folder, run=run_json(LABELS) | {"tagship_run": 2}), "tagship_run 2"),
        (lambda folder: write(folder, run={"tagship_run": 1}), "do not fit together"),
        (lambda folder: write(folder, export={"artifacts": [{}]}), "do not fit together"),
        (
            lambda folder: write(folder, run=run_json(LABELS), curves=curves_json(LABELS) | {"tagship_curves": 9}),
            "tagship_curves 9",
        ),
        (lambda folder: write(folder, export=export_json(LABELS) | {"tagship_export": 2}), "tagship_export 2"),
    ],
)
def test_what_is_no_run_is_one_error(make: Any, said: str, tagship: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    make(folder)
    outcome = tagship("report", folder)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err
    assert not (folder / "report.html").exists()
    with pytest.raises((MissingFileError, ReportError)):
        write_page(folder)


def test_a_run_folder_of_version_0_1(tagship: Callable[..., Any], tmp_path: Path) -> None:
    """Its files as version 0.1 wrote them; export.json names no format version."""
    folder = Path(shutil.copytree(V0_1, tmp_path / "pumps"))
    assert "tagship_export" not in json.loads((folder / "export.json").read_text())
    assert tagship("report", folder).code == 0
    said = words(page(folder))
    assert "Macro-F1 is 0.852 (95% interval 0.823 to 0.879) over 3 labels, measured on 300 test rows" in said
    assert "A simpler model is better on these test rows: a logistic regression gains 0.000 to 0.038" in said
    assert "column 'colour' is left out: every value is missing" in said
    assert "float16.onnx was compared with the Keras model on 300 rows: 0 of 900 decisions differ" in said
    assert "macro-F1 falls by 0.1899 (allowed 0.0100)" in said  # of the rejected one
    assert "load number and 0/1 for missing" in said
    assert "maker one of 3 words" in said
    assert "validation 300" in said
    assert "made by a version that kept no" not in said


def test_an_export_of_version_0_1_on_its_own(tmp_path: Path) -> None:
    shutil.copy(V0_1 / "export.json", tmp_path)
    said = words(page(tmp_path))
    assert "The files decide as the original does" in said
    assert "How good is the model?" not in said
    assert "9,798 B" in said


def test_what_earlier_files_do_not_say_is_filled_in(tmp_path: Path) -> None:
    run, export = run_json(LABELS), export_json(LABELS)
    del run["repeated_rows"], run["diagnosis"]["unfinished"]
    for key in ("tagship_export", "labels", "features", "source"):
        del export[key]
    for one in export["artifacts"]:
        del one["distances"], one["quality_unmoved"]
    documents = read_documents(write(tmp_path, run=run, export=export))
    assert documents.run is not None
    assert documents.run["repeated_rows"] == {"test": 0}
    assert documents.run["diagnosis"]["unfinished"] is False
    assert documents.export is not None
    assert documents.export["tagship_export"] == EXPORT_FORMAT
    assert documents.export["labels"] == []
    assert documents.export["source"]["sha256"] is None
    assert {one["quality_unmoved"] is None for one in documents.export["artifacts"]} == {True}


def test_current_files_are_taken_as_they_are(tmp_path: Path) -> None:
    frequent = {"labels": list(LABELS), "macro_f1": 0.8, "interval": [0.7, 0.9]}
    run, curves, export = (
        run_json(LABELS, frequent=frequent, repeated_test=None),
        curves_json(LABELS),
        export_json(LABELS),
    )
    documents = read_documents(write(tmp_path, run=run, curves=curves, export=export))
    assert (documents.run, documents.curves, documents.export) == (run, curves, export)
    assert [(one.network, one.epoch, one.loss, one.val_loss) for one in documents.history] == [
        ("wide", 1, 0.6, 0.5),
        ("wide", 2, 0.4, 0.45),
    ]


HAND_MADE: Mapping[str, Callable[..., Any]] = {
    "run.json": run_json,
    "curves.json": curves_json,
    "export.json": export_json,
}
"""What the report reads; it knows nothing of drift.json."""


@pytest.mark.parametrize("file", HAND_MADE)
def test_hand_made_files_are_such_as_are_written(file: str) -> None:
    document = next(one for one in DOCUMENTS if one.file == file)
    made = HAND_MADE[file](LABELS)
    assert [error.message for error in Draft202012Validator(schema(document, strict=True)).iter_errors(made)] == []


def _without(name: str, key: str) -> Callable[[Path], Any]:
    """A folder in which one file lacks a key."""

    def make(folder: Path) -> None:
        files: dict[str, Any] = {"run": run_json(LABELS), "curves": curves_json(LABELS), "export": export_json(LABELS)}
        del files[name][key]
        write(folder, **files)

    return make


MISFITS: dict[str, Callable[[Path], Any]] = {
    "a run without labels": _without("run", "labels"),
    "a run without a diagnosis": _without("run", "diagnosis"),
    "a run without intervals": _without("run", "intervals"),
    "curves without labels": _without("curves", "labels"),
    "curves without calibration": _without("curves", "calibration"),
    "an export without artifacts": _without("export", "artifacts"),
    "an export without rows": _without("export", "rows"),
    "a diagnosis that is a number": lambda folder: write(folder, run=run_json(LABELS) | {"diagnosis": 3}),
    "a history without losses": lambda folder: _history(folder, b"network,epoch\na,1\n"),
    "a history in another encoding": lambda folder: _history(folder, b"network\n\xff\n"),
    "a feature of no kind": lambda folder: write(
        folder, run=run_json(LABELS) | {"features": [{"name": "a", "kind": "smell"}]}
    ),
}


def _history(folder: Path, content: bytes) -> None:
    write(folder, run=run_json(LABELS)).joinpath("history.csv").write_bytes(content)


@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_is_one_error(case: str, tagship: Callable[..., Any], tmp_path: Path) -> None:
    MISFITS[case](tmp_path / "run")
    outcome = tagship("report", tmp_path / "run")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "do not fit together" in outcome.err
    assert not (tmp_path / "run" / "report.html").exists()


def test_a_moved_run_names_its_files_right(tmp_path: Path) -> None:
    """Version 0.1 kept paths that lead out of the run; they hold as long as they lead somewhere."""
    export = export_json(LABELS)
    made, inside = tmp_path / "made" / "int8.tflite", export["artifacts"][0]["path"]
    made.parent.mkdir()
    made.touch()
    export["artifacts"][1]["path"] = "../made/int8.tflite"
    folder = write(tmp_path / "run", run=run_json(LABELS), export=export)

    def paths(folder: Path) -> list[str | None]:
        documents = read_documents(folder)
        assert documents.export is not None
        return [one["path"] for one in documents.export["artifacts"][:2]]

    assert paths(folder) == [inside, "../made/int8.tflite"]
    assert "<code>../made/int8.tflite</code>" in write_page(folder).read_text(encoding="utf-8")
    moved = tmp_path / "elsewhere" / "run"
    moved.parent.mkdir()
    folder.rename(moved)
    assert paths(moved) == [inside, None]
    assert '<p class="name"><code>int8.tflite</code></p>' in write_page(moved).read_text(encoding="utf-8")
    export["artifacts"][1]["path"] = str(made)
    write(moved, export=export)
    assert paths(moved) == [inside, str(made)]
    made.unlink()
    assert paths(moved) == [inside, None]
