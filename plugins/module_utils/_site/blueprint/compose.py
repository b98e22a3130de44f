"""Put the components of a host together, in the order in which they must come up."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ..._core import secret
from ..._core.errors import DeclareError
from . import backend, compute, glance, keystone, neutron, nova, placement
from .site import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .site import Host, Site

GROUND, NOVA, AGENTS, CELLS = "ground", "nova", "agents", "cells"
"""Phases, in each of which hosts work side by side: what Nova stands on, Nova itself, hypervisors, and their cells."""
_COMPONENTS: tuple[tuple[str, str, frozenset[str], Callable[[Site, Host], dict[str, Any]]], ...] = (
    # component, phase, roles that bring it, what makes it: in the order of coming up
    ("mysql", GROUND, frozenset({"control"}), backend.mysql),
    ("rabbitmq", GROUND, frozenset({"control"}), backend.rabbitmq),
    ("memcached", GROUND, frozenset({"control"}), backend.memcached),
    ("nova_database", GROUND, frozenset({"control"}), nova.database),
    ("keystone", GROUND, frozenset({"control"}), keystone.keystone),
    ("glance", GROUND, frozenset({"control"}), glance.glance),
    ("placement", GROUND, frozenset({"control"}), placement.placement),
    ("neutron_server", GROUND, frozenset({"control"}), neutron.server),
    # First, for it brings the account with which conductor and scheduler sign in, and they end when they cannot.
    ("nova_api", NOVA, frozenset({"control"}), nova.api),
    ("nova_conductor", NOVA, frozenset({"control"}), nova.conductor),
    ("nova_scheduler", NOVA, frozenset({"control"}), nova.scheduler),
    ("nova_metadata", NOVA, frozenset({"control"}), nova.metadata),
    ("nova_console", NOVA, frozenset({"control"}), nova.console),
    ("neutron_agent", AGENTS, frozenset({"network", "compute"}), neutron.agent),
    ("nova_compute", AGENTS, frozenset({"compute"}), compute.compute),
    ("nova_cell_host", CELLS, frozenset({"control"}), nova.cell_host),
)
NAMES = tuple(name for name, *_ in _COMPONENTS)
FIREWALL = "firewall"


def phase(name: str) -> list[str]:
    """Return the components of a phase in their order. Raises ``DeclareError`` for one that there is not."""
    if name not in (GROUND, NOVA, AGENTS, CELLS):
        raise DeclareError(f"{name!r} is not a phase of a site: {GROUND}, {NOVA}, {AGENTS} or {CELLS}")
    return [component for component, when, *_ in _COMPONENTS if when == name]


def _components(site: Site, host: Host) -> list[dict[str, Any]]:
    return [make(site, host) for _, _, roles, make in _COMPONENTS if roles & host.roles]


def _stages(made: dict[str, Any], host: Host) -> dict[str, Any]:
    """Return a component without what only the firewall and the preflight read, and with whom the cloud forgot."""
    for item in (*made.get("units", ()), *([made["settle"]] if "settle" in made else [])):
        name = (item.get("name") or item["unit"]).removesuffix(".service")
        if name in host.forgotten:
            item["forgotten"] = {"by": host.forgotten[name], "at": host.read_at}
    return {kind: value for kind, value in made.items() if kind != "ports"}


def _without_facts(site: Site) -> Site:
    """Return the site as it is declared, with nothing in it that a host said of itself."""
    said: dict[str, Any] = {"cores": 2, "memory_mb": 4096, "virt_type": "qemu", "datapath": "system", "ssh_keys": ()}
    said.update(forgotten={}, read_at=0.0)
    return dataclasses.replace(site, hosts=tuple(dataclasses.replace(host, **said) for host in site.hosts))


def components(site: Site, host: Host) -> list[dict[str, Any]]:
    """Return every component of a host in the order of coming up, the firewall first.

    The names in ``secrets`` are those that the declaration alone asks for: no word of a host adds one.
    """
    declared = _without_facts(site)
    there = declared.host(host.name)
    names = {made["name"]: secret.names_in(_stages(made, there)) for made in _components(declared, there)}
    made = [{**_stages(one, host), "secrets": sorted(names[one["name"]])} for one in _components(site, host)]
    return [_firewall(site, host), *made]


def ports(site: Site, host: Host) -> list[dict[str, Any]]:
    """Return what listens on a host, as firewall rules: ``{port, proto, sources, comment}``."""
    return [rule for made in _components(site, host) for rule in made["ports"]]


def _firewall(site: Site, host: Host) -> dict[str, Any]:
    """Return who reaches which port of a host's components."""
    return {"name": FIREWALL, "packages": ["nftables"], "firewall": {"rules": ports(site, host)}}


def component(site: Site, host: Host, name: str) -> dict[str, Any]:
    """Return one component of a host. Raises ``DeclareError`` when the host does not have it."""
    found = [made for made in components(site, host) if made["name"] == name]
    if not found:
        raise DeclareError(f"{host.name} has no component {name}: its groups are {', '.join(sorted(host.roles))}")
    return found[0]


def secret_names(value: Any) -> list[str]:
    """Return the names of the secrets that a value has placeholders for."""
    return sorted(set(secret.names_in(value)))


def granted_secrets(wanted: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the secrets that some components get: what they declare, whatever their values hold."""
    return sorted({name for one in wanted for name in one.get("secrets", ())})


def secret_errors(site: Site) -> list[str]:
    """Return which of the site's own secrets an override would take to a host that has no use for them."""
    asking = [host for host in site.hosts if secret.names_in(host.config)]
    if not asking:
        return []
    bare = dataclasses.replace(site, hosts=tuple(dataclasses.replace(host, config={}) for host in site.hosts))
    first = {role: bare.having(role)[:1] for role in ROLES}
    ours = {name for some in first.values() for host in some for name in granted_secrets(components(bare, host))}
    found: list[str] = []
    for host in asking:
        due = granted_secrets(components(bare, bare.host(host.name)))
        names = sorted((set(granted_secrets(components(site, host))) & ours) - set(due))
        found += [
            f"an override of {host.name} asks for <secret:{one}>, which is not for it: use your own" for one in names
        ]
    return found
