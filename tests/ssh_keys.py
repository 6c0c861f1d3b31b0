"""Keys and signatures by OpenSSH."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_key(path: Path, kind: str = "ed25519") -> str:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return path.with_suffix(".pub").read_text()


def sign(file: Path, key: Path, namespace: str = "tagship") -> bytes:
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(key), str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return Path(f"{file}.sig").read_bytes()
