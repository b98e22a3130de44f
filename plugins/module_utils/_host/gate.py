"""Which components of a host have anything left to do? So that a play runs only their modules."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from .._core.errors import ObserveError
from .._core.plan import Plan
from . import stages
from .lock import lease
from .proof.proof import Proofs, name
from .stage.unit import Units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._core.converge import Stage
    from .._site.decide.fence import SiteRun
    from .proof.proof import Failure

DONE_HERE = ("packages", "files", "proofs")


class Gate:
    """The stage after a host's packages and files: it takes no steps, and fills ``facts`` with what is left to do.

    ``facts`` is ``{pending: [component], left: {component: [step]}, unproven: [{component, proof, said}]}``. A
    component that cannot be looked at is pending: its own module will say why.
    """

    def __init__(self, components: Sequence[Mapping[str, Any]], secrets: Mapping[str, Any]) -> None:
        units = [item for component in components for item in component.get("units") or []]
        files = [item for component in components for item in component.get("files") or []]
        self.units = Units(units, files, secrets)
        self.unit_names = {
            component["name"]: {item["name"] for item in component.get("units") or []} for component in components
        }
        order = [kind for kind in stages.DEFAULT_ORDER if kind not in DONE_HERE]
        before, after = order[: order.index("units")], order[order.index("units") + 1 :]
        self.stages = {
            component["name"]: (
                stages.of_kinds(component, secrets, before),
                stages.of_kinds(component, secrets, after),
            )
            for component in components
        }
        self.proofs = [(component["name"], item) for component in components for item in component.get("proofs") or []]
        self.asked = Proofs([item for _, item in self.proofs], secrets)
        self.facts: dict[str, Any] = {}

    def plan(self, planned: Plan | None) -> Plan:
        """Plan every component as check mode would, and meanwhile try the proofs once."""
        planned = planned or Plan()
        with ThreadPoolExecutor(1) as beside:
            failing = beside.submit(self.asked.failing_now)
            starting = self.units.plan(planned)
            left: dict[str, Plan] = {}
            lost = set()
            for component in self.stages:
                ahead = sum(left.values(), planned)
                left[component], seen = self._steps_left(component, ahead, starting)
                if not seen:
                    lost.add(component)
        failed = [one for one in failing.result() if not left[self._owner(one)] and self._owner(one) not in lost]
        for step in self.asked.remedies(failed):
            owner = next(self._owner(one) for one in failed if self.proofs[one.proof][1].get("unit") == step.name)
            left[owner] = left[owner] + Plan((step,))
        unproven = [
            {"component": self._owner(one), "proof": name(self.proofs[one.proof][1]), "said": one.said}
            for one in failed
        ]
        waiting = {component for component, steps in left.items() if steps} | lost
        waiting.update(proof["component"] for proof in unproven)
        self.facts.update(
            pending=[component for component in self.stages if component in waiting],
            left={component: steps.to_json() for component, steps in left.items() if steps},
            unproven=unproven,
        )
        return Plan()

    def apply(self, plan: Plan) -> None:
        """Do nothing: there is never a step."""

    def _owner(self, failure: Failure) -> str:
        return str(self.proofs[failure.proof][0])

    def _steps_left(self, component: str, ahead: Plan, starting: Plan) -> tuple[Plan, bool]:
        """Return the steps that a component still needs, and whether all of it could be looked at."""
        before, after = self.stages[component]
        mine = Plan(tuple(step for step in starting if step.name in self.unit_names[component]))
        first, seen = _together(before, ahead)
        found = first + mine
        rest, seen_rest = _together(after, ahead + found)
        return found + rest, seen and seen_rest


class Parting:
    """The stage after a gate where a run ends with it: if nothing is left, the site's lease is let go of."""

    def __init__(self, gate: Gate, run: SiteRun, path: str = lease.PATH) -> None:
        self.gate = gate
        self.run = run
        self.path = path

    def plan(self, planned: Plan | None) -> Plan:
        """Let go when this is a real run."""
        ended = planned is None and not self.gate.facts["pending"]
        if ended:
            lease.release(self.run, self.path)
        self.gate.facts["ended"] = ended
        return Plan()

    def apply(self, plan: Plan) -> None:
        """Do nothing: there is never a step."""


def _together(some: Sequence[Stage], ahead: Plan) -> tuple[Plan, bool]:
    found, seen = Plan(), True
    for stage in some:
        try:
            found = found + stage.plan(ahead + found)
        except ObserveError:
            seen = False
    return found, seen
