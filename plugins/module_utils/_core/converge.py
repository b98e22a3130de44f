"""Look, decide, act, look again: the one loop, for what stands on a host and for what is in a cloud.

What is to be brought about is a sequence of stages (packages, files, databases, units, ...). A later stage can only be
seen once the earlier ones are done, so each is observed, decided and applied before the next is looked at. A plan
alone applies nothing, and a stage is told what the earlier ones would have done, so that it can tell "not there yet,
this plan makes it" from "could not look".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .errors import ApplyError, ObserveError
from .plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stage(Protocol):
    """One kind of thing on a host, with its desired state inside."""

    def plan(self, planned: Plan | None) -> Plan:
        """Observe and decide. MUST NOT change anything.

        ``planned`` is None when everything before this stage has really been done: then what cannot be reached is
        an ``ObserveError``. In check mode it holds the steps that earlier stages, and components, would take. What
        such a step is only to make is absent; what cannot be reached all the same is an ``ObserveError`` here, too.
        """

    def apply(self, plan: Plan) -> None:
        """Do the steps of a plan this stage made. MUST raise ``ApplyError`` when one fails."""


def plan_stages(stages: Sequence[Stage], before: Plan) -> tuple[Plan, list[str]]:
    """Return what all stages together would do, touching nothing, and what cannot be looked at before that is done.

    ``before`` are steps that a run takes ahead of these stages. Raises ``ObserveError`` for what cannot be looked at
    although there is no step that could be the reason.
    """
    planned = Plan()
    unseen = []
    for stage in stages:
        try:
            planned = planned + stage.plan(before + planned)
        except ObserveError as error:
            if not before + planned:
                raise
            unseen.append(f"it cannot be planned before the steps ahead of it are done: {error}")
    return planned, unseen


def apply_stages(stages: Sequence[Stage]) -> Plan:
    """Bring every stage to its desired state and return what was done. Raises when the world disagrees afterwards."""
    done = Plan()
    for stage in stages:
        plan = stage.plan(None)
        if not plan:
            continue
        stage.apply(plan)
        left = stage.plan(None)
        if left:
            names = ", ".join(f"{step.action} {step.kind} {step.name}" for step in left)
            raise ApplyError(f"still different after apply: {names}", steps=left.to_json())
        done = done + plan
    return done


def steps_named(plan: Plan | None, kind: str) -> list[Step]:
    """Return the steps of one kind in what has been planned so far (none when applying)."""
    return [step for step in plan or () if step.kind == kind]
