"""Encoded rows without their zeros, and features with some of their columns, of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from tagship_runtime.contract import TextFeature
from tagship_runtime.features.category import CategoryFeature
from tagship_runtime.features.kinds import FEATURE_KINDS, feature_from_dict
from tagship_runtime.features.numeric import NumericFeature
from tagship_runtime.features.offset import OffsetFeature

CASES = json.loads((Path(__file__).parents[2] / "shared" / "rows.json").read_text(encoding="utf-8"))["single"]
BODY = TextFeature(name="body", vocabulary=("oil", "oil price", "price"), ngrams=(1, 2))


def columns(kind: str) -> list[tuple[dict[str, Any], list[Any]]]:
    """Return features of a kind with cells that they take, of the cases that every reader replays."""
    own = {"name": "counter", "kind": "offset", "fill": 7.0, "indicator": True, "offset": 5.0}
    found: list[tuple[dict[str, Any], list[Any]]] = []
    found += [(own, [5.0, None, 9.5, 5.0])] if kind == OffsetFeature.kind else []
    found += [(dict(BODY.to_dict()), ["Oil price, oil", "", None, "gas"])] if kind == BODY.kind else []
    for case in CASES:
        features = case["contract"]["features"] or []
        if len(features) == 1 and features[0]["kind"] == kind:
            cells = [one["row"] for one in case["rows"] if "encoded" in one and isinstance(one["row"], list)]
            found.append((features[0], [cell for (cell,) in cells]))
    return found


@pytest.mark.parametrize("kind", FEATURE_KINDS)
def test_rows_without_zeros_are_the_encoded_rows(kind: str) -> None:
    found = columns(kind)
    assert found
    for document, cells in found:
        feature = feature_from_dict(document)
        values = np.array(cells, object)
        want = np.zeros((len(values), feature.width), np.float32)
        feature.encode(values, want)
        indptr, indices, numbers = feature.without_zeros(values)
        assert (indptr.dtype, indices.dtype, numbers.dtype) == (np.dtype("i8"), np.dtype("i4"), np.dtype("f4"))
        assert numbers.all()
        got = sparse.csr_matrix((numbers, indices, indptr), want.shape)
        assert got.has_sorted_indices
        assert got.toarray().tolist() == want.tolist()


def test_no_rows() -> None:
    indptr, indices, numbers = CategoryFeature(name="a", values=("x",)).without_zeros(np.array([], object))
    assert (indptr.tolist(), indices.tolist(), numbers.tolist()) == ([0], [], [])


def test_texts_alone_are_counted_and_have_parts() -> None:
    assert BODY.counted == ("oil", "oil price", "price")
    assert BODY.with_columns([0, 2]) == TextFeature(name="body", vocabulary=("oil", "price"), ngrams=(1, 2))
    assert BODY.with_columns([]) is None
    for whole in (NumericFeature(name="a", indicator=True, fill=0.0), CategoryFeature(name="a", values=("x", "y"))):
        assert whole.counted == ()
        assert whole.with_columns(range(2)) is whole
