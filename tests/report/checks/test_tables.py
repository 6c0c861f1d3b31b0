"""The tables of checks are whole, and the documentation names each rule."""

from __future__ import annotations

from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules
from typing import Any

from tagship_report import checks


def test_every_check_is_in_a_table() -> None:
    """A public function that yields checks is one; forgotten in the table, it would never be applied."""
    written: set[Any] = set()
    for module in iter_modules(checks.__path__):
        for name, function in getmembers(import_module(f"tagship_report.checks.{module.name}"), isfunction):
            if function.__annotations__.get("return") == "Iterator[Check]" and not name.startswith("_"):
                written.add(function)
    applied = [*checks.RUN_CHECKS, *checks.EXPORT_CHECKS]
    assert len(applied) == len(set(applied)) == 11
    assert written == set(applied)
