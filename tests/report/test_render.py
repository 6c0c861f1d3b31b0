"""The page says what the files say, whatever names are in them, and stays small."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from report.pages import HOSTILE, curves_json, export_json, ladder_json, run_json, write
from report.parsing import LABELS, Parsed, page, whole, words
from tagship_report.render import write_page
from tagship_runtime.errors import OutputError


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
    # two curves, a calibration plot, a learning curve, sizes; a histogram and flips of three artifacts
    assert parsed.count("svg") == 2 + 1 + 1 + 1 + 2 * 3


def test_words_are_explained_where_they_stand(tmp_path: Path) -> None:
    """Each right after what uses it; without simpler models theirs are not."""
    text = write_page(whole(tmp_path)).read_text(encoding="utf-8")
    explained = [word.lower() for word in re.findall(r"<dfn>(.*?)</dfn>", text)]
    assert explained == [
        *("precision", "recall", "macro-f1", "95% interval", "yes to everything"),
        *("test", "held out", "micro-f1", "log loss", "yes to every row"),
        *("one row", "largest difference", "decisions changed", "rejected", "borderline"),
    ]
    baselines = run_json(LABELS, baseline_verdict="so it goes")
    baselines["baselines"] = [
        {
            "title": "constant frequencies",
            "simple": True,
            "figures": baselines["metrics"]["test"],
            "log_loss_difference": None,
            "macro_f1_difference": [0.1, 0.2],
            "by_decisions": True,
            "as_good": False,
        }
    ]
    compared = write_page(write(tmp_path, run=baselines)).read_text(encoding="utf-8")
    assert "<dfn>constant frequencies</dfn>" in compared


def test_held_out_figures_are_said_to_be_off_in_two_ways(tmp_path: Path) -> None:
    """They may be lower or higher than test figures, so a page that calls them too good says what is not."""
    said = words(page(whole(tmp_path)))
    assert "makes held-out decisions look better" in said
    assert "learned from fewer rows makes them look worse" in said
    assert "too good" not in said.partition("Labels")[0]
    assert "what training again would change is not in them" in said


def test_a_goal_is_shown_with_its_confidence(tmp_path: Path) -> None:
    run = run_json(LABELS, objective="recall=0.9")
    run["configuration"] |= {"objective": "recall=0.9", "confidence": 0.95}
    said = words(page(write(tmp_path, run=run, curves=curves_json(LABELS))))
    assert "chosen for recall=0.9 with confidence 0.95." in said


def test_a_label_with_few_positives_has_no_bar(tmp_path: Path) -> None:
    run = run_json(LABELS)
    run["per_label"]["alpha"] |= {"positives": 3, "f1_low": None, "f1_high": None}
    assert "too few positives" in words(page(write(tmp_path, run=run)))
    assert "too few positives" not in words(page(whole(tmp_path / "others")))


def test_all_sizes_are_compared_and_the_one_that_ships_is_marked(tmp_path: Path) -> None:
    epochs = "network,epoch,loss,val_loss\nwide,1,0.5,0.6\nteacher,1,0.5,0.6\n"
    with_sizes = page(write(tmp_path / "several", run=run_json(LABELS, ladder=ladder_json()), history=epochs))
    said = words(with_sizes)
    assert "linear 15 2,000 B 0.4 µs 0.4000 0.4100 0.800 0.700" in said
    assert "32-16-8 ships 900 12 kB 1.2 µs 0.3375 0.3475 0.800 0.762" in said
    assert "networks 54,000 72 kB 3.6 µs 0.2750 0.2850 0.800 0.825" in said
    assert "Learning, wide networks" in said
    assert "Learning, teacher networks" not in said  # which is not in the model
    one = page(write(tmp_path / "one", run=run_json(LABELS), history=epochs))
    assert "32-16-8" not in words(one)
    assert "Learning, teacher networks" in words(one)
    assert with_sizes.count("svg") == one.count("svg")  # the ladder, and one plot of learning less


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


def test_an_export_alone(tmp_path: Path) -> None:
    export = export_json(LABELS)
    for one in export["artifacts"]:
        one["quality"] = one["quality_unmoved"] = None
    said = words(page(write(tmp_path, export=export)))
    assert "The files decide as the original does" in said
    assert "The rows have no labels" in said
    assert "How good is the model?" not in said
    assert "Quality before and after" not in said


def test_what_nobody_checked_stands_below_the_table(tmp_path: Path) -> None:
    export = export_json(LABELS)
    files = [one["artifact"] for one in export["artifacts"]]
    for one in export["artifacts"]:
        one["judged_by"] = "found"
    export["artifacts"][0]["unchecked"] = ["meaning and order of the inputs", "golden rows: it has none to replay"]
    export["artifacts"][1] |= {"judged_by": "claimed", "unchecked": []}
    said = words(page(write(tmp_path, export=export)))
    first = f"{files[0]}: nobody checked: meaning and order of the inputs; golden rows: it has none to replay"
    assert first in said
    others = ", ".join([files[0], *files[2:]])
    assert f"{others}: judged by the recipe of their own tensors" in said
    assert f"{files[1]}: judged by the recipe that their contract claims" in said
    for one in export["artifacts"]:
        del one["judged_by"]
        one.pop("unchecked", None)
    assert "judged by" not in words(page(write(tmp_path / "older", export=export)))


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    (folder / "report.html").mkdir()
    with pytest.raises(OutputError):
        write_page(folder)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
