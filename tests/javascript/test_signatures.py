"""Signatures in the npm package: what the owner of a key signed is loaded, and nothing else, as in Python."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from javascript.conftest import SCRIPTS, run
from ssh_keys import make_key, sign
from tagship_runtime.errors import SignatureError
from tagship_runtime.signature import check_signature

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on this machine")

ARTIFACT = Path(__file__).parents[1] / "data" / "v0_1" / "small" / "int8.onnx"
Answers = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("keys")
    return {"folder": folder, **{name: make_key(folder / name) for name in ("ours", "other")}}


@pytest.fixture(scope="module")
def signed(keys: dict[str, Any]) -> Path:
    path = Path(shutil.copy(ARTIFACT, keys["folder"] / "int8.onnx"))
    sign(path, keys["folder"] / "ours")
    return path


@pytest.fixture(scope="module")
def answers(node: str, package: Path) -> Answers:
    def answers(*cases: dict[str, Any]) -> list[Any]:
        found: list[Any] = json.loads(
            run([node, SCRIPTS / "signed.mjs", (package / "signature.js").as_uri()], given=cases)
        )
        return found

    return answers


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_what_the_owner_signed(answers: Answers, signed: Path, keys: dict[str, Any]) -> None:
    data, signature = signed.read_bytes(), Path(f"{signed}.sig").read_bytes()
    beside = {"file": str(signed), "publicKey": keys["ours"]}
    given = {"bytes": packed(data), "signature": packed(signature), "publicKey": keys["ours"].strip() + " a comment"}
    assert answers(beside, given) == [len(data)] * 2


def test_nothing_else(answers: Answers, signed: Path, keys: dict[str, Any], tmp_path: Path) -> None:
    """And each is refused by Python, too."""
    data, signature = signed.read_bytes(), Path(f"{signed}.sig").read_bytes()
    elsewhere = Path(shutil.copy(ARTIFACT, tmp_path / "int8.onnx"))
    other_purpose = sign(elsewhere, keys["folder"] / "ours", "git")
    rsa = make_key(tmp_path / "rsa", "rsa")
    elsewhere.with_name("int8.onnx.sig").unlink()
    by_rsa = sign(elsewhere, tmp_path / "rsa")
    lines = signature.splitlines()
    cases: list[tuple[bytes, bytes, str]] = [
        (data + b"\0", signature, "not those that were signed"),
        (data[:-1], signature, "not those that were signed"),
        (b"", signature, "not those that were signed"),
        (data, other_purpose, "signed as 'git'; sign it with -n tagship"),
        (data, by_rsa, "none that ssh-keygen"),
        (data, b"", "none that ssh-keygen"),
        (data, b"\n".join([lines[0], *lines[2:]]), "none that ssh-keygen"),
        (data, b"\n".join([*lines[:-2], lines[-1]]), "none that ssh-keygen"),
    ]
    found = answers(
        *({"bytes": packed(one), "signature": packed(by), "publicKey": keys["ours"]} for one, by, _ in cases),
        {"file": str(signed), "publicKey": keys["other"]},
    )
    for (one, by, message), answer in zip(cases, found, strict=False):
        assert answer.startswith("SignatureError: "), answer
        assert message in answer
        with pytest.raises(SignatureError):
            check_signature(one, by, keys["ours"])
    assert found[-1] == "SignatureError: it was signed by another key than the one that is trusted"
    (no_key, bytes_alone, unsigned) = answers(
        {"file": str(signed), "publicKey": rsa},
        {"bytes": packed(data), "publicKey": keys["ours"]},
        {"file": str(ARTIFACT), "publicKey": keys["ours"]},
    )
    assert no_key.startswith("UsageError: the public key is 'ssh-rsa ")
    assert bytes_alone == "UsageError: a file's bytes have no signature beside them; give it as `signature`"
    assert unsigned.startswith("MissingFileError: ")
    assert "int8.onnx.sig cannot be read" in unsigned
    assert unsigned.endswith("the signature, which 'ssh-keygen -Y sign -n tagship' writes beside a file, is needed")
