"""The table of targets, by name and by their files."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tagship_export.errors import ExportError
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.base import Target
from tagship_export.targets.c.target import CTarget
from tagship_export.targets.litert.target import LiteRTTarget
from tagship_export.targets.onnx.target import OnnxTarget
from tagship_export.targets.runtime_target import RuntimeTarget
from tagship_runtime.container import recognise
from tagship_runtime.errors import ArtifactError, MissingFileError, NoContractError
from tagship_runtime.predictor import Predictor

TARGETS: Mapping[str, Target] = {target.name: target for target in (LiteRTTarget(), OnnxTarget(), CTarget())}
"""Every target by name; what converts is imported only when it is needed."""


def target_named(name: str) -> Target:
    """Look a target up.

    Raises:
        ExportError: There is none of that name.
    """
    if name not in TARGETS:
        raise ExportError(f"no format is called {name!r}; there are {', '.join(TARGETS)}")
    return TARGETS[name]


def target_of(data: bytes) -> Target:
    """Return the target whose file this is.

    Raises:
        NotAnArtifactError: It is no target's.
    """
    for target in TARGETS.values():
        if target.recognise(data):
            return target
    return TARGETS[recognise(data).name]  # the runtime says what the bytes are instead


def open_artifact(source: str | os.PathLike[str] | bytes) -> OpenArtifact:
    """Open an artifact as its users do; a file is read once.

    Args:
        source: A file, or its bytes.

    Raises:
        MissingFileError: There is no such file.
        ArtifactError: It is no artifact, is damaged, or has no contract.
    """
    if isinstance(source, bytes):
        return target_of(source).open(source)
    data = _read(Path(source))
    try:
        return replace(target_of(data).open(data), name=str(source))
    except NoContractError as error:
        raise NoContractError(
            f"{source} has no tagship contract (or is cut short), so its labels are unknown; if it was made elsewhere, "
            f"give it one: tagship attach {shlex.quote(str(source))} --labels A,B"
        ) from error
    except ArtifactError as error:
        error.file = str(source)
        raise


def open_in_node(artifact: OpenArtifact, folder: Path, on_skip: Callable[[str], None]) -> Iterator[OpenArtifact]:
    """Yield an artifact once for each engine in Node that runs it.

    Args:
        artifact: What :func:`open_artifact` gave for a file.
        folder: Where npm has installed ``tagship``.
        on_skip: Told which engine does not run it, and why.

    Raises:
        MissingFileError: The file is no longer there.
        ExportError: Node runs no such files, Node or the package is not there, or no engine runs the artifact.
        CheckFailedError: The package refuses the artifact, or golden rows come out differently.
    """
    data = _read(Path(artifact.name))
    return target_of(data).in_node(artifact, data, folder, lambda why: on_skip(f"{artifact.name}: {why}"))


def open_predictor(predictor: Predictor) -> OpenArtifact:
    """Return an artifact that the runtime has loaded already, computed by the same engine."""
    target = target_of(predictor.payload)
    if not isinstance(target, RuntimeTarget):
        raise ExportError(f"the runtime loads no {target.title}; give the file")
    return target.opened(predictor)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        reason = "does not exist"
    except IsADirectoryError:
        reason = "is a folder"
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
    *others, last = (f".{name}" for name in TARGETS)
    raise MissingFileError(f"{path} {reason}; a {', '.join(others)} or {last} file is needed")
