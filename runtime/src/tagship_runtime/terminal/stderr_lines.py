"""A line that a library prints on stderr from C++, left out."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()  # of two threads, the second would take the first one's scratch file for stderr


@contextmanager
def without(line: bytes) -> Iterator[list[bytes]]:
    """Leave one line out of what is written to stderr meanwhile, by any thread; the rest is written afterwards.

    It works on the file descriptor, because the line comes from C++. A file takes what is written, not a pipe: a
    process that another thread starts in between inherits it, and may write to it for as long as it lives.

    Args:
        line: Without its end.

    Yields:
        A list, which afterwards holds each occurrence that was left out.
    """
    left_out: list[bytes] = []
    with _LOCK:
        try:
            stderr = os.dup(2)
        except OSError:  # a service without stderr
            yield left_out
            return
        scratch = _scratch_file()
        os.dup2(scratch, 2)
        try:
            yield left_out
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            lines = _lines(scratch)
            left_out += [found for found in lines if found.rstrip(b"\r\n") == line]
            if said := b"".join(found for found in lines if found.rstrip(b"\r\n") != line):
                os.write(2, said)


def _scratch_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("stderr")
    from tempfile import TemporaryFile  # takes milliseconds to import, and is only needed where there is no such file

    with TemporaryFile() as file:
        return os.dup(file.fileno())


def _lines(scratch: int) -> list[bytes]:
    """Return what is in the file, which is closed."""
    with open(scratch, "rb") as file:
        file.seek(0)
        return file.readlines()
