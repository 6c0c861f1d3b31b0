"""The page as a parser sees it: elements, text, and tags that are not closed."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from report.pages import curves_json, export_json, run_json, write
from tagship_report.render import write_page

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
