"""From a row as the caller has it to the network's inputs, in C; one module per kind of feature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tagship_export.errors import ConversionError
from tagship_export.targets.c.encode.array import ArrayInC
from tagship_export.targets.c.encode.base import FeatureInC
from tagship_export.targets.c.encode.category import CategoryInC
from tagship_export.targets.c.encode.date import DateInC
from tagship_export.targets.c.encode.numeric import NumericInC
from tagship_export.targets.c.encode.text import TextInC
from tagship_export.targets.c.text import identifiers
from tagship_runtime.contract import (
    CategoryFeature,
    Contract,
    DateFeature,
    DurationFeature,
    NumericFeature,
    TextFeature,
)

FEATURES_IN_C: Mapping[type[Any], Callable[[Any], FeatureInC]] = {
    NumericFeature: NumericInC,
    CategoryFeature: CategoryInC,
    TextFeature: TextInC,
    DateFeature: DateInC,
    DurationFeature: NumericInC,
}
"""The C of each class of feature; another class has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A feature and its place.

    Attributes:
        member: Its name in the row.
        position: Where its columns begin in the network's inputs.
        number: Its place among the features, from 1.
        feature: What it is in C.
    """

    member: str
    position: int
    number: int
    feature: FeatureInC

    def statements(self) -> tuple[str, ...]:
        """Statements that encode it."""
        return tuple(self.feature.statements(self.member, self.position, self.number))


def cells_of(contract: Contract, row: Any) -> Sequence[Any]:
    """Return a row's cells, one for each of :func:`columns_of`; without features the whole row is the one cell."""
    return (row,) if contract.features is None else row


def columns_of(contract: Contract) -> tuple[Column, ...]:
    """All features of a contract, in order.

    Raises:
        ConversionError: One is of a kind that C does not encode.
    """
    features = contract.features
    if features is None:
        return (Column(member="values", position=0, number=1, feature=ArrayInC(contract.input.row_shape)),)
    members = identifiers(tuple(feature.name for feature in features))
    columns, position = [], 0
    for number, (feature, member) in enumerate(zip(features, members, strict=True), start=1):
        if type(feature) not in FEATURES_IN_C:
            described = feature.to_dict()
            tokenizer = f" by the tokenizer {described['tokenizer']!r}" if "tokenizer" in described else ""
            raise ConversionError(
                f"feature {feature.name!r} is of kind {described['kind']!r}{tokenizer}, which C does not encode; leave "
                "out --formats c, or train without this column"
            )
        in_c = FEATURES_IN_C[type(feature)](feature)
        columns.append(Column(member=member, position=position, number=number, feature=in_c))
        position += feature.width
    return tuple(columns)
