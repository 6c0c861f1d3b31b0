"""Names of a model's files and functions in C."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tagship_export.errors import ExportError
from tagship_export.targets import DEFAULT_PREFIX
from tagship_runtime.errors import ArtifactCorruptError

PREFIX, STEM = DEFAULT_PREFIX, "model"

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_NAMES = re.compile(
    rb'^#include "(?P<stem>\w+)\.h"$.*?^#define TAGSHIP_SEAL\(digest\) const char (?P<prefix>\w+)digest\[', re.M | re.S
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names of a model's files and functions.

    Attributes:
        prefix: Before every name that a linker sees.
        stem: Of the files.
    """

    prefix: str = PREFIX
    stem: str = STEM

    @classmethod
    def of(cls, prefix: str) -> Names:
        """Return the names that a prefix gives.

        Raises:
            ExportError: It is none that C takes.
        """
        if not _PREFIX.fullmatch(prefix):
            raise ExportError(f"prefix is {prefix!r}; letters, digits and _ are needed, a letter first, 32 at most")
        return cls() if prefix == PREFIX else cls(prefix=prefix, stem=f"{prefix.rstrip('_')}_{STEM}")


def names_of(data: bytes) -> Names:
    """Read the names from an artifact.

    Raises:
        ArtifactCorruptError: It does not say them.
    """
    found = _NAMES.search(data)
    if found is None:
        raise ArtifactCorruptError("the C does not say what its functions are called; export it again")
    return Names(prefix=found["prefix"].decode(), stem=found["stem"].decode())
