"""Texts that a spreadsheet would compute, and those that it would not."""

from __future__ import annotations

import pytest

from tagship_runtime.files.formulas import neutral


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@a", "\tx", "\rx", "\nx", "-1+1"])
def test_what_a_spreadsheet_would_compute(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", *"\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"])
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\n", "\r\n", "\0", "\x1f ", "\xa0", "\u3000", "\u200b", "\ufeff"]
)
def test_signs_of_every_width_after_every_blank(before: str, sign: str) -> None:
    assert neutral(f"{before}{sign}1+1") == f"'{before}{sign}1+1"
    assert neutral(f"a;{before}{sign}1+1;b") == f"a;'{before}{sign}1+1;b"  # where a semicolon divides cells
    assert neutral(f"a{before}{sign}1+1") == f"a{before}{sign}1+1"


@pytest.mark.parametrize("text", ["-5", "+1.5", "a=b", "", "'=", "1", " a", "a;-5;b", "Größe", "\u2212x"])
def test_what_it_would_not(text: str) -> None:
    assert neutral(text) == text
