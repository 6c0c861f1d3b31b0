"""Single facts of a contract, each with the value that it has to have."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tagship_runtime.contract import Contract, Golden, NumericFeature, TensorSpec
from tagship_runtime.errors import ContractError

PLAIN = Contract(
    labels=("b", "a"),
    thresholds=(0.5, 0.25),
    features=(NumericFeature(name="x", fill=1.5),),
    input=TensorSpec(name="i", dtype="float32", shape=(None, 1)),
    output=TensorSpec(name="o", dtype="float32", shape=(None, 2)),
    recipe="float32",
)


def golden(scores: Any = ((0.1, 0.9),), decisions: Any = ((False, True),), rows: Any = ((1.0,),)) -> Golden:
    return Golden(rows=rows, scores=scores, decisions=decisions, tolerance=1e-5)


@pytest.mark.parametrize(
    "wrong",
    [
        golden(scores=((0.1, 0.9, 0.5),)),
        golden(scores=((0.1,),)),
        golden(decisions=((False,),)),
        golden(scores=()),
        golden(decisions=()),
        golden(rows=()),
        golden(rows=((1.0,), (2.0,))),
    ],
)
def test_golden_rows_have_a_score_and_a_decision_for_each_label(wrong: Golden) -> None:
    replace(PLAIN, golden=golden())
    with pytest.raises(ContractError, match="golden rows need"):
        replace(PLAIN, golden=wrong)


def test_the_description_is_that_of_files_that_are_there() -> None:
    """Golden rows name what they were recorded with by it, so that it never changes."""
    assert PLAIN.description == "cd1ac9d2c507b769"
    assert replace(PLAIN, recipe="int8", golden=golden()).description == PLAIN.description
    others: dict[str, Any] = {"labels": ("a", "b"), "thresholds": (0.5, 0.26), "features": (NumericFeature(name="x"),)}
    assert len({replace(PLAIN, **{name: value}).description for name, value in others.items()}) == 3
    assert PLAIN.description not in {replace(PLAIN, **{name: value}).description for name, value in others.items()}


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ([0.5, 0.25], (0.5, 0.25)),
        ([1, 0.25], (1.0, 0.25)),
        ([True, 0.25], None),
        (["0.5", 0.25], None),
        ([None, 0.25], None),
        ([0.5], None),
        ([0.5, 0.25, 0.75], None),
        ((0.5, 0.25), None),
        (None, None),
    ],
)
def test_thresholds_of_the_original_are_one_number_for_each_label(stored: Any, found: Any) -> None:
    assert replace(PLAIN, parity={"original_thresholds": stored}).original_thresholds == found


def test_no_parity_names_no_thresholds() -> None:
    assert PLAIN.original_thresholds is None
    assert replace(PLAIN, parity={}).original_thresholds is None


def test_the_digest_is_left_out_until_it_is_known() -> None:
    assert "digest" not in PLAIN.to_dict()
    assert replace(PLAIN, digest="0" * 64).to_dict()["digest"] == "0" * 64
    assert "reference" not in PLAIN.to_dict()
    assert replace(PLAIN, reference={"rows": 3}).to_dict()["reference"] == {"rows": 3}


def test_the_canonical_form_sorts_its_keys_in_every_object() -> None:
    text = replace(PLAIN, source={"z": 1, "a": {"y": 1, "b": 2}, "é": 3}, digest="0" * 64).to_json().decode()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert text.startswith('{"digest":')
    assert '"source":{"a":{"b":2,"y":1},"z":1,"é":3}' in text


@pytest.mark.parametrize("label", ["", "a\nb", "\u200b", None, 3])
def test_labels_are_printable_texts(label: Any) -> None:
    with pytest.raises(ContractError, match="label 1 of 2 is"):
        replace(PLAIN, labels=("a", label))


def test_labels_are_there_and_each_once() -> None:
    with pytest.raises(ContractError, match="at least one is needed"):
        replace(PLAIN, labels=())
    with pytest.raises(ContractError, match="label 'a' repeats"):
        replace(PLAIN, labels=("a", "a"))


def test_where_it_was_made_from() -> None:
    assert (PLAIN.made_from, PLAIN.framework) == (None, "")
    said = replace(PLAIN, source={"sha256": "00", "framework": "keras 3"})
    assert (said.made_from, said.framework) == ("00", "keras 3")
    odd = replace(PLAIN, source={"sha256": 3, "framework": None})
    assert (odd.made_from, odd.framework) == (None, "")
