"""Section on artifacts: size, speed, and how far each one's decisions are from the original's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tagship_report.limits import Limits, shortened
from tagship_report.plots import flips, score_differences, size_ladder
from tagship_runtime.container import READABLE
from tagship_runtime.documents import ArtifactDocument, ExportDocument, ExportRows

TITLES: Mapping[str, str] = {format.name: format.title for format in READABLE}
"""Formats for people, by the suffix of their files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file, or one that was made and not kept.

    Attributes:
        facts: Its line of ``export.json``.
        of_float32: Its size as a share of its format's float32 file; None where there is none.
        differences, flips: Plots, where the export measured them.
        note: What it bought over float32, where it is recommended.
        decisions: How many were compared, one per row and label.
    """

    name: str
    format: str
    path: str | None
    facts: ArtifactDocument
    recommended: bool
    of_float32: float | None
    faults: tuple[str, ...]
    note: str | None
    differences: str | None
    flips: str | None
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifacts:
    """Content of the section.

    Attributes:
        all: In the order of the export.
        largest, slowest: Of all, for bars.
        refused: Recipes that gave no file, with the reason.
        rows: What was calibrated, tuned and judged on.
        older: Whether the export was made before histograms were kept.
        ladder: A plot of their sizes; None where there is nothing to compare.
        claims: What files were judged by, and what they say of themselves that nobody checked, in sentences.
    """

    all: tuple[Artifact, ...]
    largest: int
    slowest: float
    refused: Mapping[str, str]
    rows: ExportRows
    older: bool
    ladder: str | None
    claims: tuple[str, ...]

    @property
    def recommended(self) -> tuple[Artifact, ...]:
        """One per format that has any."""
        return tuple(one for one in self.all if one.recommended)

    @property
    def retuned(self) -> bool:
        """True if the rows had labels, so that quality could be measured."""
        return any(one.facts["quality"] is not None for one in self.all)


def describe(export: ExportDocument, limits: Limits) -> Artifacts:
    """Gather the section's content, and draw its plots."""
    float32 = {one["format"]: one["bytes"] for one in export["artifacts"] if one["recipe"] == "float32"}
    made = tuple(
        _artifact(one, export, float32.get(one["format"]), limits, drawn=number < limits.artifacts)
        for number, one in enumerate(export["artifacts"])
    )
    return Artifacts(
        all=made,
        largest=max((one.facts["bytes"] for one in made), default=1),
        slowest=max((one.facts["one_row_us"] for one in made), default=0.0) or 1.0,
        refused={
            name: shortened(reason, limits.sentence)
            for name, reason in list(export["refused"].items())[: limits.notices]
        },
        rows=export["rows"],
        older=any(not _has_histograms(one) for one in export["artifacts"]),
        ladder=size_ladder.draw(export["artifacts"], export["recommended"]) if 1 < len(made) <= 24 else None,
        claims=tuple(shortened(claim, limits.sentence) for claim in _claims(export["artifacts"]))[: limits.notices],
    )


ORIGINS: Mapping[str, str] = {
    "asked": "the recipe that was asked for",
    "found": "the recipe of their own tensors",
    "claimed": "the recipe that their contract claims",
}
"""Origins of the recipe whose budget applies, for people."""


def _claims(artifacts: Sequence[ArtifactDocument]) -> Iterator[str]:
    """Yield what files were judged by, and what nobody checked; equal sentences once, with the files they are about."""
    files: dict[str, list[str]] = {}
    for one in artifacts:
        if (origin := one.get("judged_by")) is not None:
            files.setdefault(f"judged by {ORIGINS.get(origin, origin)}", []).append(one["artifact"])
        if told := one.get("unchecked"):
            files.setdefault(f"nobody checked: {'; '.join(told)}", []).append(one["artifact"])
    for sentence, names in files.items():
        yield f"{'All files' if len(names) == len(artifacts) else ', '.join(names)}: {sentence}"


def _artifact(
    one: ArtifactDocument, export: ExportDocument, float32: int | None, limits: Limits, *, drawn: bool
) -> Artifact:
    name, distances = one["artifact"], one["distances"]
    drawn = drawn and _has_histograms(one)
    tolerance = one["parity"]["tolerance"]
    return Artifact(
        name=name,
        format=TITLES.get(one["format"], one["format"]),
        path=one["path"],
        facts=one,
        recommended=name in export["recommended"],
        of_float32=None if float32 is None or one["recipe"] == "float32" else one["bytes"] / float32,
        faults=tuple(shortened(fault, limits.sentence) for fault in one["faults"][: limits.notices]),
        note=next((note.removeprefix(f"{name}: ") for note in export["notes"] if note.startswith(f"{name}: ")), None),
        differences=score_differences.draw(distances["differences"], tolerance) if drawn else None,
        flips=flips.draw(distances["flips"]) if drawn and one["parity"]["flips"] else None,
        decisions=one["parity"]["rows"] * len(one["thresholds"]),
    )


def _has_histograms(one: ArtifactDocument) -> bool:
    return bool(one["distances"]["differences"]["counts"])
