"""From a file to a predictor: bytes, then contract, then digest, then the engine, in this order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tagship_runtime.container import Kind, unpack
from tagship_runtime.contract import Contract, check_labels
from tagship_runtime.engines import Engine, open_engine
from tagship_runtime.errors import (
    ArtifactError,
    ContractError,
    LabelError,
    MissingFileError,
    NoContractError,
    UsageError,
)
from tagship_runtime.predictor import Predictor
from tagship_runtime.thresholds import Thresholds, resolve_thresholds


def load(
    source: str | os.PathLike[str] | bytes | BinaryIO,
    *,
    labels: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    threads: int = 1,
) -> Predictor:
    """Load an artifact: its bytes are read once, the contract and digest are checked, then the engine opens.

    Args:
        source: A path, the bytes themselves, or a binary file object.
        labels: Names of the scores, for a model file without a contract.
        thresholds: One for all, one per label, or by name; they replace the contract's. Without a contract
            the default is 0.5.
        threads: How many threads the engine may use within one call.

    Raises:
        MissingFileError: No such file.
        ArtifactError: Not an artifact, damaged, without a contract, or with one that does not fit its model.
        EngineMissingError: The package that runs this kind of file is not installed.
        LabelError: Labels or thresholds that do not fit.
    """
    if threads < 1:
        raise UsageError(f"threads is {threads}; at least 1 is needed")
    data, name = _read(source)
    with _naming(name):
        return _open(data, labels, thresholds, threads)


def read_contract(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[Kind, Contract]:
    """The kind and contract of an artifact, checked, without opening an engine.

    Raises:
        MissingFileError: No such file.
        ArtifactError: Not an artifact, damaged, or without a contract.
    """
    data, name = _read(source)
    with _naming(name):
        kind, _, contract = unpack(data)
        if contract is None:
            raise NoContractError("the model has no tagship contract; 'tagship export' makes artifacts that have one")
        return kind, contract


@contextmanager
def _naming(file: str | None) -> Iterator[None]:
    """Put the file's name into what is wrong with it."""
    try:
        yield
    except ArtifactError as error:
        error.file = file
        raise


def _open(data: bytes, labels: Sequence[str] | None, thresholds: Thresholds | None, threads: int) -> Predictor:
    kind, payload, contract = unpack(data)
    if contract is None:
        if labels is None:
            raise NoContractError(
                "the model has no tagship contract (or is cut short), so its labels are unknown; if it was made "
                "elsewhere, pass them: load(..., labels=['a', 'b'], thresholds=0.5), or --labels a,b"
            )
        engine = open_engine(kind, payload, threads)
        contract = _bare_contract(engine, labels, thresholds)
        return Predictor(data, engine, contract)
    if labels is not None and tuple(labels) != contract.labels:
        raise LabelError(f"labels {list(labels)} were passed, the contract has {list(contract.labels)}; leave them out")
    engine = open_engine(kind, payload, threads)
    for promised, found in ((contract.input, engine.input), (contract.output, engine.output)):
        if (promised.dtype, promised.shape) != (found.dtype, found.shape):
            raise ContractError(
                f"the contract promises {promised.name!r} as {promised.dtype} {promised.shape}, "
                f"the model has {found.dtype} {found.shape}; export it again"
            )
    predictor = Predictor(data, engine, contract)
    return predictor if thresholds is None else predictor.with_thresholds(thresholds)


def _bare_contract(engine: Engine, labels: Sequence[str], thresholds: Thresholds | None) -> Contract:
    labels = tuple(labels)
    try:
        check_labels(labels)
    except ContractError as error:
        raise LabelError(str(error)) from None
    if engine.output.shape[-1] != len(labels):
        raise LabelError(
            f"{len(labels)} labels were passed, the model's output has shape {engine.output.shape}; "
            "one label for each score is needed"
        )
    return Contract(
        labels=labels,
        thresholds=resolve_thresholds(0.5 if thresholds is None else thresholds, labels),
        features=None,
        input=engine.input,
        output=engine.output,
        recipe="unknown",
    )


def _read(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[bytes, str | None]:
    """The bytes, and the name to put into error messages."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), None
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            raise MissingFileError(f"{path} is a folder; a .tflite or .onnx file is needed")
        try:
            return path.read_bytes(), str(path)
        except FileNotFoundError:
            raise MissingFileError(f"{path} does not exist; a .tflite or .onnx file is needed") from None
    if hasattr(source, "read"):
        content = source.read()
        if isinstance(content, bytes):
            return content, getattr(source, "name", None)
    raise UsageError(f"cannot load a {type(source).__name__}; pass a path, bytes, or a file opened with 'rb'")
