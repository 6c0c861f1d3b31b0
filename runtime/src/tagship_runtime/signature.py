"""Signatures of files: Ed25519, as ``ssh-keygen -Y sign`` makes them, so that keys and signing are its own.

The format is described in PROTOCOL.sshsig of OpenSSH.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from tagship_runtime.errors import MissingFileError, PackageMissingError, SignatureError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAMESPACE = b"tagship"
"""Purpose that signatures are made for (``-n``), so that one of another file format is none of an artifact."""

MOST_BYTES = 10_000
"""Of a signature; one by Ed25519 has some 300."""

_MAGIC = b"SSHSIG"
_KIND = b"ssh-ed25519"
_HASHES = {b"sha512": hashlib.sha512, b"sha256": hashlib.sha256}
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"


def check_signature(data: bytes, signature: bytes, public_key: str) -> None:
    """Refuse bytes that the owner of a key did not sign.

    Args:
        data: The whole file.
        signature: What ``ssh-keygen -Y sign -n tagship`` wrote beside it.
        public_key: A line such as in ``id_ed25519.pub``: ``ssh-ed25519 AAAA...``.

    Raises:
        SignatureError: It is damaged, of another file, of another purpose, or by another key.
        UsageError: The key is none.
        PackageMissingError: cryptography is not installed.
    """
    key = _key_of(public_key)
    try:
        made_by, namespace, hash_name, signed = _parts(signature)
    except (ValueError, binascii.Error) as error:
        raise SignatureError(f"the signature is none that ssh-keygen -Y sign wrote ({error})") from None
    if namespace != NAMESPACE:
        raise SignatureError(f"it was signed as {namespace.decode('ascii', 'replace')!r}; sign it with -n tagship")
    if made_by != key:
        raise SignatureError("it was signed by another key than the one that is trusted")
    digest = _HASHES[hash_name](data).digest()
    message = _MAGIC + b"".join(map(_field, (namespace, b"", hash_name, digest)))
    from cryptography.exceptions import InvalidSignature

    try:
        _verifier(key).verify(signed, message)
    except InvalidSignature:
        raise SignatureError("its bytes are not those that were signed") from None


def read_signature(path: str) -> bytes:
    """Return the signature beside a file, ``PATH.sig``.

    Raises:
        MissingFileError: There is none.
    """
    try:
        with open(f"{path}.sig", "rb") as file:  # noqa: PTH123  pathlib would be imported for this alone
            return file.read(MOST_BYTES)
    except OSError as error:
        raise MissingFileError(
            f"{path}.sig cannot be read ({error.strerror}), and a key is given; sign the file: "
            f"ssh-keygen -Y sign -n tagship -f KEY {path}"
        ) from error


def _verifier(key: bytes) -> Ed25519PublicKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ModuleNotFoundError as error:
        raise PackageMissingError("cryptography", "signature") from error
    return Ed25519PublicKey.from_public_bytes(_fields(key)[1])


def _key_of(public_key: str) -> bytes:
    """Return the bytes of an Ed25519 key as SSH writes them."""
    words = public_key.split() if isinstance(public_key, str) else []
    try:
        key = base64.b64decode(words[1], validate=True)
        kind, numbers = _fields(key)
        if kind != _KIND or len(numbers) != 32:
            raise ValueError(kind)
    except (IndexError, ValueError) as error:
        raise UsageError(
            f"the public key is {public_key!r:.60}; a line such as in id_ed25519.pub, 'ssh-ed25519 AAAA...', is needed"
        ) from error
    _verifier(key)  # what is missing is told before what is wrong
    return key


def _parts(signature: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return key, namespace, name of the hash, and the signature itself."""
    begin, end = signature.find(_BEGIN), signature.find(_END)
    if begin < 0 or end < begin:
        raise ValueError("it does not begin and end as one")
    blob = base64.b64decode(b"".join(signature[begin + len(_BEGIN) : end].split()), validate=True)
    if not blob.startswith(_MAGIC + b"\0\0\0\1"):
        raise ValueError("it is of another version")
    key, namespace, reserved, hash_name, signed = _fields(blob[len(_MAGIC) + 4 :])
    kind, numbers = _fields(signed)
    if reserved or hash_name not in _HASHES or kind != _KIND or len(numbers) != 64:
        raise ValueError("it is not by Ed25519")
    return key, namespace, hash_name, numbers


def _field(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _fields(blob: bytes) -> list[bytes]:
    """Split bytes into what stands behind lengths of four bytes.

    Raises:
        ValueError: They end too soon.
    """
    found = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size:
            raise ValueError("it is cut short")
        found.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return found
