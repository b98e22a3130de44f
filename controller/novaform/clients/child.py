"""The processes below this one, wherever they went: all of them can be found, and ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER`` of prctl(2)."""
PATIENCE = 5.0
"""Seconds until the kernel has ended processes that were killed."""


def adopt() -> None:
    """Become the parent of all below this process whose own parent ends, so that none is lost from sight."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def below(pid: int) -> list[int]:
    """Return all processes below one that are alive."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, *_ = status.read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
            if state not in "ZX":
                parents[int(status.parent.name)] = int(parent)
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def end_all() -> list[int]:
    """Kill all processes below this one, again until there is none; return those that would not end in time."""
    deadline = time.monotonic() + PATIENCE
    while left := below(os.getpid()):
        for one in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        if time.monotonic() > deadline:
            return left
        time.sleep(0.02)
    return []
