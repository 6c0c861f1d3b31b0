"""Signatures: what the owner of a key signed with ssh-keygen is loaded, and nothing else."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tagship_runtime
from ssh_keys import make_key, sign
from tagship_runtime.errors import ArtifactCorruptError, MissingFileError, SignatureError, UsageError
from tagship_runtime.signature import check_signature

pytest.importorskip("cryptography", reason="cryptography is not installed")
pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on this machine")

ARTIFACT = Path(__file__).parents[1] / "data" / "v0_1" / "article" / "float32.tflite"
Command = Callable[..., Any]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("keys")
    return {"folder": folder, "ours": make_key(folder / "ours"), "other": make_key(folder / "other")}


@pytest.fixture
def signed(keys: dict[str, Any], tmp_path: Path) -> Path:
    path = Path(shutil.copy(ARTIFACT, tmp_path / "float32.tflite"))
    sign(path, keys["folder"] / "ours")
    return path


def test_what_the_owner_signed_is_loaded(signed: Path, keys: dict[str, Any], tagship: Command) -> None:
    model = tagship_runtime.load(signed, public_key=keys["ours"])
    assert model.selftest().passed
    signature = Path(f"{signed}.sig").read_bytes()
    assert tagship_runtime.load(signed.read_bytes(), public_key=keys["ours"], signature=signature).labels
    for key in (keys["ours"].strip(), keys["folder"] / "ours.pub"):
        assert tagship("selftest", signed, "--public-key", key).code == 0


def test_another_key_is_refused(signed: Path, keys: dict[str, Any], tagship: Command) -> None:
    with pytest.raises(SignatureError, match="another key") as raised:
        tagship_runtime.load(signed, public_key=keys["other"])
    assert raised.value.file == str(signed)
    done = tagship("selftest", signed, "--public-key", keys["folder"] / "other.pub")
    assert (done.code, done.err.count("\n")) == (2, 1)


def test_no_byte_of_the_file_may_differ(signed: Path, keys: dict[str, Any]) -> None:
    data, signature = signed.read_bytes(), Path(f"{signed}.sig").read_bytes()
    check_signature(data, signature, keys["ours"])
    for changed in (data + b"\0", data[:-1], data[:100] + bytes([data[100] ^ 1]) + data[101:], b""):
        with pytest.raises(SignatureError, match="not those that were signed"):
            check_signature(changed, signature, keys["ours"])


def test_the_signature_comes_before_the_contract(signed: Path, keys: dict[str, Any]) -> None:
    data = bytearray(signed.read_bytes())
    data[-1] ^= 1
    signed.write_bytes(data)
    with pytest.raises(ArtifactCorruptError):
        tagship_runtime.load(signed)
    with pytest.raises(SignatureError):
        tagship_runtime.load(signed, public_key=keys["ours"])


def test_each_changed_byte_of_the_signature_is_refused(signed: Path, keys: dict[str, Any]) -> None:
    data, signature = signed.read_bytes(), Path(f"{signed}.sig").read_bytes()
    lines = signature.split(b"\n")
    blob = base64.b64decode(b"".join(lines[1:-2]))
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(SignatureError):
            check_signature(data, b"\n".join((lines[0], base64.b64encode(changed), *lines[-2:])), keys["ours"])
    for broken in (
        b"",
        signature[:40],
        b"text",
        signature.replace(b"BEGIN", b"BEGUN"),
        signature[: len(signature) // 2],
    ):
        with pytest.raises(SignatureError, match="none that ssh-keygen"):
            check_signature(data, broken, keys["ours"])


def test_a_signature_for_another_purpose_or_of_another_kind(keys: dict[str, Any], tmp_path: Path) -> None:
    path = Path(shutil.copy(ARTIFACT, tmp_path / "float32.tflite"))
    with pytest.raises(SignatureError, match="-n tagship"):
        check_signature(path.read_bytes(), sign(path, keys["folder"] / "ours", "file"), keys["ours"])
    make_key(tmp_path / "rsa", "rsa")
    Path(f"{path}.sig").unlink()
    with pytest.raises(SignatureError, match="not by Ed25519"):
        check_signature(path.read_bytes(), sign(path, tmp_path / "rsa"), keys["ours"])


def test_what_is_wrong_with_the_call(signed: Path, keys: dict[str, Any], tmp_path: Path) -> None:
    for key in ("", "AAAA", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAA", 5):
        with pytest.raises(UsageError, match="id_ed25519"):
            tagship_runtime.load(signed, public_key=key)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="without the key"):
        tagship_runtime.load(signed, signature=b"")
    with pytest.raises(UsageError, match="have no file beside them"):
        tagship_runtime.load(signed.read_bytes(), public_key=keys["ours"])
    Path(f"{signed}.sig").unlink()
    with pytest.raises(MissingFileError, match="ssh-keygen -Y sign"):
        tagship_runtime.load(signed, public_key=keys["ours"])
