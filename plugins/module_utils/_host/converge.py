"""Look, decide, act, look again: the one place of the collection that knows check mode and the one that exits.

A component is a sequence of stages (packages, files, databases, units, ...). A later stage can only be seen once
the earlier ones are done, so each is observed, decided and applied before the next is looked at. In check mode
nothing is applied and a stage is told what the earlier ones would have done, so that it can tell "not there yet,
this plan makes it" from "could not look".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .._core.errors import ApplyError, Error
from .._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible.module_utils.basic import AnsibleModule


class Stage(Protocol):
    """One kind of thing on a host, with its desired state inside."""

    def plan(self, planned: Plan | None) -> Plan:
        """Observe and decide. MUST NOT change anything.

        ``planned`` is None when everything before this stage has really been done: then what cannot be reached is
        an ``ObserveError``. In check mode it holds the steps that earlier stages would take: what cannot be reached
        because such a step has not been taken is absent.
        """

    def apply(self, plan: Plan) -> None:
        """Do the steps of a plan this stage made. MUST raise ``ApplyError`` when one fails."""


def plan_stages(stages: Sequence[Stage]) -> Plan:
    """Return what all stages together would do, touching nothing."""
    planned = Plan()
    for stage in stages:
        planned = planned + stage.plan(planned)
    return planned


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


def converge(module: AnsibleModule, stages: Sequence[Stage], facts: Mapping[str, Any] | None = None) -> None:
    """Run the stages as the module's mode asks, and exit. ``facts`` are extra values to return."""
    try:
        plan = plan_stages(stages) if module.check_mode else apply_stages(stages)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    module.exit_json(changed=bool(plan), steps=plan.to_json(), diff=plan.to_diff(), **(facts or {}))


def steps_named(plan: Plan | None, kind: str) -> list[Step]:
    """Return the steps of one kind in what has been planned so far (none when applying)."""
    return [step for step in plan or () if step.kind == kind]
