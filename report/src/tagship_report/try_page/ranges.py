"""Ranges of the training rows that an artifact's model was fitted to."""

from __future__ import annotations

from pathlib import Path

from tagship_report.documents import Documents, read_documents
from tagship_runtime.contract import Contract
from tagship_runtime.documents import FeatureSummary
from tagship_runtime.documents.run_folder import MODEL
from tagship_runtime.errors import TagshipError, UsageError
from tagship_runtime.files.sidecar import sha256_of_file


def find_ranges(artifact: Path, contract: Contract, run: Path | None) -> list[FeatureSummary] | None:
    """Return a summary of each feature's training values, from the run whose model the artifact was made from.

    Args:
        artifact: Where it is.
        contract: What it says of itself.
        run: The run folder; None to look in the folders above the artifact, where nothing that fits is no error.

    Raises:
        UsageError: The folder that was given holds no run of this model.
    """
    if run is not None:
        if (found := _ranges_in(run, contract)) is None:
            raise UsageError(f"{run} is no run that {artifact} was made from; leave --run out, or give the one that is")
        return found
    above = artifact.resolve().parents[:2]
    return next((found for folder in above if (found := _ranges_in(folder, contract)) is not None), None)


def ranges_of(documents: Documents, contract: Contract) -> list[FeatureSummary] | None:
    """Return a run's summaries of the values of features, where they are those of the contract."""
    run, curves, features = documents.run, documents.curves, contract.features
    if run is None or curves is None or features is None:
        return None
    names = [feature["name"] for feature in run["features"]]
    return curves["features"] if names == [feature.name for feature in features] else None


def _ranges_in(folder: Path, contract: Contract) -> list[FeatureSummary] | None:
    model = folder / MODEL
    if not model.is_file() or sha256_of_file(model) != contract.made_from:
        return None
    try:
        return ranges_of(read_documents(folder), contract)
    except TagshipError:  # files that no report can be drawn from; the page does without
        return None
