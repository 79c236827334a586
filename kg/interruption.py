"""Ending a command while the engine is at work, where no Python exception reaches it: at Ctrl-C, or after a time."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_GRACE = 0.3
"""Seconds in which a command may leave by itself after Ctrl-C, as it does wherever Python is at work."""


@contextmanager
def interruptible(
    interrupted: Callable[[], int], late: Callable[[], int] | None = None, seconds: float | None = None
) -> Iterator[None]:
    """Watch over a block from a thread of its own, and end the process where it must not go on.

    Without effect outside the main thread, which alone gets signals.

    Args:
        interrupted: tells the user that Ctrl-C has ended the command, and returns the exit code.
        late: tells that the time is over, and returns the exit code.
        seconds: how long the block may take; None for as long as it likes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    done = threading.Event()
    waking, woken = socket.socketpair()
    woken.setblocking(False)

    def watch() -> None:
        heard, _, _ = select.select([waking], [], [], seconds)
        if not heard and late is not None and not done.is_set():
            _end(late())
        if heard and waking.recv(1) == bytes([signal.SIGINT]) and not done.wait(_GRACE):
            _end(interrupted())

    before = signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        signal.set_wakeup_fd(before)
        woken.close()
        watcher.join()
        waking.close()


def _end(code: int) -> None:
    sys.stderr.flush()
    os._exit(code)
