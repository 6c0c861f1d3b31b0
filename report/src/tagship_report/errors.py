"""Errors of drawing a report; see :mod:`tagship_runtime.errors` for the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tagship_runtime.errors import TagshipError


class ReportError(TagshipError, ValueError):
    """Files that are damaged, of a newer version, or do not fit together."""


@contextmanager
def told_as_misfit(name: str, *further: type[Exception]) -> Iterator[None]:
    """Tell in one line what keys that are absent, and values of another kind than the format's, raise.

    Args:
        name: The folder's.
        further: Exceptions that mean the same, beside Python's own.

    Raises:
        ReportError: Instead of those.
    """
    misfits: tuple[type[Exception], ...] = (KeyError, TypeError, ValueError, IndexError, AttributeError, *further)
    try:
        yield
    except TagshipError:
        raise
    except misfits as error:
        raise ReportError(f"the files of {name!r} do not fit together ({error!r}); train or export again") from error
