"""The contract of an artifact: its labels, thresholds, inputs, provenance and proof.

One JSON object, the same in every format; see docs/contract.md for the meaning of each key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tagship_runtime.contract.decode import FORMAT_VERSION, contract_fields
from tagship_runtime.contract.limits import LEAST_THRESHOLD, MOST_THRESHOLD
from tagship_runtime.errors import ContractError

if TYPE_CHECKING:
    from tagship_runtime.contract.golden import Golden
    from tagship_runtime.contract.tensor_spec import TensorSpec
    from tagship_runtime.features.base import Feature
    from tagship_runtime.features.json_values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
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
        reference: How training rows, and scores, were distributed, as it is stored; :mod:`tagship_runtime.monitoring`
            reads it. None where nobody said.
        digest: SHA-256 in hex over the model's bytes and this contract; set when it is attached.
    """

    labels: tuple[str, ...]
    thresholds: tuple[float, ...]
    features: tuple[Feature, ...] | None
    input: TensorSpec
    output: TensorSpec
    recipe: str
    source: Mapping[str, Json] = field(default_factory=dict)
    parity: Mapping[str, Json] | None = None
    quality: Mapping[str, Json] | None = None
    golden: Golden | None = None
    reference: Mapping[str, Json] | None = None
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
            if (repeated := first_repeated(names)) is not None:
                raise ContractError(f"feature names repeat, such as {repeated!r}; each has to be unique")
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

    @property
    def description(self) -> str:
        """Digest of labels, thresholds and features, 16 hex digits: golden rows name what they were recorded with."""
        from hashlib import sha256

        facts = self.to_dict()
        parts = [facts["labels"], facts["thresholds"], facts["features"]]
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def made_from(self) -> str | None:
        """SHA-256 of the original that ``source`` names; None where it names none."""
        digest = self.source.get("sha256")
        return digest if isinstance(digest, str) else None

    @property
    def framework(self) -> str:
        """Name and version of the framework that ``source`` names; empty where it names none."""
        name = self.source.get("framework")
        return name if isinstance(name, str) else ""

    @property
    def original_thresholds(self) -> tuple[float, ...] | None:
        """Thresholds that ``parity`` says that the original had; None where it does not say one number per label."""
        stored = None if self.parity is None else self.parity.get("original_thresholds")
        if not isinstance(stored, list) or len(stored) != len(self.labels):
            return None
        numbers = [float(one) for one in stored if isinstance(one, int | float) and not isinstance(one, bool)]
        return tuple(numbers) if len(numbers) == len(stored) else None

    def replace(self, **changes: Any) -> Contract:
        """Return a copy with some fields changed, checked as a new one."""
        return replace(self, **changes)

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON object, without ``digest`` as long as that is not known."""
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
        if self.reference is not None:
            document["reference"] = dict(self.reference)
        return document if self.digest is None else document | {"digest": self.digest}

    def to_json(self) -> bytes:
        """Return the canonical form: UTF-8, keys sorted (so ``digest`` comes first), no white space, no NaN.

        Raises:
            ContractError: It holds a number that is not finite, or a text that is none.
        """
        try:
            text = json.dumps(
                self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
            )
            return text.encode()
        except ValueError as error:  # NaN and infinities, or half of a surrogate pair
            raise ContractError(f"the contract holds what cannot be written as JSON: {error}") from error

    @classmethod
    def from_json(cls, stored: bytes | str) -> Contract:
        """Read a contract; keys that this version does not know are ignored.

        Raises:
            ContractVersionError: It was written in a newer format.
            ContractError: It is not JSON, lacks something, or contradicts itself.
        """
        return cls(**contract_fields(stored))


def check_labels(labels: Sequence[str]) -> None:
    """Refuse label names that are absent, empty or repeated."""
    if not labels:
        raise ContractError("there are no labels; at least one is needed")
    for place, label in enumerate(labels):
        if not (isinstance(label, str) and label and label.isprintable()):
            raise ContractError(
                f"label {place} of {len(labels)} is {label!r}; each has to be a printable text that is not empty"
            )
    if (repeated := first_repeated(labels)) is not None:
        raise ContractError(f"label {repeated!r} repeats; each has to be unique")


def first_repeated(names: Sequence[str]) -> str | None:
    """Return the first name that stands there a second time; None where each is unique."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def check_thresholds(thresholds: Sequence[float], labels: Sequence[str]) -> None:
    """Refuse thresholds that are not one per label, or not between 0 and 1."""
    if len(thresholds) != len(labels):
        raise ContractError(f"{len(thresholds)} thresholds for {len(labels)} labels; one each is needed")
    for label, threshold in zip(labels, thresholds, strict=True):
        if not LEAST_THRESHOLD < threshold < MOST_THRESHOLD:
            near = 0 < threshold < 1
            raise ContractError(
                f"the threshold of {label!r} is {threshold}; it has to lie between 0 and 1"
                f"{f', and float32 makes {round(threshold)} of it' if near else ''}"
            )
