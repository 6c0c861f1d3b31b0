"""Rows are encoded and scored once for an export, and every artifact's engine is opened once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagship_export import export_all
from tagship_export.original.open_original import Original
from tagship_runtime.engines import base as engines
from tagship_runtime.features.table_encoder import TableEncoder


def test_each_thing_is_done_once(article_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []
    scored: list[int] = []
    opened: list[bytes] = []

    def counting(method: Callable[..., Any], counts: list[int]) -> Callable[..., Any]:
        def counted(self: Any, *arguments: Any) -> Any:
            result = method(self, *arguments)
            counts.append(len(result))
            return result

        return counted

    def open_engine(format: Any, payload: bytes) -> Any:
        opened.append(payload)
        return engines.open_engine(format, payload)

    monkeypatch.setattr(TableEncoder, "encode", counting(TableEncoder.encode, encoded))
    monkeypatch.setattr(Original, "scores", counting(Original.scores, scored))
    monkeypatch.setattr("tagship_export.targets.runtime_target.open_engine", open_engine)
    done = export_all(article_run, tmp_path, recipes=["float32", "int8"])
    assert [candidate.kind for candidate in done.candidates] == ["tflite", "tflite", "onnx", "onnx"]
    for candidate in done.candidates:  # changed ones, which golden rows are chosen by, besides
        payload, _ = candidate.planned.target.unpack(candidate.data)
        assert opened.count(payload) == 1
    (verdict,) = {candidate.verification.parity.rows for candidate in done.candidates}
    assert encoded.count(verdict) == 1
    assert len(scored) == 2
    assert max(scored) == verdict
