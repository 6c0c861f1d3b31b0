"""Features of kind ``text``: how often words, and runs of words, of a vocabulary occur in a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from tagship_runtime.errors import InputError, InputValueError
from tagship_runtime.features.base import Feature
from tagship_runtime.features.cells import is_missing, shown
from tagship_runtime.features.json_values import integer, take, text, tuple_of
from tagship_runtime.features.text_counts import Counts, count
from tagship_runtime.features.tokenizer import WORDS_1, ngrams, tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagship_runtime.documents import FeatureDocument, FeatureSummary
    from tagship_runtime.typing import Features

MOST_NGRAMS = 1 << 16
"""Most n-grams of a vocabulary."""

VOCABULARY_BYTES = 1 << 20
"""Most bytes of a vocabulary, in UTF-8."""

KERAS_1 = "keras-1"
"""Name of the rules of Keras, which :mod:`tagship_runtime.features.keras_text` has."""

MOST_CHARACTERS = 1 << 20
"""Most characters of a text; a novel has half as many."""

SEARCHED = 1 << 52
"""Numbers below this stand for texts of a search; float64 holds them."""

MOST_INVENTED, MOST_REPEATED = 24, 3
"""Most n-grams of an invented text, and how often one is repeated at most."""

ONE = np.float32(1)

_NEED_TEXT = "a text is needed"


@dataclass(frozen=True, kw_only=True)
class TextFeature(Feature):
    """A text, of which the n-grams of a vocabulary are counted; a missing one counts as the empty text.

    Attributes:
        vocabulary: The n-grams that have a column each, in order: words as the tokenizer gives them, joined by blanks.
        ngrams: Least and greatest number of words of an n-gram.
        tokenizer: Name of the rules by which a text becomes words.
    """

    kind: ClassVar[str] = "text"
    textual: ClassVar[bool] = True
    discrete: ClassVar[bool] = True
    unknown: ClassVar[str] = "have no word that the model knows, or are empty"
    rules: ClassVar[str] = WORDS_1
    """Name of the tokenizer of this class."""
    most_words: ClassVar[int] = 4
    """Most words of an n-gram."""

    vocabulary: tuple[str, ...]
    ngrams: tuple[int, int] = (1, 1)
    tokenizer: str = WORDS_1

    def __post_init__(self) -> None:
        low, high = self.ngrams
        if not 1 <= low <= high <= self.most_words:
            raise ValueError(
                f"n-grams of feature {self.name!r} have {low} to {high} words; 1 to {self.most_words} are read"
            )
        if self.tokenizer != self.rules:
            raise ValueError(
                f"the tokenizer of feature {self.name!r} is {self.tokenizer!r}, not {WORDS_1!r} or {KERAS_1!r}"
            )
        if not 1 <= len(self.vocabulary) <= MOST_NGRAMS:
            count = len(self.vocabulary)
            raise ValueError(
                f"the vocabulary of feature {self.name!r} has {count:,} n-grams; 1 to {MOST_NGRAMS:,} are read"
            )
        if (size := sum(map(len, map(str.encode, self.vocabulary)))) > VOCABULARY_BYTES:
            raise ValueError(
                f"the vocabulary of feature {self.name!r} has {size:,} bytes; at most {VOCABULARY_BYTES:,} are read"
            )
        if len(self._index) < len(self.vocabulary):
            raise ValueError(f"n-grams of feature {self.name!r} repeat; each takes a column of its own")

    @cached_property
    def _index(self) -> dict[str, int]:
        """Number of each n-gram, from 1."""
        return {ngram: number for number, ngram in enumerate(self.vocabulary, start=1)}

    @property
    def width(self) -> int:
        """See :class:`Feature`."""
        return len(self.vocabulary)

    @property
    def counted(self) -> tuple[str, ...]:
        """See :class:`Feature`."""
        return self.vocabulary

    def with_columns(self, places: Sequence[int]) -> Self | None:
        """Return the feature with some of its n-grams; None without any."""
        return replace(self, vocabulary=tuple(self.vocabulary[place] for place in places)) if places else None

    def encode(self, values: NDArray[Any], into: Features) -> int:
        """Write how often each n-gram occurs; texts without any are those that the model does not know."""
        without = 0
        for row, said in zip(into, self.texts(values), strict=True):
            if len(places := self.known(said)):
                np.add.at(row, places, ONE)
            else:
                without += 1
        return without

    def without_zeros(self, values: Sequence[object] | NDArray[Any]) -> Counts:
        """Return what :meth:`encode` writes, without the zeros.

        Raises:
            InputValueError: A cell is no text, or too long.
        """
        return count(list(map(self.known, self.texts(values))))

    def observed(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return how many known n-grams a text has; see :class:`Feature`."""
        return np.array([len(self.known(said)) if said else np.nan for said in self.texts(values)], np.float64)

    def ngrams_of(self, said: str) -> list[str]:
        """Return the n-grams of a text, by size and then by place."""
        return ngrams(tokens(said), self.ngrams)

    def known(self, said: str) -> NDArray[np.intp]:
        """Return the places in the vocabulary of a text's n-grams, those that have one, as often as they occur."""
        return np.array(list(filter(None, map(self._index.get, self.ngrams_of(said)))), np.intp) - 1

    def texts(self, values: Sequence[object] | NDArray[Any]) -> list[str]:
        """Return the texts of a column, empty where one is missing.

        Raises:
            InputValueError: A cell is no text, or too long.
            InputError: The column is of another type altogether, such as dates.
        """
        if isinstance(values, np.ndarray) and values.dtype.kind not in "biufOUST":
            raise InputError(f"column {self.name!r} holds {values.dtype}; texts are needed")
        cells = values.tolist() if isinstance(values, np.ndarray) else values
        return [self._text(cell, row) for row, cell in enumerate(cells)]

    def _text(self, cell: object, row: int) -> str:
        if isinstance(cell, str):
            if len(cell) > MOST_CHARACTERS:
                said = f"the text has {len(cell):,} characters"
                raise InputValueError(row, self.name, said, f"at most {MOST_CHARACTERS:,} are taken, so cut it")
            return cell
        if is_missing(cell):
            return ""
        raise InputValueError(row, self.name, f"{shown(cell)} is no text", _NEED_TEXT)

    def to_dict(self) -> FeatureDocument:
        """See :class:`Feature`."""
        return {
            "name": self.name,
            "kind": self.kind,
            "tokenizer": self.tokenizer,
            "ngrams": list(self.ngrams),
            "vocabulary": list(self.vocabulary),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """See :class:`Feature`."""
        return cls(
            name=take(document, "name", text),
            tokenizer=take(document, "tokenizer", text),
            ngrams=take(document, "ngrams", pair),
            vocabulary=take(document, "vocabulary", tuple_of(text)),
        )

    def describe(self) -> str:
        """See :class:`Feature`."""
        low, high = self.ngrams
        what = f"runs of {low} to {high} words" if low < high else "words" if high == 1 else f"runs of {high} words"
        return f"text, of which {self.width:,} {what} count; missing is the empty text"

    def sample(self, values: NDArray[Any], count: int, random: np.random.Generator) -> list[Any]:
        """Invent texts of n-grams that have a column, some of them repeated; see :class:`Feature`."""
        return [self._invented(random) for _ in range(count)]

    def _invented(self, random: np.random.Generator) -> str:
        size = int(random.integers(1, MOST_INVENTED, endpoint=True))
        places = random.integers(len(self.vocabulary), size=size)
        places = np.repeat(places, random.integers(1, MOST_REPEATED, size=size, endpoint=True))
        return self._said([self.vocabulary[place] for place in places])

    def _said(self, chosen: Sequence[str]) -> str:
        """Return a text of which these are n-grams."""
        return " ".join(chosen)

    def to_cells(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return numbers whose digits, in a base of the vocabulary's size, are the n-grams that a text has first."""
        return np.array([self._number(sorted(set(self.known(said).tolist()))) for said in self.texts(values)])

    def _number(self, places: list[int]) -> float:
        number, digit = 0, 1
        for place in places:
            if number + digit * (place + 1) >= SEARCHED:
                break
            number += digit * (place + 1)
            digit *= len(self.vocabulary) + 1
        return float(number)

    def bounds(self, cells: NDArray[np.float64]) -> tuple[float, float]:
        """See :class:`Feature`."""
        return 0.0, float(SEARCHED - 1)

    def from_cells(self, cells: NDArray[np.float64]) -> list[Any]:
        """Return texts of the n-grams that are the numbers' digits; zero stands for none."""
        return [self._digits(int(cell)) for cell in cells]

    def _digits(self, number: int) -> str:
        found = []
        while number:
            number, digit = divmod(number, len(self.vocabulary) + 1)
            found += [self.vocabulary[digit - 1]] if digit else []
        return self._said(found)

    def left_out(self, columns: Features, usual: Features) -> Iterator[tuple[str, Features]]:
        """Yield each n-gram that occurs, without which its count would be 0."""
        for place in np.flatnonzero(columns).tolist():
            without = columns.copy()
            without[place] = 0
            yield self.vocabulary[place], without

    def summarise(self, columns: Features) -> FeatureSummary:
        """Return how many n-grams a text has in the mean, and the share of texts without any."""
        sums = columns.sum(axis=1, dtype=np.float64)
        return {"ngrams": float(sums.mean()), "empty": float(np.mean(sums == 0))}


def pair(value: Any) -> tuple[int, int]:
    """Return two integers."""
    numbers = tuple_of(integer)(value)
    if len(numbers) != 2:
        raise ValueError(f"{value!r} are not two numbers")
    return numbers[0], numbers[1]
