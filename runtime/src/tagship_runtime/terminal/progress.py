"""Progress of a long command, on a terminal only."""

from __future__ import annotations

import sys
import time
from typing import Self

EVERY_SECONDS = 0.2


class Progress:
    """Count of rows on stderr, in one line that goes away at the end."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty() and not sys.stdout.isatty()
        self._start, self._next = time.monotonic(), 0.0

    def reach(self, rows: int) -> None:
        """Show that so many rows are done."""
        now = time.monotonic()
        if self.shown and now >= self._next:
            self._next = now + EVERY_SECONDS
            rate = rows / max(now - self._start, 1e-9)
            sys.stderr.write(f"\r\x1b[K{rows:,} rows, {rate:,.0f} rows/s")
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown and self._next:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
