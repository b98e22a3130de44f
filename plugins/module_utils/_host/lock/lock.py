"""Two runs must not write on one host at once, also when the first one's controller is dead and it goes on alone.

The lock is the first stage of a module: in a real run looking takes it, and the kernel lets go of it when the module
and everything that it has started have ended. So what a killed module had begun, a migration say, is neither cut short
nor joined by a second one. A newer run waits for it; an older run that comes or waits after a newer one is refused.
Modules of one run share the lock, since one of them may go on in the background. In check mode nothing is locked.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from ..._core.errors import ObserveError
from ..._core.plan import Plan
from ..._site.decide import fence
from ..door import command
from . import holder, lease, note

if TYPE_CHECKING:
    from typing import IO

PATH = "/run/novaform.lock"
PATIENCE = 900.0
_PAUSE = 0.1


class Lock:
    """The stage that holds the host's lock from the first look until this process and its children end.

    ``doing`` is what is written, for people, ``run`` the site's run that this module is part of. Beside the lock's file
    stands ``PATH.run`` with what the host remembers of runs.
    """

    def __init__(
        self, doing: str = "", run: fence.SiteRun | None = None, path: str = PATH, within: float = PATIENCE
    ) -> None:
        self.doing = doing
        self.run = run
        self.path = path
        self.within = within
        self._held: IO[str] | None = None

    def plan(self, planned: Plan | None) -> Plan:
        """Take the lock when this is a real run.

        Raises ``ObserveError`` when another run keeps it too long, and when a newer run has begun.
        """
        if planned is None and self._held is None:
            self._held = self._acquire()
            command.KEPT.add(self._held.fileno())
            if self.run is not None:
                lease.renew(self.run)
        return Plan()

    def apply(self, plan: Plan) -> None:
        """Do nothing: there is never a step."""

    def release(self) -> None:
        """Let go of the lock before the process ends."""
        if self._held is not None:
            command.KEPT.discard(self._held.fileno())
            self._held.close()
            self._held = None

    def _acquire(self) -> IO[str]:
        with ExitStack() as undo:
            held = undo.enter_context(note.open_locked(self.path))
            self._wait(held)
            undo.pop_all()
        return held

    def _wait(self, held: IO[str]) -> None:
        deadline = time.monotonic() + self.within
        while not self._try(held):
            if time.monotonic() > deadline:
                who = busy(self.path) or "another run was writing on this host"
                raise ObserveError(f"{who}: wait until it has ended, or end it, then run again")
            time.sleep(_PAUSE)

    def _try(self, held: IO[str]) -> bool:
        """Take the lock if nobody of another run has it. Whoever decides that has the record alone meanwhile."""
        with note.alone(f"{self.path}.run") as kept:
            known = fence.from_json(kept.value)
            refused = fence.refusal(known, self.run)
            if refused is not None:
                raise ObserveError(refused)
            known = replace(known, newest=self.run or known.newest)
            taken = note.take(held, fcntl.LOCK_SH if fence.is_shared(known, self.run) else fcntl.LOCK_EX)
            if taken and self.run is not None:
                note.take(held, fcntl.LOCK_SH)
            if taken:
                at_work = self.run.epoch if self.run else 0
                known = replace(known, at_work=at_work, doing=self.doing, pid=os.getpid(), since=time.time())
            kept.write(known.to_json())
        return taken


def busy(path: str = PATH) -> str | None:
    """Return in words who writes on this host, or None when nobody does."""
    with note.alone(f"{path}.run") as kept, note.open_locked(path) as file:
        if note.take(file, fcntl.LOCK_EX):
            return None
        known = fence.from_json(kept.value)
    found = holder.observe(os.path.realpath(path))
    since = time.strftime("%H:%M:%S", time.localtime(known.since))
    programs = ", ".join(str(one) for one in found[:3]) or f"process {known.pid}"
    if not known.pid:
        return f"the lock {path} of this host is held: {programs}"
    what = f" ({fence.plain(known.doing)})" if known.doing else ""
    if any(one.pid == known.pid for one in found):
        return f"another run has been writing on this host since {since}{what}: {programs}"
    return f"what a run that was killed had begun here at {since}{what} is still at work: {programs}"
