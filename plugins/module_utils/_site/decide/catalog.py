"""What keystone must know of a site: services and where they are, service users, and what these may do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..._core.plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class SeenCatalog:
    """What keystone has. ``endpoints`` is ``{(service, interface): url}``, ``grants`` is ``{(role, user, project)}``.

    ``users`` is ``{name: id}``, ``refused`` are those whose password is not the declared one. ``disabled`` are the
    things that somebody has switched off, as ``(kind, name)`` of the steps that would switch them on again. ``admin``:
    the declared administrator is let in.
    """

    services: frozenset[str] = frozenset()
    endpoints: Mapping[tuple[str, str], str] = field(default_factory=dict)
    projects: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    users: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    grants: frozenset[tuple[str, str, str]] = frozenset()
    disabled: frozenset[tuple[str, str]] = frozenset()
    admin: bool = True


DISABLED = "it is disabled"

# What keystone's own bootstrap makes besides the administrator.
BOOTSTRAPPED_ROLES = frozenset({"admin", "manager", "member", "reader", "service"})


def _after_bootstrap(desired: Mapping[str, Any], observed: SeenCatalog) -> SeenCatalog:
    """Return what there is after the bootstrap: administrator, default roles, keystone's own entry, and the rest."""
    own = desired["services"][:1]
    enabled = {("project", desired["admin"]["project"]), ("identity_user", desired["admin"]["user"])}
    endpoints = {(one["name"], interface): url for one in own for interface, url in one["endpoints"].items()}
    return replace(
        observed,
        services=observed.services | {one["name"] for one in own},
        endpoints={**observed.endpoints, **endpoints},
        projects=observed.projects | {desired["admin"]["project"]},
        roles=observed.roles | BOOTSTRAPPED_ROLES,
        disabled=observed.disabled - enabled,
        admin=True,
    )


def decide(desired: Mapping[str, Any], observed: SeenCatalog | None) -> Plan:
    """Return the steps to what is desired. ``observed`` None: keystone knows nobody yet.

    Only the component with ``bootstrap`` makes the administrator; the others find what that one leaves.
    """
    steps: list[Step] = []
    if desired.get("bootstrap"):
        observed = observed or SeenCatalog(admin=False)
        if not observed.admin:
            steps.append(Step("bootstrap", "identity", desired["admin"]["user"]))
            observed = _after_bootstrap(desired, observed)
    observed = observed or SeenCatalog(projects=frozenset({"admin", "service"}), roles=BOOTSTRAPPED_ROLES)
    steps += [Step("create", "role", name) for name in desired.get("roles", ()) if name not in observed.roles]
    for one in desired.get("projects", ()):
        if one["name"] not in observed.projects:
            steps.append(Step("create", "project", one["name"]))
        elif ("project", one["name"]) in observed.disabled:
            steps.append(Step("update", "project", one["name"], reason=DISABLED))
    return Plan((*steps, *_services(desired, observed), *_users(desired, observed)))


def _services(desired: Mapping[str, Any], observed: SeenCatalog) -> list[Step]:
    steps = []
    for service in desired.get("services", ()):
        name = service["name"]
        if name not in observed.services:
            steps.append(Step("create", "catalog_service", name, after=f"{service['type']}\n"))
        elif ("catalog_service", name) in observed.disabled:
            steps.append(Step("update", "catalog_service", name, reason=DISABLED))
        found = (_endpoint(name, interface, url, observed) for interface, url in service["endpoints"].items())
        steps += [step for step in found if step]
    return steps


def _endpoint(service: str, interface: str, url: str, observed: SeenCatalog) -> Step | None:
    name, seen = f"{service} {interface}", observed.endpoints.get((service, interface))
    if seen != url:
        return Step("update" if seen else "create", "endpoint", name, f"{seen}\n" if seen else "", f"{url}\n")
    return Step("update", "endpoint", name, reason=DISABLED) if ("endpoint", name) in observed.disabled else None


def _users(desired: Mapping[str, Any], observed: SeenCatalog) -> list[Step]:
    steps = []
    for user in desired.get("users", ()):
        name = user["name"]
        if name not in observed.users:
            steps.append(Step("create", "identity_user", name))
        elif ("identity_user", name) in observed.disabled:
            steps.append(Step("update", "identity_user", name, reason=DISABLED))
        elif name in observed.refused:
            steps.append(Step("update", "identity_user", name, reason="its password is not the declared one"))
        steps += [
            Step("grant", "role", f"{role} to {name} on {user['project']}")
            for role in user["roles"]
            if (role, name, user["project"]) not in observed.grants
        ]
    return steps
