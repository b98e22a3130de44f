"""Look, decide, act, look again, for a whole stack: what ``plan`` says and what ``apply`` does is one path."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from ..._api.check import is_ident
from ..._stack.change import DONE, FAILED, SKIPPED, Change, Decision, Outcome
from ..._stack.decide import image, quota, stack
from ..._stack.decide.index import Index
from ..._stack.gc_pause import without_collector
from ..._stack.policy import Policy
from ..context import Context, Watch
from ..look import health, observe
from ..look.limit import observe_formats, observe_limits
from .journal import Journal, to_read
from .lock import alone
from .perform import Performer, outcome_of
from .rollout import Rollout
from .volume_holder import holders_first, without_held

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ..._api.session import Session
    from ..._stack.desired import Desired
    from ..._stack.observed import Domain, Observed
    from ..._stack.policy import Applied

ALL_KINDS = frozenset(stack.ORDER)
PATIENCE = 120.0
"""Seconds that a run waits for what an earlier one, or Nova, has not finished."""


class Stopped(BaseException):
    """Nothing more is sent, whatever was to follow: no step's failure, and not to be caught as one."""


class Look(NamedTuple):
    """One look and what follows from it."""

    observed: Observed
    decision: Decision
    applied: Mapping[str, Applied]


class RunOptions(NamedTuple):
    """How a run goes about it. ``domains`` is what the hosts said, if they were asked.

    ``progress`` is a file for lines of JSON; when the file ``stop`` appears nothing more is sent; ``timeout`` is how
    many seconds one action on a server may take.
    """

    domains: Optional[Mapping[str, Mapping[str, Domain]]] = None
    timeout: float = 900.0
    progress: Optional[Path] = None
    stop: Optional[Path] = None
    open: Callable[[Path], Journal] = Journal
    open_to_read: Callable[[Path], Journal] = to_read
    reach: Callable[..., str] = health.reach


AS_USUAL = RunOptions()


class Run:
    """One stack on one cloud, whose journal is in ``folder``."""

    def __init__(
        self, session: Session, desired: Desired, policy: Policy, folder: Path, given: RunOptions = AS_USUAL
    ) -> None:
        self.session = session
        self.desired = desired
        self.policy = policy
        self.folder = folder
        self.given = given
        self.domains = given.domains
        self.clock = session.clock.now

    def kinds(self, journal: Journal) -> frozenset[str]:
        """Return what to list: what is declared, used, or was ever made. Without memory that is everything."""
        made = journal.kinds()
        if not made:
            return ALL_KINDS
        declared = {one.kind for one in self.desired.wanted} | {one.kind for one in self.desired.external}
        return frozenset(made | declared) & ALL_KINDS

    def remember(self, journal: Journal, seen: Observed) -> None:
        """Note in a journal that knows of nothing which kinds there are, or may be, of this stack.

        Else the first thing that is made would hide from later looks whatever is of a kind that is declared no more.
        """
        if journal.kinds():
            return
        ours = {
            item.kind for item in seen.items if item.mark is not None and item.mark.stack in {self.desired.stack, None}
        }
        journal.know(self.desired.stack, ours | {kind for kind in ALL_KINDS if not seen.covers(kind)})

    def look(self, journal: Journal) -> Look:
        """Look at the cloud and decide; change nothing."""
        with without_collector():
            return self.look_and_decide(journal)

    def look_and_decide(self, journal: Journal) -> Look:
        """Look and decide."""
        applied = journal.load_applied()
        servers = (one.uid for one in self.desired.wanted if one.kind == "server")
        known = {uid: applied[uid].id for uid in servers if uid in applied and is_ident(applied[uid].id)}
        observed = observe.observe(self.session, self.kinds(journal), known)._replace(domains=self.domains)
        if quota.concerns(self.desired, observed):
            observed = observed._replace(limits=observe_limits(self.session))
        if image.concerns(self.desired, observed):
            observed = observed._replace(image_formats=observe_formats(self.session))
        decision = stack.decide(self.desired, observed, applied, self.clock(), self.policy)
        return Look(observed, decision, applied)

    def plan(self) -> Look:
        """Say what would be done. Nothing is written, here or in the cloud."""
        with closing(self.given.open_to_read(self.folder)) as journal:
            return self.look(journal)

    @contextmanager
    def leading(self, leader: Optional[int] = None) -> Iterator[Journal]:
        """Have the stack to oneself, for a controller (``leader``, see ``alone``): any earlier run of it is over."""
        with alone(self.folder, leader), closing(self.given.open(self.folder)) as journal:
            journal.lead()
            yield journal

    def settle(self, journal: Journal) -> Look:
        """Look, and wait a while for what is under way since an earlier run, so that it can be judged."""
        started = self.session.clock.monotonic()
        while True:
            look = self.look(journal)
            passing = [note for note in look.decision.notes if note.passing]
            if not passing or self.session.clock.monotonic() - started > PATIENCE:
                return look
            self.tell(f"{passing[0].kind} {passing[0].name}: {passing[0].text}")
            self.session.sleep(2.0)

    def act(self, journal: Journal, look: Look, approved: Optional[Sequence[Change]]) -> list[Outcome]:
        """Take the steps: what servers need, servers, their addresses, and last what is to go."""
        self.remember(journal, look.observed)
        self.session.guard = journal.hold
        index = Index(self.desired, look.observed, look.applied, Policy())
        context = Context(self.session, index, Watch(self.tell, self.begin), self.given.reach)
        changes = [step for step in look.decision.doable if isinstance(step, Change)]
        chosen, outcomes = choose(changes, approved)
        performer = Performer(context, journal, self.policy.grace)
        self.announce(chosen)
        gone = [one for one in chosen if one.action == "delete"]
        rest = [one for one in chosen if one.action != "delete"]
        ahead = [one for one in rest if one.kind not in {"server", "floating_ip"}]
        outcomes += self.one_by_one(performer, ahead, [])
        rollout = Rollout(performer, self.report, self.given.timeout, proofs=self.domains is not None)
        kept, skipped = self.without_failed([one for one in rest if one not in ahead], outcomes)
        early, late = holders_first(context, [one for one in gone if one.kind == "server"])
        outcomes += skipped + rollout.run([*kept, *early])
        outcomes += Rollout(performer, self.report, self.given.timeout).run(late)
        free, skipped = without_held(context, [one for one in gone if one.kind != "server"], outcomes)
        outcomes += skipped + self.one_by_one(performer, free, [])
        if outcomes and journal.leads():  # a run that another has followed only tells
            journal.record(self.clock(), [(one.action, one.kind, one.name, one.outcome) for one in outcomes])
            journal.keep(self.clock(), self.desired)
        return outcomes

    def one_by_one(self, performer: Performer, changes: Sequence[Change], before: Sequence[Outcome]) -> list[Outcome]:
        """Take quick steps in their order; what needs something that failed is skipped."""
        outcomes: list[Outcome] = []
        for change in changes:
            kept, skipped = self.without_failed([change], [*before, *outcomes])
            outcomes += skipped
            if kept:
                self.tell(f"{change.action} {change.kind} {change.name}")
                outcomes.append(performer.perform(change))
                self.report(outcomes[-1])
        return outcomes

    def without_failed(
        self, changes: Sequence[Change], outcomes: Sequence[Outcome]
    ) -> tuple[list[Change], list[Outcome]]:
        """Part the steps whose needs failed from the others."""
        failed = {
            (one.kind, one.name) for one in outcomes if one.outcome != DONE and one.action in {"create", "replace"}
        }
        needs = {(one.kind, one.key): one.needs for one in self.desired.wanted} if failed else {}
        kept, skipped = [], []
        for change in changes:
            lacking = sorted(failed & set(needs.get((change.kind, change.name), ())))
            if lacking:
                skipped.append(outcome_of(change, SKIPPED, f"{lacking[0][0]} {lacking[0][1]} failed"))
            else:
                kept.append(change)
        return kept, skipped

    def announce(self, chosen: Sequence[Change]) -> None:
        """Tell how much there is to do."""
        self.write({"total": len(chosen)})

    def begin(self, change: Change) -> None:
        """Say that a step is about to be taken. Raises ``Stopped`` where it is not to be."""
        self.halt()
        self.write({"asked": {"action": change.action, "kind": change.kind, "name": change.name}})

    def halt(self) -> None:
        """Raise ``Stopped`` once whoever started this wants it to end."""
        if self.given.stop is not None and self.given.stop.exists():
            raise Stopped("it was told to stop")

    def nap(self, seconds: float) -> None:
        """Wait, but not longer than until this is to end."""
        clock = self.session.clock
        deadline = clock.monotonic() + seconds
        self.halt()
        while (left := deadline - clock.monotonic()) > 0:
            clock.sleep(min(left, 0.1))
            self.halt()

    def tell(self, text: str) -> None:
        """Say something to whoever watches."""
        self.write({"text": text})

    def report(self, outcome: Outcome) -> None:
        """Say what became of a step."""
        self.write({"outcome": outcome._asdict()})

    def write(self, line: Mapping[str, Any]) -> None:
        """Append a line to the progress file, if anybody watches."""
        if self.given.progress is not None:
            with self.given.progress.open("a") as file:
                file.write(json.dumps(line) + "\n")


def choose(changes: list[Change], approved: Optional[Sequence[Change]]) -> tuple[list[Change], list[Outcome]]:
    """Return the steps that were approved as they are now, and an outcome for each that moved since."""
    if approved is None:
        return changes, []
    now = {change.key: change for change in changes}
    chosen, moved = [], []
    for change in approved:
        current = now.get(change.key)
        if current is None or current.digest != change.digest or not _as_approved(current, change):
            moved.append(outcome_of(change, FAILED, "it is not as it was when the plan was made: plan again"))
        else:
            chosen.append(current)
    return chosen, moved


def _as_approved(current: Change, change: Change) -> bool:
    """Tell whether a step changes what was approved; of a hidden value the plan has the digest."""
    return [one.to_json() for one in current.fields] == [one.to_json() for one in change.fields]
