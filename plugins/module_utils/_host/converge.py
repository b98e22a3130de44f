"""The one place of the collection that knows check mode, and the one that exits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .._core.converge import apply_stages, plan_stages
from .._core.errors import Error
from .._core.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible.module_utils.basic import AnsibleModule

    from .._core.converge import Stage

NOTHING = Plan()


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


def is_coming(planned: Plan, service: str) -> bool:
    """Return whether a service is only to be made: what has no database yet knows nothing."""
    return any(step.key == ("create", "database", service) for step in planned)


def is_restarting(planned: Plan, *units: str) -> bool:
    """Return whether one of these units is going to be started, or gets what it cannot answer without."""
    return any(step.kind == "keys" or (step.kind == "unit" and step.name in units) for step in planned)
