"""What the module of every component is: its options, the stages that follow from them in order, and one converge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible.module_utils.basic import AnsibleModule

from .._core.errors import Error
from .._core.plan import Plan, Step
from .._site import option
from .._site.component import part
from .._site.decide import fence
from . import spec, stages
from .converge import converge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def main_of(record: type, parts: Callable[[Any], dict[str, Any]], order: Sequence[str] = stages.DEFAULT_ORDER) -> None:
    """Run the module of a component that is told what ``record`` has, and whose ``parts`` follow from that."""
    options = spec.COMPONENT.merge(spec.ArgumentSpec(option.to_argument_spec(record)))
    module = AnsibleModule(**options.to_kwargs(), supports_check_mode=True)
    params = module.params
    run = fence.to_run(params["run"])
    try:
        told: Any
        told, passwords = option.from_params(record, params, params["secrets"])
        wanted = part.with_forgotten(parts(told), params["forgotten"])
        if params["state"] == "stopped":
            wanted = part.to_stop(wanted)
        before = Plan(tuple(Step(one["action"], one["kind"], one["name"]) for one in params["awaits"]))
        found = stages.for_component(wanted, {**params["secrets"], **passwords}, order, run)
    except Error as error:
        module.fail_json(msg=str(error), **error.details)
    converge(module, found, before=before)
