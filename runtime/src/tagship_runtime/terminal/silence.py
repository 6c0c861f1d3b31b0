"""Silence for what engines and converters print, from Python and from C++."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO, TextIO

_LOCK = threading.Lock()
_depth = 0
_restore = ExitStack()


@contextmanager
def quiet(*, verbose: bool = False) -> Iterator[None]:
    """Send this process' stdout and stderr to nowhere for a while; ``verbose`` leaves them alone.

    It works on the file descriptors, because the chatter comes from C++; so other threads are silent as well.
    Several threads may be in it at once: the first one in redirects, the last one out restores.
    """
    global _depth
    if verbose:
        yield
        return
    with _LOCK:
        _depth += 1
        if _depth == 1:
            _restore.enter_context(_silence())
    try:
        yield
    finally:
        with _LOCK:
            _depth -= 1
            if _depth == 0:
                _restore.close()


@contextmanager
def without_log(name: str, said: str) -> Iterator[None]:
    """Keep a logger from sentences that hold these words, for a while.

    Args:
        name: Of the logger that is spoken to itself, not of one above it.
        said: Words.
    """
    logger = logging.getLogger(name)

    def other(record: logging.LogRecord) -> bool:
        return said not in record.getMessage()

    logger.addFilter(other)
    try:
        yield
    finally:
        logger.removeFilter(other)


@contextmanager
def _silence() -> Iterator[None]:
    sys.stdout.flush()
    sys.stderr.flush()
    saved, stderr = [os.dup(1), os.dup(2)], sys.stderr
    level = logging.root.manager.disable
    try:
        with (
            tempfile.TemporaryFile("w") as nowhere,
            redirect_stdout(nowhere),  # in a notebook these are not the descriptors
            redirect_stderr(nowhere),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            logging.disable(logging.WARNING)
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            try:
                yield
            finally:
                _reopen_handlers(nowhere, stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in zip((1, 2), saved, strict=True):
            os.dup2(copy, number)
            os.close(copy)
        logging.disable(level)


def _reopen_handlers(closing: IO[str], stderr: TextIO) -> None:
    """Let loggers that were set up in the silence write to stderr: the file that they hold is about to close."""
    for logger in [logging.root, *logging.root.manager.loggerDict.values()]:
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.StreamHandler) and handler.stream is closing:
                handler.setStream(stderr)
