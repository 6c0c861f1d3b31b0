"""docs/{run,curves,drift,export}.schema.json, the TypedDicts and the files that are really written say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints, is_typeddict

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from repo.schemas import DOCUMENTS, Document, descriptions, schema, summary, written
from tagship_export import export
from tagship_runtime import documents
from tagship_training import Config, Objective, train

FREE = {"per_label", "versions", "curve", "refused", "tools", "flips_per_label"}
"""Objects whose keys are names of labels, packages and the like."""

RUN_OF_0_1 = Path(__file__).parents[1] / "data" / "v0_1" / "run"
FIRST_DRIFT = Path(__file__).parents[1] / "data" / "drift"
"""The first counts that were written; version 0.1 had none."""

Place = tuple[str | int, ...]


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def kept(document: Document) -> Any:
    """The earliest file of a kind."""
    return read((FIRST_DRIFT if document.file == "drift.json" else RUN_OF_0_1) / document.file)


def current(document: Document) -> Any:
    """A file of version 0.1 with what is written since then; it holds every key that there is."""
    file = {document.version_key: document.version} | kept(document)
    if document.file == "run.json":
        file["configuration"] |= {"prefer": "balance", "max_bytes": None}
        file["networks"] = [one | {"linear": False, "unit_length": False, "final": True} for one in file["networks"]]
        file["teachers"] = [{"name": "wide", "share": 1.0}]
        file["ladder"] = [
            {
                "name": "16-8",
                "chosen": True,
                "parameters": 275,
                "bytes": 4232,
                "microseconds": 0.5,
                "thresholds": file["thresholds"],
                "metrics": file["metrics"],
            }
        ]
    return file


def complaints(document: Document, value: Any, *, strict: bool = True) -> list[str]:
    validator = Draft202012Validator(schema(document, strict=strict))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def objects(value: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every object in a document; of a list's elements, the first that has these keys."""
    if isinstance(value, dict):
        yield place, value
        for key, item in value.items():
            yield from objects(item, (*place, key))
    elif isinstance(value, list):
        seen = set()
        for position, item in enumerate(value):
            shape = str(sorted((k, type(v).__name__) for k, v in item.items())) if isinstance(item, dict) else ""
            if shape not in seen:
                yield from objects(item, (*place, position))
            seen.add(shape)


def changed(value: Any, place: Place, change: Any) -> Any:
    """A copy in which the object at a place went through ``change``."""
    if not place:
        return change(value)
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[place[0]] = changed(copy[place[0]], place[1:], change)
    return copy


by_file = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.file)


@by_file
def test_schemas_are_those_of_the_types(document: Document) -> None:
    Draft202012Validator.check_schema(schema(document))
    assert document.schema_path.read_text(encoding="utf-8") == written(document), "run make schemas"


def test_what_runs_and_exports_write_is_valid_to_the_key(
    runs: dict[str, Path], artifacts: dict[tuple[str, str], Path], every_kind: dict[str, Path]
) -> None:
    folders = {*runs.values(), *(path.parent for path in (*artifacts.values(), *every_kind.values()))}
    checked = [
        (document.file, complaints(document, read(folder / document.file)))
        for folder in folders
        for document in DOCUMENTS
        if (folder / document.file).is_file()
    ]
    assert [found for _, found in checked if found] == []
    elsewhere = {"drift.json"}  # tests/runtime/cli/test_predict_drift.py
    assert {name for name, _ in checked} == {document.file for document in DOCUMENTS} - elsewhere


def test_what_a_run_that_misses_its_goal_writes_is_valid_to_the_key(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    goal = Config(hidden=(4,), epochs=1, members=1, objective=Objective.parse("precision=0.99"), confidence=0.95)
    train(random.normal(size=(60, 3)), random.integers(0, 2, (60, 2)), labels=["a", "b"], config=goal).save(tmp_path)
    export(tmp_path, tmp_path, formats=["tflite"])
    files = {name: read(tmp_path / name) for name in ("run.json", "export.json")}
    assert files["run.json"]["goal_missed_by"] == files["export.json"]["source"]["goal_missed_by"] == ["a", "b"]
    files["export.json"]["source"]["size"] = "16-8"
    by_name = {document.file: document for document in DOCUMENTS}
    assert [complaints(by_name[name], file) for name, file in files.items()] == [[], []]


@by_file
def test_the_earliest_files_are_valid(document: Document) -> None:
    first = kept(document)
    assert complaints(document, first, strict=False) == []
    assert complaints(document, current(document)) == []
    if document.unversioned:
        assert complaints(document, first) == [f"$: {document.version_key!r} is a required property"]


@by_file
def test_an_unknown_key_is_refused_by_the_strict_schema_alone(document: Document) -> None:
    file = current(document)
    for place, _ in objects(file):
        if FREE & {*place[-1:]}:
            continue
        more = changed(file, place, lambda value: value | {"later": [1]})
        assert complaints(document, more, strict=False) == [], place
        assert len(complaints(document, more)) == 1, place


OPTIONAL = {
    *(("fill",), ("indicator",), ("values",)),
    *(("low",), ("median",), ("high",), ("missing",), ("shares",)),
    *(("figures", "log_loss"), ("figures", "binary_accuracy_at_0.5")),
    *(("rows", "validation"), ("repeated_rows", "validation")),
    *(("cuts",), ("below",), ("above",), ("unknown",)),
    *(("prefer",), ("max_bytes",), ("linear",), ("unit_length",), ("final",), ("teachers",), ("ladder",)),
}
"""Ends of places where a key may be absent."""


@by_file
def test_a_missing_key_is_refused(document: Document) -> None:
    file = current(document)
    for place, value in objects(file):
        if FREE & {*place[-1:]}:
            continue
        for key in value:
            less = changed(file, place, lambda one, key=key: {name: one[name] for name in one if name != key})
            optional = (key,) in OPTIONAL or ((*place[-1:], key) in OPTIONAL and "metrics" not in place)
            optional = optional and not (key in ("low", "high") and "calibration" in place)
            assert bool(complaints(document, less)) != optional, (place, key)
            unversioned = document.unversioned and (*place, key) == (document.version_key,)
            assert bool(complaints(document, less, strict=False)) != (optional or unversioned), (place, key)


@by_file
def test_another_type_is_refused(document: Document) -> None:
    file = current(document)
    for place, value in objects(file):
        for key in value:
            other = changed(file, place, lambda one, key=key: one | {key: {"neither": ["this", "nor that"]}})
            assert complaints(document, other, strict=False), (place, key)


@by_file
def test_another_version_is_refused(document: Document) -> None:
    assert complaints(document, current(document) | {document.version_key: 2}, strict=False)


LATER = {
    *("flip_rate_upper_clustered", "shipped_flip_rate_upper_clustered"),
    *("max_label_flips", "max_share_change", "confidence", "positive"),
    *("judged_by", "unchecked", "unproven"),
    *("frequent", "macro_f1_present", "offset"),
    *("since", "parts", "first"),
    *("percent", "currency", "label_words"),
    *("score_rows", "scores"),  # in contracts, which tests/repo/test_contract_schema.py holds to their schema
    *("tokenizer", "ngrams", "vocabulary", "empty"),
    *("standardize", "split", "sequence"),
    *("words", "terms", "speak_for", "speak_against"),
    *("nearest", "score", "truth"),
    *("stream", "files", "passes"),
    *("repeated_test", "expected", "more", "worse", "others"),
    *("goal_missed_by", "size"),
}
"""Keys that version 0.1 did not write; each is written by the runs and exports that are checked to the key above."""


def test_the_files_of_version_0_1_hold_every_other_key_there_is() -> None:
    """Or the tests above would pass over some; what each export has not is asserted to be known."""
    there = {key for document in DOCUMENTS for _, value in objects(current(document)) for key in value}
    known = {key for one in vars(documents).values() if is_typeddict(one) for key in get_type_hints(one)}
    assert known - there == LATER


def test_every_type_is_described() -> None:
    for one in vars(documents).values():
        if is_typeddict(one):
            assert summary(one).endswith((".", ";")), one
            assert not set(descriptions(one)) - set(get_type_hints(one)), one
