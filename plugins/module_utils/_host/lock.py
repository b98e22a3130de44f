"""Two runs must not write on one host at once, also when the first one's controller is dead and it goes on alone.

The lock is the first stage of a module: in a real run looking takes it, and the kernel lets go of it when the
process ends, however it ends. In check mode nothing is written and nothing is locked.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING

from .._core.errors import ObserveError
from .._core.plan import Plan

if TYPE_CHECKING:
    from typing import IO

PATH = "/run/novaform.lock"
PATIENCE = 900.0


class Lock:
    """The stage that holds the host's lock from the first look until the process ends."""

    def __init__(self, path: str = PATH, within: float = PATIENCE) -> None:
        self.path = path
        self.within = within
        self._held: IO[str] | None = None

    def plan(self, planned: Plan | None) -> Plan:
        """Take the lock when this is a real run. Raises ``ObserveError`` when another run keeps it too long."""
        if planned is None and self._held is None:
            self._held = acquire(self.path, self.within)
        return Plan()

    def apply(self, plan: Plan) -> None:
        """Do nothing: there is never a step."""

    def release(self) -> None:
        """Let go of the lock before the process ends."""
        if self._held is not None:
            self._held.close()
            self._held = None


def acquire(path: str = PATH, within: float = PATIENCE) -> IO[str]:
    """Return the open and locked file; the lock lasts as long as it is open. ``within`` is in seconds."""
    try:
        held = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+")
    except OSError as error:
        raise ObserveError(f"the lock {path} cannot be opened: {error.strerror}; run as root") from error
    deadline = time.monotonic() + within
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if time.monotonic() > deadline:
                holder = held.read().strip() or "unknown"
                held.close()
                raise ObserveError(
                    f"another run (process {holder}) has been writing on this host for {within:.0f} s: "
                    f"wait for it or end it, then run again"
                ) from None
            time.sleep(0.1)
    held.seek(0)
    held.truncate()
    held.write(f"{os.getpid()}\n")
    held.flush()
    return held
