"""Records are what frozen dataclasses are."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from tagship_runtime.contract import NumericFeature, TensorSpec

SPEC = TensorSpec(name="features", dtype="float32", shape=(None, 6))


def test_fields_left_out_have_the_class_value() -> None:
    assert (SPEC.scale, SPEC.zero_point) == (None, None)
    assert TensorSpec(name="features", dtype="float32", shape=(None, 6), scale=None) == SPEC


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"fill": 1.0}, "NumericFeature: name: it needs them"),
        ({"name": "a", "values": ("b",)}, "NumericFeature: values: it has no such field"),
    ],
)
def test_fields_that_are_missing_or_unknown(fields: dict[str, object], said: str) -> None:
    with pytest.raises(TypeError, match=re.escape(said)):
        NumericFeature(**fields)  # type: ignore[arg-type]


def test_equal_by_type_and_fields() -> None:
    assert SPEC.replace(dtype="int8") != SPEC
    assert SPEC.replace(dtype="int8").replace(dtype="float32") == SPEC
    assert NumericFeature(name="a") != {"name": "a", "fill": None, "indicator": False}
    assert {NumericFeature(name="a"), NumericFeature(name="a"), NumericFeature(name="a", fill=0.0)} == {
        NumericFeature(name="a"),
        NumericFeature(name="a", fill=0.0),
    }


def test_frozen() -> None:
    with pytest.raises(AttributeError, match=re.escape("TensorSpec is frozen; .replace(dtype=...) makes another")):
        SPEC.dtype = "int8"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="frozen"):
        del SPEC.dtype
    assert SPEC.dtype == "float32"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda record: pickle.loads(pickle.dumps(record))])  # noqa: S301
def test_copied_and_pickled(again: object) -> None:
    assert callable(again)
    assert again(SPEC) == SPEC


def test_shown_as_it_is_written() -> None:
    assert repr(NumericFeature(name="a", fill=2.0)) == "NumericFeature(name='a', fill=2.0, indicator=False)"


class Filled(NumericFeature):
    """A record with a further field."""

    by: str = "median"


def test_a_subclass_has_the_fields_of_its_base() -> None:
    filled = Filled(name="a", fill=1.0, by="mean")
    assert repr(filled) == "Filled(name='a', fill=1.0, indicator=False, by='mean')"
    assert filled != filled.replace(name="b")
    assert filled.replace(by="median") == Filled(name="a", fill=1.0)
    with pytest.raises(TypeError, match="Filled: name: it needs them"):
        Filled(by="mean")  # type: ignore[call-arg]


def test_replaced_as_copy_does() -> None:
    assert SPEC.__replace__(dtype="int8") == SPEC.replace(dtype="int8")  # copy.replace, from Python 3.13 on
    with pytest.raises(TypeError, match="no such field"):
        SPEC.__replace__(kind="int8")
