"""Signals that end a command in an orderly way: what is half-written is removed.

A signal raises an exception wherever Python happens to be. Libraries swallow some, for example in a callback from C
during an import; so the signal is remembered as well, and :func:`raise_if_signalled` raises again.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

INTERRUPTED = 130

CODES = {
    getattr(signal, name): code
    for name, code in {"SIGINT": INTERRUPTED, "SIGTERM": 143, "SIGHUP": 129}.items()
    if hasattr(signal, name)  # Windows has no SIGHUP
}
"""Exit codes: 128 and the signal's number, as shells count."""

_received: list[int] = []


@contextmanager
def orderly_end() -> Iterator[None]:
    """Let the signals of ``CODES`` raise KeyboardInterrupt or SystemExit, whatever becomes of what they raise."""
    if current_thread() is not main_thread():  # no other may set it
        yield
        return
    _received.clear()
    before = {number: signal.getsignal(number) for number in CODES}
    # What is ignored stays so: nohup, and jobs in the background of a script.
    before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, _end)
    try:
        yield
    except Exception:
        raise_if_signalled()  # a library made another error of it
        raise
    else:
        raise_if_signalled()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def raise_if_signalled() -> None:
    """Raise what the signal raised, where that was swallowed. Long work calls it between its parts.

    Raises:
        KeyboardInterrupt: Interrupted.
        SystemExit: Told to end otherwise.
    """
    if _received:
        if _received[0] == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(CODES[signal.Signals(_received[0])])


def _end(number: int, _: FrameType | None) -> None:
    _received.append(number)
    raise_if_signalled()
