"""A whole stack as one stage of ``converge``, so that a batch of instances obeys check mode like a host's component."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ..._api import credential
from ..._api.session import Session
from ..._core import hidden
from ..._core.errors import ApplyError, DeclareError
from ..._core.plan import Plan
from ..._stack import desired, guest, policy
from ..._stack.change import DONE, Change, changes_from_json
from .run import Look, Run, RunOptions, Stopped, choose
from .state import folder_of, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..._stack.change import Outcome
    from .journal import Journal

LIMITS = (
    "max_consequence",
    "max_delete",
    "allow_empty",
    "allow_shrink",
    "heal",
    "on_error",
    "adopt",
    "adopt_differing",
)


class StackStage:
    """Observes, decides and applies one stack. ``facts`` is filled with what became of it."""

    def __init__(self, run: Run, approved: Optional[Sequence[Change]] = None, leader: Optional[int] = None) -> None:
        self.run = run
        self.approved = approved
        self.leader = leader
        self.facts: dict[str, Any] = {}
        self.held = ExitStack()
        self.journal: Optional[Journal] = None
        self.seen: Optional[Look] = None
        self.moved: list[Outcome] = []

    def plan(self, planned: Optional[Plan]) -> Plan:
        """Look and decide. From the first real look on the stack is locked until this process ends."""
        try:
            return self.decide(planned)
        except Stopped as error:
            raise ApplyError(str(error)) from error

    def decide(self, planned: Optional[Plan]) -> Plan:
        """Look and decide. Raises ``Stopped``, too."""
        if planned is not None:
            self.seen = self.run.plan()
        else:
            self.journal = self.journal or self.held.enter_context(self.run.leading(self.leader))
            self.seen = self.run.settle(self.journal)
        self.facts["report"] = self.seen.decision.to_report()
        changes = [step for step in self.seen.decision.doable if isinstance(step, Change)]
        if self.approved is None:
            return Plan(tuple(changes))
        chosen, self.moved = choose(changes, self.approved)
        if self.moved and not chosen and planned is None:
            self.judge(self.moved)
        return Plan(tuple(chosen))

    def apply(self, plan: Plan) -> None:
        """Take the steps. One that fails stops no other; together they are one ``ApplyError`` afterwards."""
        if self.seen is None or self.journal is None:
            return
        try:
            outcomes = self.run.act(self.journal, self.seen, [step for step in plan if isinstance(step, Change)])
        except Stopped as error:
            raise ApplyError(str(error)) from error
        outcomes += self.moved
        self.run.domains = None  # what the hosts said was true before
        self.approved = ()
        self.judge(outcomes)

    def judge(self, outcomes: Sequence[Outcome]) -> None:
        """Note what became of the steps. Raises ``ApplyError`` where one was not done."""
        self.facts["outcomes"] = [one._asdict() for one in outcomes]
        failed = [one for one in outcomes if one.outcome != DONE]
        if failed:
            lines = "; ".join(f"{one.action} {one.kind} {one.name} {one.outcome}: {one.why}" for one in failed[:5])
            more = f" (and {len(failed) - 5} more)" if len(failed) > 5 else ""
            raise ApplyError(f"{len(failed)} of {len(outcomes)} steps were not done: {lines}{more}", **self.facts)


def from_params(params: Mapping[str, Any]) -> StackStage:
    """Build the stage from the module's parameters. Raises ``Error`` for files that cannot be read."""
    wanted = desired.from_json(_load_json(params["desired"], hidden.unseal))
    session = Session(credential.load(params["cloud"], params["clouds_file"] or None))
    given = RunOptions(
        domains=guest.to_domains(_load_json(params["domains"])) if params["domains"] else None,
        timeout=float(params["timeout"]),
        progress=Path(params["progress"]) if params["progress"] else None,
        stop=Path(params["stop"]) if params["stop"] else None,
    )
    limits = policy.from_options({name: params[name] for name in LIMITS})
    run = Run(session, wanted, limits, folder_of(scope_of(session, wanted.stack), params["state_dir"]), given)
    if given.stop is not None:
        session.sleep = run.nap
    approved = changes_from_json(_load_json(params["approved"])) if params["approved"] else None
    return StackStage(run, approved, params["leader"])


def _load_json(path: str, hook: Optional[Callable[[dict[str, Any]], Any]] = None) -> Any:
    """Read a JSON file. ``hook`` may make something else of its mappings."""
    try:
        return json.loads(Path(path).read_bytes(), object_hook=hook)
    except (OSError, ValueError) as error:
        raise DeclareError(f"{path}: cannot be read as JSON ({error})") from error
