"""The contract's place in a file, and that no damaged file gets past it."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from tagship_runtime import container, load
from tagship_runtime.contract import NumericFeature
from tagship_runtime.errors import (
    ArtifactCorruptError,
    ArtifactError,
    ContractError,
    NoContractError,
    NotAnArtifactError,
)


def test_contract_reads_back(artifact: Path) -> None:
    kind, payload, contract = container.unpack(artifact.read_bytes())
    assert artifact.suffix == f".{kind}"
    assert contract is not None
    assert contract.labels == ("class_0", "class_1", "class_2")
    assert container.attach(payload, contract) == artifact.read_bytes()
    beside = json.loads(artifact.with_name(artifact.name + ".json").read_text())
    assert beside == contract.to_dict()


def test_digest_can_be_checked_by_hand(artifact: Path) -> None:
    data = artifact.read_bytes()
    start = data.index(b'{"digest":"')
    stored = data[start : data.index(b'"tagship":1,', start)]
    end = start + len(stored)
    depth = data.index(b"}", end) + 1
    text = data[start:depth]
    payload = container.unpack(data).payload
    rest = b"{" + text[len('{"digest":"",') + 64 :]
    assert hashlib.sha256(payload + rest).hexdigest() == json.loads(text)["digest"]


@pytest.mark.parametrize("size", [0, container.SMALL_BYTES, container.SMALL_BYTES + 1])
def test_digests_are_those_of_hashlib_whatever_computes_them(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = b"TFL3" * (size // 4), b"{}"[: size % 4 + 2]
    want = hashlib.sha256(b"".join(parts)).hexdigest()
    assert container.digest_of(*parts) == want
    for lean in ("_sha2", "_sha256"):
        monkeypatch.setitem(sys.modules, lean, None)  # what an import of an absent module looks like
    assert container.digest_of(*parts) == want


def test_other_tools_read_the_tflite_tail(artifacts: dict[tuple[str, str], Path]) -> None:
    with zipfile.ZipFile(artifacts["plain", "tflite"]) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["tagship.json", "labels.txt"]
        assert archive.read("labels.txt") == b"class_0\nclass_1\nclass_2\n"
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_other_tools_read_the_onnx_tail(artifacts: dict[tuple[str, str], Path]) -> None:
    model = onnx.load(artifacts["plain", "onnx"])
    onnx.checker.check_model(model, full_check=True)
    props = {prop.key: prop.value for prop in model.metadata_props}
    assert json.loads(props["labels"]) == ["class_0", "class_1", "class_2"]
    assert json.loads(props["thresholds"]) == json.loads(props["tagship"])["thresholds"]
    assert [value.name for value in model.graph.input] == ["features"]
    assert [value.name for value in model.graph.output] == ["scores"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert (model.ir_version, model.opset_import[0].version) == (8, 17)


def test_attaching_twice_is_refused(artifact: Path) -> None:
    _, _, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    with pytest.raises(ContractError, match="already"):
        container.attach(artifact.read_bytes(), contract)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotAnArtifactError),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), NotAnArtifactError),
        (b"PK\5\6" + bytes(18), NotAnArtifactError),
        (b"col_a,col_b\n1,2\n", NotAnArtifactError),
        (b"\x08", NotAnArtifactError),
        (b"\x08\x08", NotAnArtifactError),
        (b"\x08\x08\x3a\x00\x42\x00", NoContractError),
        (b"\x08\x08\x3a\x00", ArtifactCorruptError),
        (b"\x08\x08\x3a\x09", ArtifactCorruptError),
    ],
)
def test_what_is_no_artifact(data: bytes, error: type[ArtifactError]) -> None:
    with pytest.raises(error):
        load(data)


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening an engine on damaged bytes is the fault that these tests look for."""

    def refuse(*_: object) -> None:
        pytest.fail("an engine saw damaged bytes")

    monkeypatch.setattr("tagship_runtime.loading.open_engine", refuse)


LABELS = ["class_0", "class_1", "class_2"]


@pytest.mark.usefixtures("no_engine")
def test_every_truncation_is_refused(artifact: Path) -> None:
    data = artifact.read_bytes()
    lengths = [*range(0, 64), *range(64, len(data) - 64, 7), *range(len(data) - 64, len(data))]
    for length in lengths:
        with pytest.raises(ArtifactError):
            load(data[:length])


@pytest.mark.usefixtures("no_engine")
def test_truncation_is_noticed_even_where_labels_are_passed(artifact: Path) -> None:
    """Of a contract that was cut off something is left; without any, ONNX still says how long it is."""
    data = artifact.read_bytes()
    payload = len(container.unpack(data).payload)
    first = payload + 45 if artifact.suffix == ".tflite" else 0  # a FlatBuffer does not say how long it is
    last_field = {payload}  # the model itself, whole
    for length in range(first, len(data), 1 if first else 5):
        if length not in last_field:
            with pytest.raises(ArtifactError):
                load(data[:length], labels=LABELS)


def test_later_keys_are_read_past(artifact: Path) -> None:
    """What a later release adds within this format is covered by the digest and otherwise ignored."""
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    document = contract.to_dict() | {"later": {"a": [1, 2.50]}}
    del document["digest"]
    rest = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    digest = hashlib.sha256(payload + rest).hexdigest()
    stored = b'{"digest":"' + digest.encode() + b'",' + rest[1:]
    tail = container.recognise(payload).make_tail(len(payload), contract, stored)
    assert load(payload + tail).labels == contract.labels
    with pytest.raises(ArtifactCorruptError):
        load(payload + tail.replace(b'"later"', b'"lates"'))


def test_whole_numbers_may_be_written_as_such(artifact: Path) -> None:
    _, payload, contract = container.unpack(artifact.read_bytes())
    assert contract is not None
    assert contract.features is not None
    filled = tuple(NumericFeature(name=feature.name, fill=54) for feature in contract.features)
    assert load(container.attach(payload, replace(contract, features=filled, golden=None))).contract.features == filled


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_every_flipped_byte_is_refused(artifact: Path, flip: int) -> None:
    data = bytearray(artifact.read_bytes())
    refused = set()
    for position in range(len(data)):
        data[position] ^= flip
        with pytest.raises(ArtifactError) as caught:
            load(bytes(data), labels=LABELS)
        refused.add(type(caught.value))
        data[position] ^= flip
    assert ArtifactCorruptError in refused
    assert refused <= {ArtifactCorruptError, NotAnArtifactError}


@pytest.mark.usefixtures("no_engine")
def test_trailing_bytes_are_refused(artifact: Path) -> None:
    for extra in (b"\0", b"\n", bytes(1000), artifact.read_bytes()):
        with pytest.raises(ArtifactError):
            load(artifact.read_bytes() + extra, labels=LABELS)


def test_file_name_is_in_the_message(artifact: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(artifact.read_bytes()[:-1] + b"?")
    with pytest.raises(ArtifactCorruptError, match=r"damaged\.bin"):
        load(damaged)


def test_zip_is_built_like_zipfile_does(artifacts: dict[tuple[str, str], Path]) -> None:
    """The hand-written tail agrees with the standard library's about where everything is."""
    data = artifacts["plain", "tflite"].read_bytes()
    payload = container.unpack(data).payload
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.infolist()[0].header_offset == len(payload)
