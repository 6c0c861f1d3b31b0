"""From a text to its words and their counts, by the rules of docs/contract.md; the table is in characters.py."""

import re
from bisect import bisect_right

from characters import CLASSES, FOLDS

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LETTER, MARK = 1, 3
"""0 separates words, 2 is a sign, 3 and more are marks: 3 and their combining class."""
MOST_MARKS, MOST_CHARACTERS = 16, 1 << 20


def counts_of(feature, value):
    """How often each n-gram of a feature's vocabulary occurs in a text; None is the empty one."""
    if feature["tokenizer"] not in ("words-1", "keras-1"):
        raise ValueError(f"{feature['name']} has words by other rules: {feature['tokenizer']}")
    if value is None or value != value:
        value = ""
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        raise ValueError(f"{feature['name']} is no text of at most {MOST_CHARACTERS:,} characters")
    places = {ngram: place for place, ngram in enumerate(feature["vocabulary"])}
    by_keras = feature["tokenizer"] == "keras-1"
    words = words_by_keras(value, feature["standardize"], feature["split"]) if by_keras else words_of(value)
    sizes = range(feature["ngrams"][0], feature["ngrams"][1] + 1)
    ngrams = [" ".join(words[first : first + size]) for size in sizes for first in range(len(words) - size + 1)]
    found = [places.get(ngram, -1) for ngram in ngrams]
    if not by_keras:
        return counted([place for place in found if place >= 0], len(places))
    if feature["sequence"] is None:  # counts, those of unknown n-grams first
        return counted([place + 1 for place in found], len(places) + 1)
    numbers = [place + 2.0 for place in found[: feature["sequence"]]]
    return numbers + [0.0] * (feature["sequence"] - len(numbers))


def counted(places, size):
    """How often each place occurs."""
    counts = [0.0] * size
    for place in places:
        counts[place] += 1
    return counts


def words_by_keras(text, standardize, split):
    """The words of a text by Keras' rules, which look at ASCII alone."""
    lower, strip = {
        "lower_and_strip_punctuation": (True, True),
        "lower": (True, False),
        "strip_punctuation": (False, True),
        None: (False, False),
    }[standardize]
    if lower:
        text = re.sub("[A-Z]+", lambda found: found[0].lower(), text)
    if strip:
        text = re.sub(r"[!-/:-@\[-`{-~]+", "", text)
    if split == "whitespace":
        return re.findall("[^\t-\r ]+", text)
    if split == "character":
        return list(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    return {None: [text] * bool(text)}[split]


def words_of(text):
    """The words of a text, in linear time."""
    found, word, kind, base, marks = [], [], 0, "", []
    for character in [part for one in text for part in folded(one)] + ["\0"]:
        order = class_of(character)
        if order > MARK:
            if kind and not (character == "\u0307" and base == "i") and len(marks) < MOST_MARKS:
                marks.append((order, character))
            continue
        word += [mark for _, mark in sorted(marks, key=lambda mark: mark[0])]
        base, marks = character, []
        if order != MARK and (order != LETTER or kind != LETTER):
            found += ["".join(word)] if kind else []
            word, kind = [], order
        if kind:
            word.append(character)
    return found


def folded(character):
    """The characters that stand for one."""
    syllable = ord(character) - 0xAC00
    if not 0 <= syllable < 11172:
        return FOLDED.get(ord(character), character)
    parts = chr(0x1100 + syllable // 588) + chr(0x1161 + syllable % 588 // 28)
    return parts + chr(0x11A7 + syllable % 28) if syllable % 28 else parts


def class_of(character):
    """The class of a character."""
    first, last, kind = RANGES[bisect_right(STARTS, ord(character)) - 1]
    return kind if first <= ord(character) <= last else 0


def numbers_in(digits):
    """Numbers in digits of base 32, the lowest first."""
    number = shift = 0
    for digit in digits:
        value = DIGITS.index(digit)
        number += value % 32 << shift
        shift += 5
        if value < 32:
            yield number
            number = shift = 0


def read_ranges():
    """Ranges of equal class: first, last, class."""
    ranges, end, values = [], 0, numbers_in(CLASSES)
    for gap, more, kind in zip(values, values, values, strict=True):
        ranges.append((end + gap, end + gap + more, kind))
        end += gap + more + 1
    return ranges


def read_folds():
    """Characters that stand for a code point, where it does not stand for itself."""
    folds, end, values = {}, 0, numbers_in(FOLDS)
    for gap in values:
        first, run, count = end + gap, next(values), next(values)
        parts, last, step = [], first, run % 2 + 1
        for change in [next(values) for _ in range(count)]:
            last += -(change + 1) // 2 if change % 2 else change // 2
            parts.append(last)
        end = first + run // 2 * step + 1
        for code in range(first, end, step):
            folds[code] = "".join(chr(part + code - first) for part in parts)
    return folds


RANGES, FOLDED = read_ranges(), read_folds()
STARTS = [first for first, _, _ in RANGES]
