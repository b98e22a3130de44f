"""Ctrl-C, SIGTERM and SIGHUP end a command in order, and its exit status is 128 and the signal's number.

The first signal is raised as ``Interrupted`` in the main thread, once, so that no clean-up is ever interrupted by the
next. A later one only says that there is no patience left: ``again`` is set while something is being ended in order,
and otherwise the process ends at once.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal has come. ``told`` is the sentence for it, ``details`` are for programs."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number
        self.told = "interrupted"
        self.details: dict[str, Any] = {}


class Ear:
    """What one command has heard. ``again`` is set by a second signal below ``guard``."""

    def __init__(self) -> None:
        self.first: int | None = None
        self.raised: Interrupted | None = None
        self.again = threading.Event()
        self.deferring = False
        self.guarding = 0

    def hear(self, number: int, _: object) -> None:
        """Take a signal."""
        if self.first is None:
            self.first = number
            self.checkpoint()
        elif self.guarding:
            self.again.set()
        else:
            os.write(2, b"novaform: interrupted\n")
            os._exit(128 + self.first)

    def checkpoint(self) -> None:
        """Raise the first signal, unless that was done or is to wait."""
        if self.first is not None and self.raised is None and not self.deferring:
            self.raised = Interrupted(self.first)
            raise self.raised

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Hold signals back: what is made here is taken away again whatever comes. See ``listening``."""
        before, self.deferring = self.deferring, True
        self.guarding += 1
        try:
            yield
        finally:
            self.guarding -= 1
            self.deferring = before
            self.checkpoint()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let signals through again, in the middle of what ``guard`` holds together."""
        self.deferring = False
        try:
            self.checkpoint()
            yield
        finally:
            self.deferring = True


_ears = [Ear()]


def ear() -> Ear:
    """Return the ear of the command that runs."""
    return _ears[-1]


@contextmanager
def heard() -> Iterator[None]:
    """Take signals for one command; a hang-up that its caller has it ignore, as ``nohup`` does, stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _ears.append(Ear())
    before = {one: signal.getsignal(one) for one in SIGNALS}
    try:
        for one, handler in before.items():
            if one != signal.SIGHUP or handler is not signal.SIG_IGN:
                signal.signal(one, ear().hear)
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        _ears.pop()
