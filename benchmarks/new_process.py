"""Measuring a script in a process of its own, whose imports and peak memory are no other script's."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def measure(code: str, *arguments: object) -> dict[str, Any]:
    """Run a script in a new process; it prints a JSON object last."""
    command = [sys.executable, "-c", code, *(str(argument) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures
