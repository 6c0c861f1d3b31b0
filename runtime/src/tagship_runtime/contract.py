"""What an artifact promises: its labels, thresholds, inputs, provenance and proof.

One JSON object, the same in every format; see docs/contract.md for the meaning of each key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from tagship_runtime.errors import ContractError, ContractVersionError, Shape
from tagship_runtime.records import Record

FORMAT_VERSION = 1

Json: TypeAlias = Any
T = TypeVar("T")


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
    """The description inside an artifact.

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
    def from_json(cls, text: bytes | str) -> Contract:
        """Read a contract; keys that this version does not know are ignored.

        Raises:
            ContractVersionError: It was written in a newer format.
            ContractError: It is not JSON, lacks something, or contradicts itself.
        """
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ContractError(f"the contract is not JSON: {error}") from error
        if not isinstance(document, dict) or "tagship" not in document:
            raise ContractError("the contract has no key 'tagship'; it is not one of ours")
        version = document["tagship"]
        if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
            raise ContractVersionError(version, FORMAT_VERSION)
        return cls(
            labels=_take(document, "labels", _tuple_of(_text)),
            thresholds=_take(document, "thresholds", _tuple_of(_number)),
            features=_take(document, "features", _optional(_tuple_of(_feature))),
            input=_take(document, "input", _tensor),
            output=_take(document, "output", _tensor),
            recipe=_take(document, "recipe", _text),
            source=_take(document, "source", _object),
            parity=_take(document, "parity", _optional(_object)),
            quality=_take(document, "quality", _optional(_object)),
            golden=_take(document, "golden", _optional(_golden)),
            digest=_take(document, "digest", _optional(_text)) if "digest" in document else None,
        )


def read_features(document: Json) -> tuple[Feature, ...]:
    """The contract's ``features`` from parsed JSON.

    Raises:
        ContractError: It is not a list of features.
    """
    return _take({"features": document}, "features", _tuple_of(_feature))


def check_labels(labels: Sequence[str]) -> None:
    """Refuse label names that are absent, empty or repeated."""
    if not labels:
        raise ContractError("there are no labels; at least one is needed")
    if not all(isinstance(label, str) and label and label.isprintable() for label in labels):
        raise ContractError(f"labels are {list(labels)!r}; each has to be a printable text that is not empty")
    if len(set(labels)) != len(labels):
        raise ContractError(f"labels {list(labels)!r} repeat; each has to be unique")


def check_thresholds(thresholds: Sequence[float], labels: Sequence[str]) -> None:
    """Refuse thresholds that are not one per label, or not between 0 and 1."""
    if len(thresholds) != len(labels):
        raise ContractError(f"{len(thresholds)} thresholds for {len(labels)} labels; one each is needed")
    for label, threshold in zip(labels, thresholds, strict=True):
        if not 0 < threshold < 1:
            raise ContractError(f"the threshold of {label!r} is {threshold}; it has to lie between 0 and 1")


# Reading JSON: each of these takes what json.loads gave and returns the typed value, or raises TypeError or
# ValueError with what was wrong; _take adds which key it was.


def _take(document: Mapping[str, Json], key: str, convert: Callable[[Json], T]) -> T:
    if key not in document:
        raise ContractError(f"the contract has no key {key!r}")
    try:
        return convert(document[key])
    except ContractError:
        raise
    except (TypeError, ValueError) as error:
        raise ContractError(f"the contract's {key!r}: {error}") from error


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    number = float(value)
    if number - number != 0:
        raise ValueError(f"{value!r} is not finite")
    return number


def _integer(value: Json) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is not an integer")
    return value


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def _optional(convert: Callable[[Json], T]) -> Callable[[Json], T | None]:
    return lambda value: None if value is None else convert(value)


def _tuple_of(convert: Callable[[Json], T]) -> Callable[[Json], tuple[T, ...]]:
    def read(value: Json) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise TypeError(f"{value!r} is not a list")
        return tuple(convert(item) for item in value)

    return read


def _feature(value: Json) -> Feature:
    document = _object(value)
    name = _take(document, "name", _text)
    match document.get("kind"):
        case "numeric":
            fill = _take(document, "fill", _optional(_number))
            return NumericFeature(name=name, fill=fill, indicator=bool(document.get("indicator", False)))
        case "category":
            return CategoryFeature(name=name, values=_take(document, "values", _tuple_of(_text)))
        case kind:
            raise ValueError(f"feature {name!r} is of kind {kind!r}, not 'numeric' or 'category'")


def _tensor(value: Json) -> TensorSpec:
    document = _object(value)
    shape = _take(document, "shape", _tuple_of(_optional(_integer)))
    if len(shape) < 2 or any(size is None or size < 1 for size in shape[1:]):
        raise ValueError(f"shape {shape} is not a batch of something")
    return TensorSpec(
        name=_take(document, "name", _text),
        dtype=_take(document, "dtype", _text),
        shape=shape,
        scale=_number(document["scale"]) if "scale" in document else None,
        zero_point=_integer(document["zero_point"]) if "zero_point" in document else None,
    )


def _golden(value: Json) -> Golden:
    document = _object(value)
    return Golden(
        rows=_take(document, "rows", _tuple_of(lambda row: row)),
        scores=_take(document, "scores", _tuple_of(_tuple_of(_number))),
        decisions=_take(document, "decisions", _tuple_of(_tuple_of(bool))),
        tolerance=_take(document, "tolerance", _number),
    )
