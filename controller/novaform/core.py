"""The one spelling of the collection's long name on the controller's side.

Models and decisions live once, in the collection's ``_core``, and are used by the hosts' modules and by the controller
alike. Everybody here says ``from novaform import core`` and ``core.errors``; a new module of ``_core`` gets its
name below. Each is imported when somebody first says its name: a command starts with what it needs and no more.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansible_collections.novaform.compute.plugins.module_utils._core import (
        change,
        collector,
        consequence,
        desired,
        domain,
        drift,
        drift_class,
        errors,
        guest,
        hidden,
        mark,
        model,
        observed,
        outcome,
        plan,
        policy,
        reconcile,
        secret,
        text,
    )
    from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import compose as blueprint_compose
    from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import endpoint as blueprint_endpoint
    from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import setting as blueprint_setting
    from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import site as blueprint_site
    from ansible_collections.novaform.compute.plugins.module_utils._core.decide import (
        declared,
        declared_server,
        definition,
        fault,
        lifecycle,
        settle,
        turn,
        verify,
        world,
    )

ROOM = "ansible_collections.novaform.compute.plugins.module_utils._core"
PLACES = {
    "blueprint_compose": "blueprint.compose",
    "blueprint_endpoint": "blueprint.endpoint",
    "blueprint_setting": "blueprint.setting",
    "blueprint_site": "blueprint.site",
    "declared": "decide.declared",
    "declared_server": "decide.declared_server",
    "definition": "decide.definition",
    "fault": "decide.fault",
    "lifecycle": "decide.lifecycle",
    "settle": "decide.settle",
    "turn": "decide.turn",
    "verify": "decide.verify",
    "world": "decide.world",
}
"""Where those are that are not at the top of ``_core``, or are called otherwise."""
__all__ = [
    "blueprint_compose",
    "blueprint_endpoint",
    "blueprint_setting",
    "blueprint_site",
    "change",
    "collector",
    "consequence",
    "declared",
    "declared_server",
    "definition",
    "desired",
    "domain",
    "drift",
    "drift_class",
    "errors",
    "fault",
    "guest",
    "hidden",
    "lifecycle",
    "mark",
    "model",
    "observed",
    "outcome",
    "plan",
    "policy",
    "reconcile",
    "secret",
    "settle",
    "text",
    "turn",
    "verify",
    "world",
]


def __getattr__(name: str) -> Any:
    """Import a module of ``_core``."""
    if name not in __all__:
        raise AttributeError(f"novaform.core has no {name}")
    module = importlib.import_module(f"{ROOM}.{PLACES.get(name, name)}")
    globals()[name] = module
    return module
