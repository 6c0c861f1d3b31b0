"""Layers that take text, and why no contract describes what they make of it.

A text of a contract becomes words by the rules of the tokenizer ``words-1``, in every language alike. None of the
ways in which Keras standardizes a text gives these words, so a model behind such a layer would get other ones than it
was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WHAT_TO_DO = (
    "put the layer before the model and export the rest, which takes numbers, or let tagship train learn from the "
    "texts (docs/text.md)"
)

STANDARDIZED = {
    "lower_and_strip_punctuation": 'joins what punctuation parts ("don\'t" becomes "dont")',
    "strip_punctuation": "joins what punctuation parts, and keeps capital letters apart",
    "lower": 'keeps punctuation in words ("end." is another word than "end")',
    None: "keeps punctuation in words, and capital letters apart",
}
"""Values of its option, and what each does that the rules of words do not."""

SPLIT = {"character": "takes characters for words", None: "takes a whole text for one word"}

LOOKS_UP = {
    "StringLookup": "looks a whole text up, as a column of categories does",
    "Hashing": "hashes a whole text by TensorFlow's own hash",
}


def refusal(layers: Sequence[Any]) -> str | None:
    """Return why a model with such layers is not exported, in a sentence that names the option; None without any."""
    named = {type(layer).__name__: layer for layer in layers}
    if "TextVectorization" in named:
        option, value, why = _option(named["TextVectorization"])
        said = f"TextVectorization, whose {option}={value} {why}; the words of a contract are none of that"
    elif found := next((name for name in LOOKS_UP if name in named), None):
        said = f"{found}, which {LOOKS_UP[found]}"
    else:
        return None
    return f"the model takes text by {said}: {WHAT_TO_DO}"


def _option(layer: Any) -> tuple[str, str, str]:
    """Return the option of TextVectorization that no contract describes, its value, and what that does."""
    config = layer.get_config()
    options = (("split", config.get("split"), SPLIT), ("standardize", config.get("standardize"), STANDARDIZED))
    for option, value, known in options:
        if isinstance(value, str | None) and value in known:
            return option, repr(value), known[value]
        if not isinstance(value, str | None):
            return option, "a function of your own", "is code, which no contract holds"
    return "standardize", repr(config.get("standardize")), "is not known here"
