"""Bounds of the page."""

from __future__ import annotations

import pytest

from tagship_report.limits import shortened


@pytest.mark.parametrize(("text", "most", "short"), [("abcdef", 6, "abcdef"), ("abcdefghij", 7, "abcd\u2026ij")])
def test_a_long_name_loses_its_middle(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
    assert len(short) <= most
