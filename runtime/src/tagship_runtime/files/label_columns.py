"""The one rule by which columns of a table hold labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LABEL_PREFIX = "label:"
"""Start of the names of label columns, unless a user says otherwise."""


def label_column(label: str, names: Iterable[str], prefix: str = LABEL_PREFIX) -> str | None:
    """Return the column that holds a label: ``label:NAME``, or else ``NAME``; None where there is neither."""
    there = set(names)
    return next((name for name in (prefix + label, label) if name in there), None)


def truth_columns(names: Iterable[str], labels: Sequence[str], prefix: str = LABEL_PREFIX) -> list[str]:
    """Return the columns of labels, in the table's order.

    Where a label has none, or nothing else is there, they are not the truth but features that are called alike.
    """
    there = list(names)
    known, features = set(there), set(feature_columns(there, labels, prefix))
    complete = all(prefix + label in known or label in known for label in labels)
    return [name for name in there if name not in features] if complete and features else []


def feature_columns(names: Iterable[str], labels: Sequence[str], prefix: str = LABEL_PREFIX) -> list[str]:
    """Return the columns that hold no label, in the table's order."""
    taken = {start + label for label in labels for start in ("", prefix)}
    return [name for name in names if name not in taken]


def misspelled(names: Iterable[str], prefix: str = LABEL_PREFIX) -> dict[str, str]:
    """Return columns whose names start with the prefix but for capitals and blanks, and how they should be called.

    ``Label:B`` would be a feature that gives the label away, ``label: A`` a label that nobody asks for by that name.
    """
    wanted = "".join(prefix.split()).casefold()
    found = {}
    for name in names:
        for end in range(len(name) + 1):
            if "".join(name[:end].split()).casefold() == wanted:
                right = prefix + name[end:].strip()
                if wanted and name != right:
                    found[name] = right
                break
    return found
