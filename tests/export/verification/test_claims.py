"""Claims of a contract that a verdict depends on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import tagship_runtime
from tagship_export.recipes import RECIPES
from tagship_export.verification.claims import claimed_recipe, claimed_thresholds


def test_recipe(artifact: Path) -> None:
    contract = tagship_runtime.load(artifact).contract
    assert claimed_recipe(replace(contract, recipe="int8")) is RECIPES["int8"]
    assert claimed_recipe(replace(contract, recipe="unknown")) is RECIPES["float32"]


def test_original_thresholds(artifact: Path) -> None:
    contract = tagship_runtime.load(artifact).contract
    assert claimed_thresholds(replace(contract, parity=None)) == contract.thresholds
    stored = {"original_thresholds": [0.25, 0.5, 0.75]}
    assert claimed_thresholds(replace(contract, parity=stored)) == (0.25, 0.5, 0.75)
    short = {"original_thresholds": [0.25]}
    assert claimed_thresholds(replace(contract, parity=short)) == contract.thresholds
