"""Silence ends where it should: what was set up in it speaks afterwards."""

from __future__ import annotations

import logging
import sys

import pytest

from tagship_runtime.terminal.silence import quiet


def test_loggers_set_up_in_the_silence_speak_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("set-up-in-the-silence")
    logger.propagate = False
    with quiet():
        handler = logging.StreamHandler(sys.stderr)
        logger.addHandler(handler)
        logger.error("unheard")
        print("unheard", file=sys.stderr)
    logger.error("heard")
    logger.removeHandler(handler)
    assert handler.stream is sys.stderr
    assert capfd.readouterr().err == "heard\n"
