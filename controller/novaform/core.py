"""The one spelling of the collection's long name on the controller's side.

Models and decisions live once, in the collection's ``_core``, and are used by the hosts' modules and by the controller
alike. Everybody here says ``from novaform import core`` and ``core.errors``; a new module of ``_core`` gets its
name below.
"""

from __future__ import annotations

from ansible_collections.novaform.compute.plugins.module_utils._core import (
    change,
    consequence,
    desired,
    domain,
    drift,
    drift_class,
    errors,
    guest,
    mark,
    model,
    observed,
    outcome,
    plan,
    policy,
    reconcile,
)
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import compose as blueprint_compose
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import endpoint as blueprint_endpoint
from ansible_collections.novaform.compute.plugins.module_utils._core.blueprint import site as blueprint_site
from ansible_collections.novaform.compute.plugins.module_utils._core.decide import (
    declared,
    fault,
    lifecycle,
    settle,
    turn,
    world,
)

__all__ = [
    "blueprint_compose",
    "blueprint_endpoint",
    "blueprint_site",
    "change",
    "consequence",
    "declared",
    "desired",
    "domain",
    "drift",
    "drift_class",
    "errors",
    "fault",
    "guest",
    "lifecycle",
    "mark",
    "model",
    "observed",
    "outcome",
    "plan",
    "policy",
    "reconcile",
    "settle",
    "turn",
    "world",
]
