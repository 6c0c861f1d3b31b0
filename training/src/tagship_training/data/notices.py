"""Sentences on columns and labels: one each while they are few, one for all of a kind where they are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tagship_runtime.errors import folded

FEW = 3
"""So many are told one by one, and so many are named where there are more."""


def listed(names: Sequence[str]) -> str:
    """The first names in quotes, and how many more there are."""
    said = ", ".join(repr(name) for name in names[:FEW])
    return said if len(names) <= FEW else f"{said} and {len(names) - FEW:,} more"


def on_columns_left_out(reasons: dict[str, str]) -> list[str]:
    """Notices on columns that are left out, by name, and why.

    Args:
        reasons: By the column's name.
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    notices = []
    for reason, names in by_reason.items():
        if len(names) <= FEW:
            notices += [f"column {name!r} is left out: {reason}" for name in names]
        else:
            notices.append(f"{len(names):,} columns are left out: {reason}: {listed(names)}")
    return notices


def on_deciding(labels: dict[str, str]) -> list[str]:
    """Notices on columns that decide a label alone, which nobody can tell from one that follows from the label.

    Args:
        labels: By the column's name.
    """
    return [
        f"column {name!r} alone decides the label {label!r}, each of its values one way; if it is known only after the "
        f"label, as a grade or a defect code is, leave it out: --drop {name}"
        for name, label in labels.items()
    ]


def on_labels_alike(labels: Sequence[str]) -> list[str]:
    """Notices on labels that differ by what people hardly see, as tags do that were typed."""
    return [
        f"labels {one!r} and {other!r} differ by blanks or case alone, and are two labels; spell them alike if they "
        "are one"
        for one, other in alike(labels)
    ]


def alike(words: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of words that differ by blanks, case or how Unicode composes letters alone."""
    first: dict[str, str] = {}
    return [(one, word) for word in words if (one := first.setdefault(folded(word), word)) != word]


def on_texts(names: Sequence[str]) -> list[str]:
    """Notice on columns that are taken as texts by what they look like."""
    if not names:
        return []
    one = len(names) == 1
    return [
        f"{'column' if one else 'columns'} {listed(names)} {'is' if one else 'are'} taken as text, whose words are "
        "counted; --no-text leaves texts out"
    ]


def on_rare_labels(counts: dict[str, int], rows: int, least: int) -> list[str]:
    """Notices on labels that are on, or off, in too few training rows.

    Args:
        counts: By the label's name.
        rows: Training rows.
        least: So many would do.
    """
    if len(counts) <= FEW:
        return [
            f"label {label!r} is on in {count} of {rows} training rows only; its figures and threshold are unreliable"
            for label, count in counts.items()
        ]
    rarest = sorted(counts, key=lambda label: counts[label])
    said = ", ".join(f"{label!r} ({counts[label]})" for label in rarest[:FEW])
    return [
        f"{len(counts)} labels are on in fewer than {least} of {rows} training rows; their figures and thresholds are "
        f"unreliable: {said} and {len(counts) - FEW} more"
    ]


def on_unknown_words(counts: Mapping[str, int], said: str, rows: int, purpose: str) -> list[str]:
    """Notices on cells that hold what the model will not know.

    Args:
        counts: By the feature's name.
        said: Words for what such rows do, as features of one kind have them (``unknown``).
        rows: How many there are.
        purpose: Of these rows, such as ``test``.
    """
    if len(counts) <= FEW:
        return [f"column {feature!r}: {count} of {rows} {purpose} rows {said}" for feature, count in counts.items()]
    most = sorted(counts, key=lambda feature: -counts[feature])
    named = ", ".join(f"{feature!r} ({counts[feature]})" for feature in most[:FEW])
    return [f"in {len(counts)} columns {purpose} rows (of {rows}) {said}: {named} and {len(counts) - FEW} more"]


def on_drawn_rows(rows: int, learned: int, passes: int, counts: Mapping[str, int]) -> str:
    """Notice on what was decided by rows that were drawn from a larger table.

    Args:
        rows: Of the table.
        learned: Rows that networks learned from.
        passes: How often they were read.
        counts: Rows that were drawn, by purpose.
    """
    how_often = "once" if passes == 1 else f"{passes} times"
    return (
        f"of {rows:,} rows, {counts['train']:,} decided about columns, synthetic rows and teachers, "
        f"{counts['validation']:,} about sizes, epochs and thresholds, and figures are those of {counts['test']:,}; "
        f"networks learned from {learned:,}, each read {how_often}"
    )
