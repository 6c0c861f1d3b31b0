"""From an original and a recipe to a candidate: convert, describe, tune, prove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from tagship_export.data.golden import GoldenMode, make_golden
from tagship_export.data.splits import Evidence
from tagship_export.errors import ConversionError, ExportError
from tagship_export.pipeline.results import Candidate
from tagship_export.pipeline.threshold_transfer import transport
from tagship_export.recipes import Budget, Recipe
from tagship_export.source.original import Original
from tagship_export.targets.base import write, writer
from tagship_export.verification.verify import judge
from tagship_runtime.container import FORMATS, attach
from tagship_runtime.contract import Contract
from tagship_runtime.engines.base import open_engine
from tagship_runtime.loading import load, predictor_of
from tagship_runtime.terminal.silence import quiet
from tagship_runtime.typing import Features, Scores

TOOLS = ("tensorflow", "tf2onnx", "onnx", "onnxruntime", "ai-edge-quantizer", "tagship-export")

OnStep = Callable[[str], None]


class Bench:
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
        self._float32: dict[str, bytes] = {}

    def payload(self, recipe: Recipe, kind: str) -> bytes:
        """The model's bytes by a recipe.

        Raises:
            ConversionError: There is no such artifact, or nothing of it would be new.
        """
        self.on_step(f"converting {recipe.name}.{kind}")
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
        self, recipe: Recipe, kind: str, payload: bytes, *, budget: Budget, golden: GoldenMode, asked: bool
    ) -> Candidate:
        """Describe, tune and judge a payload."""
        contract = self._describe(payload, kind, recipe)
        with quiet(verbose=self.verbose):
            draft = load(attach(payload, contract))
        if not recipe.exact:
            scores = draft.predict_proba(self.evidence.tuning.values)
            contract = replace(contract, thresholds=transport(self.tuning, contract.thresholds, scores))
            draft = predictor_of(b"", draft.engine, contract)
        verdict = judge(
            self.original,
            draft,
            self.evidence.verdict,
            name=f"{recipe.name}.{kind}",
            size=0,
            budget=budget,
            want=self.wanted,
            payload=payload,
        )
        tolerance = recipe.golden_tolerance(verdict.parity.max_difference)
        proven = replace(
            contract,
            parity=verdict.parity_dict() | {"tuned_on": None if recipe.exact else self.evidence.tuned_on},
            quality=verdict.quality(),
            golden=make_golden(draft, self.evidence.calibration, tolerance, golden),
        )
        data = attach(payload, proven)
        predictor = predictor_of(data, draft.engine, proven)
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

    def _describe(self, payload: bytes, kind: str, recipe: Recipe) -> Contract:
        with quiet(verbose=self.verbose):
            engine = open_engine(FORMATS[kind], payload)
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
            source=provenance(original),
        )


def provenance(original: Original) -> dict[str, Any]:
    """What an artifact says of where it comes from."""
    return {
        "sha256": original.sha256,
        "framework": f"keras {version('keras')}",
        "tools": {tool: version(tool) for tool in TOOLS},
    }
