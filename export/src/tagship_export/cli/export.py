"""``tagship export``: from a trained model to proven artifacts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from tagship_export.targets import DEFAULT_FORMATS, DEFAULT_PREFIX
from tagship_runtime.cli.options import byte_count, names, note_left
from tagship_runtime.errors import UsageError
from tagship_runtime.files import left_inside
from tagship_runtime.terminal.json import print_json

if TYPE_CHECKING:
    from tagship_export.pipeline.results import Export

UNCHANGED = (
    "logits",
    "independent",
    "size",
    "max_flip_rate",
    "max_f1_drop",
    "max_label_flips",
    "max_share_change",
    "golden",
    "prefix",
    "node",
    "prefer",
    "verbose",
)
"""Options of the command line that are an export's own, by the same names."""

HELP = "convert a trained model to LiteRT and ONNX artifacts and compare their decisions with its"
EXAMPLES = (
    "tagship export run --out artifacts",
    "tagship export run --out artifacts --recipes all",
    "tagship export run --out small --size 32-16-8",
    "tagship export run --out artifacts --recipes auto --prefer latency --formats tflite",
    "tagship export run --out artifacts --recipes auto --max-bytes 300KB",
    "tagship export run --out firmware --formats c --prefix pump_",
    "tagship export model.keras --labels labels.txt --data rows.npz --out artifacts --recipes int8",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("source", metavar="SOURCE", help="a run folder, or a .keras or .h5 file")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write the artifacts to")
    parser.add_argument(
        "--formats", default=",".join(DEFAULT_FORMATS), metavar="A,B", help="tflite, onnx, c; default: tflite,onnx"
    )
    parser.add_argument(
        "--prefix",
        default=DEFAULT_PREFIX,
        metavar="NAME_",
        help="of the functions in C, so that two models fit one program",
    )
    parser.add_argument(
        "--no-proof", action="store_true", help="write C without compiling it here; its contract then has no parity"
    )
    parser.add_argument("--arduino", action="store_true", help="write C as an Arduino library, too")
    parser.add_argument("--micro", action="store_true", help="write .tflite as C++ arrays for TFLite Micro, too")
    parser.add_argument(
        "--recipes",
        default="float32",
        metavar="A,B",
        help=f"{', '.join(RECIPES)}; all; or auto, which writes the best one of each format (default: float32)",
    )
    parser.add_argument(
        "--max-bytes",
        metavar="SIZE",
        help="such as 300KB: of the sizes of a run, the best of which a file in some recipe has no more",
    )
    parser.add_argument("--prefer", choices=("size", "latency"), default="size", help="what the best has least of")
    parser.add_argument("--data", metavar="FILE", help="rows to compare on: a table, or .npz with x and y")
    add_data_options(parser)
    add_original_options(parser)
    parser.add_argument("--labels", metavar="A,B|FILE", help="names of the scores, or a file with one per line")
    parser.add_argument("--thresholds", metavar="X|FILE", help="one for all labels, or a JSON file; default: 0.5")
    parser.add_argument("--batch", default="dynamic", metavar="N", help="a fixed batch size, such as 1")
    parser.add_argument(
        "--golden",
        choices=("synthetic", "real", "none"),
        default="synthetic",
        help="rows that the file carries to test itself: invented within the data's ranges, real ones, or none",
    )
    parser.add_argument(
        "--node",
        metavar="FOLDER",
        type=Path,
        help="also compare .onnx artifacts in Node, where npm has installed tagship into FOLDER: by its own engine, "
        "and by onnxruntime-node where that is installed",
    )
    parser.add_argument("--verbose", action="store_true", help="show what the converters print")
    add_budget_options(parser)


def run(options: argparse.Namespace) -> int:
    """Export, print a table, and say with the exit code whether all of it passed."""
    from tagship_export.pipeline.options import ExportOptions

    formats = names(options.formats)
    _check_formats(options.formats, formats)
    device_kinds = _device_kinds(options, formats)
    # What is chosen wrongly is told before seconds go into importing TensorFlow.
    chosen = ExportOptions(
        formats=formats,
        recipes=names(options.recipes),
        labels=read_labels(options.labels),
        thresholds=read_thresholds(options.thresholds),
        data=data_of(options),
        batch=_batch(options.batch),
        max_bytes=None if options.max_bytes is None else byte_count(options.max_bytes),
        proof=not options.no_proof,
        **{name: getattr(options, name) for name in UNCHANGED},
    )
    import_keras()
    from tagship_export.cli.show import progress, show_export
    from tagship_export.pipeline.device_files import device_files
    from tagship_export.pipeline.export import export_all

    with progress() as on_step:
        done = export_all(options.source, options.out, options=chosen, on_step=on_step)
    notes = device_files(done.artifacts, device_kinds)
    note_left(left_inside(options.out))
    if options.json:
        print_json(_documents(done))
    else:
        show_export(done, title=f"written to {options.out}")
    for note in notes:
        print(f"tagship: {note}", file=sys.stderr)
    print(f"tagship: {done.notice or f'report: {done.report}'}", file=sys.stderr)
    return 0 if done.passed else 1


def _check_formats(given: str, formats: Sequence[str]) -> None:
    from tagship_export.targets.registry import TARGETS

    if not formats or set(formats) - set(TARGETS):
        raise UsageError(f"--formats is {given!r}; give {', '.join(TARGETS)} or {','.join(TARGETS)}")


def _device_kinds(options: argparse.Namespace, formats: Sequence[str]) -> dict[str, str]:
    """Return the files for toolchains that are asked for, each with the format that it is made from."""
    from tagship_export.targets.registry import TARGETS

    wanted = {kind: name for name, target in TARGETS.items() for kind in target.device_files if getattr(options, kind)}
    for kind, name in wanted.items():
        if name not in formats:
            raise UsageError(f"--{kind} is made from {name}; add it to --formats")
    return wanted


def _documents(done: Export) -> list[dict[str, Any]]:
    """Return what ``--json`` prints: each artifact, and each recipe that gave none."""
    made = [
        artifact.verification.to_dict()
        | {"path": str(artifact.path), "one_row_us": artifact.one_row_us, "recommended": artifact.recommended}
        for artifact in done.artifacts
    ]
    refused = [
        {"artifact": refusal.name, "passed": False, "faults": [refusal.reason], "path": None}
        for refusal in done.refusals
    ]
    return [*made, *refused]


def _batch(text: str) -> int | None:
    if text == "dynamic":
        return None
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UsageError(f"--batch is {text!r}; give dynamic, or a whole number from 1")
    return int(text)
