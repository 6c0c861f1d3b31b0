"""The digest is hashlib's, wherever it comes from."""

from __future__ import annotations

import hashlib
import sys

import pytest

from tagship_runtime import digests

PARTS = (b"", b"abc", bytes(range(256)) * 40)


@pytest.mark.parametrize("hidden", [(), ("_sha2", "_sha256")])
@pytest.mark.parametrize("large", [0, 1, digests.LARGE])
def test_the_same_from_every_source(hidden: tuple[str, ...], large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in hidden:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(digests, "LARGE", large)
    assert digests.sha256(*PARTS) == hashlib.sha256(b"".join(PARTS)).hexdigest()
