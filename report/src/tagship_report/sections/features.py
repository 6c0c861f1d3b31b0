"""Features as the report lists them: what each takes, holds, and makes of a missing value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tagship_report.formatting import NONE, number, percent
from tagship_report.limits import Limits, shortened
from tagship_runtime.documents import FeatureDocument, FeatureSummary
from tagship_runtime.features.kinds import feature_from_dict
from tagship_runtime.features.moments import DAY, spelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column of the caller's table."""

    name: str
    kind: str
    holds: str
    missing: str


def list_features(
    features: Sequence[FeatureDocument], summaries: Sequence[FeatureSummary], limits: Limits
) -> Iterator[Feature]:
    """Describe features, with what training rows hold where that is known.

    Args:
        features: From ``run.json`` or ``export.json``.
        summaries: From ``curves.json``; may be fewer.
        limits: Of the page.
    """
    for position, one in enumerate(features[: limits.features]):
        held: FeatureSummary = summaries[position] if position < len(summaries) else {}
        yield DESCRIBED.get(one["kind"], _plain)(one, held, limits)


def _numeric(one: FeatureDocument, held: FeatureSummary, limits: Limits) -> Feature:
    return _amount("number", number, one, held, limits)


def _offset(one: FeatureDocument, held: FeatureSummary, limits: Limits) -> Feature:
    return _amount(f"number less {_long(one['offset'])}", _long, one, held, limits)


def _long(value: float) -> str:
    """Spell a number that differs from others like it in its last digits only."""
    return f"{value:.15g}"


def _duration(one: FeatureDocument, held: FeatureSummary, limits: Limits) -> Feature:
    return _amount("duration in seconds", number, one, held, limits)


def _date(one: FeatureDocument, held: FeatureSummary, limits: Limits) -> Feature:
    kind = " with ".join(["date", *([" and ".join(one["parts"])] if one.get("parts") else [])])
    return _amount(kind, _day, one, held, limits)


def _day(days: float) -> str:
    return spelled(days // 1 * DAY)


def _amount(
    kind: str, shown: Callable[[float], str], one: FeatureDocument, held: FeatureSummary, limits: Limits
) -> Feature:
    fill = one["fill"]
    missing = "refused" if fill is None else f"becomes {fill if isinstance(fill, str) else shown(fill)}"
    share = f" ({percent(held['missing'])} of rows)" if "missing" in held else ""
    return Feature(
        name=shortened(one["name"], limits.name),
        kind=f"{kind} and 0/1 for missing" if one.get("indicator") else kind,
        holds=f"{shown(held['low'])} to {shown(held['high'])}, median {shown(held['median'])}" if held else NONE,
        missing=missing + share,
    )


def _category(one: FeatureDocument, held: FeatureSummary, limits: Limits) -> Feature:
    values = one["values"]
    shares: Sequence[float | None] = held.get("shares") or [None] * len(values)
    common = sorted(zip(values, shares, strict=True), key=lambda pair: -(pair[1] or 0))
    shown = [
        (shortened(value, 40) or "(empty)") + ("" if share is None else f" {percent(share)}")
        for value, share in common[: limits.words]
    ]
    more = f" and {len(values) - limits.words} more" if len(values) > limits.words else ""
    return Feature(
        name=shortened(one["name"], limits.name),
        kind=f"one of {len(values)} word{'' if len(values) == 1 else 's'}",
        holds=", ".join(shown) + more,
        missing="counts as the empty word" if "" in values else "all zeros",
    )


def _text(one: FeatureDocument, held: FeatureSummary, limits: Limits) -> Feature:
    low, high = one["ngrams"]
    words = "words" if high == 1 else f"runs of {low} to {high} words" if low < high else f"runs of {high} words"
    known = f"{number(held['ngrams'])} of them on average; none in {percent(held['empty'])} of rows" if held else NONE
    return Feature(
        name=shortened(one["name"], limits.name),
        kind=f"text, {len(one['vocabulary']):,} {words} count",
        holds=known,
        missing="is the empty text",
    )


def _plain(one: FeatureDocument, _: FeatureSummary, limits: Limits) -> Feature:
    """Let the runtime describe a kind that the report has no words of its own for."""
    described = shortened(feature_from_dict(one).describe(), limits.sentence)
    return Feature(name=shortened(one["name"], limits.name), kind=described, holds=NONE, missing=NONE)


DESCRIBED: Mapping[str, Callable[[FeatureDocument, FeatureSummary, Limits], Feature]] = {
    "numeric": _numeric,
    "category": _category,
    "offset": _offset,
    "text": _text,
    "date": _date,
    "duration": _duration,
}
"""Kinds that training summarises for the report, which are all that the runtime reads."""
