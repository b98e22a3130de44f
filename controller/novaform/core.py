"""The one spelling of the collection's long name on the controller's side, beside ``cloud.py``.

Models and decisions live once, in the collection's pure rooms, and serve the hosts' modules and the controller alike.
Everybody here says ``from novaform import core`` and ``core.errors``; a module that is needed for the first time gets
its name below. Each is imported when somebody first says its name: a command starts with what it needs and no more.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from ansible_collections.novaform.compute.plugins.module_utils._core import (
        converge,
        domain,
        errors,
        hidden,
        secret,
        text,
    )
    from ansible_collections.novaform.compute.plugins.module_utils._site import setting as site_setting
    from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import compose as blueprint_compose
    from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import endpoint as blueprint_endpoint
    from ansible_collections.novaform.compute.plugins.module_utils._site.blueprint import site as blueprint_site
    from ansible_collections.novaform.compute.plugins.module_utils._site.decide import verify
    from ansible_collections.novaform.compute.plugins.module_utils._stack import (
        change,
        consequence,
        desired,
        gc_pause,
        guest,
        mark,
        model,
        observed,
        policy,
    )
    from ansible_collections.novaform.compute.plugins.module_utils._stack.decide import definition, index, lifecycle
    from ansible_collections.novaform.compute.plugins.module_utils._stack.drift import classify, drift
    from ansible_collections.novaform.compute.plugins.module_utils._stack.flatten import declaration as flatten
    from ansible_collections.novaform.compute.plugins.module_utils._stack.flatten import server as flatten_server
    from ansible_collections.novaform.compute.plugins.module_utils._stack.pace import circuit, settle, turn

COLLECTION = "ansible_collections.novaform.compute.plugins.module_utils"
MODULES = {
    "blueprint_compose": "_site.blueprint.compose",
    "blueprint_endpoint": "_site.blueprint.endpoint",
    "site_setting": "_site.setting",
    "blueprint_site": "_site.blueprint.site",
    "change": "_stack.change",
    "circuit": "_stack.pace.circuit",
    "classify": "_stack.drift.classify",
    "consequence": "_stack.consequence",
    "converge": "_core.converge",
    "definition": "_stack.decide.definition",
    "desired": "_stack.desired",
    "domain": "_core.domain",
    "drift": "_stack.drift.drift",
    "errors": "_core.errors",
    "flatten": "_stack.flatten.declaration",
    "flatten_server": "_stack.flatten.server",
    "gc_pause": "_stack.gc_pause",
    "guest": "_stack.guest",
    "hidden": "_core.hidden",
    "index": "_stack.decide.index",
    "lifecycle": "_stack.decide.lifecycle",
    "mark": "_stack.mark",
    "model": "_stack.model",
    "observed": "_stack.observed",
    "policy": "_stack.policy",
    "secret": "_core.secret",
    "settle": "_stack.pace.settle",
    "text": "_core.text",
    "turn": "_stack.pace.turn",
    "verify": "_site.decide.verify",
}
"""By what name the controller knows a module, and where in the collection it is."""


def importer(spelled: str, modules: Mapping[str, str]) -> Callable[[str], ModuleType]:
    """Return the ``__getattr__`` of a module, ``spelled`` so, that has the collection's modules by short names."""

    def imported(name: str) -> ModuleType:
        if name not in modules:
            raise AttributeError(f"{spelled} has no {name}")
        module = importlib.import_module(f"{COLLECTION}.{modules[name]}")
        setattr(sys.modules[spelled], name, module)
        return module

    return imported


__getattr__ = importer(__name__, MODULES)
