"""What is loaded is what was meant, and fits the model that it comes with."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tagship_runtime
from tagship_runtime import container
from tagship_runtime.contract import Contract
from tagship_runtime.errors import ArtifactCorruptError, ContractError, ContractVersionError, LabelError, UsageError


def parts(artifact: Path) -> tuple[container.Format, bytes, Contract]:
    kind, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    return kind, payload, contract


def test_a_pin_accepts_one_file_alone(artifact: Path, artifacts: dict[tuple[str, str], Path]) -> None:
    pin = hashlib.sha256(artifact.read_bytes()).hexdigest()
    assert tagship_runtime.load(artifact, sha256=pin).labels
    assert tagship_runtime.load(artifact.read_bytes(), sha256=pin.upper()).labels
    other = artifacts["scaled", artifact.suffix[1:]]
    with pytest.raises(ArtifactCorruptError, match=f"{other.name}.*{pin}"):
        tagship_runtime.load(other, sha256=pin)
    for wrong in ("", "abc", "g" * 64, pin[:-1], 5, pin.encode()):
        with pytest.raises(UsageError, match="64 hex digits"):
            tagship_runtime.load(artifact, sha256=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", None])
def test_threads_are_a_whole_number(artifact: Path, threads: Any) -> None:
    with pytest.raises(UsageError, match="a whole number of at least 1"):
        tagship_runtime.load(artifact, threads=threads)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"a", "b", "c"}, "labels are a set; a list or tuple of names in score order is needed"),
        (dict.fromkeys("abc", 0.3), r"labels are a dict; .*, with thresholds=... apart from it"),
        ("abc", "labels are a str"),
        (b"abc", "labels are a bytes"),
        (3, "labels are a int"),
        ([1, 2, 3], "printable text|leave them out"),
    ],
)
def test_labels_are_names_in_order(artifact: Path, labels: Any, said: str) -> None:
    for data in (parts(artifact)[1], artifact.read_bytes()):
        with pytest.raises(LabelError, match=said):
            tagship_runtime.load(data, labels=labels)


@pytest.mark.parametrize("labels", [("a", "b", "c"), ["a", "b", "c"], np.array(["a", "b", "c"])])
def test_labels_may_be_in_an_array(artifact: Path, labels: Any) -> None:
    assert tagship_runtime.load(parts(artifact)[1], labels=labels).labels == ("a", "b", "c")


def test_files_that_cannot_be_read_say_how_to_open_them(artifact: Path, tmp_path: Path) -> None:
    with artifact.open(encoding="utf-8") as text, pytest.raises(UsageError, match="opened with 'rb'"):
        tagship_runtime.load(text)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"closed file.*opened with 'rb'"):
        tagship_runtime.load(text)  # type: ignore[arg-type]
    with (tmp_path / "x").open("wb") as out, pytest.raises(UsageError, match="opened with 'rb'"):
        tagship_runtime.load(out)


@pytest.mark.parametrize("key", ["thresholds", "fill"])
def test_a_number_that_no_float_holds(artifact: Path, key: str) -> None:
    document = parts(artifact)[2].to_dict()
    document["thresholds"][0] = 10**400 if key == "thresholds" else 0.5
    document["features"][0]["fill"] = 10**400 if key == "fill" else None
    with pytest.raises(ContractError, match=f"the contract's '{key}'.*too large"):
        Contract.from_json(json.dumps(document))


def test_a_contract_from_the_future_says_to_update(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, payload, contract = parts(artifact)
    monkeypatch.setattr("tagship_runtime.contract.schema.FORMAT_VERSION", 2)
    later = container.attach(payload, contract)
    monkeypatch.undo()
    with pytest.raises(ContractVersionError, match=r"version 2.*reads up to 1.*pip install --upgrade tagship-runtime"):
        tagship_runtime.load(later)


@pytest.mark.parametrize(
    ("key", "spec"),
    [
        ("input", {"shape": (1, 6)}),
        ("input", {"dtype": "float64"}),
        ("output", {"shape": (4, 3)}),
        ("output", {"dtype": "float16"}),
    ],
)
def test_a_contract_that_contradicts_its_graph(artifact: Path, key: str, spec: dict[str, object]) -> None:
    _, payload, contract = parts(artifact)
    promised: Any = {key: replace(getattr(contract, key), **spec)}
    with pytest.raises(ContractError, match=r"the contract promises.*the model has.*export it again"):
        tagship_runtime.load(container.attach(payload, replace(contract, **promised)))


def test_a_contract_with_more_labels_than_the_graph(artifact: Path) -> None:
    _, payload, contract = parts(artifact)
    more = replace(
        contract,
        labels=(*contract.labels, "d"),
        thresholds=(*contract.thresholds, 0.5),
        output=replace(contract.output, shape=(None, 4)),
        golden=None,
    )
    with pytest.raises(ContractError, match=r"\(None, 4\)"):
        tagship_runtime.load(container.attach(payload, more))


HIDDEN = """
import sys
sys.modules[{module!r}] = None  # what an import of an absent package looks like
import tagship_runtime
try:
    tagship_runtime.load({artifact!r})
except ImportError as error:
    print(error)
"""


def test_an_engine_that_is_not_installed_is_named(artifact: Path, every_kind: dict[str, Path]) -> None:
    module, extra = {"tflite": ("ai_edge_litert.interpreter", "litert"), "onnx": ("onnxruntime", "onnx")}[
        artifact.suffix[1:]
    ]
    if extra == "onnx":  # NumPy alone computes the reference classifier, but no convolution
        artifact = every_kind["one image float32.onnx"]
    code = HIDDEN.format(module=module, artifact=str(artifact))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"pip install 'tagship-runtime[{extra}]'" in done.stdout


@pytest.mark.parametrize("suffix", ["tflite", "onnx"])
@given(data=st.data())
def test_any_contract_survives_its_file(
    suffix: str, artifacts: dict[tuple[str, str], Path], data: st.DataObject
) -> None:
    kind, payload, contract = parts(artifacts["plain", suffix])
    words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
    labels = tuple(data.draw(st.lists(words, min_size=3, max_size=3, unique=True)))
    json_values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=8,
    )
    changed = replace(
        contract,
        labels=labels,
        thresholds=tuple(data.draw(st.tuples(*[st.floats(1e-6, 1 - 1e-6)] * 3))),
        source=data.draw(st.dictionaries(words, json_values, max_size=3)),
        recipe=data.draw(words),
        golden=None,
    )
    packed = container.attach(payload, changed)
    unpacked = container.unpack(packed)
    assert (unpacked.format, unpacked.payload) == (kind, payload)
    assert unpacked.contract is not None
    assert json.loads(unpacked.contract.to_json()) == json.loads(
        replace(changed, digest=unpacked.contract.digest).to_json()
    )
    assert container.attach(*(payload, unpacked.contract)) == packed


@given(data=st.binary(max_size=300))
def test_bytes_that_are_nothing_are_refused(data: bytes) -> None:
    for start in (b"", b"\x1c\0\0\0TFL3", b"\x08\x08"):
        with pytest.raises(ValueError, match=r"."):
            tagship_runtime.load(start + data)
