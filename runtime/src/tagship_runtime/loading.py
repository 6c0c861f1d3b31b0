"""Loading a file into a predictor: bytes, then contract, then digest, then the engine, in this order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from tagship_runtime.container import Format, digest_of, unpack
from tagship_runtime.container.base import ELSEWHERE
from tagship_runtime.contract import Contract, TensorSpec, check_labels
from tagship_runtime.engines.base import Engine, open_engine
from tagship_runtime.errors import (
    ArtifactCorruptError,
    ArtifactError,
    ContractError,
    EngineError,
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
    sha256: str | None = None,
    public_key: str | None = None,
    signature: bytes | None = None,
    loops: bool = False,
) -> Predictor:
    """Load an artifact: its bytes are read once, the contract and digest are checked, then the engine opens.

    Args:
        source: A path, the bytes themselves, or a binary file object.
        labels: Names of the scores, for a model file without a contract.
        thresholds: One for all, one per label, or by name; they replace the contract's. Without a contract
            the default is 0.5.
        threads: How many chunks of a batch may be computed at the same time; a single row takes one thread.
        sha256: Digest of the whole file in hex, to accept no other; the contract's own digest shows that a file
            is as it was exported, this one that it is the file you mean.
        public_key: Line of an Ed25519 key, ``ssh-ed25519 AAAA...``, to accept only what its owner signed by
            ``ssh-keygen -Y sign -n tagship``.
        signature: What that wrote; default: the file beside, ``PATH.sig``.
        loops: Whether to run a model that may never come to an end, or that reads numbers from another file; for
            models of your own. Loops whose steps the file states, as those of recurrent layers, need no leave.

    Raises:
        MissingFileError: No such file.
        SignatureError: The owner of the key did not sign it.
        ArtifactError: Not an artifact, damaged, without a contract, or with one that does not fit its model.
        PackageMissingError: The package that runs this kind of file is not installed.
        LabelError: Labels or thresholds that do not fit.
        UsageError: An argument of another type than these.
    """
    if not isinstance(threads, int | np.integer) or threads < 1:
        raise UsageError(f"threads is {threads!r}; a whole number of at least 1 is needed")
    if labels is not None:
        labels = _in_order(labels)
    data, name = read_bytes(source, sha256=sha256)
    with _naming(name):
        _check_signature(data, name, public_key, signature)
        return _open(data, labels, thresholds, threads, loops=loops)


def read_contract(source: str | os.PathLike[str] | bytes | BinaryIO) -> tuple[Format, Contract]:
    """Return the format and contract of an artifact, checked, without opening an engine.

    Raises:
        MissingFileError: No such file.
        ArtifactError: Not an artifact, damaged, or without a contract.
    """
    data, name = _read(source)
    with _naming(name):
        format, _, contract = unpack(data)
        if contract is None:
            raise NoContractError("the model has no tagship contract; 'tagship export' makes artifacts that have one")
        return format, contract


def read_bytes(
    source: str | os.PathLike[str] | bytes | BinaryIO, *, sha256: str | None = None
) -> tuple[bytes, str | None]:
    """Return a file's bytes, and its name where it has one.

    Raises:
        MissingFileError: No such file.
        ArtifactCorruptError: It has another digest than ``sha256``.
    """
    data, name = _read(source)
    with _naming(name):
        _check_pin(data, sha256)
    return data, name


def _in_order(labels: Any) -> tuple[str, ...]:
    """Return names as a tuple; a text is one name, a set has no order, a dict has something else besides."""
    names = labels.tolist() if hasattr(labels, "tolist") else labels
    if isinstance(names, str | bytes) or not isinstance(names, Sequence):
        hint = ", with thresholds=... apart from it," if isinstance(names, Mapping) else ""
        raise LabelError(
            f"labels are a {type(labels).__name__}; a list or tuple of names in score order{hint} is needed"
        )
    return tuple(names)


def _check_pin(data: bytes, pin: str | None) -> None:
    if pin is None:
        return
    if not isinstance(pin, str) or len(pin) != 64 or set(pin.lower()) - set("0123456789abcdef"):
        raise UsageError(f"sha256 is {pin!r}; 64 hex digits are needed, as sha256sum prints them")
    found = digest_of(data)
    if found != pin.lower():
        raise ArtifactCorruptError(f"the file has SHA-256 {found}, the one that is wanted {pin.lower()}")


def _check_signature(data: bytes, name: str | None, public_key: str | None, signature: bytes | None) -> None:
    if public_key is None:
        if signature is not None:
            raise UsageError("a signature shows nothing without the key that it has to be by; give public_key")
        return
    from tagship_runtime.signature import check_signature, read_signature

    if signature is None and name is None:
        raise UsageError("bytes have no file beside them that holds their signature; give it as signature")
    check_signature(data, read_signature(str(name)) if signature is None else signature, public_key)


@contextmanager
def _naming(file: str | None) -> Iterator[None]:
    """Put the file's name into what is wrong with it."""
    try:
        yield
    except ArtifactError as error:
        error.file = file
        raise


def _open(
    data: bytes, labels: tuple[str, ...] | None, thresholds: Thresholds | None, threads: int, *, loops: bool
) -> Predictor:
    format, payload, contract = unpack(data)
    reason = format.unbounded(payload)
    if reason == ELSEWHERE:
        raise ArtifactError(f"the model {reason}; save it as one file, as onnx.save(onnx.load(PATH), PATH) does")
    if reason is not None and not loops:
        raise ArtifactError(
            f"the model {reason}; if you know where it comes from: load(..., loops=True), --allow-loops"
        )
    if contract is None:
        if labels is None:
            raise NoContractError(
                "the model has no tagship contract (or is cut short), so its labels are unknown; if it was made "
                "elsewhere, pass them: load(..., labels=['a', 'b'], thresholds=0.5), or --labels a,b"
            )
        engine = open_engine(format, payload)
        bare = predictor_of(data, engine, _bare_contract(engine, labels, thresholds), threads=threads)
        if engine.fallback:
            _prove(bare)
        return bare
    if labels is not None and labels != contract.labels:
        raise LabelError(f"labels {list(labels)} were passed, the contract has {list(contract.labels)}; leave them out")
    engine = open_engine(format, payload)
    _check_tensor(contract.input, engine.input)
    _check_tensor(contract.output, engine.output)
    _check_output(contract.output)
    predictor = predictor_of(data, engine, contract, threads=threads)
    if engine.fallback:
        _prove(predictor)
    return predictor if thresholds is None else predictor.with_thresholds(thresholds)


def _prove(predictor: Predictor) -> None:
    """Replay the golden rows on an engine that stands in for the one that the artifact was proved with."""
    from tagship_runtime.selftest import replay

    engine = predictor.engine.name
    if predictor.contract.golden is None:
        raise EngineError(
            f"{engine} stands in for the engine that the artifact was proved with, and has to repeat golden rows "
            "first; the artifact has none: export it with --golden synthetic, or install the engine itself"
        )
    test = replay(predictor)
    if not test.passed:
        raise EngineError(
            f"{engine} computes something else than was exported: golden scores are off by {test.max_difference:.2g} "
            f"(tolerance {test.tolerance:.2g}), {test.flips} flips; install the engine that it stands in for"
        )


def predictor_of(data: bytes, engine: Engine, contract: Contract, *, threads: int = 1) -> Predictor:
    """Return a predictor that loads the same bytes again where it is copied to another process."""
    return Predictor(data, engine, contract, threads=threads, reload=_reload)


def _reload(data: bytes, labels: tuple[str, ...] | None, thresholds: Sequence[float], threads: int) -> Predictor:
    return load(data, labels=labels, thresholds=thresholds, threads=threads, loops=True)  # it was let in once


def _check_tensor(promised: TensorSpec, found: TensorSpec) -> None:
    """Refuse a tensor that is not as the contract says; ONNX models do not say how integers are meant."""
    expected, actual = (f"{spec.dtype} {spec.shape}" for spec in (promised, found))
    if found.scale is not None:
        expected, actual = (
            f"{text}, scale {spec.scale} and zero point {spec.zero_point}"
            for text, spec in ((expected, promised), (actual, found))
        )
    if expected != actual:
        raise ContractError(
            f"the contract promises {promised.name!r} as {expected}, the model has {actual}; export it again"
        )


def _check_output(output: TensorSpec) -> None:
    """Refuse scores that are not one for each row and label."""
    if len(output.shape) != 2:
        raise ContractError(
            f"the model's {output.name!r} has shape {output.shape}; (rows, labels) is needed: one score for each label "
            "of a row, so let the model pool what it gives for places or moments"
        )


def _bare_contract(engine: Engine, labels: tuple[str, ...], thresholds: Thresholds | None) -> Contract:
    try:
        check_labels(labels)
    except ContractError as error:
        raise LabelError(str(error)) from None
    for tensor in (engine.input, engine.output):
        if len(tensor.row_shape) != len(tensor.shape) - 1 or not tensor.row_shape:
            raise ContractError(f"the model's {tensor.name!r} has shape {tensor.shape}; only the batch may be free")
    _check_output(engine.output)
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
    """Return the bytes, and the name to put into error messages."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), None
    if isinstance(source, str | os.PathLike):
        path = os.fspath(source)
        try:
            with open(path, "rb") as file:  # noqa: PTH123  pathlib would be imported for this alone
                return file.read(), path
        except IsADirectoryError:
            raise MissingFileError(f"{path} is a folder; a .tflite or .onnx file is needed") from None
        except FileNotFoundError:
            raise MissingFileError(f"{path} does not exist; a .tflite or .onnx file is needed") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise MissingFileError(f"{path!r} cannot be read ({reason}); a .tflite or .onnx file is needed") from error
    if hasattr(source, "read"):
        try:
            content = source.read()
        except (ValueError, OSError) as error:  # closed, or opened as text or for writing
            raise UsageError(
                f"cannot read the {type(source).__name__} ({error}); pass a path, bytes, or a file opened with 'rb'"
            ) from error
        if isinstance(content, bytes):
            return content, getattr(source, "name", None)
    raise UsageError(f"cannot load a {type(source).__name__}; pass a path, bytes, or a file opened with 'rb'")
