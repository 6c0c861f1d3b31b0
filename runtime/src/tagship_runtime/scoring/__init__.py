"""From batches of rows to columns of predictions, as commands and engines of clusters need them."""

from tagship_runtime.scoring.batch_scores import score_batches
from tagship_runtime.scoring.output_columns import Layout
from tagship_runtime.scoring.shared_artifact import SharedArtifact, prove

__all__ = ["Layout", "SharedArtifact", "prove", "score_batches"]
