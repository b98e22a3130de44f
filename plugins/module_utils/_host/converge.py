"""Look, decide, act, look again: the one place of the collection that knows check mode and the one that exits.

A component is a sequence of stages (packages, files, databases, units, ...). A later stage can only be seen once
the earlier ones are done, so each is observed, decided and applied before the next is looked at. In check mode
nothing is applied and a stage is told what the earlier ones would have done, so that it can tell "not there yet,
this plan makes it" from "could not look".
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from .._core.errors import ApplyError, Error, ObserveError
from .._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible.module_utils.basic import AnsibleModule

NOTHING = Plan()


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


def converge(
    module: AnsibleModule,
    stages: Sequence[Stage],
    facts: Mapping[str, Any] | None = None,
    before: Plan = NOTHING,
) -> None:
    """Run the stages as the module's mode asks, and exit. ``facts`` are extra values to return.

    ``before`` are the steps that other components are planned to take first: they matter to check mode alone.
    """
    unseen: list[str] = []
    os.umask(0o022)  # whatever the login's is: services read what we and the programs that we run make
    try:
        if module.check_mode:
            plan, unseen = plan_stages(stages, before)
        else:
            plan = apply_stages(stages)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    for sentence in unseen:
        module.warn(sentence)
    more = {**({"unseen": unseen} if unseen else {}), **(facts or {})}
    module.exit_json(changed=bool(plan), steps=plan.to_json(), diff=plan.to_diff(), **more)


def steps_named(plan: Plan | None, kind: str) -> list[Step]:
    """Return the steps of one kind in what has been planned so far (none when applying)."""
    return [step for step in plan or () if step.kind == kind]


def is_coming(planned: Plan, service: str) -> bool:
    """Return whether a service is only to be made: what has no database yet knows nothing."""
    return any(step.key == ("create", "database", service) for step in planned)


def is_restarting(planned: Plan, *units: str) -> bool:
    """Return whether one of these units is going to be started, or gets what it cannot answer without."""
    return any(step.kind == "keys" or (step.kind == "unit" and step.name in units) for step in planned)
