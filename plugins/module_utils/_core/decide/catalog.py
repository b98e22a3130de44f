"""What keystone must know of a site: services and where they are, service users, and what these may do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..plan import Plan, Step

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Seen:
    """What keystone has. ``endpoints`` is ``{(service, interface): url}``, ``grants`` is ``{(role, user, project)}``.

    ``users`` is ``{name: id}``, ``refused`` are those whose password is not the declared one. ``admin``: the declared
    administrator is let in.
    """

    services: frozenset[str] = frozenset()
    endpoints: Mapping[tuple[str, str], str] = field(default_factory=dict)
    projects: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    users: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    grants: frozenset[tuple[str, str, str]] = frozenset()
    admin: bool = True


# What keystone's own bootstrap makes besides the administrator.
BOOTSTRAPPED_ROLES = frozenset({"admin", "manager", "member", "reader", "service"})


def bootstrapped(desired: Mapping[str, Any], observed: Seen) -> Seen:
    """Return what there is after the bootstrap: administrator, default roles, keystone's own entry, and the rest."""
    own = desired["services"][:1]
    endpoints = {(one["name"], interface): url for one in own for interface, url in one["endpoints"].items()}
    return replace(
        observed,
        services=observed.services | {one["name"] for one in own},
        endpoints={**observed.endpoints, **endpoints},
        projects=observed.projects | {desired["admin"]["project"]},
        roles=observed.roles | BOOTSTRAPPED_ROLES,
        admin=True,
    )


def decide(desired: Mapping[str, Any], observed: Seen | None) -> Plan:
    """Return the steps to what is desired. ``observed`` None: keystone knows nobody yet.

    Only the component with ``bootstrap`` makes the administrator; the others find what that one leaves.
    """
    steps: list[Step] = []
    if desired.get("bootstrap"):
        observed = observed or Seen(admin=False)
        if not observed.admin:
            steps.append(Step("bootstrap", "identity", desired["admin"]["user"]))
            observed = bootstrapped(desired, observed)
    observed = observed or Seen(projects=frozenset({"admin", "service"}), roles=BOOTSTRAPPED_ROLES)
    steps += [Step("create", "role", name) for name in desired.get("roles", ()) if name not in observed.roles]
    steps += [
        Step("create", "project", one["name"])
        for one in desired.get("projects", ())
        if one["name"] not in observed.projects
    ]
    return Plan((*steps, *_services(desired, observed), *_users(desired, observed)))


def _services(desired: Mapping[str, Any], observed: Seen) -> list[Step]:
    steps = []
    for service in desired.get("services", ()):
        if service["name"] not in observed.services:
            steps.append(Step("create", "catalog_service", service["name"], after=f"{service['type']}\n"))
        for interface, url in service["endpoints"].items():
            seen = observed.endpoints.get((service["name"], interface))
            if seen != url:
                action = "create" if seen is None else "update"
                before = f"{seen}\n" if seen else ""
                steps.append(Step(action, "endpoint", f"{service['name']} {interface}", before, f"{url}\n"))
    return steps


def _users(desired: Mapping[str, Any], observed: Seen) -> list[Step]:
    steps = []
    for user in desired.get("users", ()):
        name = user["name"]
        if name not in observed.users:
            steps.append(Step("create", "identity_user", name))
        elif name in observed.refused:
            steps.append(Step("update", "identity_user", name, reason="its password is not the declared one"))
        steps += [
            Step("grant", "role", f"{role} to {name} on {user['project']}")
            for role in user["roles"]
            if (role, name, user["project"]) not in observed.grants
        ]
    return steps
