"""One server's way through a run: the steps that it still has to take, the one it is on, and what belongs to these."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

from ..._stack import mark
from ..._stack.decide import lifecycle
from ..._stack.pace import circuit, settle
from ..._stack.pace.turn import Rider
from ..kind.server.port_group import REGROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._stack.change import Change
    from ..._stack.desired import Wanted
    from ..._stack.observed import Item
    from ..context import Context

DISRUPTIVE = frozenset({"resize", "rebuild", "replace", "stop"})
"""What takes a server away that was there: a group loses no more of its servers at once than it allows."""
REPAIRS = frozenset({"reboot"})
"""What is done only to a server whose guest is down, whatever Nova says."""
STARTING = frozenset({"create", "replace", "rebuild", "resize", "reboot", "start", "unshelve", "unpause", "resume"})
"""After what a server must prove that it is up."""
CONFIRM, HEALTH, REVERT, ADDRESS = "confirm", "health", "revert", "address"


@dataclass
class Journey:
    """A server's steps and those of its addresses. ``wanted`` is None for a server that is not declared any more.

    ``on`` is what it is on, asked for at ``asked_at``; ``implied`` follows without being a step; ``lost`` when nobody
    knows whether Nova took the request. ``failed`` is why it went no further.
    """

    name: str
    wanted: Optional[Wanted]
    item: Optional[Item]
    steps: deque[Change] = field(default_factory=deque)
    actions: set[str] = field(default_factory=set)
    target: str = ""
    host: str = ""
    on: str = ""
    asked_at: float = 0.0
    proved_at: float = 0.0
    begun: bool = False
    placed: bool = False
    lost: str = ""
    implied: deque[str] = field(default_factory=deque)
    over: bool = False
    failed: str = ""
    tries: int = 0
    retry_at: float = float("-inf")
    gated: bool = False
    waits_since: Optional[float] = None

    @property
    def current(self) -> Change:
        """The step that is under way."""
        return self.steps[0]

    @property
    def action(self) -> str:
        """What is to be asked for next, or was asked for last."""
        if self.on or self.implied:
            return self.on or self.implied[0]
        if self.current.kind != "server":
            return ADDRESS
        return "delete" if self.current.action == "replace" else self.current.action

    @property
    def health(self) -> Mapping[str, Any]:
        """How the server proves that it is up; empty for not at all."""
        if self.wanted is None or self.wanted.state != "active":
            return {}
        return self.wanted.create.get("health") or {}

    @property
    def causes(self) -> circuit.Causes:
        """What it shares with others that may be to blame for a failure."""
        return circuit.causes_of(self.wanted) if self.wanted is not None else frozenset()

    def begin(self) -> None:
        """Something is about to be asked for. If a step begins with it, see what has to happen before."""
        self.begun = True
        if self.implied:
            return
        self.gated |= self.current.kind == "server" and self.current.action in STARTING and bool(self.health)
        if self.current.action == CONFIRM and self.health:
            self.implied.extend([HEALTH, CONFIRM])

    def wait(self, now: float, pause: float) -> float:
        """Come back to the same request after a pause; return for how long it has waited (seconds)."""
        if self.waits_since is None:
            self.waits_since = now
        self.on, self.retry_at = "", now + pause
        return now - self.waits_since

    def advance(self, item: Optional[Item], *, proofs: bool) -> None:
        """What it was on has ended well: see what belongs to it. ``proofs``: hosts will be asked before confirming."""
        change, action = self.current, self.on
        self.on, self.tries, self.lost, self.waits_since = "", 0, "", None
        if self.implied:
            self.implied.popleft()
        elif change.action == "replace" and action == "delete":
            self.implied.append("create")
            return
        if action == "resize":
            self.gated = False
            self.implied.extend([HEALTH] if self.health else [])
            self.implied.extend([] if proofs else [CONFIRM])
        elif action == "create" and item is not None and self.wanted is not None:
            self.implied.extend([REGROUP] if self.wanted.fields.get("port_groups") else ())
            self.implied.extend(settle.follow_up(self.wanted.state, str(item.status.get("vm_state"))))

    def rider(self) -> Rider:
        """Return its place in the queue."""
        should = self.wanted is not None and self.wanted.state == "active"
        up = self.item is not None and self.item.status.get("vm_state") == "active"
        create = self.wanted.create if self.wanted is not None else {}
        return Rider(
            self.name,
            self.action,
            on=bool(self.on),
            begun=self.begun,
            disruptive=should and up and bool(self.actions & DISRUPTIVE) and not self.actions & REPAIRS,
            mending=should and bool(self.actions & STARTING) and (not up or bool(self.actions & REPAIRS)),
            placed=self.placed,
            group=str(create.get("group") or ""),
            server_group=str(create.get("server_group") or ""),
            host=self.host,
            retry_at=self.retry_at,
        )


def journeys(context: Context, changes: Iterable[Change]) -> list[Journey]:
    """Return one journey for each server that has steps, or whose addresses have."""
    found: dict[str, Journey] = {}
    for change in changes:
        name = change.name if change.kind == "server" else context.wanted_for(change.kind, change.name).fields["server"]
        if name not in found:
            wanted = context.declared.get(("server", name))
            found[name] = Journey(name, wanted, seen_item(context, wanted))
        found[name].steps.append(change)
        if change.kind == "server":
            found[name].actions.add(change.action)
            found[name].target = found[name].target or change.target
    for journey in found.values():
        known = context.index.by_id.get(("server", journey.target))
        journey.host = str(known.status.get("host") or "") if known is not None else ""
    return list(found.values())


def seen_item(context: Context, wanted: Optional[Wanted]) -> Optional[Item]:
    """Return a declared server as it was seen before the run."""
    items = context.index.find(wanted) if wanted is not None else []
    return items[0] if items else None


def tag_of(context: Context, waiting: Iterable[Journey]) -> Optional[str]:
    """Return the tag that all who are waited for bear; None where one of them was taken over and is not marked."""
    known = [context.index.by_id.get(("server", one.target)) for one in waiting]
    bare = any(item is not None and item.mark is None for item in known)
    return None if bare else mark.stack_tag(context.stack)


def is_down(item: Optional[Item]) -> bool:
    """Tell whether a server that should be active is not."""
    return item is None or item.status.get("vm_state") not in {"active", lifecycle.RESIZED}
