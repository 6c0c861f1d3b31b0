"""An error is one line of text, whatever library it comes from."""

from __future__ import annotations

from argparse import Namespace

import pytest

from tagship_runtime.cli import main
from tagship_runtime.errors import InputError


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("Exception in \x1b[1mLSTM.call()\x1b[0m.\n\n\x1b[31;1mwrong\x1b[m", "Exception in LSTM.call(). wrong"),
        ("a\tb\r\nc\x00d\x7fe\x9bf\x1b]0;title\x07g", "a b c d e f ]0;title g"),
        ("caf\u00e9 \u6771\u4eac \U0001f600", "caf\u00e9 \u6771\u4eac \U0001f600"),
    ],
    ids=["colours", "controls", "text"],
)
def test_what_a_terminal_would_obey_is_left_out(said: str, want: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main._fail(Namespace(debug=False), InputError(said), main.BAD_INPUT) == 2
    assert capsys.readouterr().err == f"tagship: error: {want}\n"
