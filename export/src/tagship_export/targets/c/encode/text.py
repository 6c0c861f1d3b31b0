"""Texts, whose n-grams are counted."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from tagship_export.errors import ConversionError
from tagship_export.targets.c.encode.characters import tables_for
from tagship_export.targets.c.encode.words import COUNT_NGRAMS
from tagship_export.targets.c.text import comment, string
from tagship_runtime.contract import TextFeature

LINE = 100
"""Characters of a line of constants, about."""


@dataclass(frozen=True, slots=True)
class TextInC:
    """A string in UTF-8 that is NULL or empty where it is missing."""

    feature: TextFeature

    def __post_init__(self) -> None:
        if any("\0" in ngram for ngram in self.feature.vocabulary):
            raise ConversionError(f"feature {self.feature.name!r} has a word with a null character, where C texts end")

    def declaration(self, member: str) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return f"const char *{member}; /* {comment(self.feature.name)}: a text in UTF-8, NULL where missing */"

    def support(self) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`; columns of one vocabulary share its tables."""
        return (COUNT_NGRAMS, "\n".join(self._counting()))

    def constants(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return ()

    def statements(self, member: str, position: int, number: int) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (f"if (count_{self._name}(row->{member}, inputs + {position})) return {number};",)

    def initializer(self, cell: Any) -> str:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return string(cell.replace("\0", " ")) if cell else "NULL"

    def read(self, member: str) -> Sequence[str]:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`."""
        return (f"if (!(row.{member} = read_text())) return 0;",)

    def write(self, cell: Any) -> bytes:
        """See :class:`tagship_export.targets.c.encode.base.FeatureInC`; null separates words and would end C's text."""
        (text,) = self.feature.texts([cell])
        encoded = text.replace("\0", " ").encode("utf-8", "surrogatepass")
        return struct.pack("<I", len(encoded)) + encoded

    @property
    def _name(self) -> str:
        """Name for what the vocabulary needs."""
        facts = repr((self.feature.vocabulary, self.feature.ngrams))
        return f"ngrams_{hashlib.sha256(facts.encode()).hexdigest()[:8]}"

    def _counting(self) -> Iterator[str]:
        """Yield the tables of the vocabulary, and a function that counts by them."""
        name, (least, most) = self._name, self.feature.ngrams
        order = sorted(range(self.feature.width), key=lambda place: self.feature.vocabulary[place].encode())
        ngrams = [self.feature.vocabulary[place] for place in order]
        tables = tables_for(word for ngram in ngrams for word in ngram.split(" "))
        room = max(len(word.encode()) for ngram in ngrams for word in ngram.split(" ")) + 1
        parts = [(code << 8) | kind for run in tables.runs for code, kind in run.parts]
        places = [0, *accumulate(len(run.parts) for run in tables.runs)]
        runs = [
            f"{{{run.first << 11 | len(run.parts) << 6 | (run.step - 1) << 5}u, {run.span}, {place}}}"
            for run, place in zip(tables.runs, places[:-1], strict=True)
        ]
        yield _array("char *const", name, map(string, ngrams))
        yield _array("uint16_t", f"{name}_columns", map(str, order))
        yield _array("uint32_t", f"{name}_groups", (f"{code << 3 | group}u" for code, group in tables.groups))
        yield _array("text_run", f"{name}_runs", runs)
        yield _array("uint32_t", f"{name}_parts", (f"{part}u" for part in parts))
        yield f"""static const text_rules {name}_rules = {{
    {name}_groups, {len(tables.groups)}, {name}_runs, {len(runs)}, {name}_parts, {int(tables.syllables)},
    {name}, {name}_columns, {self.feature.width}, {least}, {most}, {room}
}};

static int count_{name}(const char *text, float *inputs) {{
    char words[{most * room}], ngram[{most * room}];
    return count_ngrams(text, &{name}_rules, words, ngram, inputs);
}}
"""


def _array(kind: str, name: str, values: Iterable[str]) -> str:
    """Return a constant array, some values a line."""
    lines, line = [], ""
    for value in values:
        if line and len(line) + len(value) > LINE:
            lines.append(line)
            line = ""
        line += f"{value}, "
    return f"static const {kind} {name}[] = {{\n    " + "\n    ".join([*lines, line.rstrip(", ")]) + "\n};"
