"""One step, carried out at most once: written down, sent, and after a lost answer looked for, never sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ..._api.wire import Lost
from ..._core.errors import Error
from ..._stack import mark
from ..._stack.change import DONE, FAILED, UNKNOWN, Outcome
from ..._stack.decide.index import is_whole
from ..kind import registry
from ..kind.server import volumes
from ..kind.server.action import act
from ..kind.server.adopt import mark_server
from ..kind.server.port_group import REGROUP, set_port_groups
from ..look import observe

if TYPE_CHECKING:
    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..._stack.observed import Item
    from ..context import Context
    from .journal import Journal


class Performer:
    """Carries out single steps; threads may share it."""

    def __init__(self, context: Context, journal: Journal, grace: float) -> None:
        self.context = context
        self.journal = journal
        self.grace = grace
        self.clock = context.session.clock.now
        self.monotonic = context.session.clock.monotonic

    def perform(self, change: Change) -> Outcome:
        """Carry out one step on anything, up to the point where the service has accepted it."""
        try:
            return self.attempt(change)
        except Lost as error:
            return outcome_of(change, UNKNOWN, str(error))
        except Error as error:
            return outcome_of(change, FAILED, str(error))

    def attempt(self, change: Change) -> Outcome:
        """Carry out one step; errors pass. Nothing is done when another run has begun, or this one is to stop.

        A step may be many requests with waits between them: the session asks again right before each.
        """
        self.journal.hold()
        self.context.begin(change)
        if change.action == "delete":
            registry.remove(self.context, change)
            if not any(one.uid == change.uid for one in self.context.desired.wanted):
                self.journal.forget([change.uid])
            return outcome_of(change, DONE, ident=change.target)
        wanted = self.context.wanted_for(change.kind, change.name)
        if change.action in {"create", "replace"}:
            if change.action == "replace":
                registry.remove(self.context, change)
            if wanted.kind == "server":
                volumes.check_all(self.context, wanted)
            return outcome_of(change, DONE, ident=self.find_skipped(change, wanted) or self.make(wanted))
        if change.action == REGROUP:
            set_port_groups(self.context, change.target, wanted.fields["port_groups"])
        elif change.action in {"update", "adopt"}:
            (mark_server if change.action == "adopt" else registry.update)(self.context, change, wanted)
            self.journal.settle([(wanted, change.target)])
        else:
            act(self.context, change.action, change.target, wanted)
        return outcome_of(change, DONE, ident=change.target)

    def find_skipped(self, change: Change, wanted: Wanted) -> Optional[str]:
        """Return the id of a server that is there although it was not in the list; looked for by its tag.

        In a list of several pages Nova leaves some servers out while others are being built.
        """
        if (change.action, wanted.kind) != ("create", "server") or "servers" not in self.context.session.paged:
            return None
        ident = next((one.id for one in observe.servers(self.context.session, mark.UID_TAG + wanted.uid)), None)
        if ident is not None:
            self.journal.settle([(wanted, ident)])
            self.context.ids[wanted.kind, wanted.key] = ident
        return ident

    def make(self, wanted: Wanted) -> str:
        """Make one thing at most once, and return its id. Raises ``Lost`` where its fate stays unknown."""
        self.journal.intend([wanted], self.clock())
        try:
            ident = registry.make(self.context, wanted)
        except Lost:
            found = self.search(wanted)
            if found is None:
                raise
            ident = found
        except Error:  # it was refused, not sent, or what it needs was not there: no answer is outstanding
            self.journal.clear([wanted.uid])
            raise
        self.journal.settle([(wanted, ident)])
        self.context.ids[wanted.kind, wanted.key] = ident
        return ident

    def search(self, wanted: Wanted) -> Optional[str]:
        """Look for a thing whose creation was not answered, until it is found or grace is over."""
        started = self.monotonic()
        pause = 0.5
        while True:
            seen = observe.observe(self.context.session, [wanted.kind])
            for item in seen.of_kind(wanted.kind):
                if _is_it(item, wanted):
                    return item.id
            if self.monotonic() - started > self.grace:
                return None
            self.context.session.sleep(pause)
            pause = min(pause * 2, 5.0)


def _is_it(item: Item, wanted: Wanted) -> bool:
    """Tell whether a thing is the wanted one, and whole. Key pairs bear no mark."""
    if item.kind == "image" and not is_whole(item):
        return False
    if item.kind == "key":
        return item.name == wanted.name
    return item.mark is not None and item.mark.uid == wanted.uid


def outcome_of(change: Change, outcome: str, why: str = "", ident: str = "") -> Outcome:
    """Return a step's outcome."""
    return Outcome(change.action, change.kind, change.name, outcome, why, ident)
