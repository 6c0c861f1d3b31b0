"""``tagship inspect``: the contract of an artifact."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tagship_runtime.contract import Contract, Golden, TensorSpec
from tagship_runtime.loading import read_contract
from tagship_runtime.terminal.json import print_json
from tagship_runtime.terminal.table import table, wrap

HELP = "show what an artifact promises: labels, thresholds, features, provenance, proof"
EXAMPLES = ("tagship inspect model.tflite", "tagship inspect model.onnx --json")


TITLES = {"source": "source", "parity": "parity, recorded at export", "quality": "quality, recorded at export"}
"""Headings of what a file says of itself; ``tagship verify`` measures it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("artifact", metavar="ARTIFACT", help="a .tflite or .onnx file")
    parser.add_argument("--json", action="store_true", help="print the contract as JSON")


def run(options: argparse.Namespace) -> int:
    """Read the contract, check the digest, open no engine."""
    format, contract = read_contract(options.artifact)
    if options.json:
        print_json(contract.to_dict())
        return 0
    size = Path(options.artifact).stat().st_size
    lines = wrap(f"{options.artifact}: {format.name}, {contract.recipe}, {size:,} bytes")
    print("\n".join([*lines, *_lines(contract)]))
    return 0


def _lines(contract: Contract) -> Iterator[str]:
    yield from wrap(str(contract.digest), "digest  ")
    yield from wrap(_tensor(contract.input), "input   ")
    yield from wrap(_tensor(contract.output), "output  ")
    thresholds = [f"{threshold:.4f}" for threshold in contract.thresholds]
    yield from table(("label", "threshold"), list(zip(contract.labels, thresholds, strict=True)))
    if contract.features is not None:
        yield f"features ({len(contract.features)})"
        for feature in contract.features:
            yield from wrap(f"{feature.name}: {feature.describe()}", "  ", "    ")
    for name, title in TITLES.items():
        facts = getattr(contract, name)
        if facts:
            yield title
            yield from _facts(facts, "  ")
    if contract.golden is not None:
        yield from wrap(_golden(contract.golden), "golden  ")


def _golden(golden: Golden) -> str:
    said = f"{len(golden.rows)} rows, tolerance {golden.tolerance:g}"
    if golden.changes is None:
        return said
    missed = f", but not: {'; '.join(golden.missed)}" if golden.missed else ""
    return f"{said}; they show {golden.caught or 0} of {golden.changes} single changes of the file{missed}"


def _facts(facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield every fact, whatever an exporter has put there; objects in objects a step further in."""
    for key, value in facts.items():
        if isinstance(value, Mapping) and value:
            yield from wrap(key, indent, indent)
            yield from _facts(value, f"{indent}  ")
        else:
            yield from wrap(f"{key}: {_fact(value)}", indent, f"{indent}  ")


def _fact(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_fact(item) for item in value)}]"
    if isinstance(value, float):
        return f"{value:.6g}"  # JSON has all digits
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _tensor(tensor: TensorSpec) -> str:
    return (
        f"{tensor.name} {tensor.dtype} ({', '.join('batch' if size is None else str(size) for size in tensor.shape)})"
    )
