"""``tagship inspect``: what is inside an artifact."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from tagship_runtime.contract import CategoryFeature, Contract, Feature
from tagship_runtime.loading import read_contract

HELP = "show what an artifact promises: labels, thresholds, features, provenance, proof"
EXAMPLES = ("tagship inspect model.tflite", "tagship inspect model.onnx --json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--json", action="store_true", help="print the contract as JSON")


def run(options: argparse.Namespace) -> int:
    """Read the contract, check the digest, open no engine."""
    kind, contract = read_contract(options.artifact)
    if options.json:
        print(json.dumps(contract.to_dict(), indent=2, ensure_ascii=False))
        return 0
    size = Path(options.artifact).stat().st_size
    print(f"{options.artifact}: {kind.value}, {contract.recipe}, {size:,} bytes, digest {contract.digest}")
    for line in _lines(contract):
        print(line)
    return 0


def _lines(contract: Contract) -> Iterator[str]:
    width = max(len(label) for label in contract.labels)
    yield f"input   {contract.input.name} {contract.input.dtype} {_shape(contract.input.shape)}"
    yield f"output  {contract.output.name} {contract.output.dtype} {_shape(contract.output.shape)}"
    yield "labels and thresholds"
    for label, threshold in zip(contract.labels, contract.thresholds, strict=True):
        yield f"  {label:<{width}}  {threshold:.4f}"
    if contract.features is not None:
        yield f"features ({len(contract.features)})"
        for feature in contract.features:
            yield f"  {_feature(feature)}"
    for title in ("source", "parity", "quality"):
        facts = getattr(contract, title)
        if facts:
            yield title
            yield from (f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items())
    if contract.golden is not None:
        yield f"golden  {len(contract.golden.rows)} rows, tolerance {contract.golden.tolerance:g}"


def _feature(feature: Feature) -> str:
    if isinstance(feature, CategoryFeature):
        return f"{feature.name}: one of {', '.join(feature.values)}"
    missing = "missing is refused" if feature.fill is None else f"missing becomes {feature.fill:g}"
    return f"{feature.name}: number, {missing}{' and is flagged' if feature.indicator else ''}"


def _shape(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("batch" if size is None else str(size) for size in shape) + ")"
