"""Texts as Keras' ``TextVectorization`` takes them: docs/contract.md, "Words by Keras' rules".

TensorFlow looks at bytes: only letters of ASCII become lower case, only ASCII's punctuation is taken out, and only its
six white characters separate words, whatever else Unicode has of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tagship_runtime.features.base import Feature
from tagship_runtime.features.json_values import integer, optional, take, text, tuple_of
from tagship_runtime.features.text import KERAS_1, MOST_NGRAMS, ONE, TextFeature, pair
from tagship_runtime.features.text_counts import Counts, count
from tagship_runtime.features.tokenizer import ngrams

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.typing import Features

UPPER, LOWER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz"
PUNCTUATION = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
WHITE = b"\t\n\v\f\r "

AS_IT_IS = bytes(range(256))
IN_LOWER_CASE = bytes.maketrans(UPPER, LOWER)

STANDARDIZE: Mapping[str | None, tuple[bytes, bytes]] = {
    "lower_and_strip_punctuation": (IN_LOWER_CASE, PUNCTUATION),
    "lower": (IN_LOWER_CASE, b""),
    "strip_punctuation": (AS_IT_IS, PUNCTUATION),
    None: (AS_IT_IS, b""),
}
"""For :meth:`bytes.translate`: what stands for each byte of UTF-8, and which are taken out."""

SPLIT = ("whitespace", "character", None)

BLANKS = bytes.maketrans(WHITE, b" " * len(WHITE))

UNKNOWN = "[UNK]"
"""Name that Keras has for what is not in a vocabulary."""


@dataclass(frozen=True, kw_only=True)
class KerasTextFeature(TextFeature):
    """A text by Keras' rules: how often each n-gram occurs, after those that are not in the vocabulary, or a sequence.

    Attributes:
        standardize: How a text is changed first; a key of :data:`STANDARDIZE`.
        split: What becomes a word: what stands between white space, each character, or the whole text.
        sequence: Of so many n-grams each has a column, with its number in the vocabulary, from 2; 1 where it has none,
            0 where the text has no further one. None: they are counted.
    """

    rules: ClassVar[str] = KERAS_1
    most_words: ClassVar[int] = 16

    tokenizer: str = KERAS_1
    standardize: str | None = "lower_and_strip_punctuation"
    split: str | None = "whitespace"
    sequence: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for option, value, known in (("standardize", self.standardize, STANDARDIZE), ("split", self.split, SPLIT)):
            if value not in known:
                raise ValueError(f"{option} of feature {self.name!r} is {value!r}, not {' or '.join(map(repr, known))}")
        if self.split is None and self.ngrams != (1, 1):
            raise ValueError(f"feature {self.name!r} is not split, but has n-grams of {self.ngrams[1]} words")
        if self.sequence is not None and not 1 <= self.sequence <= MOST_NGRAMS:
            raise ValueError(
                f"feature {self.name!r} has a sequence of {self.sequence:,} n-grams; 1 to {MOST_NGRAMS:,} are read"
            )

    @property
    def width(self) -> int:
        """See :class:`Feature`."""
        return len(self.vocabulary) + 1 if self.sequence is None else self.sequence

    @property
    def counted(self) -> tuple[str, ...]:
        """Nothing: no column may be left out of what a finished model takes."""
        return ()

    def with_columns(self, places: Sequence[int]) -> Self:
        """See :class:`Feature`."""
        del places
        return self

    def tokens(self, said: str) -> list[str]:
        """Return the words of a text; as a character, half of a surrogate pair is three U+FFFD, one for each byte."""
        table, taken_out = STANDARDIZE[self.standardize]
        kept = said.encode("utf-8", "surrogatepass").translate(table, taken_out)
        if self.split == "whitespace":
            words = kept.translate(BLANKS).decode("utf-8", "surrogatepass").split(" ")
            return [word for word in words if word]
        if self.split == "character":
            return list(kept.decode("utf-8", "replace"))
        whole = kept.decode("utf-8", "surrogatepass")
        return [whole] if whole else []

    def ngrams_of(self, said: str) -> list[str]:
        """See :class:`TextFeature`."""
        return ngrams(self.tokens(said), self.ngrams)

    def _numbers(self, said: str) -> list[int]:
        """Return the number of each n-gram, from 1; 0 of those that are not in the vocabulary."""
        number = self._index.get
        return [number(ngram, 0) for ngram in self.ngrams_of(said)]

    def encode(self, values: NDArray[Any], into: Features) -> int:
        """Write counts or numbers; texts without an n-gram of the vocabulary are those that the model does not know."""
        without = 0
        for row, said in zip(into, self.texts(values), strict=True):
            numbers = self._numbers(said)
            without += not any(numbers)
            if self.sequence is None:
                np.add.at(row, np.array(numbers, np.intp), ONE)
            else:
                numbers = numbers[: self.sequence]
                row[: len(numbers)] = np.array(numbers, np.float32) + ONE
        return without

    def without_zeros(self, values: Sequence[object] | NDArray[Any]) -> Counts:
        """See :class:`Feature`."""
        if self.sequence is not None:
            return Feature.without_zeros(self, np.asarray(values, object))
        return count(list(map(self._numbers, self.texts(values))))

    def to_dict(self) -> FeatureDocument:
        """See :class:`Feature`."""
        return {
            **super().to_dict(),
            "standardize": self.standardize,
            "split": self.split,
            "sequence": self.sequence,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """See :class:`Feature`."""
        return cls(
            name=take(document, "name", text),
            ngrams=take(document, "ngrams", pair),
            vocabulary=take(document, "vocabulary", tuple_of(text)),
            standardize=take(document, "standardize", optional(text)),
            split=take(document, "split", optional(text)),
            sequence=take(document, "sequence", optional(integer)),
        )

    def describe(self) -> str:
        """See :class:`Feature`."""
        rules = f"standardize={self.standardize!r}, split={self.split!r}, ngrams={self.ngrams}"
        what = "are counted" if self.sequence is None else f"are numbers, of the first {self.sequence:,}"
        return f"text by Keras' TextVectorization ({rules}), of which {len(self.vocabulary):,} n-grams {what}"

    @cached_property
    def _strange(self) -> str:
        """Return a character that is a word and has no place, for texts that are invented."""
        letters = (chr(code) for code in range(ord("a"), 0x110000))
        return next(letter for letter in letters if letter not in self._index and self.tokens(letter) == [letter])

    def _invented(self, random: np.random.Generator) -> str:
        said = super()._invented(random)
        return self._said([self._strange, said] if random.random() < 1 / 2 else [said]) if self.split else said

    def _said(self, chosen: Sequence[str]) -> str:
        """Return a text of which these are n-grams; of a text that is one word, there is one."""
        if self.split == "character":
            return "".join(ngram[::2] if len(ngram) > 1 else ngram for ngram in chosen)
        return " ".join(chosen) if self.split else next(iter(chosen), "")

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield each n-gram that occurs, without which its count is 0, or others of a sequence follow sooner."""
        if self.sequence is None:
            names = (UNKNOWN, *self.vocabulary)
            for place in np.flatnonzero(columns).tolist():
                without = columns.copy()
                without[place] = 0
                yield names[place], without
            return
        names = ("", UNKNOWN, *self.vocabulary)
        for number in sorted(set(columns[columns > 0].astype(int).tolist())):
            others = columns[columns != number]
            without = np.zeros_like(columns)
            without[: len(others)] = others
            yield names[number], without

    def summarise(self, columns: Features) -> FeatureSummary:
        """See :class:`TextFeature`."""
        return super().summarise(columns if self.sequence is None else (columns > 0).astype(np.float32))
