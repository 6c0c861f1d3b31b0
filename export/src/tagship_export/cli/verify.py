"""``tagship verify``: artifacts against the model that they come from."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tagship_export.cli.options import (
    add_budget_options,
    add_data_options,
    add_original_options,
    data_of,
    import_keras,
    read_labels,
    read_thresholds,
)
from tagship_export.recipes import RECIPES
from tagship_runtime.errors import UsageError
from tagship_runtime.files import replacing
from tagship_runtime.terminal.json import print_json

if TYPE_CHECKING:
    from tagship_export.original.open_original import Original
    from tagship_export.targets.artifact import OpenArtifact
    from tagship_export.verification.counterexamples import Search
    from tagship_runtime.files import TableFile
    from tagship_runtime.thresholds import Thresholds

HELP = "compare artifacts with the original model on rows that you give; exit 1 if one fails"
EXAMPLES = (
    "tagship verify run artifacts/float32.tflite artifacts/float32.onnx",
    "tagship verify run artifacts/float32.tflite --data held-out.csv --max-flip-rate 0.001",
    "tagship verify model.keras float32.onnx --labels sport,politics --data rows.parquet --json",
    "tagship verify run artifacts/int8.tflite --search",
    "tagship verify run artifacts/float32.onnx --node web",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("original", metavar="ORIGINAL", help="a run folder, or a .keras or .h5 file")
    parser.add_argument("artifacts", nargs="+", metavar="ARTIFACT", help=".tflite or .onnx files")
    parser.add_argument("--data", metavar="FILE", help="rows to compare on; default: the run's test rows")
    parser.add_argument("--labels", metavar="A,B|FILE", help="names of the scores of a .keras file, to be compared too")
    parser.add_argument(
        "--thresholds", metavar="X|FILE", help="thresholds of a .keras file, to be compared too: a number, or JSON"
    )
    parser.add_argument(
        "--recipe",
        choices=tuple(RECIPES),
        metavar="NAME",
        help=f"what the artifacts have to be ({', '.join(RECIPES)}), where another tool made them: how they differ "
        "from a conversion made here is told and no fault; default: what is found in their tensors",
    )
    parser.add_argument("--search", action="store_true", help="also look for the inputs on which the two differ most")
    parser.add_argument("--keep", action="store_true", help="put what --search finds among the artifact's golden rows")
    parser.add_argument(
        "--node",
        metavar="FOLDER",
        type=Path,
        help="also judge .onnx artifacts in Node, where npm has installed tagship into FOLDER: by its own "
        "engine, and by onnxruntime-node where that is installed",
    )
    add_data_options(parser)
    add_original_options(parser)
    add_budget_options(parser)


def run(options: argparse.Namespace) -> int:
    """Verify each artifact, print a table, and say with the exit code whether all of them passed."""
    if options.keep and not options.search:
        raise UsageError("--keep keeps what --search finds; give both")
    if options.node is not None and options.search:
        raise UsageError("--search takes minutes in Node; give --node without it")
    labels, thresholds = read_labels(options.labels), read_thresholds(options.thresholds)
    from tagship_export.targets.registry import open_artifact, open_in_node

    # A wrong file is told before seconds go into importing TensorFlow.
    artifacts = [open_artifact(path) for path in options.artifacts]
    skipped: list[str] = []
    try:
        if options.node is not None:
            for artifact in list(artifacts):
                artifacts += open_in_node(artifact, options.node, skipped.append)
        return _judge(options, artifacts, labels, thresholds, skipped)
    finally:
        for artifact in artifacts:
            artifact.runner.close()


def _judge(
    options: argparse.Namespace,
    artifacts: Sequence[OpenArtifact],
    labels: Sequence[str] | None,
    thresholds: Thresholds | None,
    skipped: Sequence[str],
) -> int:
    """Judge artifacts that are open, say which engines of Node were skipped, and return the exit code."""
    data = data_of(options)
    import_keras()
    from tagship_export.cli.show import progress, show, show_claims, show_search
    from tagship_export.original.open_original import open_original
    from tagship_export.verification.options import VerifyOptions
    from tagship_export.verification.verify import verify

    original = open_original(
        options.original, logits=options.logits, size=options.size, independent=options.independent
    )
    original = original if labels is None else original.called(labels)
    original = original if thresholds is None else original.deciding_by(thresholds)
    allowed = VerifyOptions(
        recipe=options.recipe,
        max_flip_rate=options.max_flip_rate,
        max_f1_drop=options.max_f1_drop,
        max_label_flips=options.max_label_flips,
        max_share_change=options.max_share_change,
    )
    verdicts = [verify(original, artifact, data, options=allowed) for artifact in artifacts]
    found = {}
    if options.search:
        with progress() as on_step:
            for artifact, verdict in zip(artifacts, verdicts, strict=True):
                found[artifact.name] = _search(original, artifact, data, options, verdict.thresholds, on_step)
    if options.json:
        names = [artifact.name for artifact in artifacts]
        extra = [{"search": found[name].to_dict()} if name in found else {} for name in names]
        print_json([verdict.to_dict() | more for verdict, more in zip(verdicts, extra, strict=True)])
    else:
        rows = options.data or "its test split"
        show(verdicts, title=f"against {options.original} on {verdicts[0].parity.rows:,} rows of {rows}")
        show_claims(verdicts)
        show_search(found)
    for why in skipped:
        print(f"tagship: {why}", file=sys.stderr)
    return 0 if all(verdict.passed for verdict in verdicts) else 1


def _search(
    original: Original,
    artifact: OpenArtifact,
    data: TableFile | None,
    options: argparse.Namespace,
    thresholds: tuple[float, ...],
    on_step: Callable[[str], None],
) -> Search:
    """Search within the ranges of the training rows if the original has them, else of the rows that are given."""
    from tagship_export.data.rows import read_rows
    from tagship_export.pipeline.attach import with_golden_row
    from tagship_export.verification.counterexamples import search

    path = artifact.name
    source = str(original.rows["train"]) if "train" in original.rows else data
    described = artifact.contract.features
    rows = read_rows(source, artifact.labels, described or original.features)
    if described is None:  # who calls such a file encodes by himself
        rows = replace(rows, table=original.encoder.encode(rows.table))
    found = search(
        original,
        artifact,
        rows,
        thresholds,
        on_round=lambda number, of: on_step(f"searching {path}: {number / of:.0%}"),
    )
    if options.keep:
        worst = found.farthest
        kept = with_golden_row(Path(path).read_bytes(), artifact, worst.row, 2 * worst.difference)
        with replacing(path) as temporary:
            temporary.write_bytes(kept)
    return found
