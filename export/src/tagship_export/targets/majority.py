"""The recipe of a file whose weights are not all stored alike."""

from __future__ import annotations

from collections.abc import Mapping

PLAIN = "float32"


def most_common(products: Mapping[str, int], tables: Mapping[str, int]) -> str:
    """Return the recipe that most weights are stored by, of those that are not left as they were trained.

    A recipe leaves some kinds of operations in float32, of which a model may have more than of any other: so what it
    changed tells it. Tables count where no product was changed, since all recipes of integers store them alike.

    Args:
        products: Weights that are multiplied by, by recipe.
        tables: Numbers that are looked up, by recipe.
    """
    for counts in (products, tables):
        changed = {recipe: count for recipe, count in counts.items() if recipe != PLAIN}
        if changed:
            return max(changed, key=lambda recipe: changed[recipe])
    return PLAIN
