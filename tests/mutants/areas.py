"""The modules that decide, and the fast tests that stand next to each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

HEAVY = (
    "hypothesis.strategies",
    "onnx",
    "pandas",
    "polars",
    "pyarrow.parquet",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.linear_model",
    "sklearn.metrics",
)
"""What tests import slowly and never change; imported once, before processes fork."""

AREAS: dict[str, tuple[str, ...]] = {
    "tagship_runtime.engines.sessions": ("runtime/engines/test_sessions.py",),
    "tagship_runtime.engines.batching": ("runtime/engines/test_batching.py",),
    "tagship_runtime.engines.quantization": ("runtime/engines/test_quantization.py",),
    "tagship_runtime.features.cells": ("runtime/features/test_cells.py",),
    "tagship_runtime.features.array_encoder": (
        "runtime/features/test_encoders_by_hand.py",
        "runtime/features/test_rounding.py",
    ),
    "tagship_runtime.features.table_encoder": (
        "runtime/features/test_encoders_by_hand.py",
        "runtime/features/test_rounding.py",
    ),
    "tagship_runtime.features.integer_encoder": ("runtime/features/test_integers.py",),
    "tagship_runtime.features.rounding": ("runtime/features/test_rounding.py",),
    "tagship_runtime.contract.decode": ("runtime/contract/test_contract.py", "runtime/contract/test_values.py"),
    "tagship_runtime.contract.schema": (
        "runtime/contract/test_contract_by_hand.py",
        "runtime/contract/test_contract.py",
        "runtime/contract/test_values.py",
    ),
    "tagship_runtime.container.onnx_functions": ("runtime/container/test_onnx_loops.py",),
    "tagship_runtime.container.onnx_loops": ("runtime/container/test_onnx_loops.py",),
    "tagship_runtime.container.onnx_parts": ("runtime/container/test_onnx_loops.py",),
    "tagship_runtime.files.formulas": ("runtime/files/test_formulas.py",),
    "tagship_runtime.selftest": ("runtime/test_agreement.py",),
    "tagship_training.data.columns": (
        "training/data/test_columns_by_hand.py",
        "training/data/test_columns.py",
        "training/data/test_times.py",
    ),
    "tagship_training.data.kinds.choose": (
        "training/data/test_columns_by_hand.py",
        "training/data/kinds/test_resolution.py",
        "training/data/test_columns.py",
    ),
    "tagship_training.data.kinds.numeric": (
        "training/data/test_columns_by_hand.py",
        "training/data/kinds/test_resolution.py",
        "training/data/kinds/test_missing_indicators.py",
    ),
    "tagship_training.thresholds.tune": (
        "training/thresholds/test_tune_by_hand.py",
        "training/thresholds/test_tune.py",
        "training/thresholds/test_guarantees.py",
    ),
    "tagship_training.network.platt": ("training/network/test_platt_by_hand.py", "training/network/test_platt.py"),
    "tagship_export.data.golden_rows": ("export/data/test_golden_rows.py",),
    "tagship_export.targets.onnx.canonical_names": ("export/targets/onnx/test_canonical_names.py",),
    "tagship_export.verification.bounds": ("export/verification/test_bounds.py",),
    "tagship_export.verification.label_budgets": ("export/verification/test_label_budgets.py",),
    "tagship_export.verification.contract_claims": ("export/verification/test_contract_claims_by_hand.py",),
    "tagship_export.verification.rejection": (
        "export/verification/test_rejection.py",
        "export/verification/test_few_rows.py",
        "export/verification/test_comparison.py",
    ),
    "tagship_export.verification.shipped_thresholds": ("export/verification/test_contract_claims_by_hand.py",),
    "tagship_export.verification.parity": (
        "export/verification/test_parity_by_hand.py",
        "export/verification/test_parity.py",
    ),
    "tagship_export.verification.threshold_transfer": (
        "export/verification/test_transfer_by_hand.py",
        "export/verification/test_threshold_transfer.py",
    ),
    "tagship_export.verification.own_conversion": ("export/verification/test_own_conversion.py",),
    "tagship_export.verification.looked_up_tables": ("export/verification/test_looked_up_tables.py",),
    "tagship_export.verification.stored_graph": ("export/verification/test_stored_payload.py",),
    "tagship_export.verification.stored_payload": ("export/verification/test_stored_payload.py",),
    "tagship_export.verification.verify": ("export/verification/test_verify_by_hand.py",),
    "tagship_export.pipeline.selection": (
        "export/pipeline/test_recommendation.py",
        "export/pipeline/test_selection.py",
    ),
}
"""Tests, below tests/, by module; those that need a trained model are left out."""


@dataclass(frozen=True, slots=True)
class Area:
    """A module and its tests."""

    module: str
    tests: tuple[Path, ...]

    @property
    def path(self) -> Path:
        """File of the module."""
        distribution, *rest = self.module.removeprefix("tagship_").split(".")
        folder = ROOT / distribution / "src" / f"tagship_{distribution}"
        return folder.joinpath(*rest).with_suffix(".py")


def areas() -> list[Area]:
    """List every area."""
    return [Area(module, tuple(ROOT / "tests" / test for test in tests)) for module, tests in AREAS.items()]
