"""Contents of a payload against its original: graph and numbers, or where that cannot be, its weights one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tagship_export.errors import ConversionError
from tagship_export.targets.artifact import OpenArtifact
from tagship_export.targets.float_graph import FloatGraph, TwoReadingsError
from tagship_export.targets.reconversion import Reconversion
from tagship_export.verification.contract_claims import JudgedBy
from tagship_export.verification.looked_up_tables import table_faults
from tagship_export.verification.stored_graph import (
    Differences,
    coarser,
    differences,
    rounded_elsewhere,
    uneven_channels,
)
from tagship_export.verification.stored_weights import weight_faults


@dataclass(frozen=True, slots=True)
class Stored:
    """Faults of what a payload stores, and what of it nobody could check; both in words."""

    faults: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def compare_stored(again: Reconversion, artifact: OpenArtifact, judged: JudgedBy, rows: int) -> Stored:
    """Compare every constant and operation of a payload with those of its original.

    Where the operations are others than those that the original is converted to here, nothing says that the payload
    is a conversion of it by any recipe: that is a fault where the recipe rounds, unless the caller said by which one
    somebody else made it. Exact scores speak for themselves, so there it is told that nobody compared the numbers.

    Args:
        again: The original, converted here.
        artifact: Which is open.
        judged: Recipe, and where that is known from.
        rows: How many the two are compared on, which calibrate a conversion where no others are at hand.
    """
    try:
        stored = again.stored()
        found = differences(stored, again.as_trained())
    except TwoReadingsError as error:
        return Stored(faults=(f"it can be read in two ways: {error}",))
    except ConversionError as error:
        found = Differences(structure=f"the original cannot be converted here ({error})")
    except (LookupError, ValueError, TypeError, RecursionError) as error:  # constants that are not as they say
        found = Differences(structure=f"it cannot be read ({error})")
    if found.structure is None:
        rounded = None if judged.recipe.exact else again.rounded()
        tables = () if rounded is None else table_faults(stored, rounded, again.as_trained(), rows)
        faults = (*found.numbers, *uneven_channels(stored), *tables)
        others = tuple(_unlike_its_recipe(stored, rounded, again, judged))
        if judged.origin == "asked":
            return Stored(faults=faults, unchecked=others)
        return Stored(faults=(*faults, *map(judged.or_made_elsewhere, others)))
    if judged.recipe.exact:
        return Stored(unchecked=(_others(found.structure),))
    if judged.origin != "asked":
        return Stored(faults=(judged.or_made_elsewhere(_by_no_recipe(found.structure)),))
    weights = () if artifact.constants is None else tuple(weight_faults(again.model, list(artifact.constants())))
    return Stored(faults=weights, unchecked=(_others(found.structure),))


def conversion_faults(stored: FloatGraph, converted: FloatGraph) -> tuple[str, ...]:
    """Return what of a conversion is not the model but for rounding, such as a bias that is cut off.

    Args:
        stored: Of a payload by some recipe.
        converted: Of the model, as trained, by the same target.
    """
    found = differences(stored, converted)
    return found.numbers if found.structure is None else (_by_no_recipe(found.structure),)


def _by_no_recipe(structure: str) -> str:
    return f"its graph is not the original's by any recipe: {structure}"


def _unlike_its_recipe(
    stored: FloatGraph, rounded: FloatGraph | None, again: Reconversion, judged: JudgedBy
) -> Iterator[str]:
    """Yield what the same recipe stores otherwise here, as another tool may."""
    same = again.as_trained() if judged.recipe.exact else rounded
    if same is not None:
        yield from coarser(stored, same)
        yield from rounded_elsewhere(stored, rounded)


def _others(structure: str) -> str:
    return f"operations and weights, which are not those that the original is converted to: {structure}"
