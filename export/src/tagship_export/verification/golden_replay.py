"""Golden rows of an artifact that is there, replayed while it is verified."""

from __future__ import annotations

from collections.abc import Iterator

from tagship_export.data.golden_rows import batch_difference, replay
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime.contract import Golden
from tagship_runtime.errors import CheckFailedError, InputError


def golden_faults(artifact: OpenArtifact) -> Iterator[str]:
    """Yield where the golden rows of a file do not give what the file says that they gave."""
    golden = artifact.contract.golden
    if golden is None:
        return
    if golden.described not in (None, artifact.contract.description):
        yield "its golden rows were recorded with other labels, thresholds or features"
    try:
        difference, flips = replay(golden, artifact)
    except (CheckFailedError, InputError) as error:
        yield f"its golden rows do not repeat: {error}"
        return
    if not difference <= golden.tolerance or flips:
        yield f"its golden rows do not repeat: off by {difference:.2g} here, {flips} flips{_by_batch(golden, artifact)}"


def _by_batch(golden: Golden, artifact: OpenArtifact) -> str:
    """Say so where one by one they have other scores than as a batch, as ``dynamic_int8`` in ONNX has."""
    rows = golden.values(artifact.contract.input)
    apart = batch_difference(artifact, rows, artifact.scores(rows))
    return f" (a row alone and among others: {apart:.2g} apart)" if apart > golden.tolerance else ""
