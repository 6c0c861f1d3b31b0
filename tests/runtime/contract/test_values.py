"""What a contract is made of can be compared, copied and shown, and cannot be changed."""

from __future__ import annotations

import copy
import pickle
import re
from dataclasses import FrozenInstanceError, replace

import pytest

from tagship_runtime.contract import CategoryFeature, Golden, NumericFeature, TensorSpec

SPEC = TensorSpec(name="features", dtype="float32", shape=(None, 6))
GOLDEN = Golden(rows=([1.0],), scores=((0.5,),), decisions=((True,),), tolerance=1e-5)


def test_fields_left_out_have_the_class_value() -> None:
    assert (SPEC.scale, SPEC.zero_point) == (None, None)
    assert TensorSpec(name="features", dtype="float32", shape=(None, 6), scale=None) == SPEC


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"fill": 1.0}, "required keyword-only argument: 'name'"),
        ({"name": "a", "values": ("b",)}, "'values'"),
    ],
)
def test_fields_that_are_missing_or_unknown(fields: dict[str, object], said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        NumericFeature(**fields)  # type: ignore[arg-type]


def test_equal_by_type_and_fields() -> None:
    assert replace(SPEC, dtype="int8") != SPEC
    assert replace(replace(SPEC, dtype="int8"), dtype="float32") == SPEC
    plain: object = {"name": "a", "fill": None, "indicator": False}
    assert NumericFeature(name="a") != plain
    assert {NumericFeature(name="a"), NumericFeature(name="a"), NumericFeature(name="a", fill=0.0)} == {
        NumericFeature(name="a"),
        NumericFeature(name="a", fill=0.0),
    }


@pytest.mark.parametrize("value", [SPEC, GOLDEN, NumericFeature(name="a"), CategoryFeature(name="a", values=("x",))])
def test_frozen_copied_and_pickled(value: object) -> None:
    name = next(iter(type(value).__dataclass_fields__))  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, "other")
    with pytest.raises(FrozenInstanceError):
        delattr(value, name)
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value  # noqa: S301


def test_shown_as_it_is_written() -> None:
    shown = "NumericFeature(name='a', fill=2.0, indicator=False, missing=(), percent=False, currency='')"
    assert repr(NumericFeature(name="a", fill=2.0)) == shown
