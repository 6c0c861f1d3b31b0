"""JSON that every parser reads, which has no words for NaN and infinities."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def print_json(document: Any) -> None:
    """Print one document on stdout, as ``--json`` does; what is not finite becomes null, what is no text an escape."""
    plain = without_nan(document)
    text = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # the name of a file that is not UTF-8
        text = json.dumps(plain, indent=2, allow_nan=False)
    print(text)


def without_nan(value: Any) -> Any:
    """Return the same document, with None for every number that is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return value
