"""What an artifact promises: its labels, thresholds, inputs, provenance and proof.

One JSON object, the same in every format; see docs/contract.md for the meaning of each key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from tagship_runtime.contract.decode import Json, integer, mapping, number, optional, take, text, tuple_of
from tagship_runtime.errors import ContractError, ContractVersionError, Shape
from tagship_runtime.records import Record

FORMAT_VERSION = 1


class NumericFeature(Record):
    """A number.

    Attributes:
        name: Its column.
        fill: Replaces a missing value; None means that a missing value is refused.
        indicator: Whether a second column follows that is 1 where the value was missing, else 0.
    """

    name: str
    fill: float | None = None
    indicator: bool = False

    @property
    def width(self) -> int:
        """How many columns of the model's matrix it takes."""
        return 2 if self.indicator else 1

    def to_dict(self) -> dict[str, Json]:
        """As in the contract."""
        document = {"name": self.name, "kind": "numeric", "fill": self.fill}
        return document | {"indicator": True} if self.indicator else document


class CategoryFeature(Record):
    """One of several words, one-hot encoded.

    Attributes:
        name: Its column.
        values: The words that have a column each, in order; any other is all zeros. A missing value
            counts as the empty word.
    """

    name: str
    values: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns of the model's matrix it takes."""
        return len(self.values)

    def to_dict(self) -> dict[str, Json]:
        """As in the contract."""
        return {"name": self.name, "kind": "category", "values": list(self.values)}


Feature: TypeAlias = NumericFeature | CategoryFeature


class TensorSpec(Record):
    """The model's input or output.

    Attributes:
        name: Of the signature (LiteRT) or graph (ONNX) entry.
        dtype: NumPy's name for it.
        shape: None where the batch is free.
        scale: For integers, ``real = (integer - zero_point) * scale``.
        zero_point: See ``scale``.
    """

    name: str
    dtype: str
    shape: Shape
    scale: float | None = None
    zero_point: int | None = None

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return tuple(size for size in self.shape[1:] if size is not None)

    def to_dict(self) -> dict[str, Json]:
        """As in the contract."""
        document: dict[str, Json] = {"name": self.name, "dtype": self.dtype, "shape": list(self.shape)}
        if self.scale is not None:
            document |= {"scale": self.scale, "zero_point": self.zero_point}
        return document


class Golden(Record):
    """Rows with known answers, to be replayed where the artifact runs.

    Attributes:
        rows: As a caller would pass them: values in feature order, None for a missing one.
        scores: The artifact's own scores when it was made, (rows, labels).
        decisions: ``scores >= thresholds``, (rows, labels).
        tolerance: How far a score may be off elsewhere.
    """

    rows: tuple[Json, ...]
    scores: tuple[tuple[float, ...], ...]
    decisions: tuple[tuple[bool, ...], ...]
    tolerance: float

    def to_dict(self) -> dict[str, Json]:
        """As in the contract."""
        return {
            "rows": list(self.rows),
            "scores": [list(row) for row in self.scores],
            "decisions": [[int(cell) for cell in row] for row in self.decisions],
            "tolerance": self.tolerance,
        }


class Contract(Record):
    """The description inside an artifact; not hashable, as JSON objects are not.

    Attributes:
        labels: One name per score, in order.
        thresholds: One per label, in (0, 1); a label is on where ``score >= threshold`` in float32.
        features: The caller's columns in order, or None where the input is not a table.
        input: The tensor that takes the features.
        output: The tensor that holds the scores.
        recipe: How numbers are stored.
        source: Digest of the original model, framework and tool versions.
        parity: What verification measured against the original.
        quality: F1 and its like, of original and artifact.
        golden: Rows with known answers.
        digest: SHA-256 in hex over the model's bytes and this contract; set when it is attached.
    """

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    features: tuple[Feature, ...] | None
    input: TensorSpec
    output: TensorSpec
    recipe: str
    source: Mapping[str, Json] = MappingProxyType({})
    parity: Mapping[str, Json] | None = None
    quality: Mapping[str, Json] | None = None
    golden: Golden | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        check_labels(self.labels)
        check_thresholds(self.thresholds, self.labels)
        if self.output.shape[-1] != len(self.labels):
            raise ContractError(
                f"{len(self.labels)} labels for an output of shape {self.output.shape}; its last axis has to match"
            )
        if self.features is not None:
            names = [feature.name for feature in self.features]
            if len(set(names)) != len(names):
                raise ContractError(f"feature names {names} repeat; each has to be unique")
            width = sum(feature.width for feature in self.features)
            if self.input.shape[1:] != (width,):
                raise ContractError(
                    f"the features take {width} columns, the input has shape {self.input.shape}; they have to match"
                )
        if self.golden is not None:
            golden = self.golden
            rows = len(golden.rows)
            cells = {len(row) for table in (golden.scores, golden.decisions) for row in table}
            if not rows == len(golden.scores) == len(golden.decisions) or cells - {len(self.labels)}:
                raise ContractError(
                    f"{rows} golden rows need {rows} x {len(self.labels)} scores and decisions; "
                    f"found {len(golden.scores)} and {len(golden.decisions)}"
                )

    def to_dict(self) -> dict[str, Json]:
        """The JSON object, without ``digest`` as long as that is not known."""
        document: dict[str, Json] = {
            "tagship": FORMAT_VERSION,
            "labels": list(self.labels),
            "thresholds": list(self.thresholds),
            "features": None if self.features is None else [feature.to_dict() for feature in self.features],
            "input": self.input.to_dict(),
            "output": self.output.to_dict(),
            "recipe": self.recipe,
            "source": dict(self.source),
            "parity": None if self.parity is None else dict(self.parity),
            "quality": None if self.quality is None else dict(self.quality),
            "golden": None if self.golden is None else self.golden.to_dict(),
        }
        return document if self.digest is None else document | {"digest": self.digest}

    def to_json(self) -> bytes:
        """Canonical form: UTF-8, keys sorted (so ``digest`` comes first), no white space, no NaN."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()

    @classmethod
    def from_json(cls, stored: bytes | str) -> Contract:
        """Read a contract; keys that this version does not know are ignored.

        Raises:
            ContractVersionError: It was written in a newer format.
            ContractError: It is not JSON, lacks something, or contradicts itself.
        """
        try:
            document = json.loads(stored)
        except (ValueError, RecursionError) as error:
            raise ContractError(f"the contract is not JSON: {error}") from error
        if not isinstance(document, dict) or "tagship" not in document:
            raise ContractError("the contract has no key 'tagship'; it is not one of ours")
        version = document["tagship"]
        if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
            raise ContractVersionError(version, FORMAT_VERSION)
        return cls(
            labels=take(document, "labels", tuple_of(text)),
            thresholds=take(document, "thresholds", tuple_of(number)),
            features=take(document, "features", optional(tuple_of(_feature))),
            input=take(document, "input", _tensor),
            output=take(document, "output", _tensor),
            recipe=take(document, "recipe", text),
            source=take(document, "source", mapping),
            parity=take(document, "parity", optional(mapping)),
            quality=take(document, "quality", optional(mapping)),
            golden=take(document, "golden", optional(_golden)),
            digest=take(document, "digest", optional(text)) if "digest" in document else None,
        )


def read_features(document: Json) -> tuple[Feature, ...]:
    """The contract's ``features`` from parsed JSON.

    Raises:
        ContractError: It is not a list of features.
    """
    return take({"features": document}, "features", tuple_of(_feature))


def check_labels(labels: Sequence[str]) -> None:
    """Refuse label names that are absent, empty or repeated."""
    if not labels:
        raise ContractError("there are no labels; at least one is needed")
    for place, label in enumerate(labels):
        if not (isinstance(label, str) and label and label.isprintable()):
            raise ContractError(
                f"label {place} of {len(labels)} is {label!r}; each has to be a printable text that is not empty"
            )
    if len(set(labels)) != len(labels):
        twice = next(label for place, label in enumerate(labels) if label in labels[:place])
        raise ContractError(f"label {twice!r} repeats; each has to be unique")


def check_thresholds(thresholds: Sequence[float], labels: Sequence[str]) -> None:
    """Refuse thresholds that are not one per label, or not between 0 and 1."""
    if len(thresholds) != len(labels):
        raise ContractError(f"{len(thresholds)} thresholds for {len(labels)} labels; one each is needed")
    for label, threshold in zip(labels, thresholds, strict=True):
        if not 0 < threshold < 1:
            raise ContractError(f"the threshold of {label!r} is {threshold}; it has to lie between 0 and 1")


def _feature(value: Json) -> Feature:
    document = mapping(value)
    name = take(document, "name", text)
    match document.get("kind"):
        case "numeric":
            fill = take(document, "fill", optional(number))
            return NumericFeature(name=name, fill=fill, indicator=bool(document.get("indicator", False)))
        case "category":
            return CategoryFeature(name=name, values=take(document, "values", tuple_of(text)))
        case kind:
            raise ValueError(f"feature {name!r} is of kind {kind!r}, not 'numeric' or 'category'")


def _tensor(value: Json) -> TensorSpec:
    document = mapping(value)
    shape = take(document, "shape", tuple_of(optional(integer)))
    if len(shape) < 2 or any(size is None or size < 1 for size in shape[1:]):
        raise ValueError(f"shape {shape} is not a batch of something")
    return TensorSpec(
        name=take(document, "name", text),
        dtype=take(document, "dtype", text),
        shape=shape,
        scale=number(document["scale"]) if "scale" in document else None,
        zero_point=integer(document["zero_point"]) if "zero_point" in document else None,
    )


def _golden(value: Json) -> Golden:
    document = mapping(value)
    return Golden(
        rows=take(document, "rows", tuple_of(lambda row: row)),
        scores=take(document, "scores", tuple_of(tuple_of(number))),
        decisions=take(document, "decisions", tuple_of(tuple_of(bool))),
        tolerance=take(document, "tolerance", number),
    )
