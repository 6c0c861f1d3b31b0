"""``tagship export``: from a run folder to proven artifacts."""

from __future__ import annotations

import argparse
import json

from tagship_export.commands.options import add_budget_options, import_keras
from tagship_export.recipes import recipe_named
from tagship_runtime.commands.options import names
from tagship_runtime.errors import UsageError

HELP = "convert a trained model to LiteRT and ONNX artifacts and prove that they decide as it does"
EXAMPLES = (
    "tagship export run --out artifacts",
    "tagship export run --out artifacts --formats tflite",
    "tagship export run --out artifacts --max-flip-rate 0.001 --json",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("source", metavar="SOURCE", help="a run folder that 'tagship train' wrote")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write the artifacts to")
    parser.add_argument("--formats", default="tflite,onnx", metavar="A,B", help="tflite, onnx or both (default)")
    parser.add_argument("--recipes", default="float32", metavar="A,B", help="how numbers are stored: float32")
    parser.add_argument("--verbose", action="store_true", help="show what the converters print")
    add_budget_options(parser)


def run(options: argparse.Namespace) -> int:
    """Export, print a table, and say with the exit code whether all of it passed."""
    from tagship_runtime.container import Kind

    formats, recipes = names(options.formats), names(options.recipes)
    if not formats or set(formats) - set(Kind):
        raise UsageError(f"--formats is {options.formats!r}; give tflite, onnx or tflite,onnx")
    for recipe in recipes:
        recipe_named(recipe)
    import_keras()
    from tagship_export.exporter import export
    from tagship_export.report import progress, show

    with progress() as on_step:
        artifacts = export(
            options.source,
            options.out,
            formats=formats,
            recipes=recipes,
            max_flip_rate=options.max_flip_rate,
            max_f1_drop=options.max_f1_drop,
            verbose=options.verbose,
            on_step=on_step,
        )
    if options.json:
        print(json.dumps([a.verification.to_dict() | {"path": str(a.path)} for a in artifacts], indent=2))
    else:
        show([artifact.verification for artifact in artifacts], title=f"written to {options.out}")
    return 0 if all(artifact.verification.passed for artifact in artifacts) else 1
