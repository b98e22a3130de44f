"""Servers take their time: everything is asked for first, and then one list for all of them says how they get on."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Callable, Optional

from ..._api.wire import Lost, Unreached
from ..._core.errors import Error
from ..._stack.change import DONE, FAILED, SKIPPED, UNKNOWN, Outcome
from ..._stack.pace import circuit, settle, turn
from ..context import PATIENCE, NotYet
from ..kind.server.port_group import REGROUP
from ..look import health, observe, reason
from .journey import ADDRESS, CONFIRM, HEALTH, REVERT, Journey, journeys, tag_of
from .perform import Performer, outcome_of
from .ring import Rings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._stack.change import Change
    from ..._stack.observed import Item

SUBMITTERS = 6
PROVERS, ROUND = 32, 4.0
"""So many guests are asked at a time whether they are up, and none after so many seconds of one look."""
LOOK_EVERY = (0.5, 3.0)
BURDEN, LONGEST = 4.0, 10.0
"""A look that takes long keeps Nova from what we wait for: so many times as long it is left alone, within seconds."""
ANSWERED = frozenset({"update", "adopt", REGROUP})
"""What is done when the answer is there."""
COSTLY = frozenset({"create", "replace", "rebuild", "resize"})
"""What is not tried any more when it failed often enough for the same cause."""


class Rollout:
    """All servers' journeys of one run. With ``proofs`` a resize is confirmed only after the hosts were asked again."""

    def __init__(
        self, performer: Performer, tell: Callable[[Outcome], None], timeout: float, *, proofs: bool = False
    ) -> None:
        self.performer = performer
        self.context = performer.context
        self.session = performer.context.session
        self.tell = tell
        self.timeout = timeout
        self.proofs = proofs
        self.hosts = 1
        self.took = 0.0
        self.lock = threading.RLock()
        self.outcomes: list[Outcome] = []
        self.circuits = circuit.Circuits()
        self.window = turn.Window()
        self.monotonic = self.session.clock.monotonic

    def run(self, changes: Iterable[Change]) -> list[Outcome]:
        """Take all steps of all servers and return what became of each."""
        all_of_them = journeys(self.context, changes)
        rings = Rings(self.context, all_of_them)
        builds = sum(1 for one in all_of_them if one.actions & {"create", "replace", "unshelve"})
        if builds > turn.MOST_PER_HOST:
            self.hosts = observe.build_hosts(self.session, self.context.index.observed)
        pause = LOOK_EVERY[0]
        while any(not one.over for one in all_of_them):
            rings.came_back(all_of_them, self.monotonic())
            ready = self.choose(all_of_them, rings)
            self.ask(ready)
            waiting = [one for one in all_of_them if one.on and not one.over]
            if (ready and not waiting) or all(one.over for one in all_of_them):
                continue
            self.session.sleep(max(pause, min(BURDEN * self.took, LONGEST)))
            self.took = 0.0
            moved = self.look(waiting) if waiting else False
            pause = LOOK_EVERY[0] if moved else min(pause * 1.5, LOOK_EVERY[1])
        return self.outcomes

    def choose(self, all_of_them: list[Journey], rings: Rings) -> list[Journey]:
        """Return whom to ask something now, and end those who are left out."""
        now = self.monotonic()
        left = {one.name: one for one in all_of_them if not one.over}
        found = turn.turns([one.rider() for one in left.values()], rings.rings, self.hosts, now)
        for name, why in found.skipped.items():
            self.end(left[name], outcome_of(left[name].current, SKIPPED, why))
        ready = []
        for name in found.ready:
            why = "" if left[name].begun else self.circuits.against(left[name].causes)
            if why and left[name].action != ADDRESS and left[name].current.action in COSTLY:
                self.end(left[name], outcome_of(left[name].current, SKIPPED, why))
            else:
                ready.append(left[name])
        return ready[: int(self.window.size)]

    def ask(self, ready: list[Journey]) -> None:
        """Ask for the next thing on some servers' way, and see whether the services can keep up."""
        before = self.session.pushed_back
        self.session.crowd(SUBMITTERS, self.submit, ready)
        if ready:
            self.window = self.window.after(pushed_back=self.session.pushed_back > before)
        wait = self.session.quiet_until - self.monotonic()
        if wait > 0:
            self.session.sleep(wait)

    def submit(self, journey: Journey) -> None:
        """Ask for the next thing on a server's way."""
        journey.begin()
        asked = change = journey.current
        action = journey.action
        if action == HEALTH:
            journey.on, journey.asked_at = HEALTH, self.monotonic()
            return
        if change.kind == "server":
            asked = replace(change, action=action, target="" if action == "create" else journey.target)
        try:
            made = self.performer.attempt(asked)
        except NotYet as error:
            self.postpone(journey, str(error))
            return
        except Error as error:
            self.stumble(journey, action, error)
            return
        if change.kind != "server" or action in ANSWERED:
            self.advance(journey, None)
            return
        journey.target = made.id or journey.target
        journey.on, journey.asked_at, journey.placed = action, self.monotonic(), False

    def postpone(self, journey: Journey, text: str) -> None:
        """What the next request needs is under way: come back in a moment, but not for ever."""
        waited = journey.wait(self.monotonic(), LOOK_EVERY[0])
        if waited == 0:
            self.context.tell(f"{journey.action} {journey.name}: {text}: waiting")
        elif waited > PATIENCE:
            self.end(journey, outcome_of(journey.current, FAILED, f"{text}; given up after {waited:.0f} s"))

    def stumble(self, journey: Journey, action: str, error: Error) -> None:
        """A request failed: try again what passes, look whether a lost one was taken, give up the rest."""
        text = str(error)
        told = error.details.get("status")
        status = told if isinstance(told, int) else None
        making = action == "create" or journey.current.kind != "server"
        if isinstance(error, Lost) and not making and action not in ANSWERED:
            journey.on, journey.asked_at, journey.lost = action, self.monotonic(), text
        elif isinstance(error, Lost) and making:
            self.end(journey, outcome_of(journey.current, UNKNOWN, text))
        elif not (isinstance(error, (Unreached, Lost)) or circuit.passes(status, text)) or not self.again(
            journey, text
        ):
            self.end(journey, outcome_of(journey.current, FAILED, text))

    def again(self, journey: Journey, text: str) -> bool:
        """Let a journey try its request again in a while; False when it has tried often enough."""
        journey.tries += 1
        if journey.tries >= circuit.TRIES:
            return False
        wait = circuit.backoff(journey.tries, journey.current.uid)
        journey.on, journey.lost, journey.retry_at = "", "", self.monotonic() + wait
        self.context.tell(f"{journey.action} server {journey.name}: {text}: again in {wait:.0f} s")
        return True

    def look(self, waiting: list[Journey]) -> bool:
        """Look at all servers that are under way, once; tell whether any got further."""
        targets = [one.target for one in waiting]
        began = self.monotonic()
        by_id, unknown = observe.under_way(self.session, tag_of(self.context, waiting), targets)
        if unknown:
            self.context.tell(f"nothing is known of {len(unknown)} servers: the list fails, or a cell is down")
        self.took = self.monotonic() - began
        ails = self.prove([one for one in waiting if one.on == HEALTH])
        moved = False
        for journey in waiting:
            item, elapsed = by_id.get(journey.target), self.monotonic() - journey.asked_at
            if journey.on == HEALTH and journey.name not in ails:
                state = settle.Settled(settle.WAITING)
            elif journey.on == HEALTH:
                state = settle.settle_health(ails[journey.name], item, elapsed, float(journey.health["within"]))
            else:
                known = journey.target not in unknown
                state = settle.settle(journey.on, item, elapsed) if known else settle.Settled(settle.WAITING)
                moved |= self.place(journey, item)
            if state.state == settle.WAITING and elapsed > self.timeout:
                state = settle.Settled(settle.FAILED, f"not done after {elapsed:.0f} s")
            moved |= self.judge(journey, state, item)
        return moved

    def prove(self, proving: list[Journey]) -> dict[str, str]:
        """Return what ails servers, by name: slow guests hold up no others; who is left out is first next time."""
        began = self.monotonic()

        def ask(one: Journey) -> Optional[str]:
            now = self.monotonic()
            if now - began > ROUND:
                return None
            one.proved_at = now
            return health.ails(self.session, one.target, one.health, self.context.reach)

        proving.sort(key=lambda one: one.proved_at)
        found = self.session.crowd(PROVERS, ask, proving) if proving else []
        return {one.name: text for one, text in zip(proving, found) if text is not None}

    def place(self, journey: Journey, item: Optional[Item]) -> bool:
        """Note where a server is; tell whether that is news."""
        placed = settle.is_placed(journey.on, item)
        if item is not None:
            journey.host = str(item.status.get("host") or "") or journey.host
        news, journey.placed = placed and not journey.placed, placed
        return news

    def judge(self, journey: Journey, state: settle.Settled, item: Optional[Item]) -> bool:
        """Let a journey go on, or end it; tell whether anything happened."""
        if state.state == settle.FAILED:
            if not (journey.lost and self.again(journey, journey.lost)):
                self.give_up(journey, state.why)
        elif state.state == settle.DONE:
            self.advance(journey, item)
        return state.state != settle.WAITING

    def give_up(self, journey: Journey, told: str) -> None:
        """Something did not come to a good end; a resize whose server is not healthy is undone first."""
        why = told if journey.on == HEALTH else reason.last_failure(self.session, journey.target) or told
        if journey.on == HEALTH and journey.current.action in {"resize", CONFIRM}:
            journey.on, journey.failed = "", f"{why}: the resize was reverted"
            journey.implied.clear()
            journey.implied.append(REVERT)
            return
        self.end(journey, outcome_of(journey.current, FAILED, why, journey.target))

    def advance(self, journey: Journey, item: Optional[Item]) -> None:
        """The action under way has ended well: go on to what belongs to it, or to the next step."""
        change, action = journey.current, journey.on
        if action == REVERT and journey.failed:
            self.end(journey, outcome_of(change, FAILED, journey.failed, journey.target))
            return
        journey.advance(item, proofs=self.proofs)
        if journey.implied:
            return
        if action != HEALTH or change.action in {"resize", CONFIRM}:
            self.finish(journey, change)
        if len(journey.steps) > 1:
            journey.steps.popleft()
        elif journey.gated:
            journey.gated = False
            journey.on, journey.asked_at = HEALTH, self.monotonic()
        else:
            journey.over = True

    def finish(self, journey: Journey, change: Change) -> None:
        """A step has been done."""
        resized = "not confirmed before its host is asked" if self.proofs else "confirmed on Nova's word: no host asked"
        made = outcome_of(change, DONE, resized if change.action == "resize" else "", journey.target)
        with self.lock:
            self.tell(made)
            self.outcomes.append(made)
            if change.kind == "server" and change.action in COSTLY:
                self.circuits.went_well(journey.causes)

    def end(self, journey: Journey, outcome: Outcome) -> None:
        """A step failed: nothing more is done on this server."""
        if journey.on == HEALTH and journey.current.action not in {"resize", CONFIRM}:
            outcome = outcome._replace(action=HEALTH, kind="server", name=journey.name)
        with self.lock:
            if outcome.outcome == FAILED and outcome.kind == "server" and outcome.action in COSTLY:
                self.circuits.note_failure(journey.causes, outcome.why)
            self.tell(outcome)
            self.outcomes.append(outcome)
            self.outcomes.extend(
                outcome_of(left, SKIPPED, f"{outcome.action} of {outcome.name} {outcome.outcome}")
                for left in list(journey.steps)[1:]
            )
        journey.failed = f"{outcome.action} of server {journey.name} {outcome.outcome}: {outcome.why}"
        journey.over, journey.on = True, ""
