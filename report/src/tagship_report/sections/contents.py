"""What is inside: features, rows, configuration, versions, digests, notices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagship_report.formatting import NONE, number, percent
from tagship_report.limits import Limits, shortened
from tagship_report.sources import Json, Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column of the caller's table."""

    name: str
    kind: str
    holds: str
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The section on what is inside."""

    features: tuple[Feature, ...]
    feature_count: int
    configuration: Mapping[str, str]
    networks: Sequence[Json]
    parameters: int | None
    rows: Mapping[str, int]
    notices: tuple[str, ...]
    notice_count: int
    versions: Mapping[str, str]
    digests: Mapping[str, str]
    seconds: float | None


def describe(sources: Sources, limits: Limits) -> Inside:
    """Gather the section's content."""
    run, export = sources.run or {}, sources.export or {}
    features = run.get("features") or export.get("features") or []
    notices = run.get("notices", [])
    source = export.get("source") or {}
    digests = {"model.keras": source.get("sha256") or sources.model_sha256} | {
        one["artifact"]: one["digest"] for one in export.get("artifacts", ())
    }
    return Inside(
        features=tuple(_features(features[: limits.features], (sources.curves or {}).get("features"), limits)),
        feature_count=len(features),
        configuration=_configuration(run),
        networks=run.get("networks", []),
        parameters=run.get("parameters"),
        rows=run.get("rows", {}),
        notices=tuple(shortened(notice, limits.sentence) for notice in notices[: limits.notices]),
        notice_count=len(notices),
        versions={**run.get("versions", {}), **source.get("tools", {})},
        digests={name: digest for name, digest in digests.items() if digest},
        seconds=run.get("seconds"),
    )


def _features(features: Sequence[Json], ranges: Sequence[Json] | None, limits: Limits) -> Iterator[Feature]:
    for position, one in enumerate(features):
        held = ranges[position] if ranges is not None and position < len(ranges) else {}
        describe_kind = _words if one["kind"] == "category" else _numbers
        kind, holds, missing = describe_kind(one, held, limits)
        yield Feature(name=shortened(one["name"], limits.name), kind=kind, holds=holds, missing=missing)


def _numbers(one: Json, held: Json, limits: Limits) -> tuple[str, str, str]:
    del limits
    kind = "number and 0/1 for missing" if one.get("indicator") else "number"
    holds = f"{number(held['low'])} to {number(held['high'])}, median {number(held['median'])}" if held else NONE
    missing = "refused" if one["fill"] is None else f"becomes {number(one['fill'])}"
    share = f" ({percent(held['missing'])} of rows)" if "missing" in held else ""
    return kind, holds, missing + share


def _words(one: Json, held: Json, limits: Limits) -> tuple[str, str, str]:
    values: list[str] = one["values"]
    shares: Sequence[float | None] = held.get("shares") or [None] * len(values)
    common = sorted(zip(values, shares, strict=True), key=lambda pair: -(pair[1] or 0))
    shown = [
        (shortened(value, 40) or "(empty)") + ("" if share is None else f" {percent(share)}")
        for value, share in common[: limits.words]
    ]
    more = f" and {len(values) - limits.words} more" if len(values) > limits.words else ""
    missing = "counts as the empty word" if "" in values else "all zeros"
    return f"one of {len(values)} word{'' if len(values) == 1 else 's'}", ", ".join(shown) + more, missing


def _configuration(run: Json) -> dict[str, str]:
    """What was chosen; what was left to tagship is named as such."""
    return {name.replace("_", " "): _plain(value) for name, value in run.get("configuration", {}).items()}


def _plain(value: Any) -> str:
    match value:
        case None:
            return "automatic"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(str(item) for item in value)
        case int():
            return str(value)
    return str(value)
