"""From an original to artifacts: convert, describe, prove, write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from tagship_export.errors import OriginalError
from tagship_export.golden import make_golden
from tagship_export.original import Original, open_original
from tagship_export.quality import targets_of
from tagship_export.recipes import Recipe, budget_of, recipe_named
from tagship_export.verifier import Verification, judge
from tagship_export.writers import write
from tagship_runtime.container import Kind, attach
from tagship_runtime.contract import Contract
from tagship_runtime.engines import open_engine
from tagship_runtime.files import read_table, replacing
from tagship_runtime.loading import load
from tagship_runtime.quiet import quiet

TOOLS = ("tensorflow", "tf2onnx", "onnx", "tagship-export")


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file that was made.

    Attributes:
        path: Where it is.
        recipe: How it stores numbers.
        kind: Its format.
        verification: How it compares with its original.
    """

    path: Path
    recipe: Recipe
    kind: Kind
    verification: Verification


def export(
    source: Original | str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    formats: Sequence[str] = tuple(Kind),
    recipes: Sequence[str] = ("float32",),
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    verbose: bool = False,
    on_step: Callable[[str], None] = lambda step: None,
) -> list[Artifact]:
    """Make an artifact per format and recipe, each with its contract and proof.

    An artifact that breaks its budget is written to ``out/rejected``.

    Args:
        source: A run folder, or what :func:`tagship_export.open_original` gave.
        out: The folder to write to; made if it is not there.
        formats: ``tflite``, ``onnx``.
        recipes: Names of recipes.
        max_flip_rate: Instead of each recipe's own bound.
        max_f1_drop: Likewise.
        verbose: Whether converters may print.
        on_step: Told what happens next, for progress.

    Raises:
        ExportError: The model cannot be converted, or has no rows to prove it on.
        OutputError: A file cannot be written.
    """
    plan = [(recipe_named(recipe), Kind(name)) for recipe in recipes for name in formats]
    original = source if isinstance(source, Original) else open_original(source)
    for purpose in ("train", "test"):
        if purpose not in original.rows:
            raise OriginalError(f"the original comes without {purpose} rows, which golden rows and proof are made of")
    train, test = (read_table(str(original.rows[purpose])) for purpose in ("train", "test"))
    artifacts = []
    for recipe, kind in plan:
        name = f"{recipe.name}.{kind.value}"
        on_step(f"converting {name}")
        with quiet(verbose=verbose):
            payload = write(kind, original.model)
            contract = _describe(original, payload, kind, recipe)
            draft = load(attach(payload, contract))
        on_step(f"verifying {name}")
        verdict = judge(
            original,
            draft,
            test,
            targets_of(test, contract.labels),
            name=name,
            size=0,
            budget=budget_of(recipe, max_flip_rate, max_f1_drop),
        )
        proven = replace(
            contract,
            parity=verdict.parity.to_dict(),
            quality=verdict.quality(),
            golden=make_golden(draft, train, recipe.score_tolerance),
        )
        data = attach(payload, proven)
        path = _save(Path(out) / name if verdict.passed else Path(out) / "rejected" / name, data)
        verdict = replace(verdict, size=len(data))
        artifacts.append(Artifact(path=path, recipe=recipe, kind=kind, verification=verdict))
    return artifacts


def _describe(original: Original, payload: bytes, kind: Kind, recipe: Recipe) -> Contract:
    engine = open_engine(kind, payload)
    if original.labels is None or original.thresholds is None:
        raise OriginalError("the labels are not known; export a run folder")
    return Contract(
        labels=original.labels,
        thresholds=original.thresholds,
        features=original.features,
        input=engine.input,
        output=engine.output,
        recipe=recipe.name,
        source={
            "sha256": original.sha256,
            "framework": f"keras {version('keras')}",
            "tools": {tool: version(tool) for tool in TOOLS},
        },
    )


def _save(path: Path, data: bytes) -> Path:
    """Write the artifact and its contract beside it, each all or nothing; the JSON first."""
    contract = load(data).contract
    text = json.dumps(contract.to_dict(), indent=2, ensure_ascii=False) + "\n"
    for target, content in ((path.with_name(f"{path.name}.json"), text.encode()), (path, data)):
        with replacing(target) as temporary:
            temporary.write_bytes(content)
    return path
