"""Files that a toolchain for devices takes, made from artifacts that were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tagship_export.errors import ConversionError
from tagship_export.pipeline.results import Artifact
from tagship_runtime.container import unpack
from tagship_runtime.files import replacing

ARDUINO, MICRO = "arduino", "micro"


def device_files(artifacts: Sequence[Artifact], *, arduino: bool, micro: bool) -> list[str]:
    """Write Arduino libraries of C, and arrays for TFLite Micro of LiteRT; both beside the artifacts.

    Args:
        artifacts: What was exported.
        arduino: Whether libraries are wanted.
        micro: Whether arrays are.

    Returns:
        A line for people about each file, or about why there is none.

    Raises:
        OutputError: A file cannot be written.
    """
    notes: list[str] = []
    for artifact in artifacts:
        if arduino and artifact.kind == "c":
            notes += _write_library(artifact.path)
        if micro and artifact.kind == "tflite":
            notes += _write_array(artifact.path)
    return notes


def _write_library(path: Path) -> Iterator[str]:
    from tagship_export.targets.c.arduino import library_files

    folder = path.parent / ARDUINO
    files = library_files(path.read_bytes())
    _write(folder, files)
    yield f"Arduino library: {folder / next(iter(files)).split('/')[0]}"


def _write_array(path: Path) -> Iterator[str]:
    from tagship_export.targets.litert.micro import MicroModel, c_array

    payload = unpack(path.read_bytes()).payload
    try:
        model = MicroModel(payload)
    except ConversionError as error:
        yield f"{path.name}: {error}"
        return
    name = f"{path.stem}.h"
    _write(path.parent / MICRO, {name: c_array(payload, path.stem, model)})
    yield (
        f"TFLite Micro: {path.parent / MICRO / name}: arena {model.arena_bytes:,} bytes, "
        f"{len(model.operations)} kinds of operators"
    )


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
