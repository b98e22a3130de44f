"""Servers take their time: everything is asked for first, and then one list for all of them says how they get on."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Callable, Optional

from .._core import mark
from .._core.decide import settle
from .._core.errors import ObserveError
from .._core.outcome import DONE, FAILED, SKIPPED, Outcome
from . import observe, reason
from .perform import Performer, ended
from .port_group import REGROUP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._core.change import Change
    from .._core.observed import Item

SUBMITTERS = 6
DISRUPTIVE = frozenset({"resize", "rebuild", "replace", "reboot", "stop"})
"""What takes a server away that was there: a group loses no more of its servers at once than it allows."""
ANSWERED = frozenset({"update", "adopt", REGROUP})
"""What is done when the answer is there."""
LOOK_EVERY = (0.5, 3.0)
SCHEDULED = frozenset({"create", "resize", "unshelve"})
"""What the scheduler chooses a host for."""


@dataclass
class Journey:
    """One server's way: the steps it still has to take, and the one that it is on."""

    name: str
    steps: deque[Change]
    target: str = ""
    on: str = ""
    asked_at: float = 0.0
    begun: bool = False
    placed: bool = False
    implied: deque[str] = field(default_factory=deque)
    over: bool = False

    @property
    def current(self) -> Change:
        """The step that is under way."""
        return self.steps[0]

    @property
    def action(self) -> str:
        """What is to be asked for next, or was asked for last."""
        if self.on or self.implied:
            return self.on or self.implied[0]
        return "delete" if self.current.action == "replace" else self.current.action


class Fleet:
    """All servers' journeys of one run."""

    def __init__(self, performer: Performer, tell: Callable[[Outcome], None], timeout: float) -> None:
        self.performer = performer
        self.context = performer.context
        self.tell = tell
        self.timeout = timeout
        self.outcomes: list[Outcome] = []
        self.monotonic = self.context.session.clock.monotonic

    def run(self, changes: Iterable[Change]) -> list[Outcome]:
        """Take all steps of all servers and return what became of each."""
        by_name: dict[str, Journey] = {}
        for change in changes:
            journey = by_name.setdefault(change.name, Journey(change.name, deque(), change.target))
            journey.steps.append(change)
        journeys = list(by_name.values())
        pause = LOOK_EVERY[0]
        while any(not one.over for one in journeys):
            ready = self.in_turn(journeys, self.paced(journeys))
            self.context.session.crowd(SUBMITTERS, self.submit, ready)
            waiting = [one for one in journeys if one.on and not one.over]
            if not waiting:
                continue
            self.context.session.sleep(pause)
            moved = self.look(waiting)
            pause = LOOK_EVERY[0] if moved else min(pause * 1.5, LOOK_EVERY[1])
        return self.outcomes

    def paced(self, journeys: list[Journey]) -> list[Journey]:
        """Return whom to ask something now: of each group no more are away at once than it allows."""
        away: Counter[str] = Counter()
        ready = []
        for journey in journeys:
            group, most = self.group_of(journey)
            away[group] += group != "" and not journey.over and (bool(journey.on) or journey.begun)
            if not journey.over and not journey.on and journey.begun:
                ready.append(journey)
        for journey in journeys:
            group, most = self.group_of(journey)
            if journey.over or journey.on or journey.begun or (group and away[group] >= most):
                continue
            away[group] += group != ""
            journey.begun = True
            ready.append(journey)
        return ready

    def group_of(self, journey: Journey) -> tuple[str, int]:
        """Return the group that a disruption must be spread over, and how many may be away; an empty name for none."""
        if not any(step.action in DISRUPTIVE for step in journey.steps):
            return "", 0
        create = self.context.wanted("server", journey.name).create
        return str(create.get("group") or ""), max(1, int(create.get("max_unavailable") or 1))

    def in_turn(self, journeys: list[Journey], ready: list[Journey]) -> list[Journey]:
        """Return whom to ask now: of each server group one at a time until it has a host.

        The scheduler keeps servers of a group apart, or together, by the hosts that the group's servers already have.
        """
        groups = {one.name: self.server_group(one) for one in journeys if not one.over and one.action in SCHEDULED}
        taken = {groups[one.name] for one in journeys if one.on and one.name in groups and not one.placed} - {""}
        found = []
        for journey in ready:
            group = groups.get(journey.name, "")
            if group not in taken:
                found.append(journey)
                taken |= {group} - {""}
        return found

    def server_group(self, journey: Journey) -> str:
        """Return the server group of a declared server; empty for none."""
        return str(self.context.wanted("server", journey.name).create.get("server_group") or "")

    def submit(self, journey: Journey) -> None:
        """Ask for the next thing on a server's way."""
        change, action = journey.current, journey.action
        if action == "create":
            journey.target = ""
        made = self.performer.perform(replace(change, action=action, target=journey.target))
        if made.outcome != DONE:
            self.end(journey, ended(change, made.outcome, made.why))
            return
        journey.target = made.id or journey.target
        if action in ANSWERED:
            self.advance(journey, None)
            return
        journey.on, journey.asked_at, journey.placed = action, self.monotonic(), False

    def look(self, waiting: list[Journey]) -> bool:
        """Look at all servers that are under way, once; tell whether any got further."""
        try:
            seen = observe.servers(self.context.session, self.tag(waiting))
        except ObserveError as error:
            self.context.tell(f"cannot look at the servers: {error}")
            seen = None
        by_id = {item.id: item for item in seen or ()}
        moved = False
        for journey in waiting:
            elapsed = self.monotonic() - journey.asked_at
            state = settle.Settled(settle.WAITING)
            if seen is not None:
                state = settle.settle(journey.on, by_id.get(journey.target), elapsed)
            if state.state == settle.WAITING and elapsed > self.timeout:
                state = settle.Settled(settle.FAILED, f"not done after {elapsed:.0f} s")
            placed = settle.placed(journey.on, by_id.get(journey.target))
            moved |= placed and not journey.placed
            journey.placed = placed
            moved |= self.judge(journey, state, by_id.get(journey.target))
        return moved

    def tag(self, waiting: list[Journey]) -> Optional[str]:
        """Return the tag that all who are waited for bear; None where one of them was taken over and is not marked."""
        world = self.context.world
        known = [world.by_id.get(("server", one.target)) for one in waiting] if world is not None else []
        bare = any(item is not None and item.mark is None for item in known)
        return None if bare else mark.stack_tag(self.context.stack)

    def judge(self, journey: Journey, state: settle.Settled, item: Optional[Item]) -> bool:
        """Let a journey go on, or end it; tell whether anything happened."""
        if state.state == settle.FAILED:
            why = reason.last_failure(self.context.session, journey.target) or state.why
            self.end(journey, ended(journey.current, FAILED, why, journey.target))
        elif state.state == settle.DONE:
            self.advance(journey, item)
        return state.state != settle.WAITING

    def advance(self, journey: Journey, item: Optional[Item]) -> None:
        """The action under way has ended well: go on to what belongs to it, or to the next step."""
        change, action = journey.current, journey.on
        journey.on = ""
        if journey.implied:
            journey.implied.popleft()
        elif change.action == "replace" and action == "delete":
            journey.implied = deque(["create"])
            return
        if action in {"create", "resize"} and item is not None:
            wanted = self.context.wanted("server", change.name)
            journey.implied.extend([REGROUP] if action == "create" and wanted.fields.get("port_groups") else ())
            journey.implied.extend(settle.follow_up(action, wanted.state, str(item.status.get("vm_state"))))
        if journey.implied:
            return
        self.tell(ended(change, DONE, ident=journey.target))
        self.outcomes.append(ended(change, DONE, ident=journey.target))
        journey.steps.popleft()
        journey.over = not journey.steps

    def end(self, journey: Journey, outcome: Outcome) -> None:
        """A step failed: nothing more is done on this server."""
        self.tell(outcome)
        self.outcomes.append(outcome)
        for left in list(journey.steps)[1:]:
            self.outcomes.append(ended(left, SKIPPED, f"{outcome.action} failed before"))
        journey.over = True
