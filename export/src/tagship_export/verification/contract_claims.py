"""Claims of an artifact about itself: each is checked against what is known, or named as checked by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tagship_export.original.open_original import Original
from tagship_export.recipes import RECIPES, Recipe, recipe_named
from tagship_export.targets.artifact import OpenArtifact
from tagship_runtime.contract import Contract, Feature
from tagship_runtime.selftest import tolerance_limit

ELSEWHERE = "unknown"
"""Recipe in the contract of a file that was made by another tool."""

FACTS = {
    "kind": "kinds",
    "fill": "fills of missing values",
    "indicator": "indicators of missing values",
    "missing": "words for missing values",
    "percent": "percentages",
    "currency": "currencies",
    "offset": "offsets",
    "since": "days that dates count from",
    "first": "order of day and month",
    "parts": "parts of dates",
    "values": "words of categories",
    "vocabulary": "vocabularies of texts",
    "tokenizer": "rules of words",
    "ngrams": "sizes of n-grams",
}
"""Meaning of the keys of a feature in a contract."""

GOAL = ("objective", "confidence", "goal_missed_by")
"""Keys of a contract's ``source`` that say what thresholds were tuned for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedBy:
    """The recipe whose tolerance and budget apply, and where that is known from.

    Attributes:
        recipe: How the numbers of the payload are stored.
        origin: ``asked`` by the caller, ``found`` in the payload's tensors, or ``claimed`` by the contract alone.
        faults: Where those three disagree, in words.
    """

    recipe: Recipe
    origin: str
    faults: tuple[str, ...]

    def or_made_elsewhere(self, fault: str) -> str:
        """Return what differs from a conversion made here, with what to do if it is one of another tool."""
        way = f"if another tool or version made it, --recipe {self.recipe.name} judges it by its scores alone"
        return f"{fault}; {way}"


def judged_by(artifact: OpenArtifact, asked: str | None = None) -> JudgedBy:
    """Find the recipe to judge an artifact by: what the caller asks for, else what its own tensors are.

    What the contract says is believed only where the target cannot tell, and the caller says nothing.

    Raises:
        ExportError: No recipe is called as the caller says.
    """
    claimed, found = artifact.contract.recipe, artifact.stored_recipe
    faults = []
    if found is not None and claimed not in (found, ELSEWHERE):
        faults.append(f"its contract says that it is {claimed}, its weights are stored as in {found}")
    if asked is not None:
        recipe = recipe_named(asked)
        if found not in (None, asked):
            faults.append(f"it was to be {asked}, its weights are stored as in {found}")
        elif claimed not in (asked, found, ELSEWHERE):
            faults.append(f"it was to be {asked}, its contract says that it is {claimed}")
        return JudgedBy(recipe=recipe, origin="asked", faults=tuple(faults))
    if found is not None:
        return JudgedBy(recipe=RECIPES[found], origin="found", faults=tuple(faults))
    return JudgedBy(recipe=RECIPES.get(claimed, RECIPES["float32"]), origin="claimed", faults=tuple(faults))


def claimed_thresholds(contract: Contract) -> tuple[float, ...]:
    """Return the thresholds that an artifact says its original had; its own where it does not say."""
    return contract.original_thresholds or contract.thresholds


def contract_faults(original: Original, artifact: OpenArtifact, recipe: Recipe) -> Iterator[str]:
    """Yield what the contract says differently from the original."""
    contract = artifact.contract
    if original.labels is not None and original.labels != contract.labels:
        yield f"its labels are {list(contract.labels)}, the original's {list(original.labels)}"
        return
    features = original.features_as(contract.features)
    if features is not None and features != contract.features:
        yield f"it describes other features than the original: {_difference(features, contract.features)}"
    if recipe.exact and original.thresholds is not None and original.thresholds != contract.thresholds:
        yield f"its thresholds are {contract.thresholds}, the original's {original.thresholds}"
    stated = {name: contract.source[name] for name in GOAL if name in contract.source}
    if original.rows and stated and stated != original.goal:
        yield f"its thresholds are said to be for {_goal(stated)}, the original's are for {_goal(original.goal)}"
    size = contract.source.get("size")
    if _names_file(original, contract) and contract.made_from not in original.digests:
        way = (
            f"; it says that it is of size {size!r}, which --size {size} compares with"
            if original.rows and size
            else ""
        )
        yield (
            f"it was made from another model: its source.sha256 is {contract.made_from}, the original's "
            f"{original.sha256}{way}"
        )
    elif original.rows and size is not None and size != original.size:
        yield f"it says that it is of size {size!r}, the original is of size {original.size!r}"
    if contract.golden is not None:
        limit = tolerance_limit(artifact.weight_bytes, recipe.name)
        if not contract.golden.tolerance <= limit:
            yield (
                f"its golden rows allow a difference of {contract.golden.tolerance:g}; numbers stored as in "
                f"{recipe.name} need {limit:g} at most"
            )


def unchecked(original: Original, artifact: OpenArtifact, judged: JudgedBy) -> Iterator[str]:
    """Yield what the contract says and nobody checked, since the original does not know it."""
    contract, recipe_moves = artifact.contract, not judged.recipe.exact
    if original.labels is None:
        yield "names and order of the labels (--labels tells them)"
    if original.thresholds is None:
        yield "thresholds: both sides are compared at those in the file (--thresholds tells others)"
    elif recipe_moves and not original.rows and original.thresholds != contract.thresholds:
        yield "thresholds that were moved: the rows that they were moved by are not at hand"
    if original.texts is not None:
        yield from () if original.features is not None else ("features: the name of the column of texts",)
    elif original.features is None:
        if contract.features is not None:
            yield f"features: {', '.join(_facts(contract.features))}"
        else:
            yield "meaning and order of the inputs"
    if not _names_file(original, contract):
        yield "source.sha256, which names no file that is at hand"
    if judged.origin == "claimed":
        yield "recipe: the format's tensors do not tell it (--recipe does)"
    if contract.golden is None:
        yield "golden rows: it has none to replay"


def _names_file(original: Original, contract: Contract) -> bool:
    """Tell whether the contract's ``source.sha256`` can be compared; a live model has that of its weights."""
    if contract.made_from is None or not contract.framework.startswith("keras"):
        return False
    return original.file is not None or contract.made_from in original.digests


def _facts(features: tuple[Feature, ...]) -> list[str]:
    """Return what the features state, names and their order first."""
    stated = {key for feature in features for key, value in feature.to_dict().items() if value is not None} - {"name"}
    return ["names", "order", *(fact for key, fact in FACTS.items() if key in stated), *sorted(stated - FACTS.keys())]


def _difference(wanted: tuple[Feature, ...], found: tuple[Feature, ...] | None) -> str:
    """Say how features differ: by name, by order, or in what one of them does."""
    if found is None:
        return "none, where the original has some"
    names, other = [feature.name for feature in wanted], [feature.name for feature in found]
    if sorted(names) != sorted(other):
        absent, added = sorted(set(names) - set(other)), sorted(set(other) - set(names))
        return f"{absent or 'nothing'} is missing, {added or 'nothing'} is new"
    if names != other:
        return f"in the order {other}, where the original has {names}"
    want, got = next((want, got) for want, got in zip(wanted, found, strict=True) if want != got)
    if got.describe() != want.describe():
        return f"{got.name!r} is {got.describe()}, where the original has {want.describe()}"
    return f"{got.name!r} has {_first_difference(want.to_dict(), got.to_dict())}"


def _first_difference(want: Mapping[str, Any], got: Mapping[str, Any]) -> str:
    """Say how two features differ that are described alike: by one word of many."""
    key = next(key for key in {**want, **got} if want.get(key) != got.get(key))
    wanted, found = want.get(key), got.get(key)
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        place = next(place for place, pair in enumerate(zip(wanted, found, strict=True)) if pair[0] != pair[1])
        return f"{found[place]!r} at place {place} of its {key}, where the original has {wanted[place]!r}"
    return f"{key} {found!r}, where the original has {wanted!r}"


def _goal(named: Mapping[str, object]) -> str:
    """Name what thresholds were tuned for."""
    said = str(named.get("objective", "f1"))
    if "confidence" in named:
        said += f" (confidence {named['confidence']})"
    return f"{said}, missed by {named['goal_missed_by']}" if "goal_missed_by" in named else said
