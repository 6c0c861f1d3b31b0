"""C source: the digest as a statement and the contract as a comment, at the end.

The comment's JSON spells each asterisk as an escape, which JSON allows, so that it neither ends the comment nor begins
another.
"""

from __future__ import annotations

import re

from tagship_runtime.container.base import Format
from tagship_runtime.contract import Contract

C_BEGINNING = b"/* A multilabel classifier, made by tagship export"
"""First line of every such file."""

_SEAL = b'TAGSHIP_SEAL("'
_COMMENT = b'")\n/* tagship.json\n'
_END = b"\n*/\n"
_DIGEST_SIZE = 64
_ESCAPED = rb"(?<!\\)((?:\\\\)*)\\u002a"
"""An asterisk as an escape; behind an odd number of backslashes it is a text that looks like one."""


class CFormat(Format):
    """See the module."""

    name = "c"
    title = "C"
    engines = ()
    traces = (_SEAL, _COMMENT)

    def recognise(self, data: bytes) -> bool:
        """Tell by the comment that ``tagship export`` puts first."""
        return data.startswith(C_BEGINNING)

    def find_tail(self, data: bytes) -> tuple[int, bytes] | None:
        """Return the offset of the last seal and the contract in the comment behind it."""
        offset = data.rfind(_SEAL)
        start = offset + len(_SEAL) + _DIGEST_SIZE + len(_COMMENT)
        if offset < 0 or data[start - len(_COMMENT) : start] != _COMMENT or not data.endswith(_END):
            return None
        return offset, re.sub(_ESCAPED, rb"\1*", data[start : -len(_END)])

    def is_whole(self, data: bytes) -> bool:
        """Refuse a file without its tail: it is of no use to anybody."""
        return False

    def make_tail(self, offset: int, contract: Contract, stored: bytes) -> bytes:
        """Return seal and comment; they do not depend on where they stand."""
        digest = (contract.digest or "").encode()
        return _SEAL + digest + _COMMENT + stored.replace(b"*", rb"\u002a") + _END


C: Format = CFormat()
