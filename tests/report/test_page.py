"""The page says what the files say, whatever names are in them, and stays small."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from report.pages import HOSTILE, curves_json, export_json, run_json, write
from tagship_report.errors import ReportError
from tagship_report.limits import shortened
from tagship_report.render import write_page
from tagship_runtime.errors import MissingFileError, OutputError

LABELS = ("alpha", "beta")
VOID = {"meta", "br", "input", "img", "hr", "link"}


class Parsed(HTMLParser):
    """Elements, the text that is shown, and where tags are not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


def page(folder: Path) -> Parsed:
    parsed = Parsed(write_page(folder).read_text(encoding="utf-8"))
    assert not parsed.open
    return parsed


def words(parsed: Parsed) -> str:
    return " ".join(" ".join(parsed.text).replace("\u2068", "").replace("\u2069", "").split())


def whole(folder: Path, labels: Any = LABELS, **changes: Any) -> Path:
    return write(folder, run=run_json(labels, **changes), curves=curves_json(labels), export=export_json(labels))


def test_every_part_is_there(tmp_path: Path) -> None:
    parsed = page(whole(tmp_path / "first-run"))
    said = words(parsed)
    for part in ("Ready to ship", "How good is the model?", "What does each artifact cost?", "What is inside?"):
        assert part in said
    for part in ("first-run", "artifacts/int8.tflite", "12 kB", "5.0 µs", "30%", "12,000 bytes instead of 40,000"):
        assert part in said
    assert "9 flips (9.00% of decisions, allowed 2.00%)" in said
    assert "no file: unchanged: no weight would be stored in float16" in said
    assert "0.8000 0.7810 0.7950 \u22120.0050 \u22120.0100" in said  # quality before and after re-tuning
    assert "1 to 9, median 2" in said
    assert "becomes 3.5" in said
    assert "cd" * 32 in said
    # two curves, a calibration plot, a learning curve; a histogram and flips of three artifacts
    assert parsed.count("svg") == 2 + 1 + 1 + 2 * 3


def test_ids_are_unique_and_references_lead_somewhere(tmp_path: Path) -> None:
    parsed = page(whole(tmp_path))
    ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    for tag, attributes in parsed.elements:
        for name in ("for", "aria-labelledby", "href"):
            target = (attributes.get(name) or "").removeprefix("#")
            if target and not tag.startswith("link"):
                assert target in ids, (tag, name, target)
    own = [name for name in ids if not re.match(r"[mp][0-9a-f]{10}$", name or "")]  # matplotlib's are by content
    assert len(own) == len(set(own))


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Not one address in the page but names of XML vocabularies, and a policy that forbids the rest."""
    folder = whole(tmp_path)
    text = write_page(folder).read_text(encoding="utf-8")
    assert set(re.findall(r"\w+://[^\s\"'<>)]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    parsed = Parsed(text)
    assert not {tag for tag, _ in parsed.elements} & {"link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [attributes for _, attributes in parsed.elements if attributes.get("src")]
    policy = next(a["content"] for _, a in parsed.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "url(" not in re.sub(r"url\(#\w+\)", "", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_wherever_it_stands(name: str, tmp_path: Path) -> None:
    plain = page(whole(tmp_path / "plain", ("alpha", "beta"), notices=["a notice"]))
    run = run_json((name, "beta"), features=(name, "dose"), notices=[f"column {name!r} is odd", name])
    export = export_json((name, "beta"), notes=[f"int8.tflite: {name}"], refused={name: name})
    export["artifacts"][2]["faults"] = [name]
    parsed = page(write(tmp_path / "hostile", run=run, curves=curves_json((name, "beta")), export=export))
    assert words(parsed).count(" ".join(name.split())) >= 6
    assert "49" not in words(parsed).replace("{{7*7}}", "")
    counted = {tag: parsed.count(tag) for tag in ("script", "img", "b", "svg", "section", "style")}
    assert counted == {tag: plain.count(tag) for tag in counted}
    assert not [attribute for _, a in parsed.elements for attribute in a if attribute.startswith("on")]
    # What sliders read is the name itself.
    text = (tmp_path / "hostile" / "report.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="cuts">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    assert {one["name"] for one in json.loads(data[1])["labels"]} == {name, "beta"}


def test_a_folder_may_have_a_hostile_name(tmp_path: Path) -> None:
    parsed = page(whole(tmp_path / "<script>alert(1)<!--"))
    assert "<script>alert(1)<!--" in words(parsed)
    assert parsed.count("script") == 2


@pytest.mark.parametrize("labels", [1, 500, 1000])
def test_it_stays_below_two_megabytes(labels: int, tmp_path: Path) -> None:
    """Long names that need escaping, all thresholds that a run may keep, and many features and notices."""
    names = [f"{number} " + "<\U0001f600&'\"" * 60 for number in range(labels)]
    features = [f"feature {number} " + "&" * 200 for number in range(2000)]
    run = run_json(names, features=features, notices=[f"{name} is odd" for name in names])
    export = export_json(names)
    export["artifacts"] *= 12
    folder = write(tmp_path, run=run, curves=curves_json(names, points=180), export=export)
    parsed = page(folder)
    assert (folder / "report.html").stat().st_size < 2_000_000
    said = words(parsed)
    if labels > 48:
        assert re.search(rf"Of {labels:,} labels the \d+ with the lowest F1 are drawn", said)
    assert re.search(r"The first \d+ of 2,000", said)


def test_a_large_plain_run_has_all_its_labels(tmp_path: Path) -> None:
    names = [f"label_{number}" for number in range(500)]
    folder = write(tmp_path, run=run_json(names), curves=curves_json(names, points=180), export=export_json(names))
    said = words(page(folder))
    assert all(f" {name} " in said for name in names)
    assert "the 48 with the lowest F1 are drawn" in said
    assert (folder / "report.html").stat().st_size < 2_000_000


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    first = write_page(folder).read_bytes()
    assert write_page(folder).read_bytes() == first


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


def test_an_export_alone(tmp_path: Path) -> None:
    export = export_json(LABELS)
    for one in export["artifacts"]:
        one["quality"] = one["quality_unmoved"] = None
    said = words(page(write(tmp_path, export=export)))
    assert "The files decide as the original does" in said
    assert "The rows have no labels" in said
    assert "How good is the model?" not in said
    assert "Quality before and after" not in said


def _weak(run: dict[str, Any]) -> None:
    run["per_label"]["beta"] |= {"f1": 0.2, "f1_low": 0.1}


def _baseline(simple: bool, difference: tuple[float, float]) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        run["baseline_verdict"] = "so it goes"
        run["baselines"] = [
            {
                "title": "random forest",
                "simple": simple,
                "as_good": difference[0] <= 0,
                "by_decisions": False,
                "figures": run["metrics"]["test"] | {"macro_f1": 0.7},
                "log_loss_difference": [0.01, 0.02],
                "macro_f1_difference": list(difference),
            }
        ]

    return change


def _fixed(log_loss: float, **configuration: Any) -> Callable[[dict[str, Any]], None]:
    def change(run: dict[str, Any]) -> None:
        run["objective"] = "fixed=0.5"
        run["intervals"]["log_loss"] = [0.1, log_loss]
        run["configuration"] |= configuration

    return change


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        (lambda run: None, "pass", "the weakest is alpha with F1 0.800 (0.700 to 0.900)"),
        # yes to everything: 20 of 100 are positive, so F1 is 2 * 20 / 120 = 0.333
        (lambda run: run["intervals"].update(macro_f1=[0.333, 0.36]), "fail", "yes to all gets 0.333"),
        (lambda run: run["intervals"].update(macro_f1=[0.334, 0.36]), "pass", "where yes to everything gets 0.333"),
        (_weak, "warn", "Not shown to be better than yes to every row: beta (F1 0.200)"),
        (lambda run: run["per_label"]["beta"].update(positives=9), "warn", "too few to judge by: beta"),
        (lambda run: run["intervals"].update(macro_f1=[0.7, 0.81]), "warn", "anywhere from 0.700 to 0.810"),
        (_baseline(True, (-0.01, 0.05)), "warn", "So it goes."),
        (_baseline(True, (0.01, 0.05)), "pass", "So it goes."),
        (_baseline(False, (-0.06, -0.02)), "warn", "a random forest gains 0.020 to 0.060 in macro-F1"),
        (lambda run: run.update(objective="precision=0.8"), "pass", "No label misses precision 0.8"),
        # 16 of 20 is 0.8; Wilson's interval ends at 0.919
        (lambda run: run.update(objective="recall=0.92"), "warn", "Recall 0.92 is missed on test rows by alpha, beta"),
        (lambda run: run.update(objective="recall=0.91"), "pass", "No label misses recall 0.91"),
        # the entropy of 20 in 100 is 0.5004
        (_fixed(log_loss=0.501), "fail", "each label's frequency gets 0.500"),
        (_fixed(log_loss=0.5), "pass", "Better than constant scores"),
        (_fixed(log_loss=0.5, class_weights="balanced"), "warn", "Not judged against a constant answer"),
        (_fixed(log_loss=0.5, class_weights="balanced", calibrate=True), "pass", "Better than constant scores"),
        (
            lambda run: run["diagnosis"].update(unfinished=True, falling=0.03),
            "warn",
            "still fell by 3.0% over",
        ),
        (lambda run: run["diagnosis"].update(unfinished=True, falling=None), "warn", "after a single epoch nothing"),
        (lambda run: run.update(repeated_rows={"test": 6}), "warn", "100 test rows (but see below)"),
        (lambda run: run.update(repeated_rows={"test": 5}), "pass", "test rows that were kept apart from training"),
    ],
)
def test_the_verdict_follows_its_rules(change: Any, state: str, said: str, tmp_path: Path) -> None:
    run = run_json(LABELS)
    change(run)
    parsed = page(write(tmp_path, run=run, curves=curves_json(LABELS), export=export_json(LABELS)))
    assert said in words(parsed)
    section = next(a for tag, a in parsed.elements if tag == "section" and a.get("id") == "verdict")
    assert section["class"] == f"verdict {state}"


def test_no_file_of_a_format_is_not_ready(tmp_path: Path) -> None:
    said = words(page(write(tmp_path, run=run_json(LABELS), export=export_json(LABELS, recommended=[]))))
    assert "Not ready to ship" in said
    assert "No .tflite file keeps its budget" in said


def test_artifacts_of_another_model_are_told(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    (folder / "model.keras").write_bytes(b"another")
    assert "made from another model than the one in this folder" in words(page(folder))


def test_the_command(tagship: Callable[..., Any], tmp_path: Path) -> None:
    folder = whole(tmp_path / "run")
    outcome = tagship("report", folder)
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{folder / 'report.html'}\n", "")
    elsewhere = tmp_path / "made" / "page.html"
    assert tagship("report", folder, "--out", elsewhere).out == f"{elsewhere}\n"
    assert elsewhere.read_bytes() == (folder / "report.html").read_bytes()


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


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    (folder / "report.html").mkdir()
    with pytest.raises(OutputError):
        write_page(folder)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_only_a_report_is_replaced(tagship: Callable[..., Any], tmp_path: Path) -> None:
    folder, out = whole(tmp_path), tmp_path / "page.html"
    for there in (None, b"", "a report"):
        if isinstance(there, bytes):
            out.write_bytes(there)
        assert tagship("report", folder, "--out", out).code == 0, there
        assert out.read_bytes() == write_page(folder).read_bytes()
    for other in (folder / "run.json", tmp_path / "notes.txt"):
        before = other.read_bytes() if other.exists() else b"mine"
        other.write_bytes(before)
        done = tagship("report", folder, "--out", other)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "no report of tagship" in done.err
        assert other.read_bytes() == before


@pytest.mark.parametrize(("text", "most", "short"), [("abcdef", 6, "abcdef"), ("abcdefghij", 7, "abcd\u2026ij")])
def test_a_long_name_loses_its_middle(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
    assert len(short) <= most
