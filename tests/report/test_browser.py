"""The page in a real browser: it works from disk, reaches nowhere, and its sliders tell the truth."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from chromium import launched, needs_chromium
from report.pages import HOSTILE, curves_json, export_json, ladder_json, run_json, write
from tagship_report.render import write_page

pytestmark = needs_chromium

LABELS = ("alpha", "it's = 50% of; `all` $HOME", "-dash")


@dataclass
class Visit:
    """An open page, and what it did besides showing itself."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def card(self, name: str) -> Any:
        return self.page.locator("article[data-number]").filter(
            has=self.page.get_by_role("heading", name=name, exact=True)
        )

    def figures(self, name: str) -> dict[str, str]:
        cells = self.card(name).locator("[data-is]")
        found: dict[str, str] = cells.evaluate_all(
            "cells => Object.fromEntries(cells.map(c => [c.dataset.is, c.textContent]))"
        )
        return found

    def flags(self) -> str:
        return self.page.locator("#flags-text").input_value()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    opened = []

    def go(labels: Any = LABELS, *, width: int = 1280, **options: Any) -> Visit:
        run = run_json(labels, features=(labels[0], "dose"), notices=[labels[0]])
        run["ladder"] = ladder_json(("linear", "32-16-8", "128-64-bins-averaged", "networks"))
        folder = write(tmp_path / "run", run=run, curves=curves_json(labels), export=export_json(labels))
        path = write_page(folder)
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        opened.append(context)
        seen = Visit(context.new_page(), path)
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
        seen.page.goto(path.as_uri())
        return seen

    yield go
    for context in opened:
        context.close()


def test_it_opens_from_disk_and_asks_nobody(visit: Any) -> None:
    seen = visit()
    seen.page.mouse.wheel(0, 5000)
    seen.page.wait_for_timeout(200)
    assert seen.requests == [seen.path.as_uri()]
    assert seen.complaints == []
    assert seen.page.get_by_role("heading", level=1).inner_text() == "\u2068run\u2069"


def test_a_slider_shows_what_the_counts_say(visit: Any) -> None:
    """16 of 20 right and 4 wrong as tuned; 18 and 12 at 0.25; 20 and 60 at 0.1; nothing right at 0.8."""
    seen = visit()
    tuned = {"threshold": "0.400", "precision": "0.800", "recall": "0.800", "f1": "0.800", "on": "20"}
    assert seen.figures("alpha") == tuned
    assert seen.flags() == ""
    assert seen.page.locator("#macro").inner_text() == "macro-F1 0.800 as tuned"
    slider = seen.card("alpha").get_by_role("slider")
    slider.focus()
    seen.page.keyboard.press("ArrowLeft")
    moved = {"threshold": "0.250", "precision": "0.600", "recall": "0.900", "f1": "0.720", "on": "30"}
    assert seen.figures("alpha") == moved
    assert slider.get_attribute("aria-valuetext") == "0.250: precision 0.600, recall 0.900, F1 0.720"
    assert seen.flags() == "--threshold alpha=0.25"
    assert seen.page.locator("#macro").inner_text() == "macro-F1 0.773, as tuned 0.800"  # (0.72 + 0.8 + 0.8) / 3
    seen.page.keyboard.press("ArrowLeft")
    assert seen.figures("alpha")["f1"] == "0.400"  # 2 * 20 / (80 + 20)
    slider.fill("4")
    assert seen.figures("alpha") == {
        "threshold": "0.800",
        "precision": "\u2013",
        "recall": "0.000",
        "f1": "0.000",
        "on": "0",
    }
    assert seen.figures("-dash") == tuned
    seen.page.get_by_role("button", name="Reset all").click()
    assert seen.figures("alpha") == tuned
    assert seen.flags() == ""
    assert seen.complaints == []


def test_the_point_moves_along_the_curve(visit: Any) -> None:
    """From the ring at (0.8, 0.8) to recall 0.9, precision 0.6, in a square of known place."""
    seen = visit()
    card = seen.card("alpha")
    ring, point = card.locator(".tuned"), card.locator(".now")

    def at(mark: Any) -> list[float]:
        return [float(mark.get_attribute(name)) for name in ("cx", "cy")]

    assert at(point) == at(ring) == [34 + 0.8 * 198, pytest.approx(8 + 0.2 * 156, abs=0.05)]
    card.get_by_role("slider").fill("1")
    assert at(point) == [pytest.approx(34 + 0.9 * 198, abs=0.05), pytest.approx(8 + 0.4 * 156, abs=0.05)]
    assert at(ring) == [34 + 0.8 * 198, pytest.approx(8 + 0.2 * 156, abs=0.05)]


@pytest.mark.parametrize("name", HOSTILE)
def test_flags_survive_a_shell_and_the_command_line(visit: Any, name: str) -> None:
    from tagship_runtime.cli.main import _parser
    from tagship_runtime.cli.options import _threshold

    seen = visit((name, "beta"))
    for card in ("beta", name):
        seen.card(card).get_by_role("slider").fill("3")
    words = shlex.split(seen.flags())
    arguments = ["predict", "model.tflite", "rows.csv", *words]
    given = _parser(arguments).parse_args(arguments).threshold
    assert {label: value for text in given for label, value in _threshold(text).items()} == {name: 0.55, "beta": 0.55}  # type: ignore[union-attr]


def test_flags_are_copied(visit: Any) -> None:
    seen = visit(permissions=["clipboard-read", "clipboard-write"])
    seen.card("-dash").get_by_role("slider").fill("1")
    seen.page.get_by_role("button", name="Copy").click()
    seen.page.get_by_text("Copied.").wait_for()
    assert seen.page.evaluate("navigator.clipboard.readText()") == "--threshold=-dash=0.25"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_and_not_run(visit: Any, name: str) -> None:
    seen = visit((name, "beta"))
    seen.page.wait_for_timeout(50)
    assert seen.complaints == []
    assert seen.requests == [seen.path.as_uri()]
    shown = seen.page.locator("article[data-number] h4, th bdi").all_inner_texts()
    assert shown.count(" ".join(name.split())) == 3  # its card, its line among the labels, and among the features
    assert seen.page.locator("main img, main script, main b").count() == 0


def test_the_policy_forbids_what_is_not_ours(visit: Any) -> None:
    """Were a name to get into the page as markup, it would still not run and not load."""
    seen = visit()
    seen.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'run'";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "http://localhost:9/x.png";
            image.setAttribute("onerror", "document.title = 'run'");
            document.body.append(image);
        }"""
    )
    seen.page.wait_for_timeout(200)
    assert "tagship report" in seen.page.title()
    assert len(seen.complaints) >= 2
    assert all("Content Security Policy" in complaint for complaint in seen.complaints)


def test_the_table_sorts_by_pointer_and_keyboard(browser: Browser, tmp_path: Path) -> None:
    labels = ("b", "a", "c")
    run = run_json(labels)
    for label, f1, positives in (("b", 0.5, 1000), ("a", 0.9, 30), ("c", 0.7, 200)):
        run["per_label"][label] |= {"f1": f1, "positives": positives}
    path = write_page(write(tmp_path, run=run, curves=curves_json(labels)))
    page = browser.new_page()
    page.goto(path.as_uri())

    def order() -> list[str]:
        return page.locator("table.sortable tbody th").all_inner_texts()

    def sorted_by() -> list[list[str]]:
        headings = page.locator("table.sortable th[aria-sort]")
        return headings.evaluate_all("all => all.map(h => [h.textContent, h.getAttribute('aria-sort')])")  # type: ignore[no-any-return]

    assert (order(), sorted_by()) == (["b", "c", "a"], [["F1", "ascending"]])
    page.get_by_role("button", name="F1").click()
    assert (order(), sorted_by()) == (["a", "c", "b"], [["F1", "descending"]])
    page.get_by_role("button", name="Positives").focus()
    page.keyboard.press("Enter")
    assert (order(), sorted_by()) == (["a", "c", "b"], [["Positives", "ascending"]])  # 30, 200, 1,000: as numbers
    page.get_by_role("button", name="Label", exact=True).click()
    assert (order(), sorted_by()) == (["a", "b", "c"], [["Label", "ascending"]])
    page.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("labels", [LABELS, ("x" * 300, "\u05e9\u05dc\u05d5\u05dd " * 60)], ids=["short", "long"])
def test_only_boxes_scroll_sideways(visit: Any, width: int, labels: Any) -> None:
    seen = visit(labels, width=width)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = seen.page.evaluate(
        """width => [...document.querySelectorAll("main *")]
            .filter(e => !e.closest(".scroll, svg, .sr") && e.getBoundingClientRect().right > width + 1)
            .map(e => e.outerHTML.slice(0, 80))""",
        width,
    )
    assert beyond == []


STACKED, SIDE_BY_SIDE = (320, 390, 768, 864), (865, 900, 1024, 1280, 1440)
"""Widths with a row's figures below each other, and in columns."""


@pytest.mark.parametrize("width", [*STACKED, *SIDE_BY_SIDE])
def test_no_figure_is_hidden_behind_a_scroll(visit: Any, width: int) -> None:
    seen = visit(width=width)
    beyond = seen.page.evaluate(
        """width => [...document.querySelectorAll(".scroll, .scroll td:not(:empty), .scroll tbody th")]
            .filter(e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > width)
            .map(e => e.outerHTML.slice(0, 80))""",
        width,
    )
    assert beyond == []


@pytest.mark.parametrize("width", [*STACKED, *SIDE_BY_SIDE])
def test_each_figure_stands_below_its_heading(visit: Any, width: int) -> None:
    """In columns that is the table's head; stacked, each cell has its own, of the same words or fewer."""
    seen = visit(width=width)
    cells = seen.page.evaluate(
        """() => [...document.querySelectorAll(".stacked tbody td:not(:empty)")].map(cell => {
            const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
            const words = head.innerHTML.replace(/<[^>]*>/g, " ");
            return [getComputedStyle(cell, "::before").content, words, head.checkVisibility()];
        })"""
    )
    assert len(cells) > 30
    for said, heading, _ in cells:
        if width in SIDE_BY_SIDE:
            assert said == "none"
        else:
            words = set(said.strip('"').replace(",", "").lower().split())
            assert words, heading
            assert words <= set(heading.lower().split()) | {"(95%)", "gains"}, (said, heading)


def test_stacked_rows_can_be_sorted_and_are_still_a_table(visit: Any) -> None:
    seen = visit(width=390)
    table = seen.page.get_by_role("region", name="Labels").get_by_role("table")
    assert table.get_by_role("row").count() == 1 + len(LABELS)
    assert table.get_by_role("rowheader").all_inner_texts() == list(LABELS)
    button = table.get_by_role("button", name=re.compile("^Label"))
    button.click()
    assert table.get_by_role("rowheader").all_inner_texts() == ["-dash", "alpha", "it's = 50% of; `all` $HOME"]
    assert button.bounding_box()["y"] < table.get_by_role("rowheader").first.bounding_box()["y"]


def test_print_loses_no_column(visit: Any) -> None:
    """A sheet of A4 less its margins is 688 pixels wide."""
    seen = visit(width=688)
    seen.page.emulate_media(media="print")
    beyond = seen.page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(e => !e.closest(".sr") && e.getBoundingClientRect().right > 689)
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert beyond == []
    assert seen.page.locator("thead:visible").count() == 6  # metrics, sizes, labels, artifacts, quality, features


def _contrast(first: str, second: str) -> float:
    """WCAG 2.2's ratio of two colours as the browser gives them."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_plots_can_be_read_by_day_and_night(visit: Any, scheme: str) -> None:
    seen = visit(color_scheme=scheme)
    colours = seen.page.evaluate(
        """() => {
            const style = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
            return {
                paper: style("body", "backgroundColor"), ink: style("body", "color"),
                raised: style(".verdict", "backgroundColor"), headline: style(".verdict h2", "color"),
                muted: style(".fine", "color"), link: style("main a", "color"),
                good: style(".good", "color"), bad: style(".bad", "color"),
                tick: style(".plot svg text", "fill"), curve: style(".now", "fill"),
            };
        }"""
    )
    paper = colours.pop("paper")
    assert (_contrast(paper, "rgb(0, 0, 0)") > 10) == (scheme == "light")
    for name, least in (("curve", 3), ("raised", 1)):  # WCAG asks 3 of graphics
        assert _contrast(paper, colours.pop(name)) >= least, name
    assert {name: colour for name, colour in colours.items() if _contrast(paper, colour) < 4.5} == {}


def test_it_is_complete_without_scripts(visit: Any) -> None:
    seen = visit(java_script_enabled=False)
    assert seen.page.locator("input:visible, textarea:visible, .buttons:visible").count() == 0
    assert seen.card("alpha").locator("[data-is=f1]").inner_text() == "0.800"


def test_it_prints(visit: Any) -> None:
    seen = visit()
    seen.page.emulate_media(media="print", color_scheme="dark")
    assert seen.page.locator("input:visible, textarea:visible, nav:visible").count() == 0
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert seen.page.pdf(format="A4").startswith(b"%PDF")
