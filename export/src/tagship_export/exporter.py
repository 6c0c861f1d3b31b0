"""From an original to artifacts: convert, describe, tune, prove, choose, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tagship_export.errors import ConversionError, ExportError
from tagship_export.evidence import Evidence, gather
from tagship_export.golden import GoldenMode, make_golden
from tagship_export.latency import one_row_us
from tagship_export.original import Original, open_original
from tagship_export.recipes import Recipe, budget_of, plan_recipes
from tagship_export.saving import Entry, save
from tagship_export.selection import Prefer, bought, choose
from tagship_export.transport import transport
from tagship_export.verifier import Verification, judge
from tagship_export.writers import write, writer
from tagship_runtime.arrays import Features, Scores
from tagship_runtime.container import Kind, attach
from tagship_runtime.contract import Contract
from tagship_runtime.engines import open_engine
from tagship_runtime.loading import load
from tagship_runtime.predictor import Predictor
from tagship_runtime.quiet import quiet
from tagship_runtime.thresholds import Thresholds

TOOLS = ("tensorflow", "tf2onnx", "onnx", "onnxruntime", "ai-edge-quantizer", "tagship-export")

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file that was made.

    Attributes:
        path: Where it is.
        recipe: How it stores numbers.
        kind: Its format.
        verification: How it compares with its original.
        one_row_us: Microseconds for one encoded row on this machine.
        recommended: Whether it is the one of its format to ship.
    """

    path: Path
    recipe: Recipe
    kind: Kind
    verification: Verification
    one_row_us: float
    recommended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A recipe that gave no file.

    Attributes:
        name: What the file would have been called.
        reason: Why there is none.
        asked: Whether the recipe was asked for by name.
    """

    name: str
    reason: str
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An artifact before it is written."""

    recipe: Recipe
    kind: Kind
    data: bytes
    predictor: Predictor
    verification: Verification
    asked: bool
    one_row_us: float = 0.0

    @property
    def name(self) -> str:
        """Of its file."""
        return f"{self.recipe.name}.{self.kind.value}"

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def max_difference(self) -> float:
        """To the original's scores."""
        return self.verification.parity.max_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """All that an export made.

    Attributes:
        artifacts: What was written; with ``auto`` the recommended ones only.
        candidates: What was measured.
        refusals: What gave no file.
        notes: What quantization bought, a line per format.
        passed: Whether all that was asked for by name is proved, and something for every format.
    """

    artifacts: tuple[Artifact, ...]
    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]
    recommended: tuple[str, ...]
    notes: tuple[str, ...]
    passed: bool


def export(source: Any, out: str | os.PathLike[str], **options: Any) -> list[Artifact]:
    """Make an artifact per format and recipe, each with its contract and proof.

    The arguments are those of :func:`export_all`; this gives the artifacts alone. One that breaks its budget is
    in ``out/rejected``, and its ``verification.faults`` say why.
    """
    return list(export_all(source, out, **options).artifacts)


def export_all(
    source: Any,
    out: str | os.PathLike[str],
    *,
    formats: Sequence[str] = tuple(Kind),
    recipes: Sequence[str] = ("float32",),
    labels: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    logits: bool = False,
    data: Any = None,
    max_flip_rate: float | None = None,
    max_f1_drop: float | None = None,
    batch: int | None = None,
    golden: str = "synthetic",
    prefer: str = "size",
    verbose: bool = False,
    on_step: OnStep = lambda step: None,
) -> Export:
    """Make an artifact per format and recipe, each with its contract and proof, and choose the one to ship.

    Args:
        source: A run folder, a Keras file or model, or what :func:`tagship_export.open_original` gave.
        out: The folder to write to; made if it is not there. ``export.json`` in it holds the whole table.
        formats: ``tflite``, ``onnx``.
        recipes: Names of recipes, ``all``, or ``auto``: all are tried, and the recommended one is written.
        labels: Names of the scores, where the source does not know them.
        thresholds: Instead of the source's, or of 0.5.
        logits: Whether the model lacks the sigmoid at its end.
        data: Rows to prove it on; see :func:`tagship_export.rows.read_rows`. Default: the run's own.
        max_flip_rate: Instead of each recipe's own bound.
        max_f1_drop: Likewise.
        batch: A fixed batch size, for consumers that need one; None for a free one.
        golden: ``synthetic``, ``real`` or ``none``.
        prefer: ``size`` or ``latency``, for what is recommended.
        verbose: Whether converters may print.
        on_step: Told what happens next, for progress.

    Raises:
        ExportError: The model cannot be converted, or has no rows to prove it on.
        OutputError: A file cannot be written; nothing is half-written.
    """
    plan = plan_recipes(recipes, [Kind(name) for name in formats])
    mode, preference = GoldenMode(golden), Prefer(prefer)
    if batch is not None and batch < 1:
        raise ExportError(f"the batch size is {batch}; give 1 or more, or leave it free")
    original = (
        source
        if isinstance(source, Original)
        else open_original(source, labels=labels, thresholds=thresholds, logits=logits)
    )
    original, evidence = gather(original, data)
    bench = _Bench(original, evidence, batch, verbose, on_step)
    candidates, refusals = [], []
    for recipe, kind, asked in plan:
        name = f"{recipe.name}.{kind.value}"
        try:
            payload = bench.payload(recipe, kind)
        except ConversionError as error:
            if recipe.name == "float32":
                raise
            refusals.append(Refusal(name=name, reason=str(error), asked=asked))
            continue
        on_step(f"verifying {name}")
        budget = budget_of(recipe, max_flip_rate, max_f1_drop)
        candidates.append(bench.candidate(recipe, kind, payload, budget=budget, golden=mode, asked=asked))
    on_step("measuring latency")
    speeds = one_row_us([candidate.predictor for candidate in candidates], bench.matrix[:1])
    measured = [replace(candidate, one_row_us=us) for candidate, us in zip(candidates, speeds, strict=True)]
    chosen, notes = _choose(measured, preference)
    auto = list(recipes) == ["auto"]
    entries = [
        Entry(name=candidate.name, data=candidate.data, passed=candidate.verification.passed, facts=_facts(candidate))
        for candidate in measured
    ]
    keep = {candidate.name for candidate in measured if not auto or candidate.name in chosen}
    paths = save(
        Path(out),
        entries,
        keep,
        recommended=chosen,
        notes=notes,
        refusals={refusal.name: refusal.reason for refusal in refusals},
        rows={
            "calibration": len(evidence.calibration),
            "tuning": len(evidence.tuning),
            "tuned_on": evidence.tuned_on,
            "verdict": len(evidence.verdict),
        },
    )
    artifacts = tuple(
        Artifact(
            path=paths[candidate.name],
            recipe=candidate.recipe,
            kind=candidate.kind,
            verification=candidate.verification,
            one_row_us=candidate.one_row_us,
            recommended=candidate.name in chosen,
        )
        for candidate in measured
        if candidate.name in keep
    )
    return Export(
        artifacts=artifacts,
        candidates=tuple(measured),
        refusals=tuple(refusals),
        recommended=chosen,
        notes=notes,
        passed=len(chosen) == len({kind for _, kind, _ in plan})
        and all(candidate.verification.passed for candidate in measured if candidate.asked)
        and not any(refusal.asked for refusal in refusals),
    )


class _Bench:
    """What all candidates of one export share: float32 payloads, the original's scores, encoded rows."""

    def __init__(
        self, original: Original, evidence: Evidence, batch: int | None, verbose: bool, on_step: OnStep
    ) -> None:
        self.original, self.evidence, self.batch = original, evidence, batch
        self.verbose, self.on_step = verbose, on_step
        encode = original.encoder.encode
        self.calibration: Features = encode(evidence.calibration.values)
        self.matrix: Features = encode(evidence.verdict.values)
        on_step("scoring with Keras")
        self.tuning: Scores = original.scores(encode(evidence.tuning.values))
        self.wanted: Scores = original.scores(self.matrix)
        self._float32: dict[Kind, bytes] = {}

    def payload(self, recipe: Recipe, kind: Kind) -> bytes:
        """The model's bytes by a recipe.

        Raises:
            ConversionError: There is no such artifact, or nothing of it would be new.
        """
        self.on_step(f"converting {recipe.name}.{kind.value}")
        with quiet(verbose=self.verbose):
            if kind not in self._float32:
                self._float32[kind] = write(kind, self.original.model, batch=self.batch)
            payload = write(
                kind,
                self.original.model,
                recipe.name,
                calibration=self.calibration,
                batch=self.batch,
                float32=self._float32[kind],
            )
        if recipe.weights not in writer(kind).weight_bytes(payload) or (
            recipe.name != "float32" and payload == self._float32[kind]
        ):
            raise ConversionError(f"unchanged: no weight would be stored in {recipe.weights}, so it is float32 again")
        return payload

    def candidate(
        self, recipe: Recipe, kind: Kind, payload: bytes, *, budget: Any, golden: GoldenMode, asked: bool
    ) -> Candidate:
        """Describe, tune and judge a payload."""
        contract = self._describe(payload, kind, recipe)
        with quiet(verbose=self.verbose):
            draft = load(attach(payload, contract))
        if not recipe.exact:
            scores = draft.predict_proba(self.evidence.tuning.values)
            contract = contract.replace(thresholds=transport(self.tuning, contract.thresholds, scores))
            draft = Predictor(b"", draft.engine, contract)
        verdict = judge(
            self.original,
            draft,
            self.evidence.verdict,
            name=f"{recipe.name}.{kind.value}",
            size=0,
            budget=budget,
            want=self.wanted,
            payload=payload,
        )
        tolerance = recipe.golden_tolerance(verdict.parity.max_difference)
        proven = contract.replace(
            parity=verdict.parity_dict() | {"tuned_on": None if recipe.exact else self.evidence.tuned_on},
            quality=verdict.quality(),
            golden=make_golden(draft, self.evidence.calibration, tolerance, golden),
        )
        data = attach(payload, proven)
        predictor = Predictor(data, draft.engine, proven)
        if proven.golden is not None and not (test := predictor.selftest()).passed:
            fault = f"its golden rows do not repeat: off by {test.max_difference:.2g} here, {test.flips} flips"
            verdict = replace(verdict, faults=(*verdict.faults, fault))
        return Candidate(
            recipe=recipe,
            kind=kind,
            data=data,
            predictor=predictor,
            verification=replace(verdict, size=len(data)),
            asked=asked,
        )

    def _describe(self, payload: bytes, kind: Kind, recipe: Recipe) -> Contract:
        with quiet(verbose=self.verbose):
            engine = open_engine(kind, payload)
        original = self.original
        if original.labels is None or original.thresholds is None:
            raise ExportError("the labels of the model's scores are not known; name them with --labels")
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


def _choose(candidates: Sequence[Candidate], prefer: Prefer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the recommended artifacts, and what they gain, a line per format."""
    chosen, notes = [], []
    for kind in dict.fromkeys(candidate.kind for candidate in candidates):
        of_kind = {candidate.name: candidate for candidate in candidates if candidate.kind is kind}
        best = choose([candidate for candidate in of_kind.values() if candidate.verification.passed], prefer)
        if best is None:
            continue
        chosen.append(best.name)
        float32 = of_kind.get(f"float32.{kind.value}")
        if float32 is not None and len(of_kind) > 1:
            notes.append(bought(best, float32, of_kind[best.name].verification.shipped_flips))
    return tuple(chosen), tuple(notes)


def _facts(candidate: Candidate) -> dict[str, Any]:
    contract = candidate.predictor.contract
    return candidate.verification.to_dict() | {
        "recipe": candidate.recipe.name,
        "format": candidate.kind.value,
        "one_row_us": round(candidate.one_row_us, 2),
        "thresholds": list(contract.thresholds),
        "digest": contract.digest,
    }
