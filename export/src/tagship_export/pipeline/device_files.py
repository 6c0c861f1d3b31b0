"""Files that a toolchain for devices takes, made from artifacts that were written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from tagship_export.errors import ConversionError
from tagship_export.pipeline.results import Artifact
from tagship_export.targets.base import MakeDeviceFiles
from tagship_export.targets.registry import TARGETS
from tagship_runtime.files import replacing


def device_files(artifacts: Sequence[Artifact], kinds: Collection[str]) -> list[str]:
    """Write files for toolchains into folders beside the artifacts, one for each kind.

    Args:
        artifacts: Those that were exported.
        kinds: Names in :attr:`tagship_export.targets.base.Target.device_files`; other targets' artifacts have none.

    Returns:
        A line for people about each artifact's files, or about why there are none.

    Raises:
        OutputError: A file cannot be written.
    """
    return [
        _write(artifact.path, kind, make)
        for artifact in artifacts
        for kind, make in TARGETS[artifact.kind].device_files.items()
        if kind in kinds
    ]


def _write(artifact: Path, kind: str, make: MakeDeviceFiles) -> str:
    try:
        made = make(artifact.read_bytes(), artifact.stem)
    except ConversionError as error:
        return f"{artifact.name}: {error}"
    folder = artifact.parent / kind
    for name, text in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return f"{made.title}: {folder / made.entry}" + (f": {made.details}" if made.details else "")
