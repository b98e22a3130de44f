"""One run of a stack at a time, and none that its controller has left behind.

A module goes on when the command that started it is killed. So the lock says who holds it and for whom: a run whose
controller is gone is ended by the next one. It can be ended anywhere, since everything that it does is in the journal
before it is done.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Optional

from ..._core.errors import ApplyError
from .journal import unusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

PATIENCE = 10.0
"""Seconds until the kernel has taken a killed process's lock away."""


def identity(pid: int) -> str:
    """Return ``PID:START``, which no later process of the same number has; ``PID:gone`` where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return f"{pid}:gone"
    state, *rest = stat.rpartition(") ")[2].split()
    return f"{pid}:gone" if state in "ZX" else f"{pid}:{rest[18]}"


def lives(told: str) -> bool:
    """Tell whether the process of an identity is still there."""
    pid = told.partition(":")[0]
    return pid.isdigit() and not told.endswith(":gone") and identity(int(pid)) == told


@contextmanager
def alone(folder: Path, leader: Optional[int] = None) -> Iterator[None]:
    """Hold the stack's lock for a controller (``leader``, a process id), or for this process itself.

    The lock is the process's: whoever is killed lets go of it. Raises ``ApplyError`` when another run has it.
    """
    path = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = path.open("a+")
    except OSError as error:
        raise unusable(folder, error) from error
    with held:
        if not _try_lock(held):
            _succeed(held, path)
        held.truncate(0)
        held.write(f"{identity(os.getpid())} {identity(leader or os.getpid())}\n")
        held.flush()
        yield


def _try_lock(held: TextIO) -> bool:
    """Try to take the lock."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _succeed(held: TextIO, path: Path) -> None:
    """End the run that holds the lock, if its controller is gone, and take its place."""
    held.seek(0)
    holder, _, leader = held.read().strip().partition(" ")
    if not leader or lives(leader) or not lives(holder):
        raise ApplyError(f"another apply of this stack is running (lock {path}): wait for it")
    os.kill(int(holder.partition(":")[0]), signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while not _try_lock(held):
        if time.monotonic() > deadline:
            raise ApplyError(f"what a killed controller left of this stack cannot be ended (lock {path}): {holder}")
        time.sleep(0.05)
