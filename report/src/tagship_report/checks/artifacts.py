"""Check what was exported: that a file of each format is proved, is of this model, and was judged by labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tagship_report.checks.base import Check, State
from tagship_report.documents import Documents
from tagship_report.formatting import count
from tagship_runtime.documents import ArtifactDocument, ExportDocument

SLOWER = 1.5
"""A recommended file that takes this many times as long as float32 is pointed out."""


def recommended_of(export: ExportDocument) -> Mapping[str, ArtifactDocument]:
    """Return the recommended artifact of each format that has one."""
    return {one["format"]: one for one in export["artifacts"] if one["artifact"] in export["recommended"]}


def every_format_is_proved(export: ExportDocument, _: Documents) -> Iterator[Check]:
    """Say for each format whether a file keeps its budget, and point out one that is small but slow."""
    recommended = recommended_of(export)
    for format_name in dict.fromkeys(one["format"] for one in export["artifacts"]):
        made = [one for one in export["artifacts"] if one["format"] == format_name]
        best = recommended.get(format_name)
        if best is None and all(one.get("unproven") for one in made):
            yield Check(State.WARN, f"Nothing is proved of the .{format_name} file: {made[0]['unproven']}.")
            continue
        if best is None:
            yield Check(State.FAIL, f"No .{format_name} file keeps its budget; see the reasons below.")
            continue
        flips, rows = best["parity"]["shipped_flips"], best["parity"]["rows"]
        parity = best["parity"]  # exports of version 0.1 have the bound for independent decisions alone
        bound = parity.get("shipped_flip_rate_upper_clustered", parity["shipped_flip_rate_upper"])
        yield Check(
            State.PASS,
            f"{best['artifact']} was compared with the Keras model on {count(rows)} rows: {count(flips)} of "
            f"{count(rows * len(best['thresholds']))} decisions differ (under {bound:.3%} of all, 95% confidence).",
        )
        base = next((one for one in made if one["recipe"] == "float32"), best)
        times = best["one_row_us"] / base["one_row_us"]
        if times > SLOWER:
            yield Check(
                State.OPEN,
                f"{best['artifact']} is smaller but takes {times:.1f} times as long as float32 for one row here; where "
                "speed counts, export with --prefer latency.",
            )


def of_this_model(export: ExportDocument, documents: Documents) -> Iterator[Check]:
    """Fail where the artifacts were made from another model than the one in the folder."""
    made_from, there = export["source"]["sha256"], documents.model_sha256
    if documents.run is not None and made_from and there and made_from != there:
        yield Check(State.FAIL, "The files were made from another model than the one in this folder; export again.")


def judged_by_labels(export: ExportDocument, _: Documents) -> Iterator[Check]:
    """Say where the rows had no labels, so that nothing is known about quality."""
    if any(one["quality"] is None for one in recommended_of(export).values()):
        yield Check(State.OPEN, "The rows have no labels, so the files are compared with the original alone.")
