"""Write the hard cases that every reader replays: contracts, rows, words, thresholds and damaged files.

The answers are the runtime's; what an error has to mention is written by hand, and checked against the runtime's own
text. ``python tests/repo/hard_cases.py`` renews tests/shared/*.json, which ``test_hard_cases.py`` holds to it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tagship_runtime import Contract, TagshipError, container
from tagship_runtime.contract import KerasTextFeature, TensorSpec, repeated
from tagship_runtime.errors import NoContractError
from tagship_runtime.features import encoder
from tagship_runtime.features.tokenizer import tokens
from tagship_runtime.thresholds import decide, resolve_thresholds

FOLDER = Path(__file__).parents[1] / "shared"

HARD_TEXTS: Mapping[str, Any] = json.loads(Path(__file__).with_name("hard_texts.json").read_text(encoding="ascii"))
TEXTS: Mapping[str, Sequence[str]] = {name: texts for name, texts in HARD_TEXTS.items() if name != "repeated"}
"""Texts whose words are hard to agree on, by what is hard about them."""
LONG: Sequence[tuple[str, int]] = [(text, times) for text, times in HARD_TEXTS["repeated"]]
"""Texts, and how often each is repeated."""

WHOLE = [text for group in TEXTS.values() for text in group if text.encode("utf-8", "replace").decode() == text]
"""Texts without halves of surrogate pairs, which JSON in C++ does not take."""

Case = dict[str, Any]


def tensor(name: str, *shape: int | None, dtype: str = "float32", **more: Any) -> dict[str, Any]:
    return {"name": name, "dtype": dtype, "shape": list(shape), **more}


AGE = {"name": "age", "kind": "numeric", "fill": 54.5, "indicator": True}
SIZE = {"name": "size", "kind": "numeric", "fill": None}
SEX = {"name": "sex", "kind": "category", "values": ["F", "M", "1", "true", "", "1e-05"]}
BODY: dict[str, Any] = {"name": "body", "kind": "text", "tokenizer": "words-1", "ngrams": [1, 2]} | {
    "vocabulary": [
        "oil",
        "crude oil",
        "the",
        "strasse",
        "e\u0301te\u0301",
        "\u6771",
        "\u6771 \u4eac",
        "1",
        "\U0001f600",
        "oil oil",
    ]
}
KERAS: dict[str, Any] = BODY | {
    **{"tokenizer": "keras-1", "standardize": "lower_and_strip_punctuation", "split": "whitespace", "sequence": None},
    "vocabulary": [
        "oil",
        "crude oil",
        "the",
        "\u00e9t\u00e9",
        "e\u0301te\u0301",
        "dont",
        "\u6771\u4eac\u90fd",
        "ss",
        "1",
        "two",
    ],
}
DAY = {
    "name": "day",
    "kind": "date",
    "since": "2024-06-15",
    "fill": "2024-06-20T12:00:00",
    "indicator": True,
    "parts": ["month", "weekday"],
    "first": "day",
    "missing": ["k.A."],
}
SHIFT = {"name": "shift", "kind": "duration", "fill": 60.5, "missing": ["ohne"]}
CLOCK = {"name": "time", "kind": "offset", "offset": 1.7e9, "fill": 1.7e9, "indicator": True}
GOLDEN = {"rows": [[1, 2, "F"]], "scores": [[0.1, 0.9]], "decisions": [[0, 1]], "tolerance": 1e-5}


def contract(**changes: Any) -> dict[str, Any]:
    """A good contract, with changes; a key that is changed to ``...`` is left out."""
    document = {
        "tagship": 1,
        "labels": ["bearing", "s\u00e9al"],
        "thresholds": [0.5, 1e-05],
        "features": [AGE, SIZE, SEX],
        "input": tensor("features", None, 9),
        "output": tensor("scores", None, 2),
        "recipe": "float32",
        "source": {},
        "parity": None,
        "quality": None,
        "golden": None,
        **changes,
    }
    return {key: value for key, value in document.items() if value is not ...}


def speech(**changes: Any) -> dict[str, Any]:
    """A contract of one text, with changes."""
    body = {key: value for key, value in (BODY | changes).items() if value is not ...}
    return contract(features=[body], input=tensor("x", None, len(body.get("vocabulary", ())) or 1))


def by_keras(**changes: Any) -> dict[str, Any]:
    """A contract of one text by Keras' rules, with changes."""
    body = {key: value for key, value in (KERAS | changes).items() if value is not ...}
    return contract(
        features=[body], input=tensor("x", None, int(body.get("sequence") or 0) or len(body["vocabulary"]) + 1)
    )


def spoken(**changes: Any) -> tuple[dict[str, Any], list[tuple[list[Any], tuple[str, ...]]]]:
    """A contract by Keras' rules whose vocabulary is some n-grams of the hard texts, and those texts."""
    told = KerasTextFeature(name="t", vocabulary=("x",), **changes)
    met = dict.fromkeys(ngram for text in WHOLE for ngram in told.ngrams_of(text))
    vocabulary = list(met)[:: 2 if "sequence" in changes else 40]
    document = by_keras(**{"vocabulary": vocabulary, "ngrams": [1, 1], **changes, "split": told.split})
    return document, [([text], ()) for text in (*WHOLE, "", None)]


def dated(**changes: Any) -> dict[str, Any]:
    """A contract of one date, with changes."""
    return contract(features=[DAY | changes], input=tensor("x", None, 21))


def text_with(key: str, value: str) -> str:
    """A contract as text in which one value is spelled as no JSON writer would."""
    feature: dict[str, Any] = {"name": "x", "kind": "numeric", "fill": None}
    document = contract(features=[feature], input=tensor("x", None, 1))
    (feature if key == "fill" else document)[key] = "HERE"
    return json.dumps(document).replace('"HERE"', value)


CONTRACTS: Sequence[tuple[str, Any, Sequence[str]]] = (
    ("good", contract(), ()),
    ("unknown keys", contract(later={"a": 1}, zebra=None), ()),
    ("golden rows", contract(golden=GOLDEN), ()),
    ("no table", contract(features=None, input=tensor("x", None, 8, 8, 1)), ()),
    ("fixed batch of integers", contract(input=tensor("x", 4, 9, dtype="int8", scale=0.5, zero_point=-3)), ()),
    ("many labels", contract(labels=[f"l{i}" for i in range(300)], thresholds=[0.5] * 300,
                             output=tensor("scores", None, 300)), ()),
    ("a label of spaces within", contract(labels=["a b", "\u05e9\u05dc"]), ()),
    ("not JSON", '{"tagship": 1,', ["JSON"]),
    ("no object", "[1, 2]", ["tagship"]),
    ("null", "null", ["tagship"]),
    ("somebody else's", '{"labels": ["a"]}', ["tagship"]),
    ("newer", contract(tagship=2), ["2", "update"]),
    ("version 0", contract(tagship=0), ["0"]),
    ("version as text", contract(tagship="1"), ["'1'"]),
    ("version true", contract(tagship=True), []),
    ("version null", contract(tagship=None), []),
    *((f"without {key}", contract(**{key: ...}), [f"'{key}'"])
      for key in ("labels", "thresholds", "features", "input", "output", "recipe", "source", "parity", "golden")),
    ("labels as text", contract(labels="ab"), ["'labels'", "'ab'", "list"]),
    ("a label that is a number", contract(labels=["a", 3]), ["'labels'", "3", "text"]),
    ("no labels", contract(labels=[], thresholds=[]), ["labels", "at least one"]),
    ("empty label", contract(labels=["a", ""]), ["label 1", "''"]),
    ("label with a line break", contract(labels=["a", "b\nc"]), ["label 1"]),
    ("label with a mark that is not seen", contract(labels=["a", "b\u200bc"]), ["label 1"]),
    ("label with a no-break space", contract(labels=["a", "b\u00a0c"]), ["label 1"]),
    ("label twice", contract(labels=["a", "a"]), ["'a'", "repeats"]),
    ("too few thresholds", contract(thresholds=[0.5]), ["1 thresholds", "2 labels"]),
    ("threshold 0", contract(thresholds=[0.5, 0]), ["'s\u00e9al'", "0", "between 0 and 1"]),
    ("threshold 1", contract(thresholds=[1, 0.5]), ["'bearing'", "between 0 and 1"]),
    ("threshold below 0", contract(thresholds=[-0.5, 0.5]), ["'bearing'", "-0.5"]),
    ("threshold as text", contract(thresholds=["0.5", 0.5]), ["'thresholds'", "'0.5'", "number"]),
    ("threshold true", contract(thresholds=[True, 0.5]), ["'thresholds'", "number"]),
    ("threshold null", contract(thresholds=[None, 0.5]), ["'thresholds'", "number"]),
    ("threshold that float32 makes 0", contract(thresholds=[1e-50, 0.5]), ["'bearing'", "1e-50", "between 0 and 1"]),
    ("threshold that float32 makes 1", contract(thresholds=[0.5, 0.99999999]), ["0.99999999", "between 0 and 1"]),
    ("output of another width", contract(output=tensor("scores", None, 3)), ["2 labels", "3"]),
    ("feature twice", contract(features=[SIZE, SIZE], input=tensor("x", None, 2)), ["'size'", "repeat"]),
    ("feature of a new kind", contract(features=[{"name": "x", "kind": "odour"}]), ["'features'", "'x'", "'odour'"]),
    ("feature without a kind", contract(features=[{"name": "x"}]), ["'features'", "'x'"]),
    ("feature kind from JavaScript", contract(features=[{"name": "x", "kind": "toString"}]), ["'toString'"]),
    ("feature without a name", contract(features=[{"kind": "numeric", "fill": 0}]), ["'name'"]),
    ("feature that is a text", contract(features=["age"]), ["'features'", "'age'", "object"]),
    ("number without a fill", contract(features=[{"name": "x", "kind": "numeric"}]), ["'fill'"]),
    ("fill as text", contract(features=[{"name": "x", "kind": "numeric", "fill": "1"}]), ["'fill'", "'1'", "number"]),
    ("fill beyond float32", contract(features=[{"name": "x", "kind": "numeric", "fill": 1e39}]), ["'fill'", "float32"]),
    ("fill beyond float64", text_with("fill", "1e999"), ["'fill'", "not finite"]),
    ("values that repeat", contract(features=[SEX | {"values": ["F", "M", "F"]}]), ["'sex'", "repeat"]),
    ("values as text", contract(features=[{"name": "x", "kind": "category", "values": "FM"}]), ["'values'", "'FM'"]),
    ("a value that is a number", contract(features=[{"name": "x", "kind": "category", "values": [1]}]), ["'values'"]),
    ("a text", speech(), ()),
    *((f"a text without {key}", speech(**{key: ...}), [f"'{key}'"])
      for key in ("tokenizer", "ngrams", "vocabulary")),
    ("words by other rules", speech(tokenizer="words-2"), ["'body'", "'words-2'"]),
    ("n-grams of no word", speech(ngrams=[0, 1]), ["'body'", "0 to 1 words"]),
    ("n-grams of five words", speech(ngrams=[1, 5]), ["'body'", "1 to 5 words"]),
    ("n-grams backwards", speech(ngrams=[2, 1]), ["'body'", "2 to 1 words"]),
    ("n-grams of one number", speech(ngrams=[1]), ["'ngrams'", "two numbers"]),
    ("n-grams of a fraction", speech(ngrams=[1, 1.5]), ["'ngrams'", "1.5", "integer"]),
    ("no vocabulary", speech(vocabulary=[]), ["0"]),
    ("an n-gram twice", speech(vocabulary=["a", "a"]), ["'body'", "repeat"]),
    ("an n-gram that is a number", speech(vocabulary=[1]), ["'vocabulary'", "text"]),
    ("a text by Keras' rules", by_keras(), ()),
    ("numbers of words", by_keras(sequence=7, standardize=None), ()),
    ("characters, up to 16", by_keras(split="character", ngrams=[2, 16]), ()),
    ("a whole text", by_keras(split=None, ngrams=[1, 1]), ()),
    *((f"Keras' rules without {key}", by_keras(**{key: ...}), [f"'{key}'"])
      for key in ("standardize", "split", "sequence", "ngrams")),
    ("Keras' words in capital letters", by_keras(standardize="upper"), ["'body'", "'upper'"]),
    ("Keras' words between commas", by_keras(split="comma"), ["'body'", "'comma'"]),
    ("standardize as a number", by_keras(standardize=1), ["'standardize'", "1", "text"]),
    ("runs of whole texts", by_keras(split=None), ["'body'", "not split"]),
    ("Keras' n-grams of 17 words", by_keras(ngrams=[1, 17]), ["'body'", "1 to 17 words"]),
    ("a sequence of none", by_keras(sequence=0), ["'body'", "sequence of 0"]),
    ("a sequence of a half", by_keras(sequence=0.5), ["'sequence'", "integer"]),
    ("a sequence without end", by_keras(sequence=65537), ["'body'", "sequence of 65"]),
    ("rules of Keras that come later", by_keras(tokenizer="keras-2"), ["'body'", "'keras-2'"]),
    ("dates and durations", contract(features=[DAY, SHIFT], input=tensor("x", None, 22)), ()),
    ("a date that begins nowhere", dated(**{"since": "2024-02-30"}), ["'since'", "'2024-02-30'"]),
    ("a date from a number", dated(**{"since": 7}), ["'since'", "7"]),
    ("a date without a fill", contract(features=[{"name": "x", "kind": "date", "since": "2024-01-01"}],
                                       input=tensor("x", None, 1)), ["'fill'"]),
    ("a date's fill that is none", dated(**{"fill": "-"}), ["'fill'", "'-'"]),
    ("a date with its year", contract(features=[DAY | {"parts": ["year"]}]), ["'parts'", "'year'"]),
    ("a date's part as text", dated(**{"parts": "month"}), ["'parts'"]),
    ("a date with its year first", dated(**{"first": "year"}), ["'first'", "'year'"]),
    ("missing words as text", contract(features=[AGE | {"missing": "x"}]), ["'missing'", "'x'", "list"]),
    ("a duration without a fill", contract(features=[{"name": "x", "kind": "duration"}], input=tensor("x", None, 1)),
     ["'fill'"]),
    ("an offset", contract(features=[CLOCK], input=tensor("x", None, 2)), ()),
    ("an offset from none", contract(features=[{"name": "x", "kind": "offset", "fill": None}],
                                     input=tensor("x", None, 1)), ["'offset'"]),
    ("an offset as text", contract(features=[CLOCK | {"offset": "1"}], input=tensor("x", None, 2)),
     ["'offset'", "'1'", "number"]),
    *((f"an offset of which the {key} is beyond what float64 tells apart",
       contract(features=[CLOCK | {key: -(2**53)}], input=tensor("x", None, 2)), [f"'{key}'", "beyond"])
      for key in ("offset", "fill")),
    ("an offset without a fill", contract(features=[{"name": "x", "kind": "offset", "offset": 1}],
                                          input=tensor("x", None, 1)), ["'fill'"]),
    ("input too narrow", contract(input=tensor("features", None, 8)), ["9 columns", "8"]),
    ("input of three axes", contract(input=tensor("features", None, 9, 1)), ["9 columns"]),
    ("input of one axis", contract(input=tensor("features", 9)), ["'input'", "batch"]),
    ("input of a free width", contract(input=tensor("features", None, None)), ["'input'", "batch"]),
    ("input of width 0", contract(input=tensor("features", None, 0)), ["'input'", "batch"]),
    ("shape of texts", contract(input=tensor("features", "a", 9)), ["'shape'", "'a'", "integer"]),  # type: ignore[arg-type]
    ("shape of fractions", contract(input=tensor("features", None, 9.5)), ["'shape'", "9.5", "integer"]),  # type: ignore[arg-type]
    ("scale as text", contract(input=tensor("x", None, 9, dtype="int8", scale="1", zero_point=0)), ["'input'"]),
    ("zero point of a fraction", contract(input=tensor("x", None, 9, scale=1.0, zero_point=0.5)), ["'input'"]),
    *((f"scale {scale}", contract(input=tensor("x", None, 9, dtype="int8", scale=scale, zero_point=0)), ["'input'"])
      for scale in (0, -0.5, 1e-50, 1e39)),
    ("zero point of 41 bits", contract(input=tensor("x", 9, 9, dtype="int8", scale=1, zero_point=2**40)), ["32 bits"]),
    ("labels twice", text_with("labels", '["a", "b"], "labels": ["b", "a"]'), ["twice"]),
    ("fill twice", text_with("fill", '1, "fill": 2'), ["twice"]),
    ("a key twice, once escaped", text_with("fill", '1, "\\u0066ill": 2'), ["twice"]),
    ("a key twice where nobody looks", text_with("source", '{"a": {"b:": 1, "b:": 2}}'), ["twice"]),
    ("colons and quotes in texts", contract(source={"a:": 'b":"c', "d\\": "\\\":", "e": [":", {"f": ":"}]}), ()),
    ("half of a surrogate pair", text_with("recipe", '"\\ud800"'), ["JSON"]),
    ("half of a surrogate pair in a key", text_with("source", '{"\\udc00": 1}'), ["JSON"]),
    ("a whole surrogate pair", text_with("recipe", '"\\ud83d\\ude00"'), ()),
    ("NaN", text_with("thresholds", "[NaN, 0.5]"), ["JSON"]),
    ("recipe null", contract(recipe=None), ["'recipe'", "text"]),
    ("source as a list", contract(source=[]), ["'source'", "object"]),
    ("too few golden scores", contract(golden=GOLDEN | {"scores": []}), ["1 golden rows"]),
    ("too many golden rows", contract(golden=GOLDEN | {"rows": [[], []]}), ["2 golden rows"]),
    ("golden scores of another width", contract(golden=GOLDEN | {"scores": [[0.5]]}), ["1 golden rows"]),
    ("golden without tolerance", contract(golden={"rows": [], "scores": [], "decisions": []}), ["'tolerance'"]),
)  # fmt: skip

NUMBERS: Sequence[Any] = (
    54.0, 7, -0.0, 0.1, 16777217, 1e-46, 3.4028235e38, True, False, None, "", " 7 ", "\u00a07\u2003", "7\x85",
    "?", "NA", " N/A ", "nan", "NaN", "NAN", "-nan", "null", "None", "12.5", "-.5", "+5.", "1e5", "1E+05",
    "true", "TRUE", " False ", "WAHR", "falsch ", "Vrai",
    "faux", "1e-400", "0.1", "9007199254740993", 123456789012345680000.0,
)  # fmt: skip
NO_NUMBERS: Sequence[Any] = (
    "7\x1f",
    "words", "0x1f", "0b1", "1,5", "1 2",
    "1_000", "1_0.5", "1__0", "_1", "1_", "1e", "e5", ".", "+", "--1", "1e5.5", "yes", "N A",
    "\ufeff7", "\u200b7", "Infinity", "-inf", "1e39", "INF", 1e39, -1e300, 3.4028235677973366e38, [1], {"a": 1}, "none",
)  # fmt: skip
WORDS: Sequence[Any] = (
    "F", "M", "f", " F", "", None, 1, 1.0, 1.5, True, False, "true", "True", 1e-05, "1e-05", 0.0001, 1e22, -0.0, 2,
)  # fmt: skip
SPELLED = [
    "0",
    "-1",
    "0.1",
    "1e-07",
    "1.5e-07",
    "0.00012",
    "1e-05",
    "10000000000000000000000",
    "false",
    "1e+22",
    "-2.5",
]
NO_WORDS: Sequence[Any] = (["F"], {"a": 1}, [])

DATES: Sequence[Any] = (
    "2024-06-15", "2024-6-5", "2024/12/31", "31.12.2024", "1.2.2024", "31/12/2024", "03/04/2024", "31-12-2024",
    " 2024-12-31 ", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "1969-12-31T23:59:59.9999",
    "2024-12-31T12:00", "2024-12-31 12:00:00", "2024-12-31T12:00:00.5", "2024-12-31T12:00:00,123456789",
    "31.12.2024, 12:00", "31/12/2024 1:30 PM", "31/12/2024 12:00AM", "31/12/2024 12:30 pm", "2024-12-31T00:30:00Z",
    "2024-12-31t00:30z", "2024-12-31 00:30:00 UTC", "2024-12-31T00:30:00+02:00", "2024-12-31T23:30:00-0545",
    "2024-12-31 00:30+05", None, "", "NA", "-", "n/a", "k.A.", " k.A. ", "\u2013",
)  # fmt: skip
NO_DATES: Sequence[Any] = (
    "2024-02-30", "2023-02-29", "1900-02-29", "31.04.2024", "12/31/2024", "2024-13-01", "2024-00-10", "2024-01-00",
    "0000-01-01", "10000-01-01", "24-12-31", "31.12.24", "2024-12/31", "2024", "20241231", "2024-12-31T24:00",
    "2024-12-31T12:60", "2024-12-31T12:00:60", "31/12/2024 13:00 PM", "31/12/2024 0:00 AM", "2024-12-31T12:00+24:00",
    "2024-12-31T12:00+01:60", "2024-12-31T", "2024-12-31T1200", "2024-12-31T12:00:00.", "Dec 31, 2024", "words",
    "\u0662\u0660\u0662\u0664-12-31", 20241231, 1735603200000, 0, True, [2024, 12, 31],
)  # fmt: skip
DURATIONS: Sequence[Any] = (
    "1:30", "01:30:00", "26:00:00.5", "0:00:00.000000001", "0:00:00.0000000019", "100:00", "+1:30", "-1:30",
    "-0:00:00.25", "1 day, 2:00:00", "3 days", "1 days 02:00:00", "-1 days +23:59:59.5", "-1 day, 23:59:59.75", "PT90M",
    "P1DT2H", "P2W", "PT0.5S", "PT1H30M15,25S", "-PT1.5S", "90", " 1e3 ", 5400, 0.1, True, None, "", "NA", "-", "ohne",
)  # fmt: skip
NO_DURATIONS: Sequence[Any] = (
    "1:75", "1:30:60", "1:3", ":30", "P", "PT", "P1Y", "P1M", "PT1.5H", "p1d", "1h", "90 min", "1:30:00.", "words",
    "2024-12-31", "1,5", [1], "inf", 1e39,
)  # fmt: skip

OFFSETS: Sequence[Any] = (
    1.7e9, 1700000001, "1700000000.5", " 1.7e9 ", 1699999999.999, 1700000000.0000002, 0, -0.0,
    2**53 - 1, -(2**53) + 1, "-9007199254740991", True, None, "", "NA", "k.A.", " k.A. ",
)  # fmt: skip
NO_OFFSETS: Sequence[Any] = ("words", "1,5", "K.A.", 1e39, "inf", "-1e300", [1])
BEYOND: Sequence[Any] = (
    2**53, 2**53 + 1, -(2**53), -(2**53) - 1, "9007199254740993", 2**60 + 1, "9007199254740991.75", 2**70, 3.4e38,
)  # fmt: skip

TABLE = contract()
NUMERIC = contract(features=[AGE], input=tensor("features", None, 2))
PICKY = contract(features=[SIZE], input=tensor("features", None, 1))
CATEGORY = contract(features=[SEX], input=tensor("features", None, 6))
DATED = contract(features=[DAY], input=tensor("features", None, 21))
ANY_ORDER = contract(
    features=[{"name": "day", "kind": "date", "since": "1970-01-01", "fill": None}], input=tensor("x", None, 1)
)
US = contract(
    features=[{"name": "day", "kind": "date", "since": "2024-01-01", "fill": None, "first": "month"}],
    input=tensor("x", None, 1),
)
CLOCKED = contract(features=[CLOCK | {"missing": ["k.A."]}], input=tensor("x", None, 2))
STRICT_CLOCK = contract(
    features=[{"name": "time", "kind": "offset", "offset": -0.1, "fill": None}], input=tensor("x", None, 1)
)
TIMED = contract(features=[SHIFT], input=tensor("features", None, 1))
NAMED_MISSING = contract(features=[AGE | {"missing": ["k.A."]}], input=tensor("features", None, 2))
SPELLING = contract(
    features=[{"name": "code", "kind": "category", "values": SPELLED}], input=tensor("x", None, len(SPELLED))
)
ODD_NAMES = contract(
    features=[{"name": name, "kind": "numeric", "fill": 0} for name in ("constructor", "__proto__", "a b")],
    input=tensor("x", None, 3),
)
IMAGE = contract(features=None, input=tensor("pixels", None, 2, 3))
SIGNAL = contract(features=None, input=tensor("signal", None, 3))

TEXT = contract(features=[SIZE, BODY], input=tensor("x", None, 11))
SAID: Sequence[Any] = (
    "", None, "oil", "Crude OIL; crude-oil!", "The Stra\u00dfe, THE STRASSE", "\u00c9t\u00e9 e\u0301te\u0301",
    "\u6771\u4eac\u6771 \u4eac", "1 \u0661 \u00bd", "ok\U0001f600\U0001f600\U0001f3fd", "oil oil oil", "nothing",
    "oil\u200boil oi\u200dl", "NA", "nan", " ",
)  # fmt: skip
UNSAID: Sequence[Any] = (1, 0.5, True, False, ["oil"], {"oil": 1}, [])

ROWS: Mapping[str, tuple[Case, Sequence[tuple[Sequence[Any], Sequence[str]]]]] = {
    "numbers with a fill": (NUMERIC, [([value], ()) for value in NUMBERS]),
    "numbers that are none": (NUMERIC, [([value], ("row 0", "'age'")) for value in NO_NUMBERS]),
    "numbers without a fill": (
        PICKY,
        [([1.5], ()), (["2"], ()), ([None], ("'size'", "missing", "fill")), (["NA"], ("'size'", "missing", "fill"))],
    ),
    "words": (CATEGORY, [([value], ()) for value in WORDS]),
    "words that are none": (CATEGORY, [([value], ("row 0", "'sex'", "no category")) for value in NO_WORDS]),
    "numbers as words": (
        SPELLING,
        [([value], ()) for value in (0, -0.0, -1.0, 0.1, 1e-7, 1.5e-7, 0.00012, 1e-5, 1e22, False, "1e+22", -2.5)],
    ),
    "tables": (
        TABLE,
        [
            ([54.0, 1, "F"], ()),
            ({"age": 54.0, "size": 1, "sex": "F"}, ()),  # type: ignore[list-item]
            ({"sex": "M", "other": 3, "size": "2", "age": None}, ()),  # type: ignore[list-item]
            ({"sex": "M", "size": "2"}, ("'age'",)),  # type: ignore[list-item]
            ({}, ("'age'", "'size'", "'sex'")),  # type: ignore[list-item]
            ([54.0, 1], ("2", "3")),
            ([54.0, 1, "F", 1], ("4", "3")),
            ([], ("0", "3")),
        ],
    ),
    "texts": (TEXT, [([1, text], ()) for text in SAID]),
    "Keras' words": spoken(),
    "Keras' words as they are": spoken(standardize=None, sequence=5),
    "Keras' words in lower case": spoken(standardize="lower", sequence=5),
    "Keras' words without punctuation": spoken(standardize="strip_punctuation", sequence=5),
    "Keras' pairs in order": spoken(ngrams=(1, 2), sequence=6),
    "Keras' characters in runs": spoken(split="character", ngrams=(2, 3), sequence=9),
    "Keras' whole texts": spoken(split=None, standardize="lower", sequence=1),
    "Keras' words that are none": (by_keras(), [([value], ("row 0", "'body'", "no text")) for value in UNSAID]),
    "texts that are none": (TEXT, [([1, value], ("row 0", "'body'", "no text")) for value in UNSAID]),
    "dates": (DATED, [([value], ()) for value in DATES]),
    "dates that are none": (DATED, [([value], ("row 0", "'day'")) for value in NO_DATES]),
    "dates of one order": (
        ANY_ORDER,
        [
            (["1970-01-02T06:00"], ()),
            (["03/04/2024"], ("row 0", "'day'", "its day or its month")),
            ([None], ("'day'", "missing", "fill")),
        ],
    ),
    "dates with the month first": (US, [(["12/31/2024"], ()), (["31.12.2024"], ()), (["31/12/2024"], ("'day'",))]),
    "offsets": (CLOCKED, [([value], ()) for value in OFFSETS]),
    "offsets of no number": (CLOCKED, [([value], ("row 0", "'time'")) for value in NO_OFFSETS]),
    "offsets of integers that merge": (CLOCKED, [([value], ("row 0", "'time'", "beyond")) for value in BEYOND]),
    "offsets without a fill": (
        STRICT_CLOCK,
        [([0.2], ()), (["-0.1"], ()), ([1e300], ("'time'", "float32")), ([None], ("'time'", "missing", "fill"))],
    ),
    "durations": (TIMED, [([value], ()) for value in DURATIONS]),
    "durations that are none": (TIMED, [([value], ("row 0", "'shift'")) for value in NO_DURATIONS]),
    "missing by a word of its own": (
        NAMED_MISSING,
        [(["k.A."], ()), ([" k.A. "], ()), (["K.A."], ("'age'",)), ([7], ())],
    ),
    "odd names": (
        ODD_NAMES,
        [
            ({"a b": 1, "constructor": 2, "__proto__": 3}, ()),  # type: ignore[list-item]
            ({"a b": 1}, ("'constructor'", "'__proto__'")),  # type: ignore[list-item]
        ],
    ),
    "images": (
        IMAGE,
        [
            ([[1, 2, 3], [4, 5, 6]], ()),
            ([[0.1, "2", True], [-4, " 5 ", 1e-50]], ()),
            ([[1, 2, 3], [4, 5, None]], ("[1, 2]", "missing")),
            ([[1, 2, 3], [4, 1e39, 6]], ("[1, 1]",)),
            ([[1, 2, "x"], [4, 5, 6]], ("[0, 2]", "'x'")),
            ([1, 2, 3, 4, 5, 6], ("6", "2, 3")),
            ([[1, 2], [3, 4], [5, 6]], ("3, 2", "2, 3")),
            ([[[1, 2, 3], [4, 5, 6]]], ("2, 3",)),
            ([[1, 2, 3], [4, 5]], ("unequal length",)),
        ],
    ),
    "signals": (SIGNAL, [([1, 2, 3], ()), ([1, 2], ("2", "3")), ([], ("0", "3"))]),
}  # fmt: skip

BATCHES: Mapping[str, tuple[Case, Any, Sequence[str]]] = {
    "none": (TABLE, [], ()),
    "lists": (TABLE, [[1, 2, "F"], [None, 3, 1.5]], ()),
    "objects": (TABLE, [{"age": 1, "size": 2, "sex": "F"}, {"size": 3, "age": 1, "sex": None}], ()),
    "left out of one": (TABLE, [{"age": 1, "size": 2, "sex": "F"}, {"size": 3}], ()),
    "left out of all": (TABLE, [{"age": 1, "size": 2}, {"size": 3}], ("'sex'",)),
    "second is unnamed": (TABLE, [{"age": 1, "size": 2, "sex": "F"}, [1, 2, "F"]], ("row 1",)),
    "second is too short": (TABLE, [[1, 2, "F"], [1, 2]], ("2", "3")),
    "second is wrong": (TABLE, [[1, 2, "F"], [1, "x", "F"]], ("row 1", "'size'", "'x'")),
    "second lacks a value": (TABLE, [[1, 2, "F"], [1, None, "F"]], ("row 1", "'size'", "missing")),
    "second image is wrong": (IMAGE, [[[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, None, 6]]], ("row 1", "[1, 1]")),
}

LABELS = ["a", "b", "c"]
DEFAULT = [0.25, 0.5, 0.75]
GIVEN: Sequence[tuple[str, Any, Sequence[str]]] = (
    ("one for all", 0.3, ()),
    ("one each", [0.1, 0.2, 0.3], ()),
    ("some by name", {"b": 0.9}, ()),
    ("none by name", {}, ()),
    ("unknown name", {"z": 0.5}, ["'z'", "'a'"]),
    ("too few", [0.1, 0.2], ["2 thresholds", "3 labels"]),
    ("zero", 0, ["'a'", "0", "between 0 and 1"]),
    ("one", {"c": 1}, ["'c'", "between 0 and 1"]),
    ("one in float32", [0.5, 0.99999999, 0.5], ["'b'", "between 0 and 1"]),
    ("zero in float32", [0.5, 1e-50, 0.5], ["'b'", "between 0 and 1"]),
    ("text", "0.5", ["'0.5'", "numbers"]),
    ("texts", ["0.5", 0.5, 0.5], ["'0.5'", "numbers"]),
    ("null", None, ["numbers"]),
)  # fmt: skip


def outcome(compute: Callable[[], Case], mentions: Sequence[str]) -> Case:
    """What the runtime gives, or the name of its error and what its text has to mention."""
    try:
        found = compute()
    except TagshipError as error:
        absent = [mention for mention in mentions if mention not in str(error)]
        if absent or not mentions:
            raise ValueError(f"{str(error)!r} does not mention {absent}") from error
        return {"error": type(error).__name__, "mentions": list(mentions)}
    if mentions:
        raise ValueError(f"{found} instead of an error that mentions {list(mentions)}")
    return found


def contracts() -> list[Case]:
    """Contracts as texts, and how they are refused."""

    def read(text: str) -> Case:
        Contract.from_json(text)
        return {}

    cases = []
    for name, document, mentions in CONTRACTS:
        text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
        if "version" in name or name == "newer":
            mentions = ["format version", *(mention for mention in mentions if mention != "update")]
        found = outcome(partial(read, text), mentions)
        cases.append({"name": name, "text": text, **found})
    return cases


def encode(document: Case, rows: Any) -> Case:
    """The matrix of some rows, flat."""
    described = Contract.from_json(json.dumps(document))
    matrix = encoder(described.features, described.input.shape).encode(rows)
    return {"encoded": matrix.ravel().tolist()}


def rows() -> dict[str, list[Case]]:
    """Rows and what they encode to, one by one and together."""
    single = []
    for name, (document, given) in ROWS.items():
        cases = [{"row": row, **outcome(partial(encode, document, [row]), mentions)} for row, mentions in given]
        single.append({"name": name, "contract": document, "rows": cases})
    batches = [
        {"name": name, "contract": document, "rows": given, **outcome(partial(encode, document, given), mentions)}
        for name, (document, given, mentions) in BATCHES.items()
    ]
    return {"single": single, "batches": batches}


def thresholds() -> dict[str, Any]:
    """Scores at, just below and just above thresholds; and thresholds as callers give them."""
    decisions = []
    for threshold in (0.1, 0.5, 1 / 3, 0.7, 1e-05, 0.9999999, 5e-324 + 1e-30):
        edge = np.float32(threshold)
        scores = np.array([np.nextafter(edge, np.float32(0)), edge, np.nextafter(edge, np.float32(1))], np.float32)
        on = decide(scores[None], np.full(3, threshold, np.float32))[0]
        decisions.append({"thresholds": [threshold] * 3, "scores": scores.tolist(), "decisions": on.tolist()})

    def choose(value: Any) -> Case:
        return {"chosen": list(resolve_thresholds(value, LABELS, DEFAULT))}

    given = []
    for name, value, mentions in GIVEN:
        found = outcome(partial(choose, value), mentions)
        given.append({"name": name, "given": value, **found})
    return {"decisions": decisions, "labels": LABELS, "current": DEFAULT, "given": given}


def damaged(data: bytes, payload: int) -> dict[str, dict[str, list[int]]]:
    """Where a file is cut, where its lowest bit is flipped, and where a zero is added, by the error that refuses it."""
    damage: dict[str, Callable[[int], bytes]] = {
        "cut": lambda place: data[:place],
        "flip": lambda place: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :],
        "insert": lambda place: data[:place] + b"\0" + data[place:],
    }
    places = {"cut": range(len(data)), "flip": range(len(data)), "insert": [payload, len(data)]}
    found: dict[str, dict[str, list[int]]] = {}
    for way, change in damage.items():
        for place in places[way]:
            error = refusal(change(place))
            found.setdefault(error, {}).setdefault(way, []).append(place)
    return found


def refusal(data: bytes) -> str:
    """Name of the error that a damaged file meets."""
    try:
        contract = container.unpack(data).contract
    except TagshipError as error:
        return type(error).__name__
    if contract is not None:
        raise ValueError(f"{data!r} was accepted")
    return NoContractError.__name__


def files() -> list[Case]:
    """Whole files of both kinds, with models that are none, since nothing here opens them; and damage to them."""
    found = []
    payloads = {"onnx": b"\x08\x08\x12\x02ab\x3a\x03\x0a\x01x\x42\x02\x10\x11", "tflite": b"\x10\0\0\0TFL3" + bytes(24)}
    small = contract(features=[SIZE], input=tensor("x", None, 1), labels=['a\\"b', "\u05e9"])
    for kind, payload in payloads.items():
        data = container.attach(payload, Contract.from_json(json.dumps(small)))
        found.append(
            {
                "kind": kind,
                "data": base64.b64encode(data).decode(),
                "payload": len(payload),
                "damage": damaged(data, len(payload)),
            }
        )
    return found


def words() -> list[Case]:
    """Texts and their words; of those that are long by repetition, how many words and characters there are."""
    short = [
        {"name": f"{name}: {text!a}", "text": text, "words": tokens(text)}
        for name, texts in TEXTS.items()
        for text in texts
    ]
    long = [
        {"name": f"{text!a}, {times:,} times", "text": text, "times": times} | sizes(tokens(text * times))
        for text, times in LONG
    ]
    return short + long


def sizes(found: Sequence[str]) -> Case:
    """How many words there are, their characters in all, and the longest one's."""
    lengths = [len(word) for word in found]
    return {"count": len(lengths), "characters": sum(lengths), "longest": max(lengths, default=0)}


def seeds() -> list[Case]:
    """Golden rows that a seed stands for, and the cells of each."""
    found = []
    for shape, dtype, block, low, step in (
        ((7,), "float32", 3, -1.25, 0.0123),
        ((4, 2), "float32", 2, 0.0, 1.0),
        ((4, 2), "uint8", 2, 0.0, 0.5),
        ((3, 4, 5, 2), "float32", 2, 1e-3, 1 / 255),
        ((600,), "int32", 1, -300.0, 2.4),
    ):
        row = {"seed": 4_294_967_290, "block": block, "low": low, "step": step}
        input = TensorSpec(name="x", dtype=dtype, shape=(None, *shape))
        (cells,) = repeated([row], input)
        found.append({"row": row, "input": input.to_dict(), "cells": cells.ravel().tolist()})
    return found


MAKERS: Mapping[str, Callable[[], Any]] = {
    "contracts": contracts,
    "rows": rows,
    "words": words,
    "thresholds": thresholds,
    "files": files,
    "seeds": seeds,
}


def text_of(cases: Any) -> str:
    """As a file has them: a line for each item of the outer lists, so that changes can be read."""
    return _lines(cases) + "\n"


def _lines(value: Any) -> str:
    if isinstance(value, dict) and any(
        isinstance(item, list | dict) and len(json.dumps(item)) > 200 for item in value.values()
    ):
        return "{\n" + ",\n".join(f"{json.dumps(key)}: {_lines(item)}" for key, item in value.items()) + "\n}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_lines, value)) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    for name, make in MAKERS.items():
        (FOLDER / f"{name}.json").write_text(text_of(make()), encoding="utf-8")
