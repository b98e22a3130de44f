"""What every component's module is: the declared component, its stages in order, and one converge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible.module_utils.basic import AnsibleModule

from .._core.errors import Error
from .._core.plan import Plan, Step
from .._site.decide import fence
from . import spec, stages
from .converge import converge

if TYPE_CHECKING:
    from collections.abc import Sequence


def main_component(order: Sequence[str] = stages.DEFAULT_ORDER) -> None:
    """Run a component's module with its stages in this order."""
    module = AnsibleModule(**spec.COMPONENT.to_kwargs(), supports_check_mode=True)
    run = fence.to_run(module.params["run"])
    try:
        wanted = dict(module.params["component"])
        before = Plan(tuple(Step(one["action"], one["kind"], one["name"]) for one in wanted.pop("awaits", ())))
        found = stages.for_component(wanted, module.params["secrets"], order, run)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    converge(module, found, before=before)
